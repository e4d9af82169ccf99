"""The days that a sentence of a report speaks of: when it happened, and as of when it was counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ringtrace.statement.vocabulary import Vocabulary, terms
from ringtrace.text.dates import DateFound, find_dates

_SINCE = re.compile(r"(?:since|自|从) ?(?:[a-z]+ )?(?:\d{1,2},? )?$")
_JOINED = ("-", "to", "and", "through", "until", "至", "到", "~", "—", "–")
_SURE = 0.7


@dataclass(frozen=True, slots=True)
class Period:
    """ISO dates, partial allowed, "" when unknown. since: open towards the present (cumulative)."""

    start: str = ""
    stop: str = ""
    as_of: str = ""
    since: bool = False
    taken: tuple[tuple[int, int], ...] = ()


def read_period(vocabulary: Vocabulary, published: str) -> Period:
    """Return the period of one sentence. published: ISO date or "", for yearless dates.

    A yearless date that would lie after publication lies a year back. Days of a statement ("said
    on March 3", "3日通报") are not days of what is stated.
    """
    text = vocabulary.text
    day = _day(published)
    found = [item for item in find_dates(text, day) if item.probability >= _SURE and "W" not in item.value]
    taken = tuple((item.start, item.stop) for item in found)
    happened: list[str] = []
    as_of, since = "", False
    for item in found:
        value = _past(item, text, published)
        before = text[max(0, item.start - 26) : item.start].rstrip()
        if before.endswith(terms("as_of")) and not any(h for h in happened):
            as_of = value
        elif _is_saying(text, item, before):
            as_of = as_of or value
        else:
            since = since or before.endswith(("since", "自从")) or text.startswith(("以来", "年以来"), item.stop)
            happened.append(value)
    if not happened:
        return Period(as_of=as_of, taken=taken)
    if since:
        return Period(happened[0], "", as_of, True, taken)
    return Period(min(happened), max(happened), as_of, False, taken)


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
