"""Texts as flat arrays of letters and tokens, for near-duplicate search only.

Letters keep what carries meaning (Chinese characters, Latin and other letters, one mark for each
run of digits) and drop white space, punctuation, emoji, accents and invisibles, so that the commonest
edits and disguises vanish. Everything is one array over all texts: no Python loop over characters. Every
letter knows the code point that it comes from, so that what differs can be quoted from the text itself.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain

import numpy as np
from numpy.typing import NDArray

TEXT_CHARS = 4_000
"""Code points of one text that are compared; longer texts are compared by their beginning."""

_Ints = NDArray[np.int64]
_DROP, _LETTER, _HAN, _DIGIT, _CLEAR = 0, 1, 2, 3, 4
"""What a code point is; clear: an accent or an invisible, which does not end a word."""
_WORD_PLANE = np.uint64(0x20000)
_WORD_CODES = np.uint64(0x110000 - 0x20000)
_PRIME = np.uint64(0x9E3779B97F4A7C15)
_TABLE = 0x30000
"""Code points that have a row of their own; what lies above is dropped."""


@dataclass(frozen=True)
class Letters:
    """codes: folded letters of all texts; han: which are Chinese; starts: texts + 1 offsets.

    words[i]: a token starts at letter i (a Chinese character, a word, a run of digits); first, last: code points
    of the joined texts (cut to ``TEXT_CHARS``) that letter i comes from, the last one a run of digits' end;
    ends: offsets of the texts in those, texts + 1.
    """

    codes: NDArray[np.uint32]
    han: NDArray[np.bool_]
    starts: _Ints
    words: NDArray[np.bool_]
    first: _Ints
    last: _Ints
    ends: _Ints

    def take(self, chosen: _Ints) -> Letters:
        """Return the letters of the texts with the numbers ``chosen``."""
        index, starts = ranges(self.starts, chosen)
        return Letters(
            self.codes[index],
            self.han[index],
            starts,
            self.words[index],
            self.first[index],
            self.last[index],
            self.ends,
        )


@dataclass(frozen=True)
class Tokens:
    """One code for each token: Chinese characters as they are, words hashed to astral planes.

    codes: tokens of all texts; starts: offsets, texts + 1; size: information of each text in
    tenths of a Chinese character (a word counts 16).
    """

    codes: NDArray[np.uint32]
    starts: _Ints
    size: _Ints

    def of(self, index: int) -> str:
        """Return the tokens of one text as a string, one code point each."""
        return self.codes[self.starts[index] : self.starts[index + 1]].tobytes().decode("utf-32-le")


def ranges(starts: _Ints, chosen: _Ints) -> tuple[_Ints, _Ints]:
    """Return (index of every item of the runs ``chosen``, their new starts)."""
    lengths = starts[chosen + 1] - starts[chosen]
    new = np.concatenate([[0], np.cumsum(lengths)])
    return np.arange(new[-1]) + np.repeat(starts[chosen] - new[:-1], lengths), new


def letters(texts: Sequence[str]) -> Letters:
    """Fold ``texts`` (NFKC, lower case, no accents, traditional to simplified) into one array of letters."""
    cut = [text[:TEXT_CHARS] for text in texts]
    ends = np.zeros(len(cut) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, cut), np.int64, len(cut)), out=ends[1:])
    raw = np.minimum(np.frombuffer("".join(cut).encode("utf-32-le", "replace"), np.uint32), np.uint32(_TABLE - 1))
    table = _folds()
    count = table.count[raw]
    if count.max(initial=0) > 1:
        place = np.repeat(np.arange(len(raw)), count)
        within = np.arange(len(place)) - np.repeat(np.cumsum(count, dtype=np.int64) - count, count)
        row = table.first[raw[place]] + within
    else:
        place = np.flatnonzero(count)
        row = table.first[raw[place]]
    kind = table.kind[row]
    begins = np.searchsorted(place, ends)
    new = np.zeros(len(place) + 1, np.bool_)
    new[begins] = True
    breaks = np.cumsum(table.breaks[raw], dtype=np.int32)[place]
    digit = kind == _DIGIT
    run = digit[1:] & digit[:-1] & ~new[1:-1]
    keep = np.ones(len(place), np.bool_)
    keep[1:] = ~run
    broken = new[:-1] | (kind == _HAN)
    broken[1:] |= (kind[1:] != kind[:-1]) | (breaks[1:] != breaks[:-1])
    kept = np.flatnonzero(keep)
    last = place[np.append(kept[1:], len(place)) - 1] if len(kept) else kept
    starts = np.searchsorted(kept, begins)
    return Letters(table.code[row[kept]], kind[kept] == _HAN, starts, broken[kept], place[kept], last, ends)


def tokens(source: Letters) -> Tokens:
    """Return the token strings of ``source``."""
    count = len(source.starts) - 1
    firsts = np.flatnonzero(source.words)
    starts = np.searchsorted(firsts, source.starts)
    if not len(firsts):
        return Tokens(np.zeros(0, np.uint32), starts, np.zeros(count, np.int64))
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
    return Tokens(code, starts, weight[starts[1:]] - weight[starts[:-1]])


@dataclass(frozen=True)
class _Folds:
    """count: letters that a code point becomes; first: its row in code and kind; breaks: whether it ends a word."""

    count: NDArray[np.uint8]
    first: NDArray[np.int32]
    breaks: NDArray[np.bool_]
    code: NDArray[np.uint32]
    kind: NDArray[np.uint8]


@cache
def _folds() -> _Folds:
    """Return what each code point becomes: rows of the basic plane, styled letters and rare Chinese characters."""
    count = np.zeros(_TABLE, np.uint8)
    count[0x20000 : _TABLE - 1] = 1
    breaks = np.ones(_TABLE, np.bool_)
    breaks[0x20000:] = False
    first = np.zeros(_TABLE, np.int32)
    first[0x20000:] = np.arange(_TABLE - 0x20000)
    codes, kinds = list(range(0x20000, _TABLE)), [_HAN] * (_TABLE - 0x20000)
    plain = _simplified()
    styled = (range(0x1D400, 0x1D800), range(0x1F100, 0x1F200), range(0x2F800, 0x2FA20))
    for code in chain(range(0xD800), range(0xE000, 0x10000), *styled):
        found = list(_fold(chr(code), plain))
        count[code], first[code] = sum(kind != _CLEAR for _, kind in found), len(codes)
        breaks[code] = not found
        codes += [ord(char) for char, kind in found if kind != _CLEAR]
        kinds += [kind for _, kind in found if kind != _CLEAR]
    return _Folds(count, first, breaks, np.array(codes, np.uint32), np.array(kinds, np.uint8))


def _fold(char: str, plain: dict[str, str]) -> list[tuple[str, int]]:
    """Return the letters (with their kinds) that one character becomes, accents and invisibles as clear."""
    folded = unicodedata.normalize("NFKC", char).lower()
    if not "\uac00" <= folded[:1] <= "\ud7a3":
        folded = unicodedata.normalize("NFD", folded)
    found = []
    for one in folded:
        category = unicodedata.category(one)
        if category[0] == "L":
            letter = plain.get(one, one)
            found.append((letter, _HAN if any(low <= ord(letter) <= high for low, high in _BLOCKS) else _LETTER))
        elif category[0] == "N":
            found.append(("0", _DIGIT))
        elif category in ("Mn", "Me", "Cf"):
            found.append((one, _CLEAR))
    return found


_BLOCKS = ((0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFAFF))
"""Scripts written without blanks (and Hangul), of which every character is a token."""


def _simplified() -> dict[str, str]:
    plain = {}
    table = resources.files("opencc") / "dictionary" / "TSCharacters.txt"
    for line in table.read_text("utf-8").splitlines():
        traditional, _, choices = line.partition("\t")
        if len(traditional) == 1 and choices:
            plain[traditional] = choices.split(" ", 1)[0][:1]
    return plain
