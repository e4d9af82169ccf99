"""Records in the ledger: batches that stand or are undone as a whole, and the entries in force."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from ringtrace.errors import CaseError, UsageError
from ringtrace.model.record import Entry, Record, Sealed
from ringtrace.store.ledger import Ledger


class _Stored(msgspec.Struct, frozen=True):
    """The payload of a record event. batch: the number of the event that opened the batch."""

    batch: int
    record: Record
    sealed: Sealed | None = None


_DECODER = msgspec.json.Decoder(_Stored)
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Batch:
    """One import or one entry by hand. about: file name, hash, rows; undone: number of the undoing event or 0."""

    number: int
    at: int
    author: str
    about: Mapping[str, Any]
    undone: int = 0


def write_batch(
    ledger: Ledger, author: str, about: Mapping[str, Any], records: Sequence[tuple[Record, Sealed | None]]
) -> int:
    """Append a batch and its records, all or none; return the batch's number."""
    number = ledger.record_all([("batch", author, _ENCODER.encode(dict(about)))])[0]
    ledger.record_all(
        [("record", author, _ENCODER.encode(_Stored(number, record, sealed))) for record, sealed in records]
        + [("batch_end", author, _ENCODER.encode({"batch": number, "records": len(records)}))]
    )
    return number


def undo_batch(ledger: Ledger, number: int, author: str, reason: str) -> Batch:
    """Take a batch back: none of its records counts any more. Raises UsageError when it does not stand."""
    batch = next((batch for batch in read_batches(ledger) if batch.number == number), None)
    if batch is None:
        raise UsageError(f"there is no batch {number}; `ringtrace record CASE list` shows them")
    if batch.undone:
        raise UsageError(f"batch {number} was undone before, by event {batch.undone}")
    ledger.record("undo", author, {"batch": number, "reason": reason})
    return batch


def read_batches(ledger: Ledger) -> list[Batch]:
    """Return every batch that was written to its end, in order."""
    undone = {msgspec.json.decode(payload)["batch"]: number for number, _, _, payload in ledger.payloads("undo")}
    ended = {msgspec.json.decode(payload)["batch"] for _, _, _, payload in ledger.payloads("batch_end")}
    return [
        Batch(number, at, author, msgspec.json.decode(payload), undone.get(number, 0))
        for number, at, author, payload in ledger.payloads("batch")
        if number in ended
    ]


def read_entries(ledger: Ledger) -> list[Entry]:
    """Return the entries in force, in the order of recording; raises CaseError when one is unreadable."""
    standing = {batch.number for batch in read_batches(ledger) if not batch.undone}
    found = []
    with _without_collection():
        for number, at, author, payload in ledger.payloads("record"):
            try:
                stored = _DECODER.decode(payload)
            except msgspec.MsgspecError as error:
                told = f"event {number} of the ledger is no record ({error})"
                raise CaseError(f"{told}; restore it from a copy") from error
            if stored.batch in standing:
                found.append(Entry(number, stored.batch, author, at, stored.record, stored.sealed))
    return found


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep the garbage collector from walking what is being built: reading 100,000 records takes half the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
