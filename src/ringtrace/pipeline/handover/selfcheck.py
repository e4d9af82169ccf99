"""A self-check along the Berkeley Protocol on Digital Open Source Investigations: what a program can answer.

Questions are of our own wording, after the Protocol's principles (OHCHR and UC Berkeley, 2022).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from ringtrace import __version__
from ringtrace.store.case import Case

_PERSON = "a person must answer"


def self_check(
    case: Case, files: Sequence[Mapping[str, Any]], claims: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Return questions with an answer (yes, in part, no, or that a person must answer) and on what it rests.

    files: rows of ``evidence`` that are cited. claims: each with its ``quotes``.
    """
    held = {item.evidence_id for item in case.evidence.held()}
    kept = sum(row["evidence_id"] in held and _is_unchanged(case, row["evidence_id"]) for row in files)
    events = case.evidence.log.events()
    stated = {str(event["evidence"]) for event in events if event.get("event") == "collect" and event.get("authority")}
    with_authority = sum(row["evidence_id"] in stated for row in files)
    sourced = sum(bool(row["source"]) for row in files)
    backed = sum(bool(claim["quotes"]) for claim in claims)
    signed = case.evidence.log.checkpoint() is not None
    unread = sum(row["gap_bytes"] for row in files)
    return [
        _line("Are the originals kept unchanged, each with a hash?", _share(kept, len(files)),
              f"{kept} of {len(files)} cited files re-read just now have their SHA-256"),
        _line("Is every act on the evidence recorded and signed?", "yes" if signed else "no",
              "hash tree over the custody log, with a signed checkpoint" if signed else "there is no checkpoint"),
        _line("Is it stated where each file came from?", _share(sourced, len(files)), f"{sourced} of {len(files)}"),
        _line("Is the legal ground of each file stated?", _share(with_authority, len(files)),
              f"{with_authority} of {len(files)} with an authority in the custody log"),
        _line("Does every claim lead to the words it rests on?", _share(backed, len(claims)),
              f"{backed} of {len(claims)} claims with byte ranges"),
        _line("Was everything read that was handed in?", "yes" if not unread else "in part",
              f"{unread:,} bytes of the cited files could not be read and are listed as gaps"),
        _line("Is doubt stated?", "yes", "probabilities, what speaks against it, and what would disprove it"),
        _line("Can another repeat it?", "yes",
              f"same evidence, decisions and version ({__version__}) give the same bytes"),
        _line("Are children protected?", "in part",
              "names, numbers and phones that the records know are masked; a name that no record holds is not"),
        _line("Are the sources reliable and the accounts genuine?", _PERSON, "the program compares words, no more"),
        _line("Was it looked for what would clear the suspects?", _PERSON,
              "the discovery bundle lists what was not held against them"),
        _line("Is the collection lawful, necessary, proportionate?", _PERSON, "the authority is stated, not examined"),
        _line("Are those named, and those who work on it, safe?", _PERSON, "the custody log says who receives this"),
    ]  # fmt: skip


def _is_unchanged(case: Case, evidence_id: str) -> bool:
    path = case.evidence.object_path(evidence_id)
    if not path.exists():
        return False
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest() == evidence_id


def _line(question: str, answer: str, ground: str) -> dict[str, str]:
    return {"question": question, "answer": answer, "ground": ground}


def _share(part: int, whole: int) -> str:
    return "yes" if part == whole else "no" if not part else "in part"
