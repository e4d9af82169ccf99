"""Tells of many folded texts at once which can hold anything of a kind: most posts hold nothing of most kinds.

What is looked for says what a text must have for it to be found at all: some of these words, so many of these
characters. All texts are laid end to end and looked at together; a word is known by its first code points (up to
four), by a hash. So a sieve may let through a text that holds nothing and never keeps back one that holds something.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_LONGEST = 4
_MOST = 64
"""Different needs of one sieve: a bit each."""
_PLANE = 0xFFFF
"""Code points from here on are one."""
_ROOM = (12, 20)
_PER_WORD = 512
"""Bits of a table of words: so many places for a word, within limits."""
_WHOLE = 20_000
"""A text of so many code points is let through unseen: it may hold anything, and is rare."""
_AT_ONCE = 2_000_000
"""Code points laid end to end at a time."""
_FACTOR, _MIX = np.uint32(2_654_435_761), np.uint32(0x9E3779B1)

Codes = npt.NDArray[np.uint32]
Bits = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Need:
    """A text must hold one of the words, or ``least`` code points that are among ``characters``.

    through: what characters become before they are looked at (one for one); rest: what all others do, "" as they are.
    """

    words: frozenset[str] = frozenset()
    characters: frozenset[str] = frozenset()
    least: int = 1
    through: tuple[tuple[int, str], ...] = ()
    rest: str = ""


Needs = tuple[tuple[Need, ...], ...]
"""Ways to hold something: every need of one of them must be met."""


def need(
    words: Sequence[str] | frozenset[str] = (), characters: str = "", least: int = 1,
    through: Mapping[int, str] | None = None, rest: str = "",
) -> Need:  # fmt: skip
    """Return a need; words of one character count as characters. Raises ValueError on an empty word."""
    if not all(words):
        raise ValueError("a sieve cannot look for an empty word")
    single = frozenset(characters) | (
        frozenset(word for word in words if len(word) == 1) if least == 1 else frozenset()
    )
    return Need(
        frozenset(word for word in words if len(word) > 1), single, least,
        tuple(sorted((through or {}).items())), rest,
    )  # fmt: skip


class _Layer(NamedTuple):
    """What is looked for in texts whose characters became something else, or in the texts as they are.

    becomes: code point -> code point, None as it is; characters: code point -> bits of needs;
    words: length -> (shift of the hash, hash -> bits of needs).
    """

    becomes: Codes | None
    characters: Bits
    words: Mapping[int, tuple[int, Bits]]


class Sieve:
    """Compiled needs of several who look for something; None needs nothing and is always let look."""

    def __init__(self, asked: Sequence[Needs | None]) -> None:
        self._asked = asked
        every = list(dict.fromkeys(one for needs in asked if needs for way in needs for one in way))
        if len(every) > _MOST:
            raise ValueError(f"a sieve holds {_MOST} different needs, not {len(every)}")
        self._number = {one: at for at, one in enumerate(every)}
        self._counted = [(at, one.least) for one, at in self._number.items() if one.least > 1]
        layers = dict.fromkeys((one.through, one.rest) for one in every)
        self._layers = [_layer(*layer, [(at, n) for n, at in self._number.items() if (n.through, n.rest) == layer])
                        for layer in layers]  # fmt: skip

    def sift(self, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Return [text, asker]: whether the asker may find something in the folded text."""
        met = np.zeros(len(texts), np.uint64)
        first = size = 0
        for at, text in enumerate(texts):
            size += min(len(text), _WHOLE) + 1
            if size >= _AT_ONCE or at == len(texts) - 1:
                met[first : at + 1] = self._met(texts[first : at + 1])
                first, size = at + 1, 0
        found = np.zeros((len(texts), len(self._asked)), np.bool_)
        for column, needs in enumerate(self._asked):
            if needs is None:
                found[:, column] = True
            for way in needs or ():
                wanted = np.uint64(sum(1 << self._number[one] for one in way))
                found[:, column] |= (met & wanted) == wanted
        found[np.fromiter((len(text) >= _WHOLE for text in texts), np.bool_, len(texts))] = True
        return found

    def _met(self, texts: Sequence[str]) -> Bits:
        """Return the needs that each text meets, as bits."""
        # A text's stretch begins with what parts it from the one before: a word may begin or end with it.
        short = ["" if len(text) >= _WHOLE else text for text in texts]
        whole = np.frombuffer(("\0" + "\0".join(short) + "\0").encode("utf-32-le", "surrogatepass"), np.uint32)
        plain = np.minimum(whole, np.uint32(_PLANE))
        ends = np.cumsum(np.fromiter((len(text) + 1 for text in short), np.int64, len(short)))
        starts = np.concatenate(([0], ends[:-1]))
        met = np.zeros(len(texts), np.uint64)
        for layer in self._layers:
            codes = plain if layer.becomes is None else layer.becomes[plain]
            shown = layer.characters[codes]
            counted = np.uint64(sum(1 << at for at, _ in self._counted))
            seen = shown & ~counted
            for length, (shift, table) in layer.words.items():
                if len(codes) >= length:
                    seen[: len(codes) - length + 1] |= table[_hashed(codes, length) >> np.uint32(shift)]
            met |= np.bitwise_or.reduceat(seen, starts)
            for at, least in self._counted:
                bit = np.uint64(1 << at)
                if np.any(layer.characters & bit):
                    many = np.add.reduceat((shown & bit) != 0, starts, dtype=np.int64) >= least
                    met[many] |= bit
        return met


def _layer(through: tuple[tuple[int, str], ...], rest: str, needs: Sequence[tuple[int, Need]]) -> _Layer:
    characters = np.zeros(_PLANE + 1, np.uint64)
    words: dict[int, list[tuple[str, int]]] = {}
    for at, one in needs:
        for char in one.characters:
            characters[min(ord(char), _PLANE)] |= np.uint64(1 << at)
        for word in one.words:
            length = min(len(word), _LONGEST)
            words.setdefault(length, []).append((word[:length], at))
    return _Layer(
        _becomes(through, rest), characters, {length: _table(length, listed) for length, listed in words.items()}
    )


def _becomes(through: tuple[tuple[int, str], ...], rest: str) -> Codes | None:
    if not through and not rest:
        return None
    if any(len(made) != 1 for _, made in through):
        raise ValueError("a sieve looks through tables of one character for one only")
    becomes = np.full(_PLANE + 1, ord(rest), np.uint32) if rest else np.arange(_PLANE + 1, dtype=np.uint32)
    for code, made in through:
        if code < _PLANE:
            becomes[code] = min(ord(made), _PLANE)
    return becomes


def _table(length: int, listed: Sequence[tuple[str, int]]) -> tuple[int, Bits]:
    bits = min(max(_ROOM[0], (len(listed) * _PER_WORD).bit_length()), _ROOM[1])
    table = np.zeros(1 << bits, np.uint64)
    written = "".join(word for word, _ in listed).encode("utf-32-le", "surrogatepass")
    codes = np.minimum(np.frombuffer(written, np.uint32), np.uint32(_PLANE))
    places = _hashed(codes, length)[::length] >> np.uint32(32 - bits)
    np.bitwise_or.at(table, places, np.array([1 << at for _, at in listed], np.uint64))
    return 32 - bits, table


def _hashed(codes: Codes, length: int) -> Codes:
    """Return a hash of each ``length`` code points in a row."""
    last = len(codes) - length + 1
    found = codes[:last] * _FACTOR
    for step in range(1, length):
        found = (found ^ codes[step : step + last]) * _FACTOR
        found ^= found >> np.uint32(15)
    return found * _MIX
