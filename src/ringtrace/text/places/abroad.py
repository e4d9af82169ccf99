"""Towns and lower divisions outside China, and states of the United States by their letters, in one text.

Facts are ``jurisdictions/cities-abroad.toml`` (GeoNames by number, ISO 3166-2 below the first level). A town's name is
often a word or a person's name: what stands around it, and how many live there, says how likely it is meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import ahocorasick_rs

from ringtrace.text import lexicon
from ringtrace.text.folding import fold
from ringtrace.text.places.divisions import table
from ringtrace.text.places.gazetteer import Place

_MOST = 200
_LONGEST = ahocorasick_rs.MatchKind.LeftmostLongest
_LARGE, _MIDDLE = 500, 200
"""Thousands of people: a name alone is likely meant from the first on, beside a word of place from the second."""
_SURE, _LIKELY, _POSSIBLE, _NO = 0.85, 0.7, 0.55, 0.3
_EDGES = frozenset(".,;:!?()[]|/\n-–—•\"'")
_AS_WORDS = frozenset({"IN", "OR", "ME", "HI", "OK", "OH", "MA", "PA", "LA", "DE", "AL", "ID", "CO", "MO", "MS", "PM"})
"""Letters of states that are words, or shortened ones, in capitals, too."""
_NO_COMMON_WORDS = frozenset({"CO", "PA", "MA", "OH", "LA", "MO", "OK"})
_LETTERS = re.compile(r"(?<![A-Za-z0-9@#.])([A-Z]{2})(?![A-Za-z0-9@])")
_PAIRED = re.compile(r"\s?(?:and|or|&|/|,|to)\s?")
_INTO = re.compile(r"(?:^|[^a-z])(?:in|from|near|to|outside|of)\s$", re.IGNORECASE)
_TOWN_BEFORE = re.compile(r"[A-Z][a-z]{2,}(?:,\s?|\s)$")
_COMMA_BEFORE = re.compile(r"[A-Za-z]{3,},\s?$")
_FOLLOWED = re.compile(r",?\s(?:([A-Z]{2})(?![A-Za-z])|([A-Z][a-z]{3,}))")


@dataclass(frozen=True, slots=True)
class _Town:
    code: str
    region: str
    people: int


def find_abroad(text: str, original: str, lexicons: Path | None = None) -> tuple[Place, ...]:
    """Return the towns of a folded text and, where ``original`` stands letter by letter behind it, states by letters.

    Of namesakes the one that lies in a state named right behind it, else the largest.
    """
    known = _gazetteer(lexicons)
    hits = known.automaton.find_matches_as_indexes(text)
    cased = original if len(original) == len(text) else ""
    lettered = bool(cased) and _LETTERS.search(cased) is not None
    if (not hits and not lettered) or (text.isascii() and original.isascii() and not cased):
        return ()
    if not _abreast(cased, text):
        cased, lettered = "", False
    found = list(_states(cased)) if lettered else []
    found += _towns(text, cased, known, hits[:_MOST])
    return tuple(sorted(found, key=lambda place: (place.start, place.stop, place.code)))


def names_abroad(lexicons: Path | None) -> tuple[str, ...]:
    """Return what a folded text must hold for ``find_abroad`` to find anything."""
    letters = [code.lower() for code in _state_letters()]
    return (
        *_gazetteer(lexicons).names,
        *(head + two for two in letters for head in (" in ", "from ", "near ", " to ", ", ", " ")),
    )


def _abreast(original: str, text: str) -> bool:
    """Whether each ASCII letter of the original stands in the folded text at its own place, in lower case.

    Equal lengths do not show it: a ligature that became two letters and a dropped invisible one cancel out.
    """
    if len(original) != len(text):
        return False
    if original.lower() == text:
        return True
    return all(one.lower() == two for one, two in zip(original, text, strict=True) if one.isascii() and one.isalpha())


def _towns(text: str, cased: str, known: _Gazetteer, hits: list[tuple[int, int, int]]) -> Iterator[Place]:
    for index, start, stop in hits:
        name = text[start:stop]
        if name > "\u2e80":
            yield Place(start, stop, known.towns[index][0].code, _LIKELY, "abroad")
        elif _apart(text, start, stop):
            town, sure = _weigh(text, cased, (start, stop), name, known.towns[index], known)
            yield Place(start, stop, town.code, sure, "abroad")


def _weigh(
    text: str, cased: str, at: tuple[int, int], name: str, towns: tuple[_Town, ...], known: _Gazetteer
) -> tuple[_Town, float]:
    """Return the town that a name means, and how likely it means one."""
    start, stop = at
    following = _FOLLOWED.match(cased, stop) if cased else None
    letters = following.group(1) if following else None
    for town in towns:
        if letters and town.region == f"US-{letters}":
            return town, _SURE
    town = towns[0]
    if name in known.word or town.people < sum(other.people for other in towns[1:] if other.code != town.code):
        return town, _NO
    head, tail = text[max(0, start - 14) : start], text[stop : stop + 12]
    beside = known.before.search(head) is not None or known.behind.match(tail) is not None
    if cased and not cased[start].isupper():
        return town, _POSSIBLE if beside and town.people >= _MIDDLE and name not in known.person else _NO
    phrase = following is not None and following.group(2) is not None and cased[stop : stop + 1] != ","
    if beside:
        return town, _LIKELY if phrase else _SURE
    if name in known.person or phrase:
        return town, _NO
    return town, _by_size(head, tail, town.people)


def _by_size(head: str, tail: str, people: int) -> float:
    """Return how likely a name is a town's by its size, and by whether it is a clause of its own."""
    alone = (not head.strip() or head.rstrip(" ")[-1] in _EDGES) and (not tail.strip() or tail.lstrip(" ")[0] in _EDGES)
    if alone and people >= _MIDDLE:
        return _LIKELY
    return _POSSIBLE if people >= _LARGE else _NO


