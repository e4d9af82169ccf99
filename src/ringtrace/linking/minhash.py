"""MinHash in bands over shingles of letters: which texts may be near-duplicates.

Shingles are 2 letters where the first is Chinese, 4 letters elsewhere. 64 bands of 3 minima: a
pair with Jaccard similarity s shares a band with probability 1 - (1 - s^3)^64 (.999 at s = .47,
.40 at s = .2).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ringtrace.linking.letters import Letters

BANDS = 64
ROWS = 3
_CHUNK = 1 << 15
_MIX1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX2 = np.uint64(0xC4CEB9FE1A85EC53)


def band_keys(source: Letters) -> NDArray[np.uint64]:
    """Return an array of shape (BANDS, texts): equal keys in one band make a candidate pair.

    Texts without a shingle have keys that equal nobody's.
    """
    count = len(source.starts) - 1
    keys = np.empty((BANDS, count), np.uint64)
    keys[:] = np.arange(count, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    hashes, owners = _shingles(source)
    firsts = np.flatnonzero(np.diff(owners, prepend=-1))
    multipliers, offsets = _coefficients()
    for low, high in _chunks(firsts, len(hashes)):
        values = hashes[firsts[low] : firsts[high] if high < len(firsts) else len(hashes)]
        cuts = firsts[low:high] - firsts[low]
        buffer = np.empty_like(values)
        rows = []
        for a, b in zip(multipliers, offsets, strict=True):
            np.multiply(values, a, out=buffer)
            np.add(buffer, b, out=buffer)
            rows.append(np.minimum.reduceat(buffer, cuts))
        minima = np.array(rows, np.uint64).reshape(BANDS, ROWS, -1)
        key = (minima[:, 0] * _MIX1) ^ (minima[:, 1] << np.uint64(32)) ^ minima[:, 2]
        keys[:, owners[firsts[low:high]]] = _mix(key) & ~np.uint64(1)
    return keys


def _shingles(source: Letters) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return 32-bit hashes of all shingles and the text that each belongs to."""
    codes = source.codes.astype(np.uint64)
    count = len(codes)
    owner = np.repeat(np.arange(len(source.starts) - 1, dtype=np.int64), np.diff(source.starts))
    if count < 2:
        return np.zeros(0, np.uint32), np.zeros(0, np.int64)
    two = np.zeros(count, np.bool_)
    two[:-1] = source.han[:-1] & (owner[:-1] == owner[1:])
    four = np.zeros(count, np.bool_)
    value = codes * _MIX2
    value[:-1] += codes[1:] * _MIX1
    if count >= 4:
        plain = ~source.han
        four[:-3] = plain[:-3] & plain[1:-2] & plain[2:-1] & plain[3:] & (owner[:-3] == owner[3:])
        extra = codes[2:-1] * np.uint64(0x9FB21C651E98DF25) + codes[3:] * np.uint64(0xD6E8FEB86659FD93)
        value[:-3] += np.where(four[:-3], extra, np.uint64(0))
    keep = two | four
    return (_mix(value[keep]) >> np.uint64(32)).astype(np.uint32), owner[keep]


def _mix(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Finalizer of MurmurHash3 (Appleby, public domain)."""
    value = (value ^ (value >> np.uint64(33))) * _MIX1
    value = (value ^ (value >> np.uint64(33))) * _MIX2
    return value ^ (value >> np.uint64(33))


def _coefficients() -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """Fixed odd multipliers and offsets, from a counter: no seed to keep."""
    raw = _mix(np.arange(1, 2 * BANDS * ROWS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    half = (raw >> np.uint64(32)).astype(np.uint32)
    return half[: BANDS * ROWS] | np.uint32(1), half[BANDS * ROWS :]


def _chunks(firsts: NDArray[np.int64], total: int) -> Iterator[tuple[int, int]]:
    """Cut texts into runs of about ``_CHUNK`` shingles, so that the work stays in the cache."""
    low = 0
    while low < len(firsts):
        high = max(low + 1, int(np.searchsorted(firsts, firsts[low] + _CHUNK)))
        yield low, high
        low = high
