"""Accounts that post in step: again and again within minutes of each other, in different places.

Who carries one text or one day's errands through several groups does so by one hand. That two busy accounts meet
by chance is told apart by a null of the case's own: the same two with all times of one moved by whole days, so
that the hours at which each is awake stay as they are. What counts is occasions, not posts: a run of posts without
a break is one, and meets one run of the other account.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ringtrace.engines.tables import microseconds
from ringtrace.linking.claims import DAY
from ringtrace.linking.model import limits

_MINUTE = 60_000_000
"""Microseconds."""
_MOVED = (-9, -7, -5, -3, -2, 2, 3, 5, 7, 9)
"""Days by which times are moved for the null; a day to either side is left out, for errands last over midnight."""
_FULL = 4.0
"""Log2 of how much oftener than by chance at which the feature has its full value of 1."""
_MINUTE_STATED = r"[0-9] ?[:：时時點点h][0-9]{2}|[0-9]{4} ?(?:GMT|UTC|Z)|[0-9]{8}T?[0-9]{4}"
_NUMBER = r"^-?(?:[0-9]{9,}(?:\.[0-9]+)?|[0-9]{5}\.[0-9]+)$"
"""Seconds and finer since an epoch, or days with their fraction."""
_DOTTED = r"(?:^|[^0-9.])[0-9]{1,2}\.[0-9]{2}(?:$|[^0-9.])"
_MIDNIGHT = r"(?:^|[ T,])(?:0?0:00(?::00(?:\.0+)?)?(?:$|[^0-9:.])|12:00(?::00)?[ \x{202f}]?[Aa][Mm])"
"""What programs write for a date of which they know no time."""


@dataclass(frozen=True, eq=False)
class Times:
    """When an account posted, microseconds UTC in order, and the rows of those posts in ``posts``."""

    moments: NDArray[np.int64]
    rows: NDArray[np.int64]

    @cached_property
    def occasions(self) -> _Occasions:
        """Its runs of posts, found once for all accounts that it is compared with."""
        return _occasions(self.moments)


@dataclass(frozen=True, slots=True)
class Step:
    """value: 0..1, how much oftener than by chance two accounts posted in step; left, right: rows of such posts."""

    value: float
    left: int
    right: int


def find_times(posts: pa.Table) -> Mapping[str, Times]:
    """Return account -> its times, of accounts with at least ``step_posts`` posts dated to the minute."""
    codes = posts["account_id"].combine_chunks().dictionary_encode()
    sent = microseconds(posts["sent_at"])
    dated = np.flatnonzero(pc.and_(pc.is_valid(sent), _states_minute(posts["sent_text"])).to_numpy())
    code = codes.indices.to_numpy(zero_copy_only=False)[dated]
    moment = sent.take(pa.array(dated)).to_numpy(zero_copy_only=False).astype(np.int64)
    order = np.lexsort((dated, moment, code))
    cuts = np.flatnonzero(np.diff(code[order])) + 1
    found = {}
    for rows in np.split(order, cuts):
        if len(rows) >= limits()["step_posts"]:
            found[codes.dictionary[int(code[rows[0]])].as_py()] = Times(moment[rows], dated[rows])
    return found


def in_step(left: Times | None, right: Times | None) -> Step | None:
    """Return how two accounts post in step, None where they hardly do; to swap them swaps the answer's rows only.

    They must meet on ``step_days`` separate days, and ``step_ratio`` times as often as by chance.
    """
    if left is None or right is None:
        return None
    if max(left.moments[0], right.moments[0]) > min(left.moments[-1], right.moments[-1]) + _within():
        return None  # one fell silent before the other began
    ours, theirs = left.occasions, right.occasions
    if len(_near(ours, theirs)) < limits()["step_days"]:
        return None  # too few of its runs meet any of the other's, so there cannot be a day to each
    met = _meetings(ours, theirs)
    if _days(ours.begin[[one for one, _ in met]], theirs.begin[[other for _, other in met]]) < limits()["step_days"]:
        return None
    chance = np.mean([len(_meetings(ours, theirs.moved(days * DAY))) for days in _MOVED])
    ratio = (len(met) + 0.5) / (float(chance) + 0.5)
    if ratio < limits()["step_ratio"]:
        return None
    one, other = _nearest(left.moments, right.moments, ours.within(met[0][0]), theirs.within(met[0][1]))
    return Step(min(1.0, math.log2(ratio) / _FULL), int(left.rows[one]), int(right.rows[other]))


@dataclass(frozen=True, slots=True)
class _Occasions:
    """Runs of posts with no break over ``step_minutes``. begin, end: microseconds; first: place of its first post."""

    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    first: NDArray[np.int64]
    posts: int

    def moved(self, by: int) -> _Occasions:
        return _Occasions(self.begin + by, self.end + by, self.first, self.posts)

    def within(self, place: int) -> range:
        """Return which of the account's posts are of one run."""
        last = place + 1 == len(self.first)
        return range(int(self.first[place]), self.posts if last else int(self.first[place + 1]))


