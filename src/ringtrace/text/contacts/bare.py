"""Values that no platform cue announces, weighed by their shape, their place and the words around.

A writer's cue may be one that no list holds ("🐧号", "老地方", a drawing), or there may be none. A
number of nine digits at the end of a Chinese line is then still likelier a QQ number than anything
else, unless something counts it or calls it an order. Weights are ``lexicons/bare.model.toml``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice, pairwise
from pathlib import Path

from ringtrace.text import lexicon
from ringtrace.text.contacts.pinyin import is_pinyin
from ringtrace.text.contacts.scene import Scene
from ringtrace.text.contacts.tables import cues, one_of
from ringtrace.text.contacts.telephone import Taken
from ringtrace.text.view import TextView

DIGITS, DRESSED, NAMED = "digits by themselves", "dressed digits by themselves", "id by itself"
BY_THEMSELVES = (DIGITS, DRESSED, NAMED)
"""Rules of the readings that rest on shape, place and the words around, and on no cue."""
_SOLID = r"(?<![0-9a-z_@#=%&+/.,$¥€£-])(?<![0-9a-z]:)\d{5,11}(?![0-9a-z_@%]|[.,:/-]\d)"
_CHAIN = r"(?<![0-9a-z_@#.,-])\d(?:([^0-9a-z\u4e00-\u9fff]{0,3})\d){5,10}(?![0-9a-z_@%]|[.,:/-]\d)"
_DIGITS, _PARTED = re.compile(_SOLID), re.compile(_CHAIN)
_ID = re.compile(r"(?<![a-z0-9_@./#-])[a-z][a-z0-9_-]{5,19}(?![a-z0-9_@/-]|\.[a-z0-9])")
_MARKED = re.compile(r"[\d_]")
"""An id by itself is weighed only where it holds one of these."""
_FEWEST = 5
"""Digits of a number by itself; one more where they stand apart."""
_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{0,2}")
_CLAUSE = "。!?;\n"
_REACH, _BESIDE, _HINTED = 14, 10, 6
_CALLED = re.compile(r"@[^\s@,，:：]{1,16}$")
_SECOND = 0.2
"""Share of the chance of an id that goes to the other platform which it may belong to."""
_LOOKED_AT = 20_000
"""Code points of a text in which words of getting in touch are looked for."""
_MOST = 300
"""Values weighed in one text: a budget for hostile ones."""


@dataclass(frozen=True, slots=True)
class Bare:
    """A value at ``[start, stop)`` of the layer."""

    start: int
    stop: int
    kind: str
    value: str
    probability: float
    rule: str


def find_bare(scene: Scene, view: TextView, company: bool, taken: Taken) -> Iterator[Bare]:
    """Yield the values of a scene by themselves, in order of kind and place.

    company: whether the text holds a contact already; taken: what other readings have claimed.
    """
    weigh = _Weigher(scene, view, company)
    for match in islice(_DIGITS.finditer(scene.text), _MOST) if scene.digits >= _FEWEST else ():
        if not taken.holds(*match.span()):
            yield from weigh.number(match.start(), match.end(), match.group(), DIGITS)
    if scene.digits > _FEWEST and (scene.strong != scene.text or not weigh.solid):
        for match in islice(_PARTED.finditer(scene.strong), _MOST):
            if not taken.holds(*match.span()):
                yield from weigh.chain(match)
    for match in islice(_ID.finditer(scene.text), _MOST) if _MARKED.search(scene.text) else ():
        if not taken.holds(*match.span()):
            yield from weigh.name(match)


class _Weigher:
    def __init__(self, scene: Scene, view: TextView, company: bool) -> None:
        self.scene, self.view, self.company = scene, view, company

    @cached_property
    def solid(self) -> bool:
        return _DIGITS.search(self.scene.text) is not None

    @cached_property
    def base(self) -> float:
        """Log-odds that hold for every value of the text."""
        around = _weights()["around"]
        total = around["english"] if self.scene.text.isascii() else around["chinese"]
        total += around["article"] if self.view.kind in ("article", "page") else 0.0
        return total + (around["tip"] if self.view.kind == "tip" else 0.0)

    @cached_property
    def words(self) -> _Words:
        return _words(self.view.lexicons)

    @cached_property
    def asked(self) -> bool:
        """Whether words of getting in touch stand anywhere in the text."""
        return self.words.asking.search(self.scene.text[:_LOOKED_AT]) is not None

    @cached_property
    def ordered(self) -> bool:
        """Whether the text speaks of orders, codes and the like anywhere."""
        return any(cue.concept == "not_contact" for cue in self.scene.found)

    def number(self, start: int, stop: int, digits: str, rule: str, extra: float = 0.0) -> Iterator[Bare]:
        """Yield a QQ number where the digits may be one."""
        if any(cue.concept == "reverse" for cue in self.scene.cues_in(start - _REACH, start)):
            digits = digits[::-1]
        if _DAY.fullmatch(digits) or digits[0] == "0" or not 5 <= len(digits) <= 11:
            return
        if _CALLED.search(self.scene.text[max(0, start - 18) : start]):
            return
        weights = _weights()
        total = self.base + self._beside("company") + weights["digits"][str(len(digits))] + extra
        total += self._around(start, stop)
        shape = weights["number"]
        if digits.endswith("000"):
            total += shape["thousands"]
        elif digits.endswith("00"):
            total += shape["hundreds"]
        if len(digits) == 5 and digits[0] in "19":
            total += shape["service"]
        steps = {ord(b) - ord(a) for a, b in pairwise(digits)}
        if len(steps) == 1 or max(map(digits.count, digits)) >= len(digits) - 1 or digits in self.words.lucky:
            total += shape["ladder"]
        if self.view.platform == "qq":
            total += weights["around"]["qq_talk"]
        kind = "wechat" if self.words.kind_before(self.scene.text, start) == "wechat" and len(digits) > 5 else "qq"
        yield Bare(start, stop, kind, digits, _chance(total), rule)

    def chain(self, match: re.Match[str]) -> Iterator[Bare]:
        """Yield a QQ number whose digits are words or stand apart."""
        scene, (start, stop) = self.scene, match.span()
        shown = scene.text[start:stop]
        places = [i for i in range(start, stop) if scene.strong[i] in "0123456789"]
        digits = "".join(scene.strong[i] for i in places)
        gaps = [scene.text[a + 1 : b] for a, b in pairwise(places)]
        apart = [gap for gap in gaps if gap]
        dressed = sum(not scene.text[i].isascii() for i in places)
        home = scene.layer.original[slice(*scene.layer.origin(start, stop))]
        dressed = max(dressed, sum(not char.isascii() and char.isalnum() for char in home))
        if shown.isdigit() and not dressed:
            return
        weights, extra = _weights()["number"], 0.0
        if dressed >= 2 or (dressed and len(places) - dressed >= 2):
            extra += weights["worded"]
        if apart:
            if len(set(apart)) > 1 or any(char in gap for gap in apart for char in ".:/,、;"):
                return
            extra += weights["spaced"] if len(apart) == len(gaps) else weights["grouped"]
        yield from self.number(start, stop, digits, DRESSED, extra)

    def name(self, match: re.Match[str]) -> Iterator[Bare]:
        """Yield a WeChat id where the Latin run may be one."""
        value, weights = match.group(), _weights()["id"]
        count = sum(map(str.isdigit, value))
        letters = re.sub(r"[^a-z]", "", value)
        if not count and "_" not in value:
            return
        total = self.base + self._beside("nickname") + weights["floor"] + self._around(*match.span())
        if "_" in value.strip("_"):
            total += weights["underscore"]
        if count:
            total += weights["digits" if count > 1 and len(letters) > 2 else "digit"]
        total += weights["long"] if len(value) >= 8 else 0.0
        total += weights["hyphen"] if "-" in value else 0.0
        if len(letters) >= 5 and is_pinyin(letters):
            total += weights["spelled"]
        if letters in self.words.known or re.split(r"[_\d-]", value)[0] in self.words.known:
            total += _weights()["around"]["known_word"]
        chance = _chance(total)
        named = self.words.kind_before(self.scene.text, match.start())
        telegram = named == "telegram" or (self.view.platform == "telegram" and named != "wechat")
        kinds = ("telegram", "wechat") if telegram and "-" not in value else ("wechat", "telegram")
        yield Bare(*match.span(), kinds[0], value, chance, NAMED)
        if "-" not in value:
            yield Bare(*match.span(), kinds[1], value, _SECOND * chance, NAMED)

    def _beside(self, what: str) -> float:
        return _weights()["around"][what] if self.company else 0.0

    def _around(self, start: int, stop: int) -> float:
        """Return what the words around ``[start, stop)`` of the layer add."""
        weights, text = _weights()["around"], self.scene.text
        before, behind = text[max(0, start - _REACH) : start], text[stop : stop + _REACH]
        clause = re.split(f"[{_CLAUSE}]", before)[-1]
        total = 0.0
        if self.words.asking.search(clause[-_BESIDE:]):
            total += weights["asked"]
        elif self.asked:
            total += weights["asked_in_text"]
        if clause.rstrip()[-1:] in (":", "=", ">", "→"):
            total += weights["colon"]
        if self.words.tail.fullmatch(text, stop, min(len(text), stop + 40)) and len(text) - stop <= 12:
            total += weights["ends"]
        if before.rstrip(" ")[-1:] in ("", "\n", ",", *_CLAUSE) and behind.lstrip(" ")[:1] in ("", "\n", ",", *_CLAUSE):
            total += weights["line"]
        if self.scene.cues.unit.match(text, stop) or self.words.currency.search(before):
            total += weights["counted"]
        near = self.scene.cues_in(start - _REACH, start)
        if any(cue.concept == "not_contact" for cue in near) or self.words.other.search(clause[-6:]):
            total += weights["other_number"]
        elif self.ordered:
            total += weights["other_in_text"]
        if any(cue.concept in ("other_app", "email", "group_number") for cue in near):
            total += weights["other_app"]
        if self._goes_on(start, stop):
            total += weights["goes_on"]
        if self.words.speaker.match(behind.lstrip(" :")):
            total += weights["speaker"]
        return total

    def _goes_on(self, start: int, stop: int) -> bool:
        """Whether more digits, dressed or not, stand close by: then this is a part of a longer number."""
        weak = self.scene.weak
        before, behind = weak[max(0, start - 3) : start], weak[stop : stop + 3]
        return any(char in "0123456789" for char in before[-1:] + behind[:1]) or bool(
            re.search(r"\d\W{0,2}$", self.scene.strong[max(0, start - 3) : start])
            or re.match(r"\W{0,2}\d", self.scene.strong[stop : stop + 3])
        )


def _chance(log_odds: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, log_odds))))


@dataclass(frozen=True, slots=True)
class _Words:
    asking: re.Pattern[str]
    other: re.Pattern[str]
    speaker: re.Pattern[str]
    tail: re.Pattern[str]
    currency: re.Pattern[str]
    known: frozenset[str]
    lucky: frozenset[str]
    hints: tuple[tuple[str, re.Pattern[str]], ...]

    def kind_before(self, text: str, start: int) -> str:
        """Return the kind that parts of a platform's name right before ``start`` hint at, "" for none."""
        near = re.split(f"[{_CLAUSE},、/]", text[max(0, start - _HINTED) : start])[-1]
        best, kind = -1, ""
        for name, pattern in self.hints:
            for match in pattern.finditer(near):
                if match.end() > best:
                    best, kind = match.end(), name
        return kind


@cache
def _words(override: Path | None) -> _Words:
    terms = cues(override).term
    return _Words(
        re.compile(one_of(terms("asking"))), re.compile(one_of(terms("other_number"))),
        re.compile(one_of(terms("speaker"))),
        re.compile(rf"[^\w]*(?:[a-z]{{1,3}}|{one_of(terms('parting'))})?[^\w]*"),
        re.compile(rf"{one_of(terms('currency'))}\s?$"), frozenset(terms("known_name")),
        frozenset(terms("lucky_number")),
        tuple((kind, re.compile(one_of(terms(f"hint_{kind}")))) for kind in ("wechat", "qq", "telegram")),
    )  # fmt: skip


@cache
def _weights() -> dict[str, dict[str, float]]:
    return {name: table for name, table in lexicon.constants("bare").items() if isinstance(table, dict)}
