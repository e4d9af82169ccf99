"""The days that a sentence of a report speaks of: when it happened, and as of when it was counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from ringtrace.statement.sentences import dateline_end
from ringtrace.statement.vocabulary import Vocabulary, is_word, terms
from ringtrace.text import lexicon
from ringtrace.text.dates.calendar_days import DateFound
from ringtrace.text.dates.finding import find_dates
from ringtrace.text.places.gazetteer import find_places

_SURE = 0.7


@dataclass(frozen=True, slots=True)
class Period:
    """ISO dates, partial allowed, "" when unknown. since: open towards the present (cumulative)."""

    start: str = ""
    stop: str = ""
    as_of: str = ""
    since: bool = False
    taken: tuple[tuple[int, int], ...] = ()


_VALUE_REACH = 24


def read_period(vocabulary: Vocabulary, published: str) -> Period:
    """Return the period of one sentence. published: ISO date or "", for yearless dates.

    A yearless date that would lie after publication lies a year back. Days of a statement ("said
    on March 3", "3日通报") are not days of what is stated.
    """
    text = vocabulary.text
    day = _day(published)
    found = [item for item in find_dates(text, day) if item.probability >= _SURE and "W" not in item.value]
    found = sorted([*found, *_weekdays(text, day)], key=lambda item: item.start)
    opening = dateline_end(text, find_places(text)) if found else 0
    taken = tuple((item.start, item.stop) for item in found)
    happened: list[str] = []
    as_of, since = "", False
    for item in found:
        value = _past(item, text, published)
        before = text[max(0, item.start - 26) : item.start].rstrip()
        if before.endswith(terms("as_of")) and not any(h for h in happened):
            as_of = value
        elif item.start < opening or vocabulary.has("earlier_value", max(0, item.start - _VALUE_REACH), item.start):
            continue  # the dateline, or the year of the value that a count had before: "up from 47 in 2021"
        elif _is_saying(text, item, before):
            as_of = as_of or value
        else:
            open_end = before.endswith(("since", "自从")) or text.startswith(("以来", "年以来"), item.stop)
            if open_end and item.start > len(text) // 2:  # "... sold 21 women since 2014": when what began is unsaid
                continue
            since = since or open_end
            happened.append(value)
    if not happened:
        return Period(as_of=as_of, taken=taken)
    if since:
        return Period(happened[0], "", as_of, True, taken)
    return Period(min(happened), max(happened), as_of, False, taken)


def _weekdays(text: str, day: date | None) -> list[DateFound]:
    """Lone weekdays ("on Monday", "said Friday"): the last one up to the day of publication."""
    if day is None or "day" not in text:
        return []
    found = []
    for name, number in _weekday_names().items():
        at = text.find(name)
        if at >= 0 and is_word(text, at, at + len(name)):
            past = day - timedelta(days=(day.weekday() - number) % 7)
            found.append(DateFound(at, at + len(name), past.isoformat(), 0.7, "weekday"))
    return found


@cache
def _weekday_names() -> Mapping[str, int]:
    names: dict[str, int] = {}
    for _, document in lexicon.documents("date"):
        names.update(document.get("weekdays", {}))
    return names


def _is_saying(text: str, item: DateFound, before: str) -> bool:
    if before.endswith(terms("saying")):
        return True
    after = text[item.stop : item.stop + 3].lstrip(" ,，")
    return after.startswith(tuple(term for term in terms("saying") if not term.isascii()))


def _past(item: DateFound, text: str, published: str) -> str:
    value = item.value
    stated = any(char.isdigit() and value[:4] == text[at : at + 4] for at, char in enumerate(text[: item.stop]))
    if published and value[:1] != "-" and value > published and not stated and item.rule in {"month and day", "month"}:
        return f"{int(value[:4]) - 1:04d}{value[4:]}"
    return value


def _day(published: str) -> date | None:
    try:
        return date.fromisoformat(published[:10])
    except ValueError:
        return None
