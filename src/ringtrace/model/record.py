"""Records of an operation: dated events about persons, children, cases, places and hand-overs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ringtrace.model.span import Span

RecordKind = Literal["suspect", "child", "case", "place", "handover", "judgement"]
SourceKind = Literal["evidence", "document", "person"]


@dataclass(frozen=True, slots=True)
class RecordSource:
    """What a record rests on. reference: the document's title or number, or the person's name and office.

    span: bytes of evidence where ``kind`` is evidence, else None.
    """

    kind: SourceKind
    reference: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """One dated event; a status is a history of these, never a field that is overwritten.

    subject: a pseudonym ("child-...", "suspect-..."), or a case's, place's or hand-over's own number.
    status:  a word of ``lexicons/records.model.toml`` for the kind.
    date:    ISO 8601, partial allowed ("2014-02").
    place:   division code of the event (of an arrest: where it was made), "" when unknown.
    details: further plain words (ring, sex, age, actor, counterpart, receipt, number, ...); never an identity.
    flags:   what validation found odd but let in, as sentences.
    """

    id: str
    kind: RecordKind
    subject: str
    status: str
    date: str
    place: str
    case: str
    source: RecordSource
    details: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted identity. salt: name of the key part that undoing destroys; all other texts are Base64.

    ephemeral: the public key that the sealing used; wraps: (keeper, keeper, the identity's key for those two).
    """

    salt: str
    ephemeral: str
    ciphertext: str
    wraps: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it stands in the ledger: its event number, batch, author and moment (microseconds UTC)."""

    number: int
    batch: int
    author: str
    at: int
    record: Record
    sealed: Sealed | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What validation says about one row. level: refused (left out), flagged (let in), known (already recorded)."""

    row: int
    level: Literal["refused", "flagged", "known"]
    words: str


def latest_day(date: str) -> str:
    """Return the last day that a partial ISO date may mean: "2014-02" -> "2014-02-31" (for comparing only)."""
    return date + {4: "-12-31", 7: "-31"}.get(len(date), "")


def earliest_day(date: str) -> str:
    """Return the first day that a partial ISO date may mean: "2014-02" -> "2014-02-01"."""
    return date + {4: "-01-01", 7: "-01"}.get(len(date), "")
