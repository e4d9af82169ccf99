"""Days of the calendar as partial ISO 8601 dates: what all readers of dates share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class DateFound:
    """start, stop: code points of the searched text; value ISO 8601, partial allowed.

    bare: a relative day, week, month or year without a number of its own ("昨天", "last month").
    """

    start: int
    stop: int
    value: str
    probability: float
    rule: str
    bare: bool = False


def yearless(month: int, number: int, day: date | None, future: bool) -> str:
    """Return the date in the year nearest to ``day``, or the next one; --MM-DD without a day."""
    if day is None:
        return f"--{month:02d}-{number:02d}" if number else f"--{month:02d}"
    if future:
        year = day.year + (month < day.month)
    else:
        year = min((day.year - 1, day.year, day.year + 1), key=lambda y: (abs((date(y, month, 15) - day).days), y))
    return iso(year, month, number)


def shift_month(day: date, offset: int) -> tuple[int, int]:
    """Return (year, month) ``offset`` months away."""
    months = day.year * 12 + day.month - 1 + offset
    return months // 12, months % 12 + 1


def iso(year: int, month: int = 0, number: int = 0) -> str:
    """Return the partial ISO date, "" when no such date exists."""
    if not month:
        return f"{year:04d}"
    if not 1 <= month <= 12:
        return ""
    if not number:
        return f"{year:04d}-{month:02d}"
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day if year < 9999 else 31
    return f"{year:04d}-{month:02d}-{number:02d}" if number <= last else ""
