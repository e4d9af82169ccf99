"""Accounts that post in step: again and again within minutes of each other, in different places.

Who carries one text or one day's errands through several groups does so by one hand. That two busy accounts meet
by chance is told apart by a null of the case's own: the same two with all times of one moved by whole days, so
that the hours at which each is awake stay as they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Times:
    """When an account posted, microseconds UTC in order, and the rows of those posts in ``posts``."""

    moments: NDArray[np.int64]
    rows: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Step:
    """value: 0..1, how much oftener than by chance two accounts posted in step; left, right: rows of such posts."""

    value: float
    left: int
    right: int


def find_times(posts: pa.Table) -> Mapping[str, Times]:
    """Return account -> its times, of accounts with at least ``step_posts`` dated posts."""
    codes = posts["account_id"].combine_chunks().dictionary_encode()
    sent = microseconds(posts["sent_at"])
    dated = np.flatnonzero(pc.is_valid(sent).to_numpy(zero_copy_only=False))
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
    """Return how two accounts post in step, None where they hardly do.

    They must meet ``step_times`` times, and ``step_ratio`` times as often as by chance.
    """
    if left is None or right is None:
        return None
    met = _met(left.moments, right.moments)
    times = int(met.sum())
    if times < limits()["step_times"]:
        return None
    chance = np.mean([_met(left.moments, right.moments + days * DAY).sum() for days in _MOVED])
    ratio = (times + 0.5) / (float(chance) + 0.5)
    if ratio < limits()["step_ratio"]:
        return None
    first = int(np.flatnonzero(met)[0])
    nearest = int(np.abs(right.moments - left.moments[first]).argmin())
    return Step(min(1.0, math.log2(ratio) / _FULL), int(left.rows[first]), int(right.rows[nearest]))


def _met(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for each moment of ``left`` whether one of ``right`` lies within ``step_minutes``."""
    within = int(limits()["step_minutes"] * _MINUTE)
    return np.asarray(np.searchsorted(right, left + within, "right") > np.searchsorted(right, left - within))
