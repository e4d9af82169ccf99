"""Which concepts a text names, and where: one automaton over the folded text.

Concepts and their terms are data: ``lexicons/stance.<language>.toml``. A term is a stretch of
folded text; at an ASCII letter or digit it must begin and end a word, unless it ends in ``*``
(the last word may go on). ``a…b`` is a pair: ``b`` follows ``a`` within ``GAP`` code points of the
same sentence. Concepts called ``not_*`` are covers: they hide whatever stands inside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

import ahocorasick_rs

from ringtrace.errors import LexiconError
from ringtrace.text.folding import fold
from ringtrace.text.lexicon import load

GAP = 8
"""Code points between the halves of a Chinese pair: about five words."""
ASCII_GAP = 26
"""The same where the first half is written in ASCII: about five English words."""
HITS = 4_000
"""Budget: matches looked at in one text; an article of 20,000 characters stays below it."""
SHORT, REMEMBERED = 200, 65_536
"""Code points of a text whose hits are remembered, and of how many texts."""
PHRASES = 200
"""Budget: phrases compared with each other in one text."""

_BREAKS = frozenset("。！？!?\n；;，,")
# Opposite sides of a transfer: of two that overlap by containment the longer phrase speaks ("who
# wants to adopt" is an offer, "wants to adopt" alone is a wish).
_SIDES = (
    "give", "sell", "good_home", "available", "wish", "asks_who_gives", "childless", "broker", "knows_someone", "anti",
    "lawful", "adoptive_parent", "bypass", "doc_service", "between_families",
)  # fmt: skip
_ALNUM = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class Hit(NamedTuple):
    """A concept at ``text[start:stop]`` of the folded text."""

    concept: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What one string of the automaton stands for.

    concepts: bit set of the concepts that it names on its own; covers: whether one is a cover.
    heads, tails: numbers of the pairs of which it is the first or second half.
    left, right: whether a word must begin or end here.
    """

    concepts: int
    covers: bool
    heads: tuple[int, ...]
    tails: tuple[int, ...]
    left: bool
    right: bool


