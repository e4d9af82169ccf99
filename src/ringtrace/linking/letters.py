"""Texts as flat arrays of letters and tokens, for near-duplicate search only.

Letters keep what carries meaning (Chinese characters, Latin and other letters, one mark for each
run of digits) and drop white space, punctuation, emoji and invisibles, so that the commonest edits
and disguises vanish. Everything is one array over all texts: no Python loop over characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

TEXT_CHARS = 4_000
"""Code points of one text that are compared; longer texts are compared by their beginning."""

_Ints = NDArray[np.int64]
_DROP, _LETTER, _HAN, _DIGIT = 0, 1, 2, 3
_WORD_PLANE = np.uint64(0x20000)
_WORD_CODES = np.uint64(0x110000 - 0x20000)
_PRIME = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Letters:
    """codes: folded letters of all texts; han: which are Chinese; starts: texts + 1 offsets."""

    codes: NDArray[np.uint32]
    han: NDArray[np.bool_]
    starts: _Ints
    words: NDArray[np.bool_]
    """words[i]: a token starts at letter i (a Chinese character, a word, a run of digits)."""


@dataclass(frozen=True)
class Tokens:
    """One code point for each token: Chinese characters as they are, words hashed to astral planes.

    text: all token strings joined; starts: offsets, texts + 1; size: information of each text in
    tenths of a Chinese character (a word counts 16).
    """

    text: str
    starts: _Ints
    size: _Ints

    def of(self, index: int) -> str:
        return self.text[self.starts[index] : self.starts[index + 1]]


def letters(texts: Sequence[str]) -> Letters:
    """Fold ``texts`` (NFKC, lower case, traditional to simplified) into one array of letters."""
    folded = [_fold(text) for text in texts]
    lengths = np.fromiter(map(len, folded), np.int64, len(folded))
    codes = np.frombuffer("".join(folded).encode("utf-32-le", "replace"), np.uint32)
    owner = np.repeat(np.arange(len(folded), dtype=np.int64), lengths)
    kinds, simplified = _tables()
    low = np.minimum(codes, len(kinds) - 1)
    kind = kinds[low]
    kind[codes >= len(kinds)] = _HAN
    kind[(codes >= 0x1F000) & (codes < 0x20000)] = _DROP
    codes = np.where(codes < len(kinds), simplified[low], codes)
    keep = kind != _DROP
    digit = kind == _DIGIT
    keep[1:] &= ~(digit[1:] & digit[:-1] & (owner[1:] == owner[:-1]))
    broken = np.ones(len(codes), np.bool_)
    broken[1:] = (kind[1:] != kind[:-1]) | (owner[1:] != owner[:-1]) | (kind[1:] == _HAN)
    codes = np.where(digit, np.uint32(0x30), codes)[keep].astype(np.uint32)
    starts = np.zeros(len(folded) + 1, np.int64)
    np.cumsum(np.bincount(owner[keep], minlength=len(folded)), out=starts[1:])
    return Letters(codes, kind[keep] == _HAN, starts, broken[keep])


def tokens(source: Letters) -> Tokens:
    """Return the token strings of ``source``."""
    count = len(source.starts) - 1
    firsts = np.flatnonzero(source.words)
    starts = np.searchsorted(firsts, source.starts)
    if not len(firsts):
        return Tokens("", starts, np.zeros(count, np.int64))
    position = np.arange(len(source.codes)) - np.repeat(firsts, np.diff(np.append(firsts, len(source.codes))))
    mixed = (source.codes.astype(np.uint64) + np.uint64(1)) * (
        _PRIME * (position.astype(np.uint64) * np.uint64(2) + np.uint64(1))
    )
    hashed = np.add.reduceat(mixed ^ (mixed >> np.uint64(29)), firsts)
    hashed = (hashed ^ (hashed >> np.uint64(31))) * _PRIME
    words = _WORD_PLANE + (hashed >> np.uint64(33)) % _WORD_CODES
    han = source.han[firsts]
    code = np.where(han, source.codes[firsts], words.astype(np.uint32)).astype(np.uint32)
    weight = np.concatenate([[0], np.cumsum(np.where(han, 10, 16))])
    return Tokens(code.tobytes().decode("utf-32-le"), starts, weight[starts[1:]] - weight[starts[:-1]])


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text[:TEXT_CHARS]).lower()


@cache
def _tables() -> tuple[NDArray[np.uint8], NDArray[np.uint32]]:
    """Class and simplified form of each code point of the basic plane."""
    kinds = np.zeros(0x10000, np.uint8)
    for code in range(0x10000):
        category = unicodedata.category(chr(code))
        if category[0] == "L":
            kinds[code] = _LETTER
        elif category[0] == "N":
            kinds[code] = _DIGIT
    for first, last in ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF)):
        block = kinds[first : last + 1]
        block[block == _LETTER] = _HAN
    simplified = np.arange(0x10000, dtype=np.uint32)
    table = resources.files("opencc") / "dictionary" / "TSCharacters.txt"
    for line in table.read_text("utf-8").splitlines():
        traditional, _, choices = line.partition("\t")
        if len(traditional) == 1 and ord(traditional) < 0x10000 and choices:
            simplified[ord(traditional)] = ord(choices.split(" ", 1)[0][:1])
    return kinds, simplified
