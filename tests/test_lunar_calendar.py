"""Lunar days against days that almanacs print, and every day of the table against its neighbour."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.text.dates.lunar_calendar import lunar_day, nearest_lunar_day


@pytest.mark.parametrize(
    ("lunar", "day"),
    [((2014, 1, 1), "2014-01-31"), ((2013, 12, 30), "2014-01-30"), ((2012, 12, 30), "2013-02-09"),
     ((2014, 8, 15), "2014-09-08"), ((1984, 10, 10), "1984-11-02"), ((2033, 11, 1), "2033-11-22")],
)  # fmt: skip
def test_days_are_those_of_the_almanac(lunar, day):
    assert lunar_day(*lunar) == date.fromisoformat(day)


def test_a_leap_month_is_one_only_in_its_year():
    assert lunar_day(2012, 4, 8, leap=True) == date(2012, 5, 28)
    assert lunar_day(2013, 4, 8, leap=True) is None
    assert lunar_day(2013, 1, 30) == date(2013, 3, 11)
    assert lunar_day(1900, 1, 1) is None


@given(year=st.integers(1930, 2059))
def test_a_year_runs_without_a_gap_into_the_next(year):
    days = [
        day
        for leap in (False, True)
        for month in range(1, 13)
        for number in range(1, 31)
        if (day := lunar_day(year, month, number, leap=leap)) is not None
    ]
    assert sorted({*days}) == [days[0] + timedelta(at) for at in range((lunar_day(year + 1, 1, 1) - days[0]).days)]


def test_the_nearest_day_is_near():
    assert nearest_lunar_day(date(2014, 2, 20), 12, 28) == date(2014, 1, 28)
    assert nearest_lunar_day(date(1800, 1, 1), 1, 1) is None
