"""Ages as ISO 8601 durations in the unit that is said: P3D, P2W, P3M, P2Y6M; 满月 is P1M, 半岁 P6M."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from ringtrace.model.mention import Candidate
from ringtrace.text import lexicon
from ringtrace.text.numbers import Number, as_decimal, find_numbers
from ringtrace.text.view import TextView

KIND = "age"
_MARKS = frozenset("岁月天周龄歲日年")
_LIMITS = {"Y": 120, "M": 60, "W": 60, "D": 400}
_OLD = re.compile(r"[ \-]?(?:and a half )?(?:of age|old)(?![a-z])")
_A_UNIT = re.compile(
    r"(?<![a-z0-9])(half a|half-a|an?|one)[ \-](day|week|month|year)(?:s)?[ \-](and a half )?old(?![a-z])"
)
_SECOND = {"Y": "M", "M": "D"}

Found = tuple[int, int, str, float, str]


@dataclass(frozen=True)
class _Words:
    fixed: Mapping[str, str]
    fixed_keys: tuple[str, ...]
    chinese: tuple[tuple[str, str], ...]
    english: tuple[tuple[str, str], ...]
    terms: Mapping[str, tuple[str, ...]]


def find(view: TextView) -> Iterator[Candidate]:
    """Yield ages; durations that are no age ("怀孕8个月", "six-month operation") are left out."""
    folded = view.folded
    text = folded.text
    words = _words(view.lexicons)
    taken = 0
    for start, stop, value, probability, rule in sorted(
        {*_chinese(text, words), *_english(text, words)}, key=lambda item: (item[0], -item[1], item[2])
    ):
        if start < taken or not value:
            taken = max(taken, stop)
            continue
        taken = stop
        piece = folded.origin(start, stop)
        if piece[0] < piece[1]:
            yield Candidate(KIND, (piece,), value, probability, rule)


def _chinese(text: str, words: _Words) -> Iterator[Found]:
    if text.isascii() or _MARKS.isdisjoint(text):
        return
    for key in words.fixed_keys:
        at = text.find(key)
        while at >= 0:
            yield at, at + len(key), words.fixed[key], 0.85, "word of age"
            at = text.find(key, at + len(key))
    numbers = find_numbers(text)
    for index, number in enumerate(numbers):
        found = _chinese_number(text, number, numbers[index + 1 :], words)
        if found is not None:
            yield found


def _chinese_number(text: str, number: Number, following: tuple[Number, ...], words: _Words) -> Found | None:
    tail = text[number.stop : number.stop + 8].lstrip(" ")
    unit = next((pair for pair in words.chinese if tail.startswith(pair[0])), None)
    half = ""
    if unit is None and tail.startswith(("个半月", "个半星期")):
        unit, half = ("个半月", "M"), "15D"
    if unit is None:
        return None
    name, code = unit
    stop = text.index(tail, number.stop) + len(name)
    letter, sure = code[0], code.endswith("!")
    if letter == "Y" and text.startswith("半", stop):
        half, stop = "6M", stop + 1
    if not 0 < number.value <= _LIMITS[letter] or (number.value % 1 and letter != "Y"):
        return None
    if not sure and not _is_age(text, number, stop, words):
        return None
    value = _duration(number.value, letter) + half
    if not half and following and following[0].start == stop and letter in _SECOND:
        value, stop = _extend(text, following[0], value, stop, words)
    value = value if text[number.start - 1 : number.start] != "第" else ""
    return number.start, stop, value, 0.95 if sure else 0.85, "number > unit of age"


def _extend(text: str, number: Number, value: str, stop: int, words: _Words) -> tuple[str, int]:
    """一岁三个月: the second part belongs to the first."""
    for name, code in words.chinese:
        if text.startswith(name, number.stop) and code[0] == _SECOND[value[-1]] and number.value < 32:
            return value + as_decimal(number.value) + code[0], number.stop + len(name)
    return value, stop


def _is_age(text: str, number: Number, stop: int, words: _Words) -> bool:
    head, tail = text[max(0, number.start - 8) : number.start].rstrip(" :,，、"), text[stop : stop + 5]
    bare = head.removesuffix("了").removesuffix("才").removesuffix("刚").removesuffix("已")
    if tail.startswith(words.terms["old"]):
        return not bare.endswith(words.terms["never_before"])
    if bare.endswith(words.terms["never_before"]) or tail.startswith(words.terms["never_after"]):
        return False
    return head.endswith(words.terms["born"]) and not text.startswith(("年", "日"), stop - 1)


def _duration(value: Decimal, letter: str) -> str:
    whole, part = divmod(value, 1)
    if letter == "Y" and part:
        months = int(part * 12)
        return (f"P{whole:f}Y" if whole else "P") + f"{months}M"
    return f"P{as_decimal(value)}{letter}"


def _english(text: str, words: _Words) -> Iterator[Found]:
    if not any(mark in text for mark in ("old", "age", "yo", "/o", "turned", "baby", "born")):
        return
    for match in _A_UNIT.finditer(text):
        letter = match.group(2)[0].upper()
        value = {"Y": "P6M", "M": "P15D"}.get(letter, "") if match.group(1).startswith("half") else f"P1{letter}"
        yield (
            match.start(),
            match.end(),
            value + ("6M" if match.group(3) and letter == "Y" else ""),
            0.95,
            "word of age",
        )
    for number in find_numbers(text):
        found = _english_number(text, number, words)
        if found is not None:
            yield found


def _english_number(text: str, number: Number, words: _Words) -> Found | None:
    if number.value <= 0:
        return None
    raw = text[number.stop : number.stop + 26]
    tail = raw.lstrip(" -")
    at = number.stop + len(raw) - len(tail)
    head = text[max(0, number.start - 12) : number.start].rstrip(" :")
    unit = next((pair for pair in words.english if tail.startswith(pair[0])), None)
    if unit is not None and not tail[len(unit[0]) : len(unit[0]) + 1].isalpha():
        letter, sure = unit[1][0], unit[1].endswith("!")
        stop = at + len(unit[0])
        old = _OLD.match(text, stop)
        if number.value <= _LIMITS[letter] and (old or sure):
            half = "6M" if old and "half" in old.group() and letter == "Y" else ""
            return (
                number.start,
                old.end() if old else stop,
                _duration(number.value, letter) + half,
                0.95,
                "number > old",
            )
        following = text[stop : stop + 14].lstrip(" -")
        if number.value <= _LIMITS[letter] and following.startswith(words.terms["child"]) and letter != "Y":
            return number.start, stop, _duration(number.value, letter), 0.7, "number > unit > child"
    born = head.endswith(words.terms["child"])
    if (
        unit is not None
        and born
        and unit[1][0] != "Y"
        and 0 < number.value <= _LIMITS[unit[1][0]]
        and not number.value % 1
    ):
        stop = at + len(unit[0])
        if not text[stop : stop + 1].isalpha() and not text.startswith((" ago", " later", " after", " before"), stop):
            return number.start, stop, _duration(number.value, unit[1][0]), 0.6, "child > number > unit"
    aged = head.endswith(words.terms["aged"]) and not head.removesuffix("age").endswith(("p", "mess", "im", "aver"))
    apart = not tail[:1].isalpha() and not raw[:1].isdigit()
    if aged and apart and number.value <= 120 and unit is None and not number.value % 1:
        return number.start, number.stop, _duration(number.value, "Y"), 0.8, "age > number"
    return None


@cache
def _words(lexicons: Path | None) -> _Words:
    fixed: dict[str, str] = {}
    units: dict[str, str] = {}
    for _, document in lexicon.documents("age", lexicons):
        fixed.update(document.get("fixed", {}))
        units.update(document.get("unit", {}))
    ordered = sorted(units.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    return _Words(
        fixed,
        tuple(sorted(fixed, key=lambda key: (-len(key), key))),
        tuple(pair for pair in ordered if not pair[0].isascii()),
        tuple(pair for pair in ordered if pair[0].isascii()),
        lexicon.load("age", lexicons),
    )
