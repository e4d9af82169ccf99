"""Every error that Ringtrace raises on purpose.

    RingtraceError
    ├── CaseError            the case folder is missing, locked, damaged or of another version
    ├── EvidenceError        a file or member could not be taken in or read; carries name and reason
    │   ├── MalformedError   bytes that contradict their format, with the offset where it was noticed
    │   └── LimitError       a budget was exceeded (size, depth, members, ratio, time)
    ├── ConflictError        somebody changed the same thing meanwhile; carries what they wrote
    ├── LexiconError         a lexicon or jurisdiction file is wrong; names file, key and what was found
    ├── MappingError         a tip mapping names a column that the file does not have
    └── UsageError           what was asked for does not exist or does not fit (unknown id, format, preset)

Each message says what happened, to what, and what to do next. Nothing is lost by an
error: the pipeline turns a per-item EvidenceError into a ``Gap`` and goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RingtraceError(Exception):
    """Base of all errors raised on purpose; ``str()`` is a sentence fit for an analyst."""


class CaseError(RingtraceError):
    """The case folder cannot be used as it is."""


class EvidenceError(RingtraceError):
    """A file or member of evidence could not be taken in or read."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


class MalformedError(EvidenceError):
    """Bytes that contradict their format; ``offset`` is in bytes of the file or decoded member."""

    def __init__(self, name: str, reason: str, offset: int = 0) -> None:
        super().__init__(name, f"{reason} (at byte {offset})")
        self.offset = offset


class LimitError(EvidenceError):
    """A budget for hostile input was exceeded."""


class ConflictError(RingtraceError):
    """Somebody changed the same thing meanwhile; nothing was recorded.

    subject: the thing; seen: the version that the author had before them; present: what is recorded now, as
    version, number, author, at (ISO 8601 UTC), kind, payload; mine: the payload that was refused.
    """

    def __init__(self, subject: str, seen: int, present: Mapping[str, Any], mine: Mapping[str, Any]) -> None:
        who = f" by {present['author']} at {present['at']}" if "author" in present else ""
        super().__init__(f"somebody changed this meanwhile{who}; look at both versions and decide again")
        self.subject = subject
        self.seen = seen
        self.present = dict(present)
        self.mine = dict(mine)


class LexiconError(RingtraceError):
    """A lexicon or jurisdiction file is wrong."""


class MappingError(EvidenceError):
    """A tip mapping does not fit its file."""


class UsageError(RingtraceError):
    """What was asked for does not exist or does not fit."""
