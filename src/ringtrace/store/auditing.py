"""The events of a ledger as an auditor reads them: page by page, by kind and author, and as a chain to take along."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from ringtrace.store.database import reading
from ringtrace.store.ledger import Ledger
from ringtrace.store.tables import MOST, Event

_FIELDS = (Event.number, Event.at, Event.kind, Event.author, Event.payload, Event.subject)


@dataclass(frozen=True, slots=True)
class Act:
    """One event. at: microseconds UTC; subject: the thing that it changed, "" for none; payload: what it says."""

    number: int
    at: int
    kind: str
    author: str
    subject: str
    payload: dict[str, Any]


def read_acts(ledger: Ledger, size: int, before: int | None = None, kind: str = "", author: str = "") -> list[Act]:
    """Return at most ``size`` events, the latest first.

    before: only those with a lower number; kind, author: "" for all. No event holds a NUL, and PostgreSQL refuses
    to be asked for one.
    """
    if "\0" in kind + author or (before is not None and before <= 0):
        return []
    wanted = select(*_FIELDS).order_by(Event.number.desc()).limit(size)
    for column, value in ((Event.kind, kind), (Event.author, author)):
        wanted = wanted.where(column == value) if value else wanted
    if before is not None and before <= MOST:
        wanted = wanted.where(Event.number < before)
    with reading(ledger.engine) as connection:
        return [
            Act(n, at, k, who, about or "", json.loads(told))
            for n, at, k, who, told, about in connection.execute(wanted)
        ]


def count_acts(ledger: Ledger, by: str) -> list[tuple[str, int]]:
    """Return how many events there are by "kind" or "author", by name."""
    column = {"kind": Event.kind, "author": Event.author}[by]
    wanted = select(column, func.count()).group_by(column).order_by(column)
    with reading(ledger.engine) as connection:
        return [(name, number) for name, number in connection.execute(wanted)]


def chain_of_acts(ledger: Ledger) -> Iterator[bytes]:
    """Yield every event as one line of JSON, without what it says but with its hash, each bound to the one before.

    sha256: of the payload as it is stored (UTF-8). chain: SHA-256 of the chain before (64 zeros at first) and of this
    line without ``chain``, so that the last line's is a seal on all of them: an event that is changed, left out or put
    in between gives another one.
    """
    before = "0" * 64
    with reading(ledger.engine) as connection:
        for number, at, kind, author, told, about in connection.execute(select(*_FIELDS).order_by(Event.number)):
            row = {"number": number, "at": at, "kind": kind, "author": author, "subject": about or "",
                   "sha256": hashlib.sha256(told.encode()).hexdigest()}  # fmt: skip
            line = json.dumps(row, ensure_ascii=False, sort_keys=True)
            before = hashlib.sha256((before + line).encode()).hexdigest()
            yield json.dumps({**row, "chain": before}, ensure_ascii=False, sort_keys=True).encode() + b"\n"
