"""Groups of wordings that are near-duplicates of each other.

1. Bands put wordings into buckets; within a bucket, put in an order that brings like beside like, each is looked
   at beside the next few. What looks alike by its sketch is verified on tokens (rapidfuzz, longest common
   subsequence); pairs that are close (``CLOSE``) are joined.
2. A group's heart is the wording that is most like the others; members too far from it (``NEAR``) leave again, so
   that chains break.
3. What is only near gathers round the greatest group, never in chains: all of a group must be near the
   other's heart, and share enough with it.

All of it depends on the set of wordings alone, never on the order in which they came.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ringtrace.linking.letters import ranges
from ringtrace.linking.minhash import Minima, band_key, bands
from ringtrace.linking.wordings import Wordings

CLOSE = 0.62
"""Share of tokens in common (2 LCS / total) that makes two wordings one template."""
NEAR = 0.5
"""The same for two that have ``COMMON`` in common; and the least that a member shares with its group's heart."""
FAR = 0.46
"""The least that a group's members share with the heart which the whole group gathers round."""
COMMON = 200
"""Information in common (as in ``wordings.SIZE``) below which being near may be the chance of one trade's words."""
WINDOW = 8
"""How many of those behind it in a bucket a wording is looked at beside."""
_AGREEING = 28
"""Minima of ``HASHES`` whose last four bits agree, below which a pair is not verified: 8 agree by chance."""
_FIRST_AGREEING = 11
"""The same of the first 64 minima, looked at before the rest."""
_SAMPLE = 8
"""Members that the likeness of a group's members is measured against."""
_ROUNDS = 8
_PAIRS = 1 << 18
_TOGETHER = 1 << 15
"""Pairs whose sketches are compared at once: small enough for the processor's cache."""
_INDEX_BITS = 24
_FOURTH = np.uint64(0x1111111111111111)

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
_Halves = tuple[NDArray[np.uint64], NDArray[np.uint64]]
"""The sketches' first and last four numbers: few are looked at beyond the first."""


def group(words: Wordings) -> tuple[_Ints, _Floats]:
    """Return (number of each wording's heart, similarity to it): a wording in no group is its own."""
    labels, near = join(words)
    return gather(*tighten(labels, words), near, words)


def join(words: Wordings) -> tuple[_Ints, _Ints]:
    """Return (a label for each wording, equal when close pairs connect them; pairs that are only near, as codes)."""
    labels = np.arange(len(words), dtype=np.int64)
    near = np.zeros(0, np.int64)
    halves = np.ascontiguousarray(words.sketch[:, :4]), np.ascontiguousarray(words.sketch[:, 4:])
    for band in bands():
        order, bucket = ranked(words.found, band)
        for offsets in (range(1, 2), range(2, WINDOW + 1)):
            code = _proposed(halves, labels, order, bucket, offsets)
            code = code[~_among(code, near)]
            if not len(code):
                continue
            low, high = code // len(words), code % len(words)
            alike = similarities(words, low, high)
            close = alike >= CLOSE
            near = np.sort(np.concatenate([near, code[~close & is_near(words, low, high, alike)]]))
            labels = _united(labels, low[close], high[close])
    return labels, near


def is_near(words: Wordings, left: _Ints, right: _Ints, alike: _Floats) -> NDArray[np.bool_]:
    """Return which pairs of the likeness ``alike`` are near each other and have enough in common."""
    return np.asarray((alike >= NEAR) & (alike * (words.size[left] + words.size[right]) >= 2 * COMMON))


