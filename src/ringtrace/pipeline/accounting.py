"""Every byte of evidence is a post's, structure, or a gap; what nobody claims becomes a gap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ringtrace.model.span import Gap, Span, Structure

UNCLAIMED = "no reader accounted for these bytes"


@dataclass(frozen=True, slots=True)
class Account:
    """Bytes of one file or decoded member: post + gap + structure = size."""

    post: int
    gap: int
    structure: int
    unclaimed: tuple[Span, ...]


def account(
    evidence: str, member: str, size: int, posts: Iterable[Span], gaps: Iterable[Gap], structure: Iterable[Structure]
) -> Account:
    """Weigh the claims on ``size`` bytes; where claims overlap, a post counts before a gap before structure."""
    claims = [(s.start, min(s.stop, size), 0) for s in posts]
    claims += [(g.span.start, min(g.span.stop, size), 1) for g in gaps]
    claims += [(s.span.start, min(s.span.stop, size), 2) for s in structure]
    totals = [0, 0, 0]
    unclaimed: list[Span] = []
    for start, stop, rank in _sweep(claims, size):
        if rank is None:
            unclaimed.append(Span(evidence, member, start, stop))
        else:
            totals[rank] += stop - start
    missing = sum(len(span) for span in unclaimed)
    return Account(totals[0], totals[1] + missing, totals[2], tuple(unclaimed))


def _sweep(claims: list[tuple[int, int, int]], size: int) -> Iterable[tuple[int, int, int | None]]:
    """Yield (start, stop, best rank or None) runs that cover [0, size) in order."""
    claims = sorted(claim for claim in claims if claim[0] < claim[1])
    if all(left[1] <= right[0] for left, right in pairwise(claims)):
        yield from _walk(claims, size)
        return
    edges: list[tuple[int, int, int]] = []
    for start, stop, rank in claims:
        edges.append((start, rank, 1))
        edges.append((stop, rank, -1))
    edges.sort()
    open_claims = [0, 0, 0]
    at = 0
    for place, rank, change in edges:
        if place > at:
            yield at, place, next((r for r in range(3) if open_claims[r]), None)
            at = place
        open_claims[rank] += change
    if at < size:
        yield at, size, None


def _walk(claims: list[tuple[int, int, int]], size: int) -> Iterable[tuple[int, int, int | None]]:
    """The same for claims that are sorted and do not overlap, as most are."""
    at = 0
    for start, stop, rank in claims:
        if start > at:
            yield at, start, None
        yield start, stop, rank
        at = stop
    if at < size:
        yield at, size, None
