"""The distinct wordings of many texts: their tokens, minima and sketches, in an order that only they decide.

Texts are read in portions, so that memory grows with what is kept of a wording (about 600 bytes for one of
35 words), never with the texts' letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ringtrace.linking.letters import letters, ranges, tokens
from ringtrace.linking.minhash import HASHES, Minima, minima

SIZE = 120
"""Information (tenths of a Chinese character, a word 16) below which a text is too short for a template."""
_PORTION = 2_048
"""Texts whose letters are looked at together: small enough for the processor's cache."""

_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Wordings:
    """digests: 128 bits of each wording's tokens as two numbers, in rising order; that is the wordings' order.

    codes, starts: their tokens, as in ``Tokens``; size: their information; found: their minima; sketch: four bits of
    each minimum in 8 numbers; texts: number of the first text of each; copies: texts that have it.
    """

    digests: NDArray[np.uint64]
    codes: NDArray[np.uint32]
    starts: _Ints
    size: _Ints
    found: Minima
    sketch: NDArray[np.uint64]
    texts: _Ints
    copies: _Ints

    def __len__(self) -> int:
        return len(self.copies)

    def of(self, number: int) -> str:
        """Return the tokens of one wording as a string, one code point each."""
        return self._whole[self._cuts[number] : self._cuts[number + 1]]

    @cached_property
    def _whole(self) -> str:
        """All tokens as one string: to cut a piece out of it is many times faster than to decode one."""
        return self.codes.tobytes().decode("utf-32-le")

    @cached_property
    def _cuts(self) -> list[int]:
        return list(map(int, self.starts))


def collect(texts: pa.ChunkedArray) -> tuple[Wordings, _Ints]:
    """Return the wordings of ``texts``, and the number of each text's wording: -1 for too short ones."""
    coded = texts.cast(pa.large_string()).fill_null("").combine_chunks().dictionary_encode()
    rows = coded.indices.to_numpy().astype(np.int64)
    times = np.bincount(rows, minlength=len(coded.dictionary))
    earliest = np.empty(len(coded.dictionary), np.int64)
    earliest[rows[::-1]] = np.arange(len(rows))[::-1]  # the last one written is the first text
    parts = [
        _part(coded.dictionary.slice(at, _PORTION).to_pylist(), at) for at in range(0, len(coded.dictionary), _PORTION)
    ]
    wordings, number = _merge(parts, times, earliest)
    which = np.full(len(coded.dictionary), -1, np.int64)
    if parts:
        which[np.concatenate([part.texts for part in parts])] = number
    return wordings, which[rows]


@dataclass
class _Part:
    """What is kept of a portion of texts; texts: their numbers. found: minima of shape (texts, HASHES), taken once."""

    texts: _Ints
    digests: NDArray[np.uint64]
    codes: NDArray[np.uint32]
    lengths: _Ints
    size: _Ints
    found: list[Minima]


def _part(texts: Sequence[str], first: int) -> _Part:
    source = letters(texts)
    stream = tokens(source)
    kept = np.flatnonzero(stream.size >= SIZE)
    index, starts = ranges(stream.starts, kept)
    codes = stream.codes[index]
    whole = codes.tobytes()
    cuts = (starts * codes.itemsize).tolist()
    digests = b"".join(blake2b(whole[low:high], digest_size=16).digest() for low, high in pairwise(cuts))
    return _Part(
        kept + first, np.frombuffer(digests, ">u8").astype(np.uint64).reshape(-1, 2), codes, np.diff(starts),
        stream.size[kept], [np.ascontiguousarray(minima(source.take(kept)).T)],
    )  # fmt: skip


def _merge(parts: list[_Part], times: _Ints, earliest: _Ints) -> tuple[Wordings, _Ints]:
    """Return the wordings of ``parts``, and the number of the wording of each of their texts."""
    texts = np.concatenate([np.zeros(0, np.int64), *(part.texts for part in parts)])
    digests = np.concatenate([np.zeros((0, 2), np.uint64), *(part.digests for part in parts)])
    starts = np.concatenate([[0], *(part.lengths for part in parts)]).cumsum()
    order = np.lexsort((earliest[texts], digests[:, 1], digests[:, 0]))
    new = np.ones(len(order), np.bool_)
    new[1:] = (digests[order][1:] != digests[order][:-1]).any(axis=1)
    number = np.empty(len(order), np.int64)
    number[order] = np.cumsum(new) - 1
    heads = order[new]
    laid = np.empty((len(heads), HASHES), np.uint16)
    at = 0
    for part in parts:
        laid[number[at : at + len(part.texts)]] = part.found.pop()
        at += len(part.texts)
    found = np.empty((HASHES, len(heads)), np.uint16)
    sketch = np.empty((len(heads), 8), np.uint64)
    for at in range(0, len(heads), _PORTION):
        here = slice(at, at + _PORTION)
        found[:, here] = laid[here].T
        sketch[here] = _sketches(laid[here])
    codes = np.concatenate([np.zeros(0, np.uint32), *(part.codes for part in parts)])
    index, places = ranges(starts, heads)
    size = np.concatenate([np.zeros(0, np.int64), *(part.size for part in parts)])[heads]
    copies = np.bincount(number, weights=times[texts], minlength=len(heads)).astype(np.int64)
    wordings = Wordings(digests[heads], codes[index], places, size, found, sketch, earliest[texts][heads], copies)
    return wordings, number


def _sketches(laid: Minima) -> NDArray[np.uint64]:
    """Return an array of shape (texts, 8): four bits of each minimum, side by side, and four zeros."""
    low = np.zeros((len(laid), HASHES + 1), np.uint8)
    low[:, :HASHES] = laid & np.uint16(15)
    return (low[:, 0::2] | low[:, 1::2] << np.uint8(4)).view(np.uint64)