def _states(cased: str) -> Iterator[Place]:
    """Yield states told by two capitals: "in NJ", "Phoenix AZ", "TX and NV"; in a text all in capitals none."""
    states = _state_letters()
    found = [match for match in islice(_LETTERS.finditer(cased), _MOST) if match.group(1) in states]
    if not found or sum(map(str.isupper, cased)) * 2 > sum(map(str.isalpha, cased)):
        return
    for place, match in enumerate(found):
        head, letters = cased[max(0, match.start() - 24) : match.start()], match.group(1)
        worded = letters in _AS_WORDS
        town = (_COMMA_BEFORE if worded else _TOWN_BEFORE).search(head) is not None
        into = (not worded or letters in _NO_COMMON_WORDS) and _INTO.search(head) is not None
        near = found[max(0, place - 1) : place] + found[place + 1 : place + 2]
        if town or into or any(_pair(cased, match, other) for other in near):
            yield Place(*match.span(), f"US-{letters}", _SURE if town or into else _LIKELY, "abroad")


def _pair(cased: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether nothing but "and" or a comma stands between two states."""
    first, second = (one, other) if one.start() < other.start() else (other, one)
    return _PAIRED.fullmatch(cased, first.end(), second.start()) is not None


def _apart(text: str, start: int, stop: int) -> bool:
    beside = (text[start - 1] if start else " ", text[stop] if stop < len(text) else " ")
    return not any(char.isascii() and (char.isalnum() or char in "@_#") for char in beside)


@dataclass(frozen=True)
class _Gazetteer:
    names: tuple[str, ...]
    towns: tuple[tuple[_Town, ...], ...]
    automaton: ahocorasick_rs.AhoCorasick
    word: frozenset[str]
    person: frozenset[str]
    before: re.Pattern[str]
    behind: re.Pattern[str]


@cache
def _state_letters() -> frozenset[str]:
    rows = (line.split("\t")[0] for line in table("iso-divisions")["table"].splitlines())
    return frozenset(code[3:] for code in rows if code.startswith("US-") and len(code) == 5)


def _american_states() -> Iterator[str]:
    """Yield the states of the United States as rows: with what stands around, they weigh like the largest towns."""
    for line in table("iso-divisions")["table"].splitlines():
        if line.startswith("US-"):
            yield f"{line}\tUS\t{10 * _LARGE}"


def _held() -> Iterator[str]:
    """Yield the large cities whose division ``world-names.toml`` tells, as rows."""
    for line in table("world-names")["table"].splitlines():
        if line:
            yield f"{line}\t{line[:2]}\t{2 * _LARGE}"


@cache
def _gazetteer(lexicons: Path | None) -> _Gazetteer:
    entries: dict[str, list[_Town]] = {}
    for line in (*table("cities-abroad")["table"].splitlines(), *_american_states(), *_held()):
        if line:
            code, names, region, people = line.split("\t")
            for name in names.split("|"):
                shown = fold(name).text
                if len(shown) > (1 if shown > "\u2e80" else 2):
                    entries.setdefault(shown, []).append(_Town(code, region, int(people)))
    towns = [
        tuple(sorted(listed, key=lambda one: ("-" not in one.code or one.code[0].isdigit(), -one.people, one.code)))
        for listed in entries.values()
    ]
    words = lexicon.load("place_abroad", lexicons)
    before, behind = ("|".join(map(re.escape, words[concept])) for concept in ("before", "behind"))
    return _Gazetteer(
        tuple(entries), tuple(towns),
        ahocorasick_rs.AhoCorasick(list(entries), matchkind=_LONGEST, store_patterns=False),
        frozenset(words["word"]), frozenset(words["person"]),
        re.compile(rf"(?<![a-z])(?:{before}) (?:the )?$"), re.compile(rf" (?:{behind})(?![a-z])"),
    )  # fmt: skip