def _occasions(moments: NDArray[np.int64]) -> _Occasions:
    first = np.concatenate(([0], np.flatnonzero(np.diff(moments) > _within()) + 1)).astype(np.int64)
    last = np.concatenate((first[1:] - 1, [len(moments) - 1])).astype(np.int64)
    return _Occasions(moments[first], moments[last], first, len(moments))


def _meetings(left: _Occasions, right: _Occasions) -> list[tuple[int, int]]:
    """Return as many pairs of runs within ``step_minutes`` of each other as there can be, each run in one pair at most.

    Runs of one account lie apart and in order, so that taking the earliest pair each time gives the most.
    """
    ours, theirs = _near(left, right), _near(right, left)
    pairs: list[tuple[int, int]] = []
    at = to = 0
    while at < len(ours) and to < len(theirs):
        one, other = ours[at], theirs[to]
        before, after = right.begin[other] - left.end[one] > _within(), left.begin[one] - right.end[other] > _within()
        if not before and not after:
            pairs.append((one, other))
        at, to = at + (not after), to + (not before)
    return pairs


def _near(ones: _Occasions, others: _Occasions) -> list[int]:
    """Return which of ``ones`` have any of ``others`` within ``step_minutes``."""
    until = np.searchsorted(others.begin, ones.end + _within(), "right")
    since = np.searchsorted(others.end, ones.begin - _within())
    found: list[int] = np.flatnonzero(until > since).tolist()
    return found


def _days(left: NDArray[np.int64], right: NDArray[np.int64]) -> int:
    """Return how many meetings lie a whole day or more apart: separate days by any zone's calendar."""
    days, last = 0, 0
    for begin in np.minimum(left, right).tolist():
        if not days or begin - last >= DAY:
            days, last = days + 1, begin
    return days


def _nearest(left: NDArray[np.int64], right: NDArray[np.int64], ours: range, theirs: range) -> tuple[int, int]:
    """Return the posts of two runs that are nearest in time, the earliest of such."""
    after = np.searchsorted(right[theirs.start : theirs.stop], left[ours.start : ours.stop]) + theirs.start
    beside = [(one, other) for one, at in zip(ours, after.tolist(), strict=True) for other in (at - 1, at)]
    return min(
        ((one, other) for one, other in beside if other in theirs),
        key=lambda pair: (abs(int(left[pair[0]] - right[pair[1]])), min(left[pair[0]], right[pair[1]]), pair),
    )


def _within() -> int:
    return int(limits()["step_minutes"] * _MINUTE)


def _states_minute(written: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return whether each time as written tells the minute: a date alone is read as midnight, and meets all others."""
    hour, number, dotted, midnight = (
        pc.match_substring_regex(written, pattern) for pattern in (_MINUTE_STATED, _NUMBER, _DOTTED, _MIDNIGHT)
    )
    return pc.and_(pc.or_(pc.or_(hour, number), dotted), pc.invert(midnight))
