"""Swim lanes as SVG: where a ring's posts were written, week by week, by what they do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape
from itertools import accumulate
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from ringtrace.report.words import counted, shorten

COLOURS = {"offer": "#d55e00", "broker": "#0072b2", "seek": "#009e73", "other": "#8a8a8a"}
NAMES = {"offer": "offers", "broker": "offers to go between", "seek": "seeks", "other": "takes part otherwise"}
_LEFT, _WIDTH, _LANE, _TALL = 240, 960, 34, 24
_MONTH_GAP = 60
_ROOM = 26
"""Letters of a lane's name."""
Moment = tuple[datetime, str]


def lanes(moments: Mapping[str, Sequence[Moment]], zone: str, most: int = 14) -> str:
    """Return swim lanes, busiest first: one bar a week, stacked by direction, one scale for all lanes.

    moments: lane -> (time, key of ``COLOURS``). Lanes over ``most`` are drawn together as the last one.
    """
    local = ZoneInfo(zone)
    rows = [(name, [(at.astimezone(local), key) for at, key in times]) for name, times in _folded(moments, most)]
    times = [at for _, found in rows for at, _ in found]
    if not times:
        return ""
    first = min(times).date() - timedelta(days=min(times).weekday())
    weeks = (max(times).date() - first).days // 7 + 1
    step = (_WIDTH - _LEFT) / max(weeks, 12)
    counts = [Counter(((at.date() - first).days // 7, key) for at, key in found) for _, found in rows]
    totals = [Counter(week for week, _ in found.elements()) for found in counts]
    peak = max(max(total.values()) for total in totals)
    parts = _months(first, weeks, step, len(rows))
    for number, ((name, found), count) in enumerate(zip(rows, counts, strict=True)):
        base = _LANE * (number + 1)
        parts.append(f'<text x="0" y="{base - 6}">{escape(_fitting(name))}</text>')
        parts.append(f'<text x="{_LEFT - 8}" y="{base - 6}" text-anchor="end" class="faint">{len(found):,}</text>')
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{base}" y2="{base}"/>')
        parts += _bars(count, base, step, peak, first)
    height = _LANE * len(rows) + 24
    label = f"{counted(len(times), 'post')} over {counted(weeks, 'week')}; the tallest bar is {counted(peak, 'post')}"
    return f'<svg viewBox="0 0 {_WIDTH} {height}" class="lanes" role="img" aria-label="{label}">{"".join(parts)}</svg>'


def peak_of(moments: Mapping[str, Sequence[Moment]], zone: str) -> int:
    """Return how many posts the busiest week of one lane holds."""
    local = ZoneInfo(zone)
    weeks = Counter(
        (name, at.astimezone(local).isocalendar()[:2]) for name, found in moments.items() for at, _ in found
    )
    return max(weeks.values(), default=0)


def _fitting(name: str) -> str:
    """A lane's name as far as there is room for it; a Chinese character takes that of two letters."""
    wide = [1 + (east_asian_width(char) in "WF") for char in name]
    return name if sum(wide) <= _ROOM else shorten(name, sum(1 for end in accumulate(wide) if end < _ROOM))


def _folded(moments: Mapping[str, Sequence[Moment]], most: int) -> list[tuple[str, Sequence[Moment]]]:
    order = sorted((name for name in moments if moments[name]), key=lambda name: (-len(moments[name]), name))
    rows: list[tuple[str, Sequence[Moment]]] = [(name, moments[name]) for name in order[:most]]
    rest = [moment for name in order[most:] for moment in moments[name]]
    return [*rows, (f"{len(order) - most} more together", rest)] if rest else rows


def _bars(count: Counter[tuple[int, str]], base: int, step: float, peak: int, first: date) -> list[str]:
    parts = []
    tops: Counter[int] = Counter()
    for week, key in sorted(count, key=lambda item: (item[0], list(COLOURS).index(item[1]))):
        number = count[week, key]
        tall = max(1.5, _TALL * number / peak)
        top = base - tops[week] * _TALL / peak - tall
        tops[week] += number
        day = first + timedelta(weeks=week)
        parts.append(
            f'<rect x="{_LEFT + week * step:.1f}" y="{top:.1f}" width="{max(1.0, min(step - 1, 26)):.1f}" '
            f'height="{tall:.1f}" fill="{COLOURS[key]}"><title>week of {day}: {counted(number, "post")}, '
            f"{NAMES[key]}</title></rect>"
        )
    return parts


def _months(first: date, weeks: int, step: float, rows: int) -> list[str]:
    """Ticks at the first week of each month, as many as have room."""
    parts, last, month = [], -1e9, ""
    for week in range(weeks):
        day = first + timedelta(weeks=week)
        if (found := f"{day:%Y-%m}") == month:
            continue
        month = found
        x = _LEFT + week * step
        if x - last >= _MONTH_GAP and x < _WIDTH - 40:
            last = x
            parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{_LANE * rows + 6}" class="tick"/>')
            parts.append(f'<text x="{x:.1f}" y="{_LANE * rows + 20}" class="faint">{found}</text>')
    return parts
