"""Days that Chinese counts from the day of writing: "三天前", "两周后", "半年前", "下周周六", "星期天"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path

from ringtrace.text import lexicon
from ringtrace.text.dates.calendar_days import DateFound, iso, shift_month
from ringtrace.text.dates.chinese_grammar import WEEKDAYS
from ringtrace.text.lexicon import any_of
from ringtrace.text.numbers.finding import find_numbers

_MOST = 500
COUNTED = "counted from the day of writing"
_A_WEEK = 7
_DATED = frozenset("日号0123456789")
_SURE, _BARE = 0.8, 0.6
_HALF_MONTH = 15


@dataclass(frozen=True)
class _Grammar:
    """counted: so many units before or after; weekday: with a word for its week, or without; weeks: word -> offset."""

    counted: re.Pattern[str]
    weekday: re.Pattern[str]
    units: Mapping[str, str]
    weeks: Mapping[str, int]


@cache
def _grammar(lexicons: Path | None) -> _Grammar:
    units: dict[str, str] = {}
    weeks: dict[str, int] = {}
    for _, document in lexicon.documents("calendar", lexicons):
        units.update(document.get("unit", {}))
    for _, document in lexicon.documents("date", lexicons):
        weeks.update({word: at for word, at in document.get("week", {}).items() if not word.isascii()})
    terms = lexicon.load("calendar", lexicons)
    week = any_of(terms["week"])
    return _Grammar(
        re.compile(
            r"(?<![0-9],)(?<![0-9.点第〇零一二三四五六七八九十百千万两半年月前后每近])"
            rf"(?P<n>[0-9]{{1,3}}|[一二三四五六七八九十百两]{{1,4}}|半)(?P<u>{any_of(units)})(?P<half>半)?"
            rf"(?:零?(?P<m>[0-9]{{1,2}}|[一二三四五六七八九十两]{{1,2}})个月)?(?:{any_of(terms['or_so'])})?"
            rf"[之以]?(?P<dir>前|后|後)(?!{any_of(terms['no_moment'])})"
        ),
        re.compile(rf"(?P<s>{any_of(weeks)})?(?P<of>(?:{week}))(?P<w>[{WEEKDAYS}])(?![一二三四五六七八九十年岁个])"),
        units,
        weeks,
    )


BEFORE_OR_AFTER, UNITS = "前后後", "天周期拜月年"
"""Of each, a text must hold one for a stretch to be counted in it: "天前"."""


def weekday_words(lexicons: Path | None) -> tuple[str, ...]:
    """Return the weekdays' names: 周一, 星期天 ..."""
    return tuple(f"{week}{sign}" for week in lexicon.load("calendar", lexicons)["week"] for sign in WEEKDAYS)


def find_counted_dates(text: str, day: date, lexicons: Path | None) -> Iterator[DateFound]:
    """Yield what a folded text counts from ``day``, as exactly as it is told: a day, an ISO week, a month, a year."""
    if any(sign in text for sign in BEFORE_OR_AFTER) and any(sign in text for sign in UNITS):
        grammar = _grammar(lexicons)
        for match in islice(grammar.counted.finditer(text), _MOST):
            value = _moved(day, match, grammar.units[match.group("u")])
            if value:
                yield DateFound(match.start(), match.end(), value, _BARE, COUNTED, True)


def find_weekdays(text: str, day: date, lexicons: Path | None) -> Iterator[DateFound]:
    """Yield the weekdays that a folded text names, each in the week that it names, else in that of ``day``."""
    grammar = _grammar(lexicons)
    for match in islice(grammar.weekday.finditer(text), _MOST):
        found = _weekday(text, match, day, grammar)
        if found is not None:
            yield found


def _moved(day: date, match: re.Match[str], unit: str) -> str:
    sign = 1 if match.group("dir") != "前" else -1
    half, more = match.group("n") == "半", match.group("m")
    count = 0 if half else _integer(match.group("n"))
    if unit == "day":
        return "" if half else _on(day, sign * count)
    if unit == "week":
        there = _on(day, sign * count * _A_WEEK)
        return "{}-W{:02d}".format(*date.fromisoformat(there).isocalendar()) if there and not half else ""
    if unit == "month":
        if half and not match.group("half"):
            return _on(day, sign * _HALF_MONTH)
        return _month(day, sign * count)
    months = 12 * count + (6 if half or match.group("half") else 0) + (_integer(more) if more else 0)
    return _month(day, sign * months) if months % 12 or more else _month(day, sign * months)[:4]


def _on(day: date, days: int) -> str:
    try:
        return (day + timedelta(days)).isoformat()
    except OverflowError:
        return ""


def _month(day: date, months: int) -> str:
    year, month = shift_month(day, months)
    return iso(year, month) if 1000 <= year < 3000 else ""


def _weekday(text: str, match: re.Match[str], day: date, grammar: _Grammar) -> DateFound | None:
    before = text[max(0, match.start() - 1) : match.start()]
    if before in ("每", "第", "个", "逢", "各") or (before in ("上", "下", "这", "本") and match.group("s") is None):
        return None
    if text[max(0, match.start() - 4) : match.start()].rstrip(" (（,，")[-1:] in _DATED:
        return None  # 6月1日周六
    weeks = grammar.weeks.get(match.group("s") or "", 0)
    monday = day - timedelta(day.weekday()) + timedelta(weeks=weeks)
    value = (monday + timedelta(min(WEEKDAYS.index(match.group("w")), 6))).isoformat()
    bare = weeks == 0
    return DateFound(match.start(), match.end(), value, _BARE if bare else _SURE, COUNTED, bare)


def _integer(words: str) -> int:
    if words.isascii():
        return int(words)
    numbers = find_numbers(words)
    return int(numbers[0].value) if len(numbers) == 1 and numbers[0].high is None else 0
