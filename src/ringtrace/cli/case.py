"""Commands on a case: init, add, analyse, verify, judge."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from ringtrace.cli.output import CHANGED, PARTIAL, CasePath, Json, Progress, emit
from ringtrace.text.plural import counted

if TYPE_CHECKING:
    from ringtrace.store.case import Case

_NAMED = 10
"""Copies, and files known already, that are named one by one: who adds a folder again knows what is in it."""


def init(
    case: CasePath,
    database: Annotated[str, typer.Option(help="PostgreSQL's URL for a team's decisions; none: a file.")] = "",
    as_json: Json = False,
) -> None:
    """Make a new, empty case folder.

    Example: ringtrace init mycase
    """
    from ringtrace.store.case import Case

    made = Case.create(case, database)
    emit(as_json, {"case": str(made.folder)}, [f"Made {case}. Next: ringtrace add {case} FOLDER"])


def add(
    case: CasePath,
    paths: Annotated[list[Path], typer.Argument(help="Files or folders of evidence.", show_default=False)],
    source: Annotated[str, typer.Option(help="Who or what the files came from.")] = "",
    submitted_by: Annotated[str, typer.Option(help="Who handed them in.")] = "",
    received_by: Annotated[str, typer.Option(help="Who took them.")] = "",
    authority: Annotated[str, typer.Option(help="Legal ground: order, warrant or consent, with its number.")] = "",
    tool: Annotated[str, typer.Option(help="Program and version that made the capture or export.")] = "",
    stated_at: Annotated[str, typer.Option(help="When it was captured, as the submitter says.")] = "",
    condition: Annotated[str, typer.Option(help="In what state it came: sealed, damaged, a copy.")] = "",
    retention: Annotated[str, typer.Option(help="Until when, or by which rule, it is kept.")] = "",
    as_json: Json = False,
) -> None:
    """Take evidence in: every file is stored unchanged, hashed, logged and signed.

    What is not stated about how the files came in is named; `ringtrace custody CASE amend` adds it.

    Exit code 3 when some files could not be taken in; they are named with the reason.

    Example: ringtrace add mycase exports/ tips.csv --source "hotline desk" --submitted-by "Officer Lin"
    --received-by "Analyst Wu" --authority "order 2014/17"
    """
    from ringtrace.model.custody import Circumstances
    from ringtrace.pipeline.intake.adding import add as take
    from ringtrace.store.case import Case

    with Progress() as progress:
        told = Circumstances(
            source, submitted_by, received_by, authority, tool, stated_at, condition, retention
        )  # fmt: skip
        receipts = take(Case(case), paths, told, lambda done, total: progress("adding", done, total))
    counts = {status: sum(r.status == status for r in receipts) for status in ("added", "copy", "known", "failed")}
    lines = []
    for status in ("failed", "copy", "known"):
        told_of = [f"{r.name}: {r.reason}" for r in receipts if r.reason and r.status == status]
        most = len(told_of) if status == "failed" else _NAMED
        lines += told_of[:most]
        lines += [f"... and {len(told_of) - most:,} more already held; --json lists all"] if len(told_of) > most else []
    lines += ["No file was found there."] if not receipts else []
    lines.append(
        f"{counted(counts['added'], 'file')} added, {counted(counts['copy'], 'copy')} of files already held, "
        f"{counts['known']:,} already known, {counts['failed']:,} not taken in."
    )
    missing = [name.replace("_", " ") for name in told.unstated()] if counts["added"] + counts["copy"] else []
    lines += [f"Not stated: {', '.join(missing)}."] if missing else []
    lines += [f"Next: ringtrace analyse {case}"] if counts["added"] else []
    emit(as_json, {"receipts": [asdict(r) for r in receipts], **counts, "not stated": missing}, lines)
    if counts["failed"]:
        raise typer.Exit(PARTIAL)


def analyse(
    case: CasePath,
    engine: Annotated[
        str, typer.Option(help="Where to run: local, local:N (processes), spark-local[N] or spark://HOST:PORT.")
    ] = "local",
    fresh: Annotated[bool, typer.Option("--fresh", help="Work everything out, believing no earlier run.")] = False,
    as_json: Json = False,
) -> None:
    """Work out posts, mentions, stances, accounts, actors, rings and figures; write the report.

    After new evidence only what it touches is read and searched again; the result is the same.

    Exit code 3 when some bytes could not be read; they are listed as gaps.

    Example: ringtrace analyse mycase
    """
    from ringtrace.engines.opening import open_engine
    from ringtrace.engines.startup import spare_pandas
    from ringtrace.pipeline import analyse as run
    from ringtrace.store.case import Case

    spare_pandas()
    on = open_engine(engine)
    started = time.perf_counter()
    with Progress() as progress:
        summary = run(Case(case), on, progress, fresh=fresh)
    seconds = round(time.perf_counter() - started, 1)
    emit(as_json, {**summary.document(), "seconds": seconds}, [*summary.sentences(), f"Took {seconds} s."])
    if summary.gaps:
        raise typer.Exit(PARTIAL)


def verify(
    case: CasePath,
    against: Annotated[Path | None, typer.Option(help="A checkpoint that a witness kept.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Re-read every byte of evidence, the custody log and its time-stamps; name whatever was changed.

    With --against it also proves that the log continues what a witness kept by `ringtrace checkpoint`.
    Exit code 4 when something was changed. The objects can also be checked without Ringtrace:
    cd mycase/evidence && sha256sum -c objects.sha256

    Example: ringtrace verify mycase --against /mnt/notary/mycase.checkpoint
    """
    from ringtrace.store.case import Case
    from ringtrace.store.inspection import inspect_witness

    opened = Case(case)
    total = opened.evidence.size()
    done = [0]
    with Progress() as progress:

        def advance(size: int) -> None:
            done[0] += size
            progress("verifying bytes", done[0], total)

        findings = opened.evidence.verify(advance)
    old = None
    if against is not None:
        old, contradictions = inspect_witness(opened.evidence.log, against.read_bytes())
        findings += contradictions
    lines = [f"{finding.where}: {finding.what}" for finding in findings]
    lines.append(
        f"{counted(len(findings), 'problem')}."
        if findings
        else f"All {done[0]:,} bytes and the custody log are intact."
    )
    lines += [f"The log continues the witness's checkpoint of {old.size:,} lines."] if old and not findings else []
    emit(as_json, {"problems": [asdict(f) for f in findings], "bytes": done[0]}, lines)
    if findings:
        raise typer.Exit(CHANGED)


