"""Identities kept out of what is not sealed: a document's title or a message may name a child."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import ahocorasick_rs

MASK = "***"
NAMES = frozenset({"identity_name", "identity_number", "identity_phone", "identity_family"})
"""Identities that are looked for in every row of a table; notes and addresses only in their own row."""
_SPLIT = re.compile(r"[\s,，;；、/()（）]+")
_SHORTEST, _SHORTEST_LATIN = 2, 3

Masker = Callable[[str], str]


def table_masker(identities: Iterable[Mapping[str, str]]) -> Masker:
    """Return a function that blots out every name, number and phone of a whole table of identities."""
    named = (value for identity in identities for concept, value in identity.items() if concept in NAMES)
    parts = {part for value in named for part in identity_parts(value)}
    if not parts:
        return _unchanged
    found = ahocorasick_rs.AhoCorasick(sorted(parts), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    def mask(text: str) -> str:
        pieces, at = [], 0
        for _, start, stop in found.find_matches_as_indexes(text):
            pieces += [text[at:start], MASK]
            at = stop
        return "".join([*pieces, text[at:]])

    return mask


def row_masker(identity: Mapping[str, str], table: Masker) -> Masker:
    """Return ``table`` with everything that the row's own identity says, notes and addresses too."""
    found = {part for value in identity.values() for part in identity_parts(value)}
    parts = sorted(found, key=lambda part: (-len(part), part))
    if not parts:
        return table

    def mask(text: str) -> str:
        for part in parts:
            text = text.replace(part, MASK)
        return table(text)

    return mask


def identity_parts(value: str) -> list[str]:
    """A value as a whole and by its words; Latin words of two letters would blot out ordinary ones."""
    words = [word for word in _SPLIT.split(value) if len(word) >= (_SHORTEST_LATIN if word.isascii() else _SHORTEST)]
    return [part for part in (value, *words) if len(part) >= _SHORTEST]


def _unchanged(text: str) -> str:
    return text
