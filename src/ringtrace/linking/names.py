"""How much it says that two accounts carry one display name: bits of surprise under the case's own names."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

_ALPHABET = 5_000
"""Characters that a name may draw from, for names never seen (GB 2312 has 6,763 characters, names use fewer)."""


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
        """Return -log2 of the probability of drawing ``name``; its own copy in the case is left out."""
        framed = f"\x02{name}\x03"
        total = 0.0
        for at in range(len(framed) - 1):
            pair, before, char = framed[at : at + 2], framed[at], framed[at + 1]
            single = (self._chars[char] - 1 + 0.5) / (self._total + 0.5 * _ALPHABET)
            weight = max(self._first[before] - 1, 0)
            total -= math.log2((max(self._pairs[pair] - 1, 0) + 4 * single) / (weight + 4))
        return total


def stem(name: str) -> str:
    """Return a folded name without ornaments and the digits at its end: what is kept when a name is taken."""
    return "".join(char for char in name if char.isalnum()).rstrip("0123456789")
