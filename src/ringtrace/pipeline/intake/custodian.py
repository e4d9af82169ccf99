"""Says in the custody log who reads, passes on, combines, corrects or erases evidence: before it happens.

Each act is one durable append, whatever number of files and spans it touches. Where the log cannot
be written, the act does not take place.
"""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringtrace import __version__
from ringtrace.errors import UsageError
from ringtrace.model.custody import FIELDS, Act
from ringtrace.store.case import Case
from ringtrace.store.keys import key_folder, open_key

_SPANS = 200
"""Byte ranges that a line of the log names; of more it names the files."""
Place = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks and why, as they say; by: "" for the login name. whole: whether all is shown, not the first lines."""

    by: str = ""
    why: str = ""
    whole: bool = False

    def document(self) -> dict[str, str]:
        return {"by": self.by or getpass.getuser(), **({"why": self.why} if self.why else {})}


NOBODY = Asked()


def log_consultation(case: Case, spans: Sequence[Place], asked: Asked) -> None:
    """Log that the bytes at ``spans`` (evidence id, member, start, stop) were read by a person."""
    if not spans:
        return
    detail: dict[str, Any] = {"evidence": sorted({span[0] for span in spans})}
    if len(spans) <= _SPANS:
        detail["spans"] = [list(span) for span in spans]
    _log(case, "consult", asked, detail)


def log_disclosure(
    case: Case,
    what: str,
    to: str,
    asked: Asked,
    files: Iterable[str] | None = None,
    written: Mapping[str, str] | None = None,
) -> None:
    """Log that ``what`` leaves the case.

    to: who receives it. files: evidence ids, None for all that is held. written: file name -> its SHA-256.
    """
    held = sorted(item.evidence_id for item in case.evidence.held()) if files is None else sorted(files)
    detail = {"what": what, "to": to, **_sum(held), **({"written": dict(written)} if written else {})}
    _log(case, "disclose", asked, {**detail, "evidence": held} if files is not None else detail)


def log_combination(case: Case, what: str, asked: Asked = NOBODY) -> None:
    """Log that everything held is analysed together."""
    _log(case, "combine", asked, {"what": what, **_sum(sorted(item.evidence_id for item in case.evidence.held()))})


def amend(case: Case, evidence_id: str, changes: Mapping[str, str], asked: Asked) -> None:
    """Log a correction of how an original came in: the first statement stays, this one is beside it.

    changes: field of ``Circumstances`` -> words. Raises UsageError for another field or without a reason.
    """
    if not changes or set(changes) - set(FIELDS):
        raise UsageError(f"say what to correct: one or more of {', '.join(FIELDS)}")
    if not asked.why:
        raise UsageError("say why it is corrected")
    _log(case, "alter", asked, {"evidence": evidence_id, "what": "circumstances", "changes": dict(changes)})


def log_separation(
    case: Case, evidence_id: str, original: str, size: int, columns: Sequence[str], asked: Asked
) -> None:
    """Log that a file of tips became evidence without its reporters. original: SHA-256 of the file as it came."""
    detail = {"what": "reporters taken out and sealed", "original": original, "size": size, "columns": list(columns)}
    _log(case, "alter", asked, {"evidence": evidence_id, **detail})


def erase(case: Case, evidence_id: str, authority: str, asked: Asked) -> None:
    """Delete an original for good; the log keeps its hash, who did it, why and under which authority.

    What analyses remember of posts goes first; their tables forget it with the next analysis.
    """
    from ringtrace.store.cache import Cache

    if not authority or not asked.why:
        raise UsageError("an original is erased only with an authority and a reason")
    event = {**asked.document(), "authority": authority, "tool": f"ringtrace {__version__}"}
    with case.locked():
        Cache(case.analysis, "").clear()
        case.evidence.erase(evidence_id, event, open_key(key_folder()), case.origin)


def _sum(held: Sequence[str]) -> dict[str, Any]:
    """Name a set of originals in two values: how many, and the SHA-256 of their ids, one a line, in order."""
    return {"files": len(held), "set": hashlib.sha256("".join(f"{key}\n" for key in held).encode()).hexdigest()}


def _log(case: Case, act: Act, asked: Asked, detail: Mapping[str, Any]) -> None:
    event = {"event": act, **asked.document(), "tool": f"ringtrace {__version__}", **detail}
    case.evidence.log.append([event], open_key(key_folder()), case.origin)