class Vocabulary:
    """The compiled lexicons: ``names`` of the concepts (bit i is ``names[i]``) and the automaton."""

    def __init__(self, terms: dict[str, tuple[str, ...]]) -> None:
        self.names = tuple(sorted(terms))
        self.bit = {name: 1 << index for index, name in enumerate(self.names)}
        self._known: dict[int, tuple[str, ...]] = {}
        self._sides = sum(self.bit[name] for name in _SIDES if name in self.bit)
        self._pairs: list[int] = []
        strings: dict[tuple[str, bool], list[list[int]]] = {}
        for name in self.names:
            for term in terms[name]:
                self._enter(strings, name, term)
        self._patterns: list[_Pattern] = []
        for (string, open_right), (own, heads, tails) in strings.items():
            bits = 0
            for bit in own:
                bits |= bit
            self._patterns.append(
                _Pattern(
                    bits,
                    any(name.startswith("not_") and bits & self.bit[name] for name in self.names),
                    tuple(heads),
                    tuple(tails),
                    string[0] in _ALNUM,
                    not open_right and string[-1] in _ALNUM,
                )
            )
        self.strings = tuple(dict.fromkeys(string for string, _ in strings))
        self._scanned = lru_cache(maxsize=REMEMBERED)(self._scan)
        self._automaton = ahocorasick_rs.AhoCorasick([string for string, _ in strings], store_patterns=False)

    def _enter(self, strings: dict[tuple[str, bool], list[list[int]]], name: str, term: str) -> None:
        halves = term.split("…")
        if len(halves) > 2 or not all(halves):
            raise LexiconError(f"stance lexicon: concept.{name}: {term!r} must have one … between two words")
        number = len(self._pairs)
        if len(halves) == 2:
            self._pairs.append(self.bit[name])
        for place, half in enumerate(halves):
            string = fold(half.rstrip("*").strip()).text
            if not string:
                raise LexiconError(f"stance lexicon: concept.{name}: {term!r} is empty once folded")
            entry = strings.setdefault((string, half.endswith("*")), [[], [], []])
            if len(halves) == 1:
                entry[0].append(self.bit[name])
            else:
                entry[1 + place].append(number)

    def scan(self, text: str) -> Sequence[tuple[int, int, int]]:
        """Return (concept bits, start, stop) in order of the matches' ends, covers applied.

        A post is scanned by itself and again above each of its answers: short texts are remembered.
        """
        return self._scanned(text) if len(text) <= SHORT else self._scan(text)

    def _scan(self, text: str) -> tuple[tuple[int, int, int], ...]:
        patterns = self._patterns
        found: list[tuple[int, int, int]] = []
        joined: list[tuple[int, int, int]] = []
        covers: list[tuple[int, int]] = []
        heads: dict[int, list[tuple[int, int]]] = {}
        size = len(text)
        for index, start, stop in self._automaton.find_matches_as_indexes(text, overlapping=True)[:HITS]:
            pattern = patterns[index]
            if pattern.left and start and text[start - 1] in _ALNUM:
                continue
            if pattern.right and stop < size and text[stop] in _ALNUM:
                continue
            if pattern.covers:
                covers.append((start, stop))
            elif pattern.concepts:
                found.append((pattern.concepts, start, stop))
            for number in pattern.tails:
                for first, last in heads.get(number, ()):
                    if self._joined(text, first, last, start):
                        joined.append((self._pairs[number], first, stop))
            for number in pattern.heads:
                heads.setdefault(number, []).append((start, stop))
        if covers:
            found = [hit for hit in found if not any(a <= hit[1] and hit[2] <= b for a, b in covers)]
        return tuple(self._longest(found, joined)) if found or joined else ()

    def _longest(
        self, found: list[tuple[int, int, int]], joined: list[tuple[int, int, int]]
    ) -> list[tuple[int, int, int]]:
        """Drop what one side says inside a longer phrase of another side.

        joined: the pairs. A pair falls where a whole phrase of another side stands inside it
        ("looking for a family for" inside "looking for … newborn"), and it hides nothing.
        """
        phrases = [hit for hit in found if hit[0] & self._sides][:PHRASES]
        for bits, start, stop in joined:
            if not bits & self._sides or not any(
                start <= a and b <= stop and other & self._sides & ~bits for other, a, b in phrases
            ):
                found.append((bits, start, stop))
        if len(phrases) < 2:
            return found
        return [hit for one in found if (hit := self._outspoken(one, phrases))[0]]

    def _outspoken(self, hit: tuple[int, int, int], phrases: list[tuple[int, int, int]]) -> tuple[int, int, int]:
        """Return the hit without its side where a longer phrase of another side covers it."""
        bits, start, stop = hit
        own = bits & self._sides
        if own and any(
            a <= start and stop <= b and b - a > stop - start and not other & own for other, a, b in phrases
        ):
            return bits & ~self._sides, start, stop
        return hit

    @staticmethod
    def _joined(text: str, first: int, last: int, start: int) -> bool:
        gap = start - last
        if not 0 <= gap <= (ASCII_GAP if text[first] in _ALNUM else GAP):
            return False
        return _BREAKS.isdisjoint(text[last:start])

    def hits(self, found: Sequence[tuple[int, int, int]]) -> list[Hit]:
        """Return one Hit for each concept of each match, in order of position."""
        hits = [Hit(name, start, stop) for bits, start, stop in found for name in self._names_of(bits)]
        return sorted(hits, key=attrgetter("start", "stop", "concept"))

    def _names_of(self, bits: int) -> tuple[str, ...]:
        names = self._known.get(bits)
        if names is None:
            names = self._known[bits] = tuple(name for name in self.names if bits & self.bit[name])
        return names


@cache
def vocabulary(override: Path | None = None) -> Vocabulary:
    """Return the compiled ``stance`` lexicons; raises LexiconError naming file and key."""
    return Vocabulary(dict(load("stance", override)))
