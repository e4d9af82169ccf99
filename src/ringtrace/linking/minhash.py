"""MinHash over shingles of letters, in overlapping bands: which texts may be near-duplicates.

Shingles are 2 letters where the first is Chinese, 4 letters elsewhere. Each text has ``HASHES`` minima. A band
takes three of them, and every minimum serves in ``len(STRIDES)`` bands: a pair with Jaccard similarity s shares a
band with probability about 1 - (1 - s^3)^BANDS (.9998 at s = .35, .81 at s = .2).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ringtrace.linking.letters import Letters

HASHES = 127
"""A prime, so that steps of any stride visit every minimum."""
STRIDES = (1, 5, 22, 39, 57)
"""Bands are the runs of three in each walk round the minima; no two of these walks have a step in common."""
BANDS = len(STRIDES) * (HASHES // 3)
_MIX1, _MIX2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)
"""Multipliers of MurmurHash3's 32-bit finalizer (Appleby, public domain)."""
_WIDE1, _WIDE2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
"""The same of its 64-bit finalizer."""

Minima = NDArray[np.uint16]


def minima(source: Letters) -> Minima:
    """Return an array of shape (HASHES, texts): the low 16 bits of the least hash of each text's shingles.

    Texts without a shingle have nothing but zeros.
    """
    found = np.zeros((HASHES, len(source.starts) - 1), np.uint16)
    hashes, owners = _shingles(source)
    if not len(hashes):
        return found
    firsts = np.flatnonzero(np.diff(owners, prepend=-1))
    texts = owners[firsts] if len(firsts) < found.shape[1] else slice(None)
    buffer = np.empty_like(hashes)
    for row, (a, b) in enumerate(zip(*_coefficients(), strict=True)):
        np.multiply(hashes, a, out=buffer)
        np.add(buffer, b, out=buffer)
        found[row, texts] = np.minimum.reduceat(buffer, firsts).astype(np.uint16)
    return found


def bands() -> Iterator[tuple[int, int, int, int]]:
    """Yield the rows of minima of each band, and the row by which a crowded bucket is put in order."""
    for stride in STRIDES:
        for at in range(0, HASHES - 2, 3):
            one, two, three, four = ((at + step) * stride % HASHES for step in range(4))
            yield one, two, three, four


def band_key(found: Minima, band: tuple[int, int, int, int]) -> NDArray[np.uint64]:
    """Return 40 bits for each text: 30 of the band's bucket, then 10 that put like beside like within it."""
    one, two, three, four = (found[row].astype(np.uint64) for row in band)
    bucket = _mix(one | two << np.uint64(16) | three << np.uint64(32)) >> np.uint64(34)
    return bucket << np.uint64(10) | _mix(four) >> np.uint64(54)


def _shingles(source: Letters) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Return 32-bit hashes of all shingles and the text that each belongs to."""
    codes = source.codes
    count = len(codes)
    owner = np.repeat(np.arange(len(source.starts) - 1, dtype=np.int32), np.diff(source.starts))
    if count < 2:
        return np.zeros(0, np.uint32), np.zeros(0, np.int32)
    two = np.zeros(count, np.bool_)
    two[:-1] = source.han[:-1] & (owner[:-1] == owner[1:])
    four = np.zeros(count, np.bool_)
    value = codes * np.uint32(0x9E3779B1)
    value[:-1] += codes[1:] * np.uint32(0xB5297A4D)
    if count >= 4:
        plain = ~source.han
        pairs = plain[1:] & plain[:-1]
        four[:-3] = pairs[:-2] & pairs[2:] & (owner[:-3] == owner[3:])
        extra = codes[2:-1] * np.uint32(0x68E31DA5) + codes[3:] * np.uint32(0x1B56C4E9)
        value[:-3] += extra * four[:-3]
    keep = np.flatnonzero(two | four)
    value = value[keep]
    value = (value ^ (value >> np.uint32(16))) * _MIX1
    value = (value ^ (value >> np.uint32(13))) * _MIX2
    return value ^ (value >> np.uint32(16)), owner[keep]


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    value = (value ^ (value >> np.uint64(33))) * _WIDE1
    value = (value ^ (value >> np.uint64(33))) * _WIDE2
    return value ^ (value >> np.uint64(33))


def _coefficients() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Fixed odd multipliers and offsets, from a counter: no seed to keep."""
    raw = _mix(np.arange(1, 2 * HASHES + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    half = (raw >> np.uint64(32)).astype(np.uint32)
    return half[:HASHES] | np.uint32(1), half[HASHES:]
