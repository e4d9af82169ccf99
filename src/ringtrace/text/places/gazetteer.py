"""The gazetteer: China by dated GB/T 2260 codes, the world by ISO 3166, found in folded text.

One automaton over all names finds the longest name at each place; what it may mean is weighed by
level, by form (full name, short name, pinyin), by the time of writing and by the other places in
the same text. Ambiguity is kept: readings of one name share its probability.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import ahocorasick_rs

from ringtrace.text import lexicon
from ringtrace.text.places.divisions import Division, contains, divisions, parent, table


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text. start, stop: code points of the text that was searched.

    form: full, short, roman, alias, doubtful, country, abroad.
    """

    start: int
    stop: int
    code: str
    probability: float
    form: str


@dataclass(frozen=True, slots=True)
class _Reading:
    code: str
    form: str
    weight: float
    start: str = ""
    stop: str = ""


_CONTEXT = frozenset({"full", "short", "roman", "alias", "country"})
_FIXED = {"doubtful": 0.4, "country": 0.9, "alias": 0.9}
_BUDGET = 500
_TOLD = 10.0
"""How much likelier a reading is that the text names elsewhere without a doubt."""
_CITY = 4.0
"""From this weight on a short name is that of a prefecture or province."""
_CHINESE = "\u2e80"
_EDGES = frozenset("，。、,;；:：！!？?|/ \n·") | {""}


@lru_cache(maxsize=256)
def find_places(
    text: str, original: str = "", when: str = "", lexicons: Path | None = None, told: frozenset[str] = frozenset()
) -> tuple[Place, ...]:
    """Return the places of a folded text in order; several readings of one name stand together.

    original: the unfolded text, for capital letters, when it has the same length; else "".
    when:     "YYYY-MM" of writing, "" = today's divisions.
    told:     codes that the text around this one surely names.
    """
    gazetteer = _gazetteer(lexicons)
    hits = []
    for index, start, stop in gazetteer.automaton.find_matches_as_indexes(text):
        readings = gazetteer.readings[index]
        if readings and (text[start] > "\u2e80" or _apart(text, start, stop)):
            hits.append(gazetteer.larger(text, start, stop, index))
            if len(hits) >= _BUDGET:
                break
    if not hits:
        return ()
    cased = original if len(original) == len(text) else ""
    known = {code for _, _, index in hits for code in gazetteer.certain[index]} | told
    found: list[Place] = []
    for start, stop, index in hits:
        found.extend(gazetteer.weigh(text, cased, (start, stop), gazetteer.readings[index], (known, told), when))
    return tuple(found)


def place_names(lexicons: Path | None) -> tuple[str, ...]:
    """Return every name that ``find_places`` knows, as it stands in a folded text."""
    return _gazetteer(lexicons).names


