"""Which reports tell of one event: only their figures can agree or contradict each other.

Two reports of two operations differ in every number, and that is no contradiction. Reports are held
to tell of one event when they share figures that two events hardly share by chance: a large one, two
small ones, or one small one and the day; when large counts of one day are nearly the same; and when one
tells a place's share of what the other counts in all on that day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from ringtrace.model.figure import Figure

LARGE = 20
"""A count from this on is an event's own: two reports that print it tell of one event."""
_PEOPLE = frozenset({"suspects", "children"})
_WEIGHTY = frozenset({"suspects", "children", "victims", "provinces", "rings"})


@dataclass(frozen=True, slots=True)
class Event:
    """The figures of the reports that tell of it, in the order given."""

    figures: tuple[Figure, ...]


def find_events(figures: Sequence[Figure]) -> list[Event]:
    """Return the events of public figures, the one with most figures first; figures without a span are alone."""
    by_source: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        by_source[figure.span.evidence if figure.span else figure.id].append(figure)
    root = {source: source for source in by_source}

    def find(source: str) -> str:
        while root[source] != source:
            source = root[source]
        return source

    for left, right in combinations(sorted(by_source), 2):
        if _one_event(by_source[left], by_source[right]):
            first, second = sorted((find(left), find(right)))
            root[second] = first
    groups: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        groups[find(figure.span.evidence if figure.span else figure.id)].append(figure)
    return sorted((Event(tuple(group)) for group in groups.values()), key=lambda e: (-len(e.figures), e.figures[0].id))


def _one_event(left: Sequence[Figure], right: Sequence[Figure]) -> bool:
    common = {_face(f) for f in left if f.quantity in _WEIGHTY} & {_face(f) for f in right if f.quantity in _WEIGHTY}
    if len(common) > 1 or any(Decimal(value) >= LARGE for _, value in common):
        return True
    if not _days(left) & _days(right):
        return False
    return (
        bool(common)
        or any(_near(a, b) for a in left for b in right)
        or _is_share(left, right)
        or _is_share(right, left)
    )


def _is_share(local: Sequence[Figure], whole: Sequence[Figure]) -> bool:
    """Whether a report of one place tells its share of the day's operation: smaller, and of nothing unplaced."""
    own = [f for f in local if f.quantity in _PEOPLE and f.status]
    totals = {f.quantity: Decimal(f.value) for f in whole if f.quantity in _PEOPLE and not f.place and f.status}
    return bool(own) and all(
        f.place and f.quantity in totals and LARGE <= totals[f.quantity] > Decimal(f.value) for f in own
    )


def _near(left: Figure, right: Figure) -> bool:
    """Whether two desks may have counted one thing on one day: large counts a tenth apart at most."""
    if (left.quantity, left.status) != (right.quantity, right.status) or left.quantity not in _WEIGHTY:
        return False
    low, high = sorted((Decimal(left.value), Decimal(right.value)))
    return low >= LARGE and high - low <= high / 10


def _face(figure: Figure) -> tuple[str, str]:
    return figure.quantity, figure.value


def _days(figures: Sequence[Figure]) -> set[str]:
    """The days (not mere months or years) that figures are dated to."""
    return {f.period_start for f in figures if len(f.period_start) == len("2014-02-19")}
