"""Where a file came from and what was done with it since, told from the custody log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ringtrace.errors import UsageError
from ringtrace.model.custody import FIELDS
from ringtrace.pipeline.intake.custodian import Asked, log_consultation
from ringtrace.pipeline.telling.room import Explanation, Room
from ringtrace.report.words import counted
from ringtrace.store.case import Case

WORDS = {
    "source": "source", "submitted_by": "handed in by", "received_by": "received by", "authority": "authority",
    "capture_tool": "made with", "stated_at": "captured, as stated,", "condition": "condition",
    "retention": "kept until",
}  # fmt: skip
_ACTS = {
    "collect": "received", "alter": "corrected", "consult": "read", "disclose": "passed on", "combine": "analysed",
    "erase": "erased", "recover": "log mended after a crash",
}  # fmt: skip


def consulted(room: Room, explanation: Explanation, asked: Asked) -> Explanation:
    """Return ``explanation`` once the log says durably which bytes of evidence it quotes."""
    for row in _quoting(explanation.document) if asked.whole else ():
        room.consulted[row["evidence_id"], row["member"], row["start"], row["stop"]] = None
    log_consultation(room.case, [*room.consulted], asked)
    return explanation


def _quoting(document: Any) -> Iterator[Mapping[str, Any]]:  # noqa: ANN401  any JSON value
    """Yield what holds words of evidence: rows with a text and a place."""
    if isinstance(document, Mapping):
        if "text" in document and document.keys() >= {"evidence_id", "member", "start", "stop"}:
            yield document
        for value in document.values():
            yield from _quoting(value)
    elif isinstance(document, list):
        for value in document:
            yield from _quoting(value)


def origin_lines(room: Room, evidence_id: str) -> list[str]:
    """Say in a line for each reception how the file came in."""
    receptions = [found for found in room.case.evidence.receptions() if found.evidence_id == evidence_id]
    return [
        f"  the file came in {found.at[:19]}Z as {found.name}: {_circumstances(found.circumstances.stated())}"
        for found in receptions
    ]


def explain_evidence(room: Room, evidence_id: str) -> Explanation:
    """Tell what is known of a file: how it was read, how it came in, every act on it."""
    row = room.rows("evidence", "evidence_id", evidence_id)[0]
    lines = [
        f"{row['name']}: SHA-256 {evidence_id}, {row['size']:,} bytes",
        f"  read by {row['reader'] or 'no reader'}: {counted(row['posts'], 'post')}; bytes of posts "
        f"{row['post_bytes']:,}, structure {row['structure_bytes']:,}, gaps {row['gap_bytes']:,}",
    ]
    acts = history(room.case, evidence_id)
    return Explanation({"evidence": row, "custody": acts}, [*lines, *map(act_line, acts)])


def find_evidence(case: Case, subject: str) -> str:
    """Return the id of the one file whose name, id or start of an id is ``subject``, erased ones included.

    Raises UsageError when none or several fit.
    """
    found = {
        entry.evidence_id
        for entry in case.evidence.receptions()
        if subject == entry.name or (len(subject) >= 8 and entry.evidence_id.startswith(subject.lower()))
    }
    if len(found) != 1:
        told = f"{len(found)} files fit" if found else "no file fits"
        raise UsageError(f"{told} {subject!r}; `ringtrace custody {case.folder}` lists them")
    return found.pop()


def history(case: Case, evidence_id: str = "") -> list[dict[str, Any]]:
    """Return the acts on one file, or all acts, each with its line of the log; acts on everything count for each."""
    found = []
    for line, event in enumerate(case.evidence.log.events(), start=1):
        named = event.get("evidence")
        touched = named is None or evidence_id == named or (isinstance(named, list) and evidence_id in named)
        if not evidence_id or touched:
            found.append({"line": line, **event})
    return found


def act_line(event: Mapping[str, Any]) -> str:
    """Say an act in one line."""
    act = str(event["event"])
    head = f"  line {event['line']}  {str(event['at'])[:19]}Z  {_ACTS.get(act, act)} by {event.get('by', 'ringtrace')}"
    told = [_circumstances(event)] if act == "collect" else []
    told += [_circumstances(event["changes"])] if act == "alter" and "changes" in event else []
    told += [str(event["what"])] if act in ("disclose", "combine") or "original" in event else []
    told += [f"the file as it came: SHA-256 {event['original']}"] if "original" in event else []
    told += [f"to {event['to']}"] if event.get("to") else []
    told += [f"{counted(len(event['spans']), 'quotation')}"] if "spans" in event else []
    told += [f"authority {event['authority']}"] if act == "erase" else []
    told += [f"because {event['why']}"] if event.get("why") else []
    return f"{head}: {'; '.join(told)}" if any(told) else head


def _circumstances(said: Mapping[str, Any]) -> str:
    told = [f"{WORDS[name]} {said[name]}" for name in FIELDS if said.get(name)]
    return ", ".join(told) or "nothing was stated about where it came from"
