"""The sex of a child as the words say it: F or M."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick_rs

from ringtrace.model.mention import Candidate
from ringtrace.text import lexicon
from ringtrace.text.numbers.finding import find_numbers
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "sex"
READS: tuple[str, ...] = ()
_ALONE = re.compile(r"(?:^|[\s,，。;；:：、(（\[【.!])([男女])(?=$|[\s,，。;；、)）\]】.!0-9])")
_LETTER = re.compile(r"(?:^|[\s,(;/])([fm])[,;/)]? ?(?=[0-9]{1,2} ?(?:d|w|m|y)(?:o\b|ay|eek|k|o?nth|th|ear|r|\b))")
_AGED = re.compile(
    r"(?:岁|个月|个半月|天|周|月大|月龄|多月)的?([男女])(?=$|[\s,，。;；、.!])|([男女])(?=(?:\d{1,2}|[一二两三四五六七八九十半]{1,3})(?:岁|个月|个半月|天|周岁|多月))"
)
# "求+男", "要女的", "男的8w8", "生完了，男的": which child is wanted, sold or born.
_WISHED = re.compile(
    r"[求送收找要+][+ ]?([男女])(?=的?(?:$|[\s,。;、+)!?]))|([男女])的(?=\d|没人|还没人|有人要|慢|要价)"
    r"|(?:^|[\s,。;、!?])([男女])的?(?=[\s,。;、!?])(?=.{0,12}[斤岁])|(?:年|岁|月)[生的]?,([男女])(?=,)"
)
_NEAR = 7
_EITHER = 0.55
"""男孩女孩都行, "boy or girl": both words are there, though neither says which it is. "男女不限" is none."""
_BUDGET = 200


@dataclass(frozen=True)
class _Words:
    shown: frozenset[str]
    automaton: ahocorasick_rs.AhoCorasick
    concepts: tuple[str, ...]
    free: tuple[str, ...]
    offered: tuple[str, ...]
    between: frozenset[str]


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    return (need(sorted(_words(lexicons).shown), "男女"),), (need(characters="fm"), need(characters="0123456789"))


def find(view: TextView) -> Iterator[Candidate]:
    """Yield F and M. Both where both are named as alternatives ("男孩女孩都行"), each hardly above .5."""
    folded = view.folded
    text = folded.text
    words = _words(view.lexicons)
    hits = _hits(text, words)
    if not hits:
        return
    doubtful = _alternatives(text, hits, words)
    for at, (start, stop, concept) in enumerate(hits):
        piece = folded.origin(start, stop)
        if concept == "none" or piece[0] >= piece[1] or _called(text, start):
            continue
        probability = _EITHER if at in doubtful else 0.9 if stop - start > 1 else 0.8
        for value in ("F", "M") if concept == "both" else (concept,):
            yield Candidate(KIND, (piece,), value, probability, "word of sex")


def _hits(text: str, words: _Words) -> list[tuple[int, int, str]]:
    """Return (start, stop, concept) of the words and signs of sex, in order."""
    hits: list[tuple[int, int, str]] = []
    for index, start, stop in words.automaton.find_matches_as_indexes(text):
        if text[start] > "\u2e80" or _apart(text, start, stop):
            hits.append((start, stop, words.concepts[index]))
        if len(hits) >= _BUDGET:
            break
    if "男" in text or "女" in text:
        for match in _ALONE.finditer(text):
            hits.append((*match.span(1), "M" if match.group(1) == "男" else "F"))
        for match in _AGED.finditer(text):
            span = match.span(1) if match.group(1) else match.span(2)
            if not any(start < span[1] and span[0] < stop for start, stop, _ in hits):
                hits.append((*span, "M" if text[span[0]] == "男" else "F"))
        for match in _WISHED.finditer(text):
            span = match.span(match.lastindex or 0)
            if not any(start < span[1] and span[0] < stop for start, stop, _ in hits):
                hits.append((*span, "M" if text[span[0]] == "男" else "F"))
        hits.sort()
    if ("m" in text or "f" in text) and find_numbers(text):
        hits.extend((*match.span(1), match.group(1).upper()) for match in _LETTER.finditer(text))
        hits.sort()
    return hits


def _alternatives(text: str, hits: list[tuple[int, int, str]], words: _Words) -> set[int]:
    doubtful: set[int] = set()
    for at in range(len(hits) - 1):
        left, right = hits[at], hits[at + 1]
        between = text[left[1] : right[0]].strip()
        if {left[2], right[2]} == {"F", "M"} and len(between) <= _NEAR:
            head, tail = text[max(0, left[0] - 10) : left[0]], text[right[1] : right[1] + 6]
            free = between in words.between or any(mark in tail or mark in head for mark in words.free)
            if free and not tail.startswith(words.offered):
                doubtful |= {at, at + 1}
    return doubtful


def _called(text: str, start: int) -> bool:
    """Whether the word is part of a name that is called: "@水中丫头 在吗"."""
    at = text.rfind("@", max(0, start - 10), start)
    return at >= 0 and not re.search(r"[\s,，。:：]", text[at:start])


def _apart(text: str, start: int, stop: int) -> bool:
    before, after = text[start - 1 : start], text[stop : stop + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


@cache
def _words(lexicons: Path | None) -> _Words:
    terms = lexicon.load("sex", lexicons)
    concept_of = {word.lower(): concept for concept in ("F", "M", "both", "none") for word in terms.get(concept, ())}
    automaton = ahocorasick_rs.AhoCorasick(
        list(concept_of), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
    )
    return _Words(
        frozenset(concept_of),
        automaton,
        tuple(concept_of.values()),
        terms["free"],
        terms["offered"],
        frozenset((*terms["alternative"], *terms["or"])),
    )
