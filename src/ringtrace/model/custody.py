"""How evidence came in and what was done with it, in the words of who was there."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Act = Literal["collect", "alter", "consult", "disclose", "combine", "erase"]
"""What custody logs of a person's doing (the six acts of Directive (EU) 2016/680, article 25)."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """How an original was handed in; "" where nobody said.

    source:       who or what it came from (a hotline, a seized phone, a site).
    submitted_by: who handed it in.        received_by: who took it.
    authority:    the legal ground: order, warrant, consent, with its number.
    capture_tool: program and version that made the capture or export.
    stated_at:    when it was captured or exported, as the submitter says.
    condition:    in what state it came (sealed, damaged, a copy of a copy).
    retention:    until when, or by which rule, it is kept.
    """

    source: str = ""
    submitted_by: str = ""
    received_by: str = ""
    authority: str = ""
    capture_tool: str = ""
    stated_at: str = ""
    condition: str = ""
    retention: str = ""

    def stated(self) -> dict[str, str]:
        """Return what was said, field -> words; the source is always in it."""
        said = {name: getattr(self, name) for name in FIELDS}
        return {name: words for name, words in said.items() if words or name == "source"}

    def unstated(self) -> list[str]:
        """Return the fields that nobody filled in."""
        return [name for name in FIELDS if not getattr(self, name)]


FIELDS = tuple(field.name for field in fields(Circumstances))


@dataclass(frozen=True, slots=True)
class Reception:
    """One original as it came in once. at: ISO 8601 UTC; modified: the file's own time; line: of the log, from 1."""

    line: int
    at: str
    evidence_id: str
    name: str
    size: int
    by: str
    tool: str
    modified: str
    circumstances: Circumstances


@dataclass(frozen=True, slots=True)
class Finding:
    """What ``verify`` found: where (a path or log line) and what is wrong, in words."""

    where: str
    what: str
