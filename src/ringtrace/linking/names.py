"""How much it says that two accounts carry one display name: bits of surprise.

The case's own names say how rare a name is among them, but a case is small and the world is not:
strangers everywhere call themselves after flowers, children and given names. So a name is never
more surprising than ``everyday_bits`` allows.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from functools import cache, lru_cache

import ahocorasick_rs
from rapidfuzz.distance import Indel

from ringtrace.text.lexicon import load

_ALPHABET = 5_000
"""Characters that a name may draw from, for names never seen (GB 2312 has 6,763 characters, names use fewer)."""
_PIECE, _LETTER, _DIGIT, _SIGN, _CHARACTER = 5.0, 2.2, 2.0, 2.0, 6.0
"""Bits that a common piece, a Latin letter, a digit, an ornament and any other letter may add at most.

Few pieces and short words make most nicknames, and digits in them are mostly years and repetitions:
the figures lie below the entropy of running text (about 4 bits a letter, 9 bits a Chinese character)."""


class NameModel:
    """Character pairs of the distinct names of a case, backing off to single characters.

    A name that few characters predict is rare, whatever its count: two strangers hit on it seldom.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._pairs: Counter[str] = Counter()
        self._first: Counter[str] = Counter()
        self._chars: Counter[str] = Counter()
        for name in sorted(set(names)):
            framed = f"\x02{name}\x03"
            self._chars.update(framed[1:])
            self._first.update(framed[:-1])
            self._pairs.update(framed[at : at + 2] for at in range(len(framed) - 1))
        self._total = sum(self._chars.values())

    def bits(self, name: str) -> float:
        """Return the surprise of a folded name, its own copy in the case left out; >= 0."""
        return min(self._case_bits(name), everyday_bits(name))

    def _case_bits(self, name: str) -> float:
        framed = f"\x02{name}\x03"
        total = 0.0
        for at in range(len(framed) - 1):
            pair, before, char = framed[at : at + 2], framed[at], framed[at + 1]
            single = (self._chars[char] - 1 + 0.5) / (self._total + 0.5 * _ALPHABET)
            weight = max(self._first[before] - 1, 0)
            total -= math.log2((max(self._pairs[pair] - 1, 0) + 4 * single) / (weight + 4))
        return total


def everyday_bits(name: str) -> float:
    """Return how surprising a folded name can be at most, by the pieces that names are made of."""
    total = 0.0
    at = 0
    for _, start, stop in _pieces().find_matches_as_indexes(name):
        total += sum(map(_most_bits, name[at:start])) + _PIECE
        at = stop
    return total + sum(map(_most_bits, name[at:]))


def _most_bits(char: str) -> float:
    if not char.isalnum():
        return _SIGN
    if char.isdigit():
        return _DIGIT
    return _LETTER if char < "\u0250" else _CHARACTER


@cache
def _pieces() -> ahocorasick_rs.AhoCorasick:
    return ahocorasick_rs.AhoCorasick(load("nickname")["piece"], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


def stem(name: str) -> str:
    """Return a folded name without ornaments and the digits at its end: what is kept when a name is taken."""
    return "".join(char for char in name if char.isalnum()).rstrip("0123456789")


_LEAST_WORD, _LEAST_CHARACTERS, _LEAST_EDITED = 4, 2, 3
"""Letters a name must have to be known again inside a longer one, in ASCII and in other scripts; and with an edit."""
_SAME_PART = 0.75
"""Share of letters in common (2 LCS / total) of two spellings of one name."""
_NAME_CHARS = 64
"""Code points of a name that are compared."""


def alike(left: str, right: str) -> bool:
    """Whether two folded names are one with something added, or one spelt a little differently.

    Says something only of two accounts that a contact ties already: 'lucky7' and 'lucky_520', 'wang' and
    'wang new', but strangers are called so as well.
    """
    short, long = sorted(((stem(name) or name)[:_NAME_CHARS] for name in (left, right)), key=lambda n: (len(n), n))
    if short == long:
        return True
    if len(short) >= (_LEAST_WORD if short.isascii() else _LEAST_CHARACTERS) and short in long:
        return True
    return len(short) >= _LEAST_EDITED and Indel.normalized_similarity(short, long) >= _SAME_PART


_SYLLABLES, _SOUNDED = 2, 1 << 16
"""Chinese characters that one of two names must hold at least to be compared by sound; names that are remembered."""


def sound_alike(left: str, right: str) -> bool:
    """Whether two folded names are spoken alike, tones apart, and written otherwise: 晓莉, 小丽 and xiaoli.

    At least one of them has ``_SYLLABLES`` Chinese characters or more. Says less than ``alike``: a sound of two
    syllables is shared by many.
    """
    (ours, characters), (theirs, others) = sound(left), sound(right)
    return stem(left) != stem(right) and max(characters, others) >= _SYLLABLES and ours == theirs


@lru_cache(maxsize=_SOUNDED)
def sound(name: str) -> tuple[str, int]:
    """Return (a folded name without ornaments in Latin letters, how many Chinese characters it has)."""
    spoken = [_sounds().get(char, char) for char in stem(name)[:_NAME_CHARS]]
    return "".join(spoken), sum(char in _sounds() for char in stem(name)[:_NAME_CHARS])


@cache
def _sounds() -> dict[str, str]:
    return {char: reading for reading, characters in load("name_sound").items() for char in characters}
