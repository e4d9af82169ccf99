"""Cuts tables so that rows with equal keys lie in one piece, the same on every machine."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

_PRIME = np.uint64(0x9E3779B97F4A7C15)


def shards_of(table: pa.Table, keys: Sequence[str], count: int) -> NDArray[np.int64]:
    """Return for each row its piece, 0..count - 1. keys: columns of text; null counts as no text."""
    mixed = np.zeros(len(table), np.uint64)
    for key in keys:
        mixed = (mixed ^ _hashes(table[key])) * _PRIME
        mixed ^= mixed >> np.uint64(32)
    return (mixed % np.uint64(count)).astype(np.int64)


def split(table: pa.Table, keys: Sequence[str], count: int) -> Iterator[tuple[int, pa.Table]]:
    """Yield (piece, its rows in their order) for every piece of ``count`` that has rows."""
    if not len(table):
        return
    shards = shards_of(table, keys, count)
    order = np.argsort(shards, kind="stable")
    ranked = shards[order]
    firsts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    for low, high in zip(firsts.tolist(), [*firsts[1:].tolist(), len(order)], strict=True):
        yield int(ranked[low]), table.take(pa.array(order[low:high]))


def _hashes(column: pa.ChunkedArray) -> NDArray[np.uint64]:
    """CRC-32 of each value's UTF-8 bytes: spreads keys evenly, which is all that is asked of it."""
    coded = pc.fill_null(column, "").combine_chunks().dictionary_encode()
    values = [zlib.crc32(value.encode()) for value in coded.dictionary.to_pylist()]
    found: NDArray[np.uint64] = np.array(values, np.uint64)[coded.indices.to_numpy(zero_copy_only=False)]
    return found
