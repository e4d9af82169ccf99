"""Figures from records: how many persons ever had a status by a day, where, and on which records it rests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ringtrace.model.figure import Figure
from ringtrace.model.identity import derive_id
from ringtrace.model.record import Entry, Record, latest_day
from ringtrace.operation.divisions import province_of
from ringtrace.operation.vocabulary import Count, counts


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures of one day, and how many proposed persons wait for a second person's judgement and are not counted."""

    figures: tuple[Figure, ...]
    unconfirmed: tuple[str, ...]


def count_records(entries: Sequence[Entry], as_of: str = "") -> Tally:
    """Return the ledger's figures as of a day (ISO; "" = all), in order of quantity, status and place.

    A person counts once, at the place of the first event that counts; persons whose event names no
    place stand in the total only. Persons whom an actor proposed count once another person confirmed them.
    """
    entries = [entry for entry in entries if not as_of or latest_day(entry.record.date) <= as_of]
    waiting = _unconfirmed(entries)
    by_kind: defaultdict[str, list[Record]] = defaultdict(list)
    for entry in entries:
        if entry.record.subject not in waiting:
            by_kind[entry.record.kind].append(entry.record)
    figures: list[Figure] = []
    for count in counts():
        figures += _figures(count, by_kind[count.kind], as_of)
    figures += _extents(by_kind["suspect"], as_of)
    return Tally(tuple(figures), tuple(sorted(waiting)))


def _figures(count: Count, records: Iterable[Record], as_of: str) -> list[Figure]:
    first: dict[str, Record] = {}
    for record in records:
        if record.status in count.statuses:
            held = first.get(record.subject)
            if held is None or (record.date, not record.place) < (held.date, not held.place):
                first[record.subject] = record
    counted = list(first.values())
    if not counted:
        return []
    figures = [_figure(count, "", counted, as_of)]
    if count.by_place:
        places: defaultdict[str, list[Record]] = defaultdict(list)
        for record in counted:
            places[province_of(record.place)].append(record)
        figures += [_figure(count, place, places[place], as_of) for place in sorted(places) if place]
    return figures


def _figure(count: Count, place: str, records: Sequence[Record], as_of: str) -> Figure:
    population = ", ".join(status.replace("_", " ") for status in sorted(count.statuses))
    return _make(count.quantity, "person", count.status, population, place, len(records), records, as_of)


def _extents(suspects: Sequence[Record], as_of: str) -> list[Figure]:
    """How many rings and provinces the arrests touch."""
    arrest = next(count for count in counts() if count.status == "arrested")
    held = [record for record in suspects if record.status in arrest.statuses]
    found = []
    for quantity, unit, name in (("rings", "ring", _ring), ("provinces", "province", _province)):
        first: dict[str, Record] = {}
        for record in held:
            if name(record):
                first.setdefault(name(record), record)
        if first:
            found.append(_make(quantity, unit, "", "of arrests", "", len(first), list(first.values()), as_of))
    return found


def _ring(record: Record) -> str:
    return record.details.get("ring", "")


def _province(record: Record) -> str:
    return province_of(record.place)


def _make(
    quantity: str, unit: str, status: str, population: str, place: str, value: int, records: Sequence[Record],
    as_of: str,
) -> Figure:  # fmt: skip
    days = sorted(record.date for record in records)
    until = as_of or days[-1]
    key = derive_id("figure", "ledger", quantity, status, place, until, value, *sorted(r.id for r in records))
    return Figure(
        key, "ledger", quantity, unit, status, population, place, days[0], days[-1], until, "exact", str(value), None,
        "", tuple(sorted(record.id for record in records)),
    )  # fmt: skip


def _unconfirmed(entries: Iterable[Entry]) -> set[str]:
    proposed: dict[str, str] = {}
    verdicts: dict[str, str] = {}
    for entry in entries:
        record = entry.record
        if record.kind == "judgement":
            if entry.author != proposed.get(record.subject):
                verdicts[record.subject] = record.status
        elif record.details.get("actor"):
            proposed.setdefault(record.subject, entry.author)
    return {subject for subject in proposed if verdicts.get(subject) != "confirmed"}


def records_behind(figures: Iterable[Figure], entries: Iterable[Entry]) -> Mapping[str, Entry]:
    """Return record id -> entry for every record that a figure rests on."""
    wanted = {record for figure in figures for record in figure.records}
    return {entry.record.id: entry for entry in entries if entry.record.id in wanted}