def ranked(found: Minima, band: tuple[int, int, int, int]) -> tuple[_Ints, NDArray[np.uint64]]:
    """Return the wordings that share a bucket of ``band`` with another, in order, and the bucket of each."""
    key = band_key(found, band)
    if len(key) < 1 << _INDEX_BITS:  # a sort of whole numbers is many times faster than one of their places
        code = np.sort(key << np.uint64(_INDEX_BITS) | np.arange(len(key), dtype=np.uint64))
        order = (code & np.uint64((1 << _INDEX_BITS) - 1)).astype(np.int64)
        bucket = code >> np.uint64(_INDEX_BITS + 10)
    else:
        order = np.argsort(key, kind="stable")
        bucket = key[order] >> np.uint64(10)
    beside = np.zeros(len(order) + 1, np.bool_)
    beside[1:-1] = bucket[1:] == bucket[:-1]
    crowded = np.flatnonzero(beside[1:] | beside[:-1])
    return order[crowded], bucket[crowded]


def _proposed(
    halves: _Halves, labels: _Ints, order: _Ints, bucket: NDArray[np.uint64], offsets: Sequence[int]
) -> _Ints:
    """Return codes (smaller number times their count, plus greater) of the pairs to verify, in rising order."""
    label = labels[order]
    first = np.take(halves[0], order, axis=0)
    found = []
    for offset in offsets:
        near = np.flatnonzero((bucket[offset:] == bucket[:-offset]) & (label[offset:] != label[:-offset]))
        for start in range(0, len(near), _TOGETHER):
            at = near[start : start + _TOGETHER]
            agreeing = _agreeing(np.take(first, at, axis=0), np.take(first, at + offset, axis=0))
            like = np.flatnonzero(agreeing >= _FIRST_AGREEING)
            left, right = order[at[like]], order[at[like] + offset]
            agreeing = agreeing[like] + _agreeing(np.take(halves[1], left, axis=0), np.take(halves[1], right, axis=0))
            left, right = left[agreeing >= _AGREEING], right[agreeing >= _AGREEING]
            found.append(np.minimum(left, right) * len(labels) + np.maximum(left, right))
    return _sorted_distinct(np.concatenate([np.zeros(0, np.int64), *found]))


