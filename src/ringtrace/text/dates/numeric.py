"""Dates in figures: 2014-02-19, 19/02/2014, 20140219, 02-19 20:01, 2/19号, 9日上午."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path

from ringtrace.text import lexicon
from ringtrace.text.dates.calendar_days import DateFound, iso, yearless

_MOST = 500
RULE = "numeric date"
_NUMERIC = re.compile(
    r"(?<![0-9])(?<![0-9][./\-])((?:19|20)[0-9]{2})([\-/. ])([01]?[0-9])(?:\2([0-3]?[0-9]))?(?![0-9]|[./\-][0-9])"
)
_SLASHED = re.compile(r"(?<![0-9./\-])([0-3]?[0-9])/([0-3]?[0-9])/((?:19|20)[0-9]{2})(?![0-9/])")
_COMPACT = re.compile(r"(?<![0-9a-z_@.\-+])((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-2][0-9]|3[01])(?![0-9a-z_@\-])")
_CLOCKED = re.compile(r"(?<![0-9./\-])([01]?[0-9])[-/]([0-3]?[0-9]) [0-2]?[0-9]:[0-5][0-9](?![0-9])")
_NUMBERED = re.compile(r"(?<![0-9./\-])([01]?[0-9])[/.\-·]([0-3]?[0-9])[号日](?![码楼院])")
_DOTTED = re.compile(r"(?<![0-9.·])([1-9]|1[0-2])·([1-9]|[12][0-9]|3[01])(?![0-9·])")
_DAY = re.compile(r"(?<![0-9月年.\-/第周期])([0-3]?[0-9])日")


def dated_words(lexicons: Path | None) -> tuple[str, ...]:
    """Return the words that make eight figures behind them a day."""
    return _terms(lexicons, "dated")


@cache
def _terms(lexicons: Path | None, name: str) -> tuple[str, ...]:
    return lexicon.load("calendar", lexicons).get(name, ())


def find_numeric_dates(text: str, day: date | None, lexicons: Path | None) -> Iterator[DateFound]:
    """Yield the dates that a folded text writes in figures. day: the day of writing, for those without a year."""
    if "20" in text or "19" in text:
        yield from _full(text)
        yield from _compact(text, lexicons)
    if day is not None:
        yield from _yearless(text, day, lexicons)


def _yearless(text: str, day: date, lexicons: Path | None) -> Iterator[DateFound]:
    if ":" in text:
        for match in islice(_CLOCKED.finditer(text), _MOST):
            yield from _of_month(match, match.end(2), day, 0.65)
    if "号" in text or "日" in text:
        for match in islice(_NUMBERED.finditer(text), _MOST):
            yield from _of_month(match, match.end(), day, 0.65)
        for match in islice(_DAY.finditer(text), _MOST):
            value = iso(day.year, day.month, int(match.group(1)))
            if value and text.startswith(_terms(lexicons, "clock"), match.end()):
                yield DateFound(match.start(), match.end(), value, 0.55, "day of the month")
    if "·" in text:
        for match in islice(_DOTTED.finditer(text), _MOST):
            if not text.startswith(_terms(lexicons, "not_day_of_case"), match.end()):
                yield from _of_month(match, match.end(), day, 0.5)


def _full(text: str) -> Iterator[DateFound]:
    for match in _NUMERIC.finditer(text):
        year, month, number = int(match.group(1)), int(match.group(3)), int(match.group(4) or 0)
        value = iso(year, month, number) if month else ""
        if match.group(2) == " " and not (match.group(4) and len(match.group(3)) == len(match.group(4)) == 2):
            continue
        if value and not (match.group(2) == "." and not match.group(4) and len(match.group(3)) < 2):
            yield DateFound(match.start(), match.end(), value, 0.95 if number else 0.7, RULE)
    for match in _SLASHED.finditer(text):
        left, right, year = int(match.group(1)), int(match.group(2)), int(match.group(3))
        readings = sorted({value for value in (iso(year, left, right), iso(year, right, left)) if value})
        for value in readings if left and right else []:
            yield DateFound(match.start(), match.end(), value, 0.9 if len(readings) == 1 else 0.45, RULE)


def _compact(text: str, lexicons: Path | None) -> Iterator[DateFound]:
    """Yield eight figures that a word of dates leads; a QQ number looks alike."""
    for match in islice(_COMPACT.finditer(text), _MOST):
        value = iso(*map(int, match.groups()))
        if value and text[max(0, match.start() - 16) : match.start()].rstrip(" ").endswith(_terms(lexicons, "dated")):
            yield DateFound(match.start(), match.end(), value, 0.75, RULE)


def _of_month(match: re.Match[str], stop: int, day: date, sure: float) -> Iterator[DateFound]:
    month, number = int(match.group(1)), int(match.group(2))
    value = yearless(month, number, day, False) if 1 <= month <= 12 and number else ""
    if value:
        yield DateFound(match.start(), stop, value, sure, RULE)
