"""Where the words of reports stand in one sentence: nouns that are counted, verbs that say a status."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import ahocorasick_rs

from ringtrace.text import lexicon

UNITS = {
    "suspects": "person", "children": "person", "officers": "person", "women": "person", "victims": "person",
    "persons": "person", "rings": "ring", "provinces": "province", "cities": "city", "sites": "site",
    "forums": "forum", "groups": "group", "cases": "case", "accounts": "account", "families": "family",
    "adults": "person", "tips": "tip", "members": "member", "price": "",
}  # fmt: skip
PERSONS = frozenset(quantity for quantity, unit in UNITS.items() if unit == "person")
SUSPECT_STATUS = frozenset({
    "identified", "wanted", "summoned", "arrested", "detained", "bailed", "released", "charged", "convicted",
    "acquitted", "not_prosecuted",
})  # fmt: skip
CHILD_STATUS = frozenset({
    "reported", "abducted", "sold", "bought", "found", "rescued", "identified", "reunited", "placed",
})  # fmt: skip

_MAY_HAVE = {
    "suspects": SUSPECT_STATUS,
    "children": CHILD_STATUS,
    "victims": CHILD_STATUS,
    "women": CHILD_STATUS | SUSPECT_STATUS,
    "adults": CHILD_STATUS | SUSPECT_STATUS,
    "persons": CHILD_STATUS | SUSPECT_STATUS | {"deployed"},
    "members": SUSPECT_STATUS,
    "families": SUSPECT_STATUS | {"reunited"},
    "officers": frozenset({"deployed"}),
    "cases": frozenset({"solved"}),
}


@dataclass(frozen=True, slots=True)
class Term:
    """A term at code points [start, stop) of a sentence. kind: a quantity, or a status."""

    start: int
    stop: int
    kind: str


@dataclass(frozen=True)
class Vocabulary:
    """The nouns and status verbs of one sentence, in order; an inner term of a longer one is left out."""

    text: str
    nouns: tuple[Term, ...]
    statuses: tuple[Term, ...]

    def has(self, concept: str, start: int = 0, stop: int | None = None) -> bool:
        return any(
            is_word(self.text, at, at + len(term)) for term in terms(concept) for at in self._find(term, start, stop)
        )

    def first(self, concept: str, limit: int) -> int:
        """Return the end of the first term of ``concept`` that starts before ``limit``, -1 without one."""
        ends = [
            (at, at + len(term)) for term in terms(concept) for at in self._find(term, 0, limit + len(term))
            if at < limit and is_word(self.text, at, at + len(term))
        ]  # fmt: skip
        return min(ends)[1] if ends else -1

    def find_concept(self, concept: str, start: int = 0, stop: int | None = None) -> int:
        """Return where the first term of ``concept`` begins in [start, stop), -1 without one."""
        ends = [
            at for term in terms(concept) for at in self._find(term, start, stop)
            if is_word(self.text, at, at + len(term))
        ]  # fmt: skip
        return min(ends, default=-1)

    def ends_with(self, concept: str, before: str) -> bool:
        return self.longest_end(concept, before) > 0

    def longest_end(self, concept: str, before: str) -> int:
        """Return the code points of the longest term of ``concept`` that a text ends with, 0 without one."""
        ends = (
            len(term)
            for term in terms(concept)
            if before.endswith(term) and is_word(before, len(before) - len(term), len(before))
        )
        return max(ends, default=0)

    def _find(self, term: str, start: int, stop: int | None) -> list[int]:
        found, at = [], self.text.find(term, start, stop)
        while at >= 0:
            found.append(at)
            at = self.text.find(term, at + 1, stop)
        return found


def look_up(text: str) -> Vocabulary:
    """Return the vocabulary of a folded sentence."""
    nouns, statuses = _automata()
    return Vocabulary(text, _match(text, nouns), _match(text, statuses))


def fits(quantity: str, status: str) -> bool:
    """Whether ``status`` can be said of ``quantity``: children are not charged, suspects are not rescued."""
    return status in _MAY_HAVE.get(quantity, frozenset({status}))


def terms(concept: str) -> tuple[str, ...]:
    return lexicon.load("figure").get(concept, ())


def is_word(text: str, start: int, stop: int) -> bool:
    """Whether [start, stop) is no part of a longer Latin word; a Chinese end ("QQ群14个") has no such border."""
    before, after = text[start - 1 : start], text[stop : stop + 1]
    open_left = not text[start].isascii() or not (before.isascii() and before.isalnum())
    open_right = not text[stop - 1].isascii() or not (after.isascii() and after.isalnum())
    return open_left and open_right


def _match(text: str, automaton: tuple[ahocorasick_rs.AhoCorasick, tuple[str, ...]]) -> tuple[Term, ...]:
    matcher, kinds = automaton
    found = (Term(a, b, kinds[index]) for index, a, b in matcher.find_matches_as_indexes(text))
    return tuple(term for term in found if term.kind and is_word(text, term.start, term.stop))


@cache
def _automata() -> tuple[tuple[ahocorasick_rs.AhoCorasick, tuple[str, ...]], ...]:
    loaded = lexicon.load("figure")
    nouns = {term: quantity for quantity in UNITS for term in loaded.get(quantity, ())}
    nouns |= dict.fromkeys(loaded.get("no_noun", ()), "")  # a longer word that hides the noun in it
    statuses = {
        term: concept.removeprefix("status_") for concept in sorted(loaded) if concept.startswith("status_")
        for term in loaded[concept]
    }  # fmt: skip
    statuses |= dict.fromkeys(loaded.get("no_status", ()), "")
    return tuple(
        (
            ahocorasick_rs.AhoCorasick(
                list(words), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
            ),
            tuple(words.values()),
        )
        for words in (nouns, statuses)
    )