def judge(
    case: CasePath,
    left: Annotated[str, typer.Argument(help="Account id, or the word: identifier.")],
    right: Annotated[str, typer.Argument(help="Another account id, or the kind of a contact.")],
    value: Annotated[
        str, typer.Argument(help="The contact, as `show CASE contacts` writes it.", show_default=False)
    ] = "",
    verdict: Annotated[str, typer.Option(help="Same person: yes, no or unsure (takes a verdict back).")] = "",
    use: Annotated[str, typer.Option(help="Of a contact: personal, shared_by_few, business, generic, hotline.")] = "",
    reason: Annotated[str, typer.Option(help="Why, in words.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Only say what the verdict would change.")] = False,
    as_json: Json = False,
) -> None:
    """Record whether two accounts are the same person, or how a contact is used; it holds in every later analysis.

    With --preview nothing is recorded: it says which actors would merge or split and what becomes of rings. What the
    workbench's triage would have you judge without knowing what somebody said of it, you judge so here, too.

    Example: ringtrace judge mycase account-1f... account-9a... --verdict no --reason "two brothers"
    Example: ringtrace judge mycase identifier phone +8617000000001 --use business --reason "a pharmacy"
    """
    from ringtrace.errors import UsageError
    from ringtrace.linking.identifiers import USES
    from ringtrace.model.ring import Verdict
    from ringtrace.store.analysis import read_table
    from ringtrace.store.case import Case

    opened = Case(case)
    if left == "identifier":
        if preview:
            raise UsageError("--preview tells what a verdict on two accounts would change")
        shown = read_table(opened.analysis, "identifiers").select(["kind", "value"]).to_pylist()
        if {"kind": right, "value": value} not in shown:
            raise UsageError(f"no account shows {right} {value}; `ringtrace show {case} contacts` lists what they do")
        if use not in USES and verdict != "unsure":
            raise UsageError(f"use {use!r} is none of {', '.join(USES)}")
        _record_judgement(case, ("identifier", right, value, use), verdict or "yes", reason, as_json)
        return
    if value or use:
        raise UsageError("--use and a value go with: ringtrace judge CASE identifier KIND VALUE --use USE")
    if verdict not in get_args(Verdict):
        raise UsageError(f"verdict {verdict!r} is not yes, no or unsure")
    known = set(read_table(opened.analysis, "accounts")["account_id"].to_pylist())
    for account in (left, right):
        if account not in known:
            raise UsageError(f"{account} is not an account of this case; `ringtrace show {case} accounts` lists them")
    first, second = sorted((left, right))
    if preview:
        _preview(opened, first, second, verdict, as_json)
        return
    _record_judgement(case, ("link", first, second), verdict, reason, as_json)


def _preview(case: Case, left: str, right: str, verdict: str, as_json: bool) -> None:
    import getpass

    from ringtrace.errors import UsageError
    from ringtrace.model.ring import Verdict
    from ringtrace.pipeline.intake.recording import entries_of
    from ringtrace.pipeline.judging.previewing import Preview
    from ringtrace.pipeline.judging.second_looks import KEPT, SecondLooks
    from ringtrace.pipeline.telling.room import Room

    subject = ("link", left, right)
    with case.lent_ledger() as ledger:
        judgements = ledger.judgements()
        if SecondLooks.of(ledger, subject).is_dealt(subject, getpass.getuser()):
            raise UsageError(KEPT)
    room = Room(case)
    effect = Preview(room.table, judgements, entries_of(case)).verdict(left, right, cast(Verdict, verdict))
    lines = [f"It would change: {line}." for line in effect.lines(room.naming.of)]
    emit(as_json, effect.document(), [*lines, "Nothing was recorded."])


def _record_judgement(case: Path, subject: tuple[str, ...], verdict: str, reason: str, as_json: bool) -> None:
    import getpass

    from ringtrace.model.ring import Judgement, Verdict
    from ringtrace.pipeline.judging.second_looks import give
    from ringtrace.store.case import Case

    at = time.time_ns() // 1000
    with Case(case).lent_ledger() as ledger:
        number = give(ledger, Judgement(subject, cast(Verdict, verdict), getpass.getuser(), at, reason))
    emit(as_json, {"event": number}, [f"Recorded as event {number}. Run `ringtrace analyse {case}` to apply it."])
