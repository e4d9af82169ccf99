"""Whose child or whose acquaintance: "my sister's", 我妹, 邻居家的; the value is one English word of kinship."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick_rs

from ringtrace.model.mention import Candidate
from ringtrace.text import lexicon
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "relation"
READS: tuple[str, ...] = ()
_BUDGET = 200
"""Words looked at in one text: a budget for hostile ones."""


@dataclass(frozen=True)
class _Words:
    shown: frozenset[str]
    automaton: ahocorasick_rs.AhoCorasick
    relations: tuple[str, ...]
    owners: tuple[str, ...]
    never: tuple[str, ...]


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    words = _words(lexicons)
    return ((need(sorted(words.shown)), need(words.owners)),)


def find(view: TextView) -> Iterator[Candidate]:
    """Yield relations of the writer: a word of kinship right behind "my"."""
    folded = view.folded
    text = folded.text
    words = _words(view.lexicons)
    for index, start, stop in words.automaton.find_matches_as_indexes(text)[:_BUDGET]:
        latin = text[start].isascii()
        if latin and (text[start - 1 : start].isalnum() or text[stop : stop + 1].isalnum()):
            continue
        head = text[max(0, start - 8) : start].rstrip(" ")
        if not head.endswith(words.owners) or text.startswith(words.never, stop):
            continue
        owned = next(owner for owner in words.owners if head.endswith(owner))
        low = text.rindex(owned, 0, start)
        piece = folded.origin(low, stop)
        if piece[0] < piece[1]:
            yield Candidate(KIND, (piece,), words.relations[index], 0.85, "my > word of kinship")


@cache
def _words(lexicons: Path | None) -> _Words:
    relation_of: dict[str, str] = {}
    for _, document in lexicon.documents("relation", lexicons):
        for relation, shown in document.get("relation", {}).items():
            relation_of.update(dict.fromkeys(shown, relation))
    terms = lexicon.load("relation", lexicons)
    automaton = ahocorasick_rs.AhoCorasick(
        list(relation_of), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
    )
    return _Words(frozenset(relation_of), automaton, tuple(relation_of.values()), terms["mine"], terms["never_after"])
