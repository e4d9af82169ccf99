"""Which of three numbers is the day, the month and the year, as the dates of one file prove it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

OrderName = Literal["dmy", "mdy", "ymd", "ydm"]
ORDERS: tuple[OrderName, ...] = ("dmy", "mdy", "ymd", "ydm")

_PLACES: dict[OrderName, tuple[int, int, int]] = {
    "dmy": (2, 1, 0),
    "mdy": (2, 0, 1),
    "ymd": (0, 1, 2),
    "ydm": (0, 2, 1),
}
_BUDDHIST_OFFSET = 543
_BUDDHIST_FROM = 2400
_PIVOT = 70  # two-digit years below stand for 20xx (POSIX strptime uses 69)


@dataclass(frozen=True, slots=True)
class DateOrder:
    """Which of three numbers is the day. other is "" when the file proves ``name``."""

    name: OrderName
    other: OrderName | Literal[""]
    why: str


def full_year(year: int) -> int:
    """Return the Gregorian year of a written one: two digits expanded, Buddhist years converted."""
    if year < 100:
        return year + (2000 if year < _PIVOT else 1900)
    return year - _BUDDHIST_OFFSET if year >= _BUDDHIST_FROM else year


def arrange(numbers: tuple[int, int, int], order: OrderName) -> tuple[int, int, int]:
    """Return (year, month, day) of three numbers as written."""
    year, month, day = _PLACES[order]
    return full_year(numbers[year]), numbers[month], numbers[day]


def prove_order(
    dates: Sequence[tuple[int, int, int]],
    preferred: OrderName = "dmy",
    first_year: int = 1970,
    chronological: bool = True,
) -> DateOrder:
    """Return the order of day, month and year that fits dates written one after the other.

    dates: three numbers as written, in the order of the file (which is that of time in a chat
    export; elsewhere set chronological to False). An order is proven when it alone gives real
    dates, or when it alone keeps them in order.
    """
    distinct = [pair for index, pair in enumerate(dates) if index == 0 or pair != dates[index - 1]]
    marks = {order: _misfit(distinct, order, first_year) for order in ORDERS}
    if not chronological:
        marks = {order: (impossible, 0) for order, (impossible, _) in marks.items()}
    ranking = sorted(ORDERS, key=lambda order: (marks[order], order != preferred, ORDERS.index(order)))
    best = ranking[0]
    if best == "ydm" and marks["ymd"] == marks["ydm"]:
        best = "ymd"
    rivals = [order for order in ranking if order != best and marks[order] == marks[best] and order != "ydm"]
    if rivals:
        return DateOrder(best, rivals[0], f"day and month order unproven: {best} and {rivals[0]} both fit the file")
    if all(marks[order][0] > marks[best][0] for order in ORDERS if order not in (best, "ydm")):
        return DateOrder(best, "", f"order {best} proven: a number that no other order allows")
    return DateOrder(best, "", f"order {best} proven: only it keeps the messages in order of time")


def _misfit(dates: Sequence[tuple[int, int, int]], order: OrderName, first_year: int) -> tuple[int, int]:
    """Return (dates that do not exist, steps back by more than a day)."""
    impossible = back = 0
    last: int | None = None
    for numbers in dates:
        day = _ordinal(numbers, order, first_year)
        if day is None:
            impossible += 1
            continue
        if last is not None and day < last - 1:
            back += 1
        last = day
    return impossible, back


@lru_cache(maxsize=65_536)
def _ordinal(numbers: tuple[int, int, int], order: OrderName, first_year: int) -> int | None:
    year, month, day = arrange(numbers, order)
    if not first_year <= year <= 2200:
        return None
    try:
        return date(year, month, day).toordinal()
    except ValueError:
        return None
