"""Numbers that are told like those before them: a new state, a list by place, a pair, the case of several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ringtrace.statement.verbs import fits
from ringtrace.statement.vocabulary import PERSONS, Vocabulary
from ringtrace.text.numbers import Number

_TABLE_END = re.compile(r" ?(?:[,;.、，；。)）]|and\b|$)|名|人|男|女")
_IN_PART = re.compile(r" in the (?:first|second|third|fourth|other|latter|former)\b")
_OF_PART = re.compile(r"第[一二三四五]起(?:案件)?[中,，]?$")
""" "We rescued 89: 81 in the first and eight in the second", 第一起81名."""
_AND = frozenset({" and ", "和", "、", "/", " / ", "与"})
_COMPARED = re.compile(r"\b(?:up|down) from (?:the )?$|比[^，,；;。]{0,16}的$")
""" "26, up from the 21 reported on Sunday": another state of the count before."""
_TALLY = re.compile(
    r"\b(?:total|number|count|tally|figure)(?: [a-z]+){0,3} "
    r"(?:to|is|was|stood at|stands at|reached|hit)(?: at least)? $|\bfigure of $|\bmak(?:es|ing)(?: it| that)? $"
    r"|(?:数字|人数|总数)[^，,；;。]{0,4}(?:变成了?|升至|增至|增加到|上升到|达到?了?|为|是)$"
)
""" "... bringing the total to 57", 这个数字变成了26人: of what was counted before."""


@dataclass(frozen=True, slots=True)
class Count:
    """number: what stands in the text; noun: code points of what is counted, (0, 0) where it is implied."""

    number: Number
    quantity: str
    status: str
    noun: tuple[int, int]


def pair_counts(text: str, numbers: tuple[Number, Number], told: Sequence[Count]) -> tuple[Count, ...]:
    """ "Anhui arrested 43 suspects and rescued 11 children; in Sichuan it was 27 and 13": as the two before."""
    if not told[1:] or told[-2].quantity == told[-1].quantity:
        return ()
    first, second = numbers
    if text[first.stop : second.start].lstrip("名人") not in _AND or not ends_clause(text, second):
        return ()
    return tuple(
        Count(number, like.quantity, like.status, (number.stop, number.stop))
        for number, like in zip(numbers, told[-2:], strict=True)
    )


def find_tally(text: str, number: Number, told: Sequence[Count]) -> Count | None:
    """The new state of what was counted last: "... bringing the total to 57"."""
    if not told or not ends_clause(text, number) or not _TALLY.search(text[max(0, number.start - 60) : number.start]):
        return None
    return Count(number, told[-1].quantity, told[-1].status, (number.stop, number.stop))


def copy_count(
    vocabulary: Vocabulary, number: Number, persons: Sequence[Count], place_ends: frozenset[int]
) -> Count | None:
    """A number that is told like the one before: in a list by place, as its earlier state, as the cases solved."""
    text = vocabulary.text
    listed = _in_table(text, number) or _is_placed(vocabulary, number, place_ends) or _is_of_part(text, number)
    if listed and not persons:
        return _first_of_list(vocabulary, number)
    if persons and (listed or _COMPARED.search(text[max(0, number.start - 20) : number.start])):
        return Count(number, persons[-1].quantity, persons[-1].status, (number.stop, number.stop))
    solved = any(
        s.kind == "solved"
        and (s.start == number.stop + 1 or (s.stop == number.start - 1 and ends_clause(text, number)))
        for s in vocabulary.statuses
    )
    if solved and vocabulary.has("cases", 0, number.start):
        return Count(number, "cases", "solved", (number.stop, number.stop))
    return None


def _first_of_list(vocabulary: Vocabulary, number: Number) -> Count | None:
    """ "The children were found in Fujian (5) and Jiangxi (1)": of the noun and the verb before the list."""
    nouns = [n for n in vocabulary.nouns if n.stop <= number.start and n.kind in PERSONS]
    verbs = [s for s in vocabulary.statuses if s.stop <= number.start and nouns and fits(nouns[-1].kind, s.kind)]
    return Count(number, nouns[-1].kind, verbs[-1].kind, (number.stop, number.stop)) if verbs else None


def _is_of_part(text: str, number: Number) -> bool:
    """Whether a number is said to be of one case of several."""
    return bool(_IN_PART.match(text, number.stop) or _OF_PART.search(text[max(0, number.start - 8) : number.start]))


def _is_placed(vocabulary: Vocabulary, number: Number, place_ends: frozenset[int]) -> bool:
    """ "Hubei arrested 51 suspects, Hunan 46 and Jiangxi 36": a bare number right behind a place."""
    text = vocabulary.text
    lead = text[max(0, number.start - 2) : number.start]
    gap = len(lead) - len(lead.rstrip(" (（"))
    return number.start - gap in place_ends and _TABLE_END.match(text, number.stop) is not None


def _in_table(text: str, number: Number) -> bool:
    """ "(Jiangsu 21, Anhui 15)": a bare number in brackets behind a name."""
    opened = max(text.rfind("(", 0, number.start), text.rfind("（", 0, number.start))
    closed = max(text.rfind(")", 0, number.start), text.rfind("）", 0, number.start))
    named = text[number.start - 1 : number.start]
    return (
        opened > closed
        and (named in {" ", ":", "：", "(", "（"} or named > "\u2e80")
        and bool(_TABLE_END.match(text, number.stop))
    )


def ends_clause(text: str, number: Number) -> bool:
    """Whether a clause ends with the number, a classifier of persons aside."""
    stop = number.stop + (text[number.stop : number.stop + 1] in {"人", "名"})
    return text[stop : stop + 1] in {"", ",", ";", ".", ":", "，", "；", "。"} or text.startswith(" and ", stop)
