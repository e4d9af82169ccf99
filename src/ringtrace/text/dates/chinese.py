"""Days, weeks and months that Chinese tells by their place in a larger one.

"去年八月十五", "下月第四周": a text is read from wherever such a telling may begin: a year, then a month,
then what lies in it. What it leaves out is that of the day of writing, or of the date before it (同年, 当月). The words
are ``lexicons/calendar.*.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from ringtrace.text.dates.calendar_days import DateFound, iso, shift_month, yearless
from ringtrace.text.dates.chinese_grammar import WEEKDAYS, Grammar, told_grammar
from ringtrace.text.dates.lunar_calendar import lunar_day, nearest_lunar_day
from ringtrace.text.numbers.finding import find_numbers

_MOST = 500
"""Tellings that are read in one text: a budget for hostile ones."""
TOLD = "place in a month or year"
_SURE, _LIKELY, _FAINT = 0.8, 0.65, 0.55


class _Spot(NamedTuple):
    """What has been read so far: year and month (0: not told), whether the month is lunar, and where reading stands."""

    at: int
    year: int = 0
    month: int = 0
    lunar: bool = False
    leap: bool = False


def told_words(lexicons: Path | None) -> tuple[str, ...]:
    """Return words of which a text without 年 and 月 must hold one for ``find_told_dates`` to find anything."""
    grammar = told_grammar(lexicons)
    return (*grammar.feasts, *grammar.quarter_turns, *grammar.year_turns)


def find_told_dates(text: str, day: date, known: list[DateFound], lexicons: Path | None) -> Iterator[DateFound]:
    """Yield the dates of a folded text that lie in a year, month or quarter which it names. day: the day of writing.

    known: dates found otherwise, to which "in the same year" goes back.
    """
    reader = _Reader(text, day, known, told_grammar(lexicons))
    at = done = 0
    for match in reader.grammar.first.finditer(text):
        if match.start() < at or reader.grammar.begin.match(text, match.start()) is None:
            continue
        found, done = reader.read(match.start()), done + 1
        if found is not None:
            at = found.stop
            yield found
        if done == _MOST:
            return


@dataclass(frozen=True)
class _Reader:
    text: str
    day: date
    known: list[DateFound]
    grammar: Grammar

    def read(self, at: int) -> DateFound | None:
        """Return the date that begins at ``at``, None where nothing lies in the year or month told there."""
        spot = self._month(self._year(at))
        parts = (
            self._quarter, self._feast, self._nth_weekday, self._nth_week, self._nth_day, self._day, self._bare_day,
            self._year_turn, self._month_alone,
        )  # fmt: skip
        for part in parts:
            found = part(spot)
            if found is not None:
                stop, value, probability = found
                if value and stop > at:
                    bare = not spot.year and (not spot.month or len(value) == 7)
                    return DateFound(at, stop, value, probability, TOLD, bare)
                return None
        return None

    def _year(self, at: int) -> _Spot:
        match = self.grammar.year.match(self.text, at)
        if match is None:
            return _Spot(at)
        if match.group("ry"):
            year = self.day.year + self.grammar.years[match.group("ry")]
        elif match.group("sy"):
            year = self._before(at).year
        elif match.group("yy"):
            year = _century(int(match.group("yy")), self.day)
        else:
            year = _integer(match.group("y"))
        lunar = match.group("ly") is not None
        return _Spot(match.end(), year, lunar=lunar) if 1900 <= year < 2100 else _Spot(at)

    def _before(self, at: int) -> date:
        """Return the day of the date told last before ``at``, else that of writing."""
        days = [one for one in self.known if one.stop <= at and re.fullmatch(r"\d{4}-\d\d(?:-\d\d)?", one.value)]
        if not days:
            return self.day
        value = max(days, key=lambda one: one.stop).value
        return date.fromisoformat(value if len(value) == 10 else f"{value}-01")

    def _month(self, spot: _Spot) -> _Spot:
        match = self.grammar.month.match(self.text, spot.at)
        if match is None:
            return spot
        if match.group("rm"):
            year, month = shift_month(self.day, self.grammar.months[match.group("rm")])
            return _Spot(match.end(), year, month) if not spot.year else spot
        if match.group("sm"):
            before = self._before(spot.at)
            return _Spot(match.end(), spot.year or before.year, before.month)
        lunar = (
            spot.lunar
            or match.group("l") is not None
            or match.group("lm") is not None
            or match.group("leap") is not None
        )
        month = self.grammar.lunar_months[match.group("lm")] if match.group("lm") else _integer(match.group("m"))
        if not 1 <= month <= 12:
            return spot
        return _Spot(match.end(), spot.year, month, lunar, match.group("leap") is not None)

    def _quarter(self, spot: _Spot) -> tuple[int, str, float] | None:
        match = None if spot.month else self.grammar.quarter.match(self.text, spot.at)
        if match is None:
            return None
        if match.group("n"):
            year, quarter = spot.year or self.day.year, _integer(match.group("n"))
        else:
            quarters = self.day.year * 4 + (self.day.month - 1) // 3 + {"上": -1, "本": 0, "下": 1}[match.group("s")]
            year, quarter = quarters // 4, quarters % 4 + 1
        month = 3 * (quarter - 1) + self.grammar.quarter_turns[match.group("turn")]
        return match.end(), iso(year, month), _LIKELY

    def _feast(self, spot: _Spot) -> tuple[int, str, float] | None:
        match = None if spot.month else self.grammar.feast.match(self.text, spot.at)
        if match is None:
            return None
        rule = self.grammar.feasts[match.group("h")]
        month, number = map(int, rule.lstrip("L").split("-"))
        if rule.startswith("L"):
            return match.end(), self._of_moon(spot._replace(month=month), number), _LIKELY
        if spot.year:
            return match.end(), iso(spot.year, month, number), _SURE
        return match.end(), yearless(month, number, self.day, False), _LIKELY

    def _of_moon(self, spot: _Spot, number: int) -> str:
        if spot.year:
            found = lunar_day(spot.year, spot.month, number, leap=spot.leap)
        else:
            found = nearest_lunar_day(self.day, spot.month, number, leap=spot.leap)
        return found.isoformat() if found else ""

    def _month_of(self, spot: _Spot) -> tuple[int, int]:
        """Return (year, month) of a spot whose month is told."""
        if spot.year:
            return spot.year, spot.month
        year, month = yearless(spot.month, 0, self.day, False).split("-")
        return int(year), int(month)

    def _nth_week(self, spot: _Spot) -> tuple[int, str, float] | None:
        """Return the week: of a month by its Mondays, of a year as ISO 8601 (GB/T 7408) counts."""
        match = self.grammar.week.match(self.text, spot.at) if spot.at and not spot.lunar else None
        if match is None or not (spot.year or spot.month):
            return None
        number = _integer(match.group("n")) if match.group("n") else -1
        if spot.month:
            found = _nth(*self._month_of(spot), 0, number)
        else:
            found = _iso_week(spot.year, 52 if number < 0 else number)
        if found is None:
            return match.end(), "", 0.0
        year, week, _ = found.isocalendar()
        return match.end(), f"{year}-W{week:02d}", _LIKELY

    def _nth_weekday(self, spot: _Spot) -> tuple[int, str, float] | None:
        match = self.grammar.nth_weekday.match(self.text, spot.at) if spot.month and not spot.lunar else None
        if match is None:
            return None
        number = _integer(match.group("n")) if match.group("n") else -1
        found = _nth(*self._month_of(spot), min(WEEKDAYS.index(match.group("w")), 6), number)
        return match.end(), found.isoformat() if found else "", _SURE

    def _nth_day(self, spot: _Spot) -> tuple[int, str, float] | None:
        match = self.grammar.nth_day.match(self.text, spot.at) if spot.year or spot.month else None
        if match is None or spot.lunar:
            return None
        year, month = self._month_of(spot) if spot.month else (spot.year, 1)
        if match.group("last"):
            after = date(year + month // 12, month % 12 + 1, 1) if spot.month else date(year + 1, 1, 1)
            return match.end(), (after - timedelta(1)).isoformat(), _SURE
        found = date(year, month, 1) + timedelta(max(_integer(match.group("n")), 1) - 1)
        return match.end(), found.isoformat(), _SURE

    def _day(self, spot: _Spot) -> tuple[int, str, float] | None:
        match = self.grammar.day.match(self.text, spot.at) if spot.month else None
        if match is None:
            return None
        number = _integer(match.group("d") or match.group("f"))
        if spot.lunar or match.group("f"):
            return match.end(), self._of_moon(spot, number), _SURE
        if not spot.year:
            return match.end(), yearless(spot.month, number, self.day, False), _LIKELY
        return match.end(), iso(spot.year, spot.month, number), _SURE

    def _bare_day(self, spot: _Spot) -> tuple[int, str, float] | None:
        """Return the day of "农历八月十五", "8月15生", "十月31"; in Chinese signs throughout, it is a lunar one."""
        match = self.grammar.bare_day.match(self.text, spot.at) if spot.month else None
        if match is None:
            return None
        stop, number = match.end(), _integer(match.group("d"))
        ends = stop == len(self.text) or not self.text[stop].isalnum()
        counts = self.text.startswith(self.grammar.terms["counted"], stop)
        told = ends or self.text.startswith(self.grammar.terms["day_follows"], stop) or (spot.lunar and not counts)
        if not 1 <= number <= 31 or not told or self.text[spot.at - 1] == "份":
            return None
        figures = match.group("d").isdecimal()
        if spot.lunar or (not figures and 10 <= number <= 30):
            moon = self._of_moon(spot, number)
            return (stop, moon, _SURE if spot.lunar else _FAINT) if moon else None
        if not spot.year:
            return stop, yearless(spot.month, number, self.day, False), _FAINT
        return stop, iso(spot.year, spot.month, number), _LIKELY

    def _year_turn(self, spot: _Spot) -> tuple[int, str, float] | None:
        match = None if spot.month else self.grammar.year_turn.match(self.text, spot.at)
        if match is None:
            return None
        month = self.grammar.year_turns[match.group("t")]
        return match.end(), iso(spot.year or self.day.year, month), _LIKELY if spot.year else _FAINT

    def _month_alone(self, spot: _Spot) -> tuple[int, str, float] | None:
        """Return a month that only goes with the date before it (同月), or with a year of two figures (91年5月)."""
        if not (spot.month and spot.year) or spot.lunar:
            return None
        return spot.at, iso(spot.year, spot.month), _LIKELY


def _nth(year: int, month: int, weekday: int, number: int) -> date | None:
    """Return the ``number``-th such weekday of a month, the last where it is negative; None where there is none."""
    first = date(year, month, 1)
    first += timedelta((weekday - first.weekday()) % 7)
    days = [there for there in (first + timedelta(7 * at) for at in range(5)) if there.month == month]
    if number < 0:
        return days[-1]
    return days[number - 1] if 1 <= number <= len(days) else None


def _iso_week(year: int, number: int) -> date | None:
    try:
        return date.fromisocalendar(year, number, 1)
    except ValueError:
        return None


def _century(short: int, day: date) -> int:
    """Return the year of two figures that lies no more than 30 years ahead."""
    year = day.year - day.year % 100 + short
    return year - 100 if year > day.year + 30 else year


@lru_cache(maxsize=1_024)
def _integer(words: str) -> int:
    """二十 -> 20, 二零一四 -> 2014; 0 where it is no number."""
    if words.isascii():
        return int(words)
    numbers = find_numbers(words.replace("廿", "二十").replace("卅", "三十"))
    return int(numbers[0].value) if len(numbers) == 1 else 0
