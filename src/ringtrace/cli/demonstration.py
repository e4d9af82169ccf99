"""``make demo``: a synthetic case from raw evidence to a page of plain sentences."""

from __future__ import annotations

import math
import os
import shutil
import time
from datetime import date
from pathlib import Path
from typing import Any

from ringtrace.cli.output import Progress
from ringtrace.evaluation.scores import evaluate
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.intake.recording import Recorded, import_records
from ringtrace.pipeline.operation.stating import draft_statement, release, write_files
from ringtrace.pipeline.telling.explaining import reconciliation
from ringtrace.report.words import counted, verdict_words
from ringtrace.simulator.stage import simulate
from ringtrace.statement.composing import Request
from ringtrace.statement.wording import write_page
from ringtrace.store.case import Case

SEED = 20140219
_QUESTIONS = 8
_AS_OF = "2014-02-28"
"""The Friday of the ministry's statement."""


def demonstrate(folder: Path, preset: str, progress: Progress) -> tuple[dict[str, Any], list[str]]:
    """Simulate ``preset`` by the eval author into ``folder``, run the main job on it, and measure it.

    Replaces ``demo-evidence`` and ``demo-case`` of an earlier demo. Returns (JSON document, lines).
    """
    evidence, place = folder / "demo-evidence", folder / "demo-case"
    for old in (evidence, place):
        if old.exists():
            shutil.rmtree(old)
    clock = time.perf_counter()
    progress("writing synthetic evidence", 0, 1)
    simulate(evidence, preset, SEED, "eval")
    written = time.perf_counter()
    case = Case.create(place)
    receipts = add(case, [evidence / "evidence"], "synthetic, made by the demo", lambda a, b: progress("adding", a, b))
    table = evidence / "records" / "records.csv"
    today = date.today().isoformat()
    progress("taking records in", 0, 1)
    recorded = import_records(case, table.read_bytes(), table.name, None, author="Demo Desk", today=today)
    added = time.perf_counter()
    summary = analyse(case, os.cpu_count() or 1, progress)
    analysed = time.perf_counter()
    progress("measuring against the truth", 0, 1)
    scores = evaluate(case.analysis, evidence / "truth").document
    lines = [
        f"Evidence: {counted(len(receipts), 'synthetic file')}, written by an author who never saw the detectors "
        f"({evidence / 'evidence'}; {written - clock:.0f} s). Nobody in it exists.",
        f"Taken in with custody in {added - written:.1f} s, analysed in {analysed - added:.0f} s.",
        "",
        *summary.sentences(),
        "",
        *_reconciled(case),
        "",
        *_measured(scores),
        "",
        *_stated(case, recorded),
        "",
        f"What was found:  .venv/bin/ringtrace show {place}",
        f"Check custody:   .venv/bin/ringtrace verify {place}",
        f"The report:      {(case.analysis / 'report.html').resolve()}",
    ]
    document = {"case": str(place), "summary": summary.document(), "scores": scores,
                "report": str(case.analysis / "report.html")}  # fmt: skip
    return document, lines


def _reconciled(case: Case) -> list[str]:
    document = reconciliation(case).document
    verdicts: dict[str, int] = {}
    for row in document["reconciliation"]:
        verdicts[row["verdict"]] = verdicts.get(row["verdict"], 0) + 1
    more = len(document["questions"]) - _QUESTIONS
    told = ", ".join(f"{count:,} {verdict_words(verdict)}" for verdict, count in sorted(verdicts.items()))
    open_ones = [row["reason"] for row in document["reconciliation"] if row["verdict"] == "unallocated"]
    return [
        f"Published figures: {len(document['figures'])} read; compared: {told or 'none'}.",
        *(f"  {reason}" for reason in open_ones[:4]),
        *(f"  Open: {question}" for question in document["questions"][:_QUESTIONS]),
        *([f"  and {more} more: ringtrace reconcile {case.folder}"] if more > 0 else []),
    ]


def _stated(case: Case, recorded: Recorded) -> list[str]:
    """The operation's statement: drafted from the records, released by two people, every figure with its records."""
    asked = Request(case.settings.name, _AS_OF, "public")
    drafted = draft_statement(case, asked, author="Demo Desk")
    for person in ("First Releaser", "Second Releaser"):
        drafted = release(case, drafted.id, by=person)
    folder = case.folder / "statements" / drafted.id
    write_files(case, drafted, folder)
    page = write_page(drafted.statement, drafted.id, drafted.people, "en")
    told = [f"  {place}: {' and '.join(cell.text for cell in cells)}" for place, cells in page.rows]
    return [
        f"Records: {recorded.records:,} of {counted(recorded.rows, 'row')} went in, "
        f"{recorded.count('refused'):,} refused. The statement they give, released by two (invented) people:",
        f"  {page.title}",
        *(f"  {cell.text}" for cell in page.lines),
        f"  {page.columns[0]}: {', '.join(page.columns[1:])}" if page.columns else "",
        *(line for line in told if line.startswith(("  Sichuan", "  Anhui"))),
        f"  and {max(0, len(told) - 2)} more provinces; {drafted.statement.kept:.0%} of {len(drafted.statement.lines)} "
        "counts printed, the others protect single children and persons",
        *(f"  {sentence}" for sentence in page.public),
        f"The statement:   {(folder / 'statement.pdf').resolve()} (also .html and .txt, Chinese and English)",
        f"Its records:     {(folder / 'internal.html').resolve()}",
    ]


def _measured(scores: dict[str, Any]) -> list[str]:
    rings, actors, contacts = scores["rings"], scores["actors"], scores["mentions"]["contacts"]
    stances = scores["stances"]
    plain = scores["mentions"]["contacts, plain recall"]["recall"]
    disguised = scores["mentions"]["contacts, disguised recall"]["recall"]
    return [
        "Measured against the truth that the analysis never saw (1 is best; docs/evaluation.md):",
        f"  {rings['true rings found']} of {rings['true rings']} rings found by {rings['found rings']} candidates, "
        f"{rings['false rings']} of them false (one ring may be found in pieces); "
        f"member precision {rings['member precision']:.3f}, recall of reachable members "
        f"{rings['recall of reachable members']:.3f}{_rand_words(rings['ARI over reachable members'])}.",
        f"  Accounts to people: B-cubed F1 {actors['B-cubed F1']:.3f} over {actors['accounts']} accounts.",
        f"  Contacts: F1 {contacts['F1'][0]:.3f}; found where plain {plain:.3f}, where disguised {disguised:.3f}.",
        f"  Stances: average precision {stances['average precision'][0]:.3f} at a base rate of "
        f"{100 * stances['base rate']:.1f} %; figures F1 {scores['figures']['F1']:.3f}.",
    ]


def _rand_words(score: float) -> str:
    """The adjusted Rand index in words; nothing where one ring leaves nothing to keep apart."""
    return "" if math.isnan(score) else f", ARI {score:.3f} (pairs of people rightly together or apart; 0 is chance)"
