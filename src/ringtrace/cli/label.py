"""The command `label`: a truth set made at the terminal, blind, resumable, by two people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringtrace.cli.output import By, CasePath, Json, emit, visible, who

if TYPE_CHECKING:
    from ringtrace.model.label import Drawn, Label
    from ringtrace.pipeline.judging.labelling import Work
    from ringtrace.store.case import Case
    from ringtrace.store.ledger import Ledger

_KEYS = {"o": "offer", "s": "seek", "b": "broker", "n": "none"}
_FRAMES = {
    "p": "plain", "q": "quote", "w": "warning", "a": "appeal", "n": "news", "?": "question", "j": "joke", "l": "lawful",
    "o": "other",
}  # fmt: skip


def label(
    case: CasePath,
    size: Annotated[int, typer.Option(help="Posts of a new sample.")] = 200,
    audit: Annotated[float, typer.Option(help="Share drawn from all posts alike: 0.05 to 0.10.")] = 0.08,
    double: Annotated[float, typer.Option(help="Share that a second person labels as well.")] = 0.25,
    seed: Annotated[int, typer.Option(help="Same analysis and seed, same sample.")] = 1,
    new: Annotated[bool, typer.Option("--new", help="Draw a new sample, though one is begun.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the truth files into this new folder.")] = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Make a truth set: say what posts are, without seeing what the program makes of them.

    A sample is drawn and recorded at the first call; each later call goes on where its person stopped. A second
    person (--by) is given a share of the same posts, and how far the two agree is told. With --json nothing is
    asked, only told how far it is. Labels also teach the next analysis of this case.

    Example: ringtrace label mycase --by wu

    Example: ringtrace label mycase --out truth/
    """
    from ringtrace.pipeline.judging import labelling
    from ringtrace.store.case import Case

    opened, person = Case(case), who(by)
    ledger = opened.open_ledger()
    try:
        work = labelling.Work.of(ledger)
        if work is None or new:
            labelling.begin(ledger, labelling.draw(opened, size, seed, audit, double), person)
            work = labelling.Work.of(ledger)
        if work is None:
            raise AssertionError("a recorded sample is read back")
        if out is not None:
            told: dict[str, Any] = labelling.write_truth(opened, work, out)
            split = told["without a majority"]
            lines = [f"Wrote {told['posts']:,} labelled posts to {out}; without a majority: {split:,}."]
            emit(as_json, {**told, "folder": str(out)}, lines)
            return
        if not as_json:
            work = _ask(opened, ledger, work, person)
    finally:
        ledger.close()
    status = work.status()
    emit(as_json, status, _said(status))


def _ask(case: Case, ledger: Ledger, work: Work, person: str) -> Work:
    """Show post after post until the sample or the person's patience ends; log what was read."""
    from ringtrace.pipeline.intake.custodian import Asked, log_consultation
    from ringtrace.pipeline.judging import labelling

    shown: list[tuple[str, str, int, int]] = []
    skipped: frozenset[str] = frozenset()
    rows = _rows(case)
    print("o offer, s seek, b broker, n none; k leave out for now; q stop. Nothing is lost by stopping.")
    while (drawn := work.next_post(person, skipped)) is not None:
        shown.append(_show(rows, drawn, work))
        given = _read(work.sample.id, drawn, person)
        if given == "stop":
            break
        if given is None:
            skipped |= {drawn.post}
            continue
        if not isinstance(given, str):
            labelling.keep(ledger, given)
            work = labelling.Work.of(ledger) or work
    log_consultation(case, shown, Asked(person, "labelling"))
    return work


def _rows(case: Case) -> dict[str, dict[str, Any]]:
    from ringtrace.store.analysis import read_table

    columns = [
        "post_id", "evidence_id", "member", "start", "stop", "container", "container_name", "account_id", "sent_text",
        "title", "text", "reply_to",
    ]  # fmt: skip
    return {row["post_id"]: row for row in read_table(case.analysis, "posts").select(columns).to_pylist()}


def _show(rows: dict[str, dict[str, Any]], drawn: Drawn, work: Work) -> tuple[str, str, int, int]:
    row = rows[drawn.post]
    above = rows.get(row["reply_to"] or "")
    print(f"\n--- {len(work.labels):,} of {len(work.sample.drawn):,} labelled. {visible(row['container_name'])} "
          f"{visible(row['sent_text'])}")  # fmt: skip
    if above is not None:
        print(f"  answers: {visible(above['text'][:400])}")
    if row["title"]:
        print(f"  title: {visible(row['title'])}")
    print(f"  {visible(row['text'][:4000])}")
    return row["evidence_id"], row["member"], row["start"], row["stop"]


def _read(sample: str, drawn: Drawn, person: str) -> Label | str | None:
    """Return the label that is typed, None to leave the post out for now, "stop" at the end."""
    from ringtrace.errors import UsageError
    from ringtrace.model.label import LABELLED_FACTS, Label
    from ringtrace.pipeline.judging.labelling import read_contacts

    key = _choice("direction [o/s/b/n/k/q]", [*_KEYS, "k", "q"])
    if key in ("k", "q"):
        return None if key == "k" else "stop"
    direction, frame, facts = _KEYS[key], "plain", ""
    if direction == "none":
        letter = _choice(f"frame [{' '.join(f'{k} {v}' for k, v in _FRAMES.items())}]", list(_FRAMES))
        frame = _FRAMES[letter]
    else:
        facts = _line(f"facts, by blanks ({' '.join(LABELLED_FACTS)})")
    while True:
        try:
            told = read_contacts(_line("contacts (KIND VALUE OWNER; ...)"))
            unknown = sorted(set(facts.split()) - set(LABELLED_FACTS))
            if unknown:
                print(f"unknown facts are left out: {', '.join(unknown)}")
            kept = tuple(fact for fact in facts.split() if fact not in unknown)
            return Label(sample, drawn.post, person, direction, frame, kept, told)
        except UsageError as error:
            print(f"  {error}")


def _choice(question: str, keys: list[str]) -> str:
    while (given := _line(question).lower()) not in keys:
        if not given:
            return "q" if "q" in keys else keys[0]
        print(f"  one of {' '.join(keys)}")
    return given


def _line(question: str) -> str:
    try:
        return input(f"{question}: ").strip()
    except EOFError:
        return ""


def _said(status: dict[str, Any]) -> list[str]:
    agreed = status["agreement"]
    people = ", ".join(f"{name} {count:,}" for name, count in status["by"].items()) or "nobody yet"
    lines = [
        f"Sample {status['sample']}: {status['labelled']:,} of {status['posts']:,} posts labelled ({people}), drawn "
        f"from {status['drawn from']:,}, {100 * status['audit share']:.0f} % of them from all posts alike."
    ]
    twice = agreed["labelled twice"]
    for name in ("direction", "frame") if twice else ():
        kappa, alpha = agreed[name]["Cohen's kappa"], agreed[name]["Krippendorff's alpha"]
        first = f"Cohen's kappa {kappa:.2f}, " if kappa is not None else ""
        lines.append(f"Of {twice:,} posts labelled twice, {name}: {first}Krippendorff's alpha {alpha:.2f}.")
    return [*lines, f"Without a majority: {status['without a majority']:,}."] if twice else lines
