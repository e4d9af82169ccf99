"""The words and signs of money, from ``lexicons/money.*.toml``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ringtrace.text import lexicon


@dataclass(frozen=True)
class MoneyWords:
    """after, before: sign or word -> currency, with a factor before it where a part or multiple of the unit is named;
    after_thousands, before_thousands: those that count only beside a sum of thousands, being words of other
    meanings too; longest: code points of the longest of them all; services: telephone numbers that are no sum.
    """

    after: Mapping[str, str]
    before: Mapping[str, str]
    after_keys: tuple[str, ...]
    before_keys: tuple[str, ...]
    after_thousands: frozenset[str]
    before_thousands: frozenset[str]
    longest: int
    terms: Mapping[str, tuple[str, ...]]
    after_by_first: Mapping[str, tuple[str, ...]]
    cues_zh: tuple[str, ...]
    cues_en: frozenset[str]
    firm: tuple[str, ...]
    counted: Mapping[str, tuple[str, ...]]
    wider: re.Pattern[str]
    scale: re.Pattern[str]
    scales: Mapping[str, int]
    millions: re.Pattern[str]
    services: frozenset[str]


def by_first(keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return first character -> the keys that begin with it, longest first."""
    found: dict[str, list[str]] = {}
    for key in sorted(keys, key=lambda key: (-len(key), key)):
        found.setdefault(key[0], []).append(key)
    return {first: tuple(listed) for first, listed in found.items()}


@cache
def money_words(lexicons: Path | None) -> MoneyWords:
    terms = lexicon.load("money", lexicons)
    told: dict[str, dict[str, str]] = {"after": {}, "before": {}, "after_thousands": {}, "before_thousands": {}}
    for _, document in lexicon.documents("money", lexicons):
        for place, signs in document.get("currency", {}).items():
            told[place].update(signs)
    after, before = told["after"] | told["after_thousands"], told["before"] | told["before_thousands"]
    cues = terms["cue"]
    scales = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 10**12}
    scales |= dict.fromkeys(terms["million"], 1_000_000)
    return MoneyWords(
        after, before,
        tuple(sorted(after, key=lambda key: (-len(key), key))),
        tuple(sorted(before, key=lambda key: (-len(key), key))),
        frozenset(told["after_thousands"]),
        frozenset(told["before_thousands"]),
        max(map(len, (*after, *before))),
        terms,
        by_first(after),
        tuple(cue for cue in cues if not cue.isascii()),
        frozenset(cue for cue in cues if cue.isascii()),
        tuple(terms.get("firm", ())),
        {term[0]: tuple(other for other in terms["not_after"] if other[0] == term[0]) for term in terms["not_after"]},
        re.compile("|".join(terms["wider"])),
        re.compile(rf" ?({'|'.join(scales)})(?![a-z])"),
        scales,
        re.compile(rf" ?({'|'.join(terms['million'])})(?![a-z0-9])"),
        frozenset(lexicon.load("contact", lexicons)["hotline_number"]),
    )  # fmt: skip
