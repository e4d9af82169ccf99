"""Time and place on a coarse grid: a prefecture (or, where only that is known, a province) and a week."""

from __future__ import annotations

from datetime import date


def cell(place: str, day: str) -> str:
    """Return "510100 2014-W08" for a division code and an ISO day, "" where either is not known well enough.

    Districts count to their prefecture; a month or a year is no day.
    """
    if len(day) != 10 or len(place) != 6 or not place.isdigit():
        return ""
    try:
        year, week, _ = date.fromisoformat(day).isocalendar()
    except ValueError:
        return ""
    return f"{place[:4]}00 {year}-W{week:02}"
