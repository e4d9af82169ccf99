"""The talk around each post: who speaks just before and after it in one conversation, without a long pause.

Most exports keep no replies. Who answers whom then shows only in the turns: a bid follows an offer within
minutes, and the two go on between themselves while the group's ordinary talk rests or runs past them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ringtrace.engines.tables import microseconds

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

REACH = 6
"""Posts looked at on either side of one."""
PAUSE = 600_000_000
"""Microseconds of silence that end a talk: ten minutes."""


class Talk:
    """The posts of a case in the order in which they were said, cut where a conversation falls silent.

    before, after: row of the nearest post by another account within ``REACH``, -1 without one.
    """

    def __init__(self, posts: pa.Table, conversation: Rows, account: Rows) -> None:
        """conversation, account: number of each post's; posts without a time and the app's own stand alone."""
        self._account = account
        sent = np.asarray(microseconds(posts["sent_at"]).fill_null(-1).to_numpy())
        spoken = np.asarray([kind != "system" for kind in posts["kind"].to_pylist()], bool) & (sent >= 0)
        rows = np.flatnonzero(spoken)
        # Exports write minutes: within one, the order is that of the evidence.
        place = np.asarray(posts["start"].to_numpy())
        rows = rows[np.lexsort((rows, place[rows], sent[rows], conversation[rows]))]
        new = (np.diff(conversation[rows]) != 0) | (np.diff(sent[rows]) > PAUSE)
        self._order: Rows = rows
        self._talk: Rows = np.concatenate([np.zeros(min(1, len(rows)), np.int64), np.cumsum(new)])
        self.before, self.after = self._nearest(-1), self._nearest(1)

    def others(self, values: Numbers, base: float) -> Numbers:
        """Return by row the mean of what others say around it, the nearer the more, ``base`` once among them."""
        total, weight = np.full(len(values), base), np.ones(len(values))
        for distance in range(1, REACH + 1):
            for one, other in self._apart(distance):
                total[one] += values[other] / distance
                weight[one] += 1 / distance
        result: Numbers = total / weight
        return result

    def most(self, values: Numbers) -> Numbers:
        """Return by row the most that another account's post around it has, 0 without one."""
        found = np.zeros(len(values))
        for distance in range(1, REACH + 1):
            for one, other in self._apart(distance):
                found[one] = np.maximum(found[one], values[other])
        return found

    def _apart(self, distance: int) -> Iterator[tuple[Rows, Rows]]:
        """Yield (rows, rows ``distance`` posts from them), later and earlier ones, of one talk and two accounts."""
        early, late = self._order[:-distance], self._order[distance:]
        near = self._talk[:-distance] == self._talk[distance:]
        near &= self._account[early] != self._account[late]
        yield early[near], late[near]
        yield late[near], early[near]

    def _nearest(self, side: int) -> Rows:
        found = np.full(len(self._account), -1, np.int64)
        for distance in range(REACH, 0, -1):
            later, earlier = self._apart(distance)
            one, other = later if side > 0 else earlier
            found[one] = other
        return found