def _apart(text: str, start: int, stop: int) -> bool:
    before, after = text[start - 1 : start], text[stop : stop + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def _certain(readings: tuple[_Reading, ...]) -> Iterable[str]:
    current = [reading for reading in readings if not reading.stop]
    if len(current) == 1 and current[0].form in _CONTEXT and current[0].weight >= 3:
        yield current[0].code
        return
    ranked = sorted(current, key=lambda reading: (-reading.weight, reading.code))
    if len(ranked) > 1 and ranked[0].weight >= 5 * ranked[1].weight:
        yield ranked[0].code


class _Gazetteer:
    """All names in one automaton, with what each may mean."""

    def __init__(self, lexicons: Path | None) -> None:
        words = lexicon.load("place", lexicons)
        self.words = {key: frozenset(terms) for key, terms in words.items()}
        self.before = words.get("before", ())
        self.after = words.get("after", ())
        self.not_after = words.get("not_after", ())
        self.level = words.get("level", ())
        self.hints = table("cn-names")
        self.prefer: Mapping[str, str] = self.hints["prefer"]
        entries: dict[str, list[_Reading]] = {}
        self._china(entries)
        self._aliases(entries)
        self._world(entries)
        for word in words.get("not_place", ()):
            entries[word.lower()] = []
        self.names = tuple(entries)
        self.readings = [tuple(entries[name]) for name in entries]
        self.certain = [tuple(_certain(readings)) for readings in self.readings]
        top = [max((r.weight for r in readings if r.form == "short"), default=0.0) for readings in self.readings]
        self.minor = frozenset(i for i, name in enumerate(entries) if len(name) == 2 and 0 < top[i] < 1)
        self.major = {name: i for i, name in enumerate(entries) if name > _CHINESE and top[i] >= _CITY}
        self.automaton = ahocorasick_rs.AhoCorasick(
            list(entries), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
        )

    def _china(self, entries: dict[str, list[_Reading]]) -> None:
        current = {division.short for division in divisions() if not division.stop}
        for division in divisions():
            level = 3 if division.code[4:] != "00" else 2 if division.code[2:] != "0000" else 1
            full = {1: 10.0, 2: 6.0, 3: 4.0}[level]
            self._add(entries, division.name, division, "full", full)
            brief = division.short != division.name and len(division.short) > 1
            if brief and (not division.stop or division.short not in current):
                self._add(entries, division.short, division, "short", {1: 30.0, 2: 4.0, 3: 0.5}[level])
            if not division.stop and (level < 3 or len(division.roman) > 4):
                for form in {division.roman.lower(), division.roman.lower().replace("'", "")}:
                    self._add(entries, form, division, "roman", {1: 30.0, 2: 4.0, 3: 0.2}[level])

    def _add(self, entries: dict[str, list[_Reading]], name: str, division: Division, form: str, weight: float) -> None:
        if len(name) < 2:  # "市", "区": the level's own word, which some tables list as a name
            return
        readings = entries.setdefault(name.lower(), [])
        preferred = self.prefer.get(name.lower())
        if preferred == "":
            weight = 0.2 if name + "县" == division.name else 1.0
        elif preferred == division.code:
            weight *= 10
        if all(reading.code != division.code for reading in readings):
            readings.append(_Reading(division.code, form, weight, division.start, division.stop))

    def _aliases(self, entries: dict[str, list[_Reading]]) -> None:
        for name, code in self.hints["english"].items():
            entries[name.lower()] = [_Reading(code, "roman", 30.0)]
        for section, form in (("nickname", "alias"), ("nickname_doubtful", "doubtful")):
            for name, codes in self.hints[section].items():
                entries[name] = [_Reading(code, form, 5.0) for code in codes]
        for name, code in self.hints["abroad"].items():
            entries.setdefault(name.lower(), []).append(_Reading(code, "country", 5.0))

    def _world(self, entries: dict[str, list[_Reading]]) -> None:
        for line in table("iso-countries")["table"].splitlines():
            code, english, chinese = line.split("\t")
            for name in (english.lower(), chinese):
                if len(name) > 1 and name not in entries:
                    entries[name] = [_Reading(code, "country", 5.0)]
        for line in table("iso-divisions")["table"].splitlines():
            code, forms = line.split("\t")
            for name in forms.lower().split("|"):
                readings = entries.setdefault(name, [])
                if len(name) > 3 and not any(r.weight >= 30 or r.code == code for r in readings):
                    readings.append(_Reading(code, "abroad", 1.0))
        for line in table("world-names")["table"].splitlines():
            code, forms = line.split("\t")
            for name in forms.lower().split("|"):
                if all(reading.form == "abroad" for reading in entries.get(name, ())):
                    entries[name] = [_Reading(code, "country", 5.0)]

    def larger(self, text: str, start: int, stop: int, index: int) -> tuple[int, int, int]:
        """来安徽 is 安徽, not the county 来安: a province or city that begins inside a county's short name."""
        if index in self.minor:
            for length in (3, 2):
                found = self.major.get(text[stop - 1 : stop - 1 + length])
                if found is not None:
                    return stop - 1, stop - 1 + length, found
        return start, stop, index

    def weigh(
        self, text: str, cased: str, at: tuple[int, int], readings: tuple[_Reading, ...],
        near: tuple[set[str], frozenset[str]], when: str,
    ) -> list[Place]:  # fmt: skip
        """Return the readings that are worth showing, most probable first. near: certain codes, and those told."""
        start, stop = at
        known, told = near
        if len(readings) == 1:
            probability = round(self._plausible(text, cased, at, readings[0], known), 3)
            return [Place(start, stop, readings[0].code, probability, readings[0].form)]
        latest = max(reading.stop or "9" for reading in readings)
        others = known.difference(reading.code for reading in readings) | told
        weights = [self._weight(reading, others, when, latest) for reading in readings]
        total = sum(weights)
        found = []
        several = len(readings) > 1 and readings[0].form == "alias"
        for reading, weight in zip(readings, weights, strict=True):
            plausible = self._plausible(text, cased, at, reading, known)
            probability = round(plausible * (1.0 if several else weight / total), 3)
            if probability >= 0.05:
                found.append(Place(start, stop, reading.code, probability, reading.form))
        return sorted(found, key=lambda place: (-place.probability, place.code))

    def _weight(self, reading: _Reading, known: set[str], when: str, latest: str) -> float:
        weight = reading.weight * (_TOLD if reading.code in known else 1.0)  # own codes are in it only if told
        if when:
            valid = (not reading.start or reading.start <= when) and (not reading.stop or when < reading.stop)
        else:
            valid = not reading.stop
        if not valid:
            weight *= 0.5 if (reading.stop or "9") == latest else 0.03
        above = parent(reading.code)
        while above and above != "CN":
            if above in known and above != reading.code:
                weight *= 40
            above = parent(above)
        return weight

    def _plausible(self, text: str, cased: str, at: tuple[int, int], reading: _Reading, known: set[str]) -> float:
        start, stop = at
        name = text[start:stop]
        inside = any(contains(code, reading.code) and code != reading.code for code in known)
        if name[0] > "\u2e80":
            return self._plausible_chinese(text, at, reading, inside)
        capital = not cased or cased[start].isupper()
        if reading.form == "roman":
            minor = reading.weight < 1
            leveled = text[stop : stop + 14].lstrip().startswith(self.level)
            if minor or name in self.words.get("doubtful", ()):
                return 0.9 if leveled else 0.75 if inside and capital else 0.3
            return 0.95 if capital or len(name) > 5 else 0.7
        if not capital or name in self.words.get("doubtful", ()):
            return 0.7 if inside else 0.3
        return 0.85 if reading.form == "country" else 0.9 if inside else 0.55 if len(name) > 4 else 0.3

    def _plausible_chinese(self, text: str, at: tuple[int, int], reading: _Reading, inside: bool) -> float:
        start, stop = at
        name = text[start:stop]
        tail = text[stop : stop + 3]
        if tail.startswith(self.not_after) and not tail.startswith(self.after):
            return 0.35
        if reading.form in _FIXED:
            return _FIXED[reading.form]
        head = text[max(0, start - 4) : start].rstrip(" :：")
        cued = inside or head.endswith(self.before) or tail.startswith(self.after)
        if reading.form == "full":
            return 0.97 if len(name) > 2 else 0.85 if cued or name[-1] == "县" else 0.45
        if reading.code[4:] == "00":
            return 0.96 if name not in self.words.get("wordlike", ()) else 0.85 if cued else 0.45
        alone = len(name) == 2 and text[start - 1 : start] in _EDGES and tail[:1] in _EDGES and len(text) > 2
        sure, bare = (0.9, 0.7) if len(name) > 2 else (0.85, 0.55 if alone else 0.42)
        if name in self.words.get("word", ()):
            sure, bare = (0.8, 0.8) if inside else (0.25, 0.25)
        return sure if cued else bare


@cache
def _gazetteer(lexicons: Path | None) -> _Gazetteer:
    return _Gazetteer(lexicons)
