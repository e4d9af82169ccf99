"""The Chinese lunar calendar as days of the common one: in which evidence tells births, feasts and meetings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from ringtrace.text.places.divisions import table

LAST_OF_YEAR = (12, 30)
"""New Year's Eve, which a short twelfth month has on its 29th day."""


class _Year(NamedTuple):
    """first: the day on which the year began; lengths: days of its months; leap: the month before the leap, or 0."""

    first: date
    lengths: tuple[int, ...]
    leap: int


@cache
def _years() -> Mapping[int, _Year]:
    years = {}
    for line in table("cn-lunar")["table"].split("\n"):
        if line:
            first, lengths, leap = line.split(" ")
            began = date.fromisoformat(first)
            years[began.year] = _Year(began, tuple(30 if sign == "b" else 29 for sign in lengths), int(leap))
    return years


def lunar_day(year: int, month: int, number: int, *, leap: bool = False) -> date | None:
    """Return the day of a lunar (year, month, number), None where there is none or the year lies outside 1930-2060.

    leap: the leap month that follows ``month``. The 30th of a twelfth month of 29 days is its last.
    """
    told = _years().get(year)
    if told is None or not 1 <= month <= 12 or number < 1 or (leap and told.leap != month):
        return None
    at = month - 1 + (1 if told.leap and (month > told.leap or leap) else 0)
    if number > told.lengths[at]:
        if (month, number) != LAST_OF_YEAR:
            return None
        number -= 1
    return told.first + timedelta(sum(told.lengths[:at]) + number - 1)


def nearest_lunar_day(near: date, month: int, number: int, *, leap: bool = False) -> date | None:
    """Return the lunar (month, number) nearest to a day."""
    days = [lunar_day(year, month, number, leap=leap) for year in range(near.year - 1, near.year + 2)]
    return min((day for day in days if day is not None), key=lambda day: (abs((day - near).days), day), default=None)