def _agreeing(left: NDArray[np.uint64], right: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Return how many groups of four bits are equal in each row of 4 numbers."""
    apart = left ^ right
    apart |= apart >> np.uint64(2)
    apart |= apart >> np.uint64(1)
    apart &= _FOURTH
    counts = np.bitwise_count(apart)
    return np.asarray(np.uint8(64) - counts[:, 0] - counts[:, 1] - counts[:, 2] - counts[:, 3])


def similarities(words: Wordings, left: _Ints, right: _Ints) -> _Floats:
    """Return 2 LCS / (tokens of both) for each pair of wordings, 0 below ``FAR``."""
    parts = [np.zeros(0)]
    for at in range(0, len(left), _PAIRS):
        numbers, place = np.unique(np.stack([left[at : at + _PAIRS], right[at : at + _PAIRS]]), return_inverse=True)
        strings = [words.of(number) for number in numbers.tolist()]
        one, other = ([strings[index] for index in side] for side in place.reshape(2, -1).tolist())
        parts.append(
            cpdist(one, other, scorer=Indel.normalized_similarity, score_cutoff=FAR, workers=1, dtype=np.float64)
        )
    return np.concatenate(parts)


def _united(labels: _Ints, left: _Ints, right: _Ints) -> _Ints:
    """Return ``labels`` with those of each pair made one: the least of what hangs together."""
    ends, place = np.unique(np.concatenate([labels[left], labels[right]]), return_inverse=True)
    one, other = place.reshape(2, -1)
    links = coo_array((np.ones(len(one), np.int8), (one, other)), (len(ends), len(ends)))
    _, parts = connected_components(links, directed=False)
    least = np.full(len(ends), len(labels))
    np.minimum.at(least, parts, ends)
    new = np.arange(len(labels))
    new[ends] = least[parts]
    return np.asarray(new[labels])


def _among(values: _Ints, ordered: _Ints) -> NDArray[np.bool_]:
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[at] == values)


def _sorted_distinct(values: _Ints) -> _Ints:
    """np.unique without its hash table, which degrades on pair codes (numpy 2.4: 50 times slower)."""
    ordered = np.sort(values)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def tighten(labels: _Ints, words: Wordings) -> tuple[_Ints, _Floats]:
    """Return (heart of each wording's group, similarity to it) after those too far from it have left.

    Each round the leavers of a group form one of their own; after a few rounds what is left stands alone.
    """
    heart = np.arange(len(labels))
    similarity = np.ones(len(labels))
    active = np.flatnonzero(np.bincount(labels, minlength=len(labels))[labels] > 1)
    for _ in range(_ROUNDS):
        if not len(active):
            break
        active = active[np.argsort(labels[active], kind="stable")]
        chosen = _hearts(active, labels[active], words)
        near = np.ones(len(active))
        other = chosen != active
        near[other] = similarities(words, chosen[other], active[other])
        stays = near >= NEAR
        heart[active[stays]], similarity[active[stays]] = chosen[stays], near[stays]
        active = active[~stays]
    return heart, similarity


def _hearts(members: _Ints, labels: _Ints, words: Wordings) -> _Ints:
    """Return for each of ``members``, in order of their labels, the member of its group most like a sample of it."""
    begins = np.flatnonzero(np.diff(labels, prepend=-1))
    sizes = np.diff(np.append(begins, len(labels)))
    part = np.repeat(np.arange(len(begins)), sizes)
    likeness = np.zeros(len(members))
    for at in range(min(_SAMPLE, int(sizes.max(initial=0)))):
        asked = np.flatnonzero(sizes[part] > at)
        sample = members[begins[part[asked]] + at]
        likeness[asked] += similarities(words, sample, members[asked])
    order = np.lexsort((members, -words.copies[members], -likeness.round(9), part))
    best = members[order][begins]
    return np.asarray(best[part])


def gather(heart: _Ints, similarity: _Floats, near: _Ints, words: Wordings) -> tuple[_Ints, _Floats]:
    """Return ``heart`` and ``similarity`` after whole groups have moved to greater ones that they are near.

    near: codes of near pairs. A group moves at most once, and none moves to one that has moved.
    """
    one, other = heart[near // max(1, len(words))], heart[near % max(1, len(words))]
    apart = one != other
    code = _sorted_distinct(np.minimum(one, other)[apart] * len(words) + np.maximum(one, other)[apart])
    left, right = code // max(1, len(words)), code % max(1, len(words))
    alike = similarities(words, left, right)
    kept = is_near(words, left, right, alike)
    left, right = left[kept], right[kept]
    copies = np.bincount(heart, weights=words.copies, minlength=len(words))
    swap = copies[right] > copies[left]
    centre, moving = np.where(swap, right, left), np.where(swap, left, right)
    fits, close = _fitting(centre, moving, heart, words)
    move = np.arange(len(words))
    moved, taken = set[int](), set[int]()
    order = np.lexsort((moving, -close, centre, -copies[centre]))
    for at in order[fits[order]].tolist():
        to, goes = int(centre[at]), int(moving[at])
        if to not in moved and goes not in moved and goes not in taken:
            move[goes] = to
            moved.add(goes)
            taken.add(to)
    new = move[heart]
    changed = np.flatnonzero(new != heart)
    similarity = similarity.copy()
    similarity[changed] = similarities(words, new[changed], changed)
    return new, similarity


def _fitting(centre: _Ints, moving: _Ints, heart: _Ints, words: Wordings) -> tuple[NDArray[np.bool_], _Floats]:
    """Return (whether all of the group ``moving`` is near the wording ``centre``, how near at least) for each pair."""
    members = np.argsort(heart, kind="stable")
    starts = np.searchsorted(heart[members], np.arange(len(heart) + 1))
    index, cuts = ranges(starts, moving)
    least = np.ones(len(moving))
    if len(moving):
        asked = members[index]
        alike = similarities(words, np.repeat(centre, np.diff(cuts)), asked)
        least = np.minimum.reduceat(alike, cuts[:-1])
    return least >= FAR, least
