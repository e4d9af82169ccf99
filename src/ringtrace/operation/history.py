"""What the earlier events of a subject say about a new one: impossible, odd, or known already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ringtrace.model.record import Record, earliest_day, latest_day
from ringtrace.operation.vocabulary import constant, rules

_EPISODE = "reported"
"""A child reported anew has gone missing again: what happens once may then happen again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """refusal: why the event cannot be, "" when it can. known: it is recorded already. flags: what is odd."""

    refusal: str = ""
    known: bool = False
    flags: tuple[str, ...] = ()


class Histories:
    """The events of each subject, in the order of recording."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._ids: set[str] = set()
        self._events: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        self._ids.add(record.id)
        self._events[record.subject].append((record.status, record.date))

    def judge(self, record: Record) -> Verdict:
        """Return what the history says about ``record``, which is not yet part of it."""
        if record.id in self._ids:
            return Verdict(known=True)
        before = self._events.get(record.subject, [])
        refusal = _impossible(record, before) or _twice(record, before)
        return Verdict(refusal) if refusal else Verdict(flags=tuple(_oddities(record, before)))


def _impossible(record: Record, before: list[tuple[str, str]]) -> str:
    for earlier, later in rules(record.kind).order:
        for status, day in before:
            if record.status in earlier and status in later and earliest_day(record.date) > latest_day(day):
                if _reopened(before, day, record.date):
                    continue
                return f"{_words(record.status)} on {record.date} lies after {_words(status)} on {day}"
            if record.status in later and status in earlier and latest_day(record.date) < earliest_day(day):
                if _reopened(before, record.date, day):
                    continue
                return f"{_words(record.status)} on {record.date} lies before {_words(status)} on {day}"
    return ""


def _twice(record: Record, before: list[tuple[str, str]]) -> str:
    if record.status not in rules(record.kind).once:
        return ""
    for status, day in before:
        if status == record.status and not _reopened(before, min(day, record.date), max(day, record.date)):
            return f"a second {_words(status)} for {record.subject}: the first is dated {day}"
    return ""


def _reopened(before: list[tuple[str, str]], after: str, until: str) -> bool:
    """Whether the subject was reported anew between two days."""
    return any(status == _EPISODE and after < day <= until for status, day in before)


def _oddities(record: Record, before: list[tuple[str, str]]) -> Iterable[str]:
    kind = rules(record.kind)
    statuses = {status for status, _ in before}
    needed = kind.needs.get(record.status, frozenset())
    if needed and not needed & statuses:
        yield f"no {' or '.join(_words(status) for status in sorted(needed))} is recorded before it"
    for pair in kind.against:
        others = pair - {record.status}
        if record.status in pair and others & statuses:
            yield f"contradicts {_words(next(iter(others)))}, which is recorded as well"
    if record.status == "arrest_approved":
        yield from _long_detention(record, before)


def _long_detention(record: Record, before: list[tuple[str, str]]) -> Iterable[str]:
    most = int(constant("detention_days"))
    for status, day in before:
        if status == "detained" and len(day) == len(record.date) == len("2014-02-19"):
            days = (date.fromisoformat(record.date) - date.fromisoformat(day)).days
            if days > most:
                yield f"{days} days after detention; the law allows {most}"


def _words(status: str) -> str:
    return f"“{status.replace('_', ' ')}”"
