"""Every byte of evidence is a post's, structure, or a gap; what nobody claims becomes a gap."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ringtrace.model.span import Gap, Span, Structure

UNCLAIMED = "no reader accounted for these bytes"


@dataclass(frozen=True, slots=True)
class Account:
    """Bytes of one file or decoded member: post + gap + structure = size."""

    post: int
    gap: int
    structure: int
    unclaimed: tuple[Span, ...]


_FEW = 500
_MOST = 200_000
_LATE = 20_000
"""Claims that are kept as they came before the older ones are weighed for good; the latest that stay."""


class Claims:
    """Claims on the bytes of one source, kept as bare numbers: a large file has millions.

    Where claims came in the order of the file so far, what lies far behind is weighed for good on the way; one that
    comes ``_LATE`` claims after its place finds its bytes given away.
    """

    POST, GAP, STRUCTURE = range(3)

    def __init__(self) -> None:
        self._numbers = array("q")
        self._most = _MOST
        self.settled = 0
        self.totals = [0, 0, 0]
        self.free: list[tuple[int, int]] = []
        self.between = 0

    def add(self, start: int, stop: int, rank: int) -> None:
        """Claim ``[start, stop)`` as a post's, a gap or structure."""
        self._numbers.extend((start, stop, rank))
        if len(self._numbers) >= 3 * self._most:
            self._settle()

    def add_run(self, start: int, stop: int, post_bytes: int) -> None:
        """Claim ``[start, stop)`` for posts of ``post_bytes`` bytes and the structure that stands between them."""
        self.add(start, stop, Claims.POST)
        self.between += stop - start - post_bytes

    def __len__(self) -> int:
        return len(self._numbers) // 3

    def __iter__(self) -> Iterator[tuple[int, int, int]]:
        numbers = iter(self._numbers)
        return zip(numbers, numbers, numbers, strict=True)

    def sorted(self, size: int) -> NDArray[np.int64]:
        """Return rows (start, stop, rank) in order, cut to what is not settled below ``size``, without empty ones."""
        rows = np.array(self._numbers, np.int64).reshape(-1, 3)
        np.clip(rows[:, :2], self.settled, max(size, self.settled), out=rows[:, :2])
        rows = rows[rows[:, 0] < rows[:, 1]]
        return rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]

    def _settle(self) -> None:
        starts = np.array(self._numbers[::3], np.int64)
        if bool((starts[1:] < starts[:-1]).any()):
            self._most *= 2
            return
        rows = self.sorted(1 << 62)
        self.settle(rows, int(rows[-_LATE, 0]) if len(rows) > _LATE else self.settled)
        self._numbers = array("q", rows[rows[:, 1] > self.settled].ravel().tobytes())
        self._most = max(_MOST, 2 * len(self))

    def settle(self, rows: NDArray[np.int64], until: int) -> None:
        """Weigh ``rows``, as ``sorted`` gives them, on the bytes from ``settled`` to ``until`` for good."""
        rows = rows[rows[:, 0] < until]
        starts, stops, ranks = rows[:, 0], np.minimum(rows[:, 1], until), rows[:, 2]
        if bool((stops[:-1] <= starts[1:]).all()):  # as with most readers: each byte is claimed once
            edges = np.concatenate(([self.settled], np.column_stack([starts, stops]).ravel(), [until])).reshape(-1, 2)
            free = [(int(a), int(b)) for a, b in edges[edges[:, 0] < edges[:, 1]]]
            totals = [int((stops - starts)[ranks == rank].sum()) for rank in range(3)]
        else:
            cut = np.column_stack([starts, stops, ranks]).tolist()
            totals, free = _summed(_sweep(cut, self.settled, until))
        self.totals = [before + new for before, new in zip(self.totals, totals, strict=True)]
        if free and self.free and self.free[-1][1] == free[0][0]:
            free[0] = (self.free.pop()[0], free[0][1])
        self.free += free
        self.settled = until


def account(
    evidence: str, member: str, size: int, posts: Iterable[Span], gaps: Iterable[Gap], structure: Iterable[Structure]
) -> Account:
    """Weigh the claims of these on ``size`` bytes, see ``weigh``."""
    claims = Claims()
    for rank, spans in (
        (Claims.POST, posts), (Claims.GAP, (gap.span for gap in gaps)), (Claims.STRUCTURE, (s.span for s in structure))
    ):  # fmt: skip
        for span in spans:
            claims.add(span.start, span.stop, rank)
    return weigh(evidence, member, size, claims)


def weigh(evidence: str, member: str, size: int, claims: Claims) -> Account:
    """Weigh the claims on ``size`` bytes; where they overlap, a post counts before a gap before structure."""
    if len(claims) < _FEW and not claims.settled:
        return _weigh_few(evidence, member, size, claims)
    claims.settle(claims.sorted(size), size)
    return _account(evidence, member, claims, claims.totals, claims.free)


def _weigh_few(evidence: str, member: str, size: int, claims: Claims) -> Account:
    """The same for the few claims of a page, for which arrays are not worth it."""
    cut = sorted((start, min(stop, size), rank) for start, stop, rank in claims if start < min(stop, size))
    apart = all(left[1] <= right[0] for left, right in pairwise(cut))
    return _account(evidence, member, claims, *_summed(_walk(cut, size) if apart else _sweep(cut, 0, size)))


def _summed(runs: Iterable[tuple[int, int, int | None]]) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the bytes of each rank and the runs of none."""
    totals, free = [0, 0, 0], []
    for start, stop, rank in runs:
        if rank is None:
            free.append((start, stop))
        else:
            totals[rank] += stop - start
    return totals, free


def _account(
    evidence: str, member: str, claims: Claims, totals: Sequence[int], free: Iterable[tuple[int, int]]
) -> Account:
    unclaimed = tuple(Span(evidence, member, start, stop) for start, stop in free)
    between = min(claims.between, totals[0])
    return Account(totals[0] - between, totals[1] + sum(map(len, unclaimed)), totals[2] + between, unclaimed)


def _walk(claims: Sequence[tuple[int, int, int]], size: int) -> Iterator[tuple[int, int, int | None]]:
    """Yield (start, stop, rank or None) runs that cover [0, size) for claims that are sorted and do not overlap."""
    at = 0
    for start, stop, rank in claims:
        if start > at:
            yield at, start, None
        yield start, stop, rank
        at = stop
    if at < size:
        yield at, size, None


def _sweep(claims: Sequence[Sequence[int]], at: int, size: int) -> Iterator[tuple[int, int, int | None]]:
    """Yield (start, stop, best rank or None) runs that cover [at, size) in order."""
    edges: list[tuple[int, int, int]] = []
    for start, stop, rank in claims:
        edges.append((start, rank, 1))
        edges.append((stop, rank, -1))
    edges.sort()
    open_claims = [0, 0, 0]
    for place, rank, change in edges:
        if place > at:
            yield at, place, next((r for r in range(3) if open_claims[r]), None)
            at = place
        open_claims[rank] += change
    if at < size:
        yield at, size, None
