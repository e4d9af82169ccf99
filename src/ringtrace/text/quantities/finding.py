"""Every number that a text tells: signed, decimal, in parts, in powers, in figures and in words mixed.

``find_numbers`` reads the numbers that posts of a market hold and stays careful with everything else;
this adds what any English or Chinese text may say: "minus five point five", "three and a half million",
"two thirds", "4 thousand 3 hundred and 21", "6.23x10^-4", "三分之一", "负零点五".
"""

from __future__ import annotations

from functools import lru_cache

from ringtrace.text.numbers.finding import find_numbers, join_ranges
from ringtrace.text.numbers.signs import Number
from ringtrace.text.quantities.chinese import find_chinese_quantities
from ringtrace.text.quantities.english import find_english_quantities
from ringtrace.text.quantities.tokens import quantity_words


@lru_cache(maxsize=64)
def find_quantities(text: str) -> tuple[Number, ...]:
    """Return every number that a folded text tells, in order, disjoint; glued to letters ("29km") it is none."""
    found = [
        number for number in widen(text, signed=True) if not _glued(text, number) and not _stands_for(text, number)
    ]
    return tuple(found)


def widen(text: str, *, signed: bool = False) -> tuple[Number, ...]:
    """Return ``find_numbers(text)`` with the wider readings in place of those that they cover."""
    wider = [*find_english_quantities(text, signed), *find_chinese_quantities(text, signed)]
    numbers = find_numbers(text)
    if not wider:
        return numbers
    wider = _disjoint(wider)
    dropped: set[int] = set()
    kept, at = [], 0
    for number in numbers:
        while at < len(wider) and wider[at].stop <= number.start:
            at += 1
        here = at
        while here < len(wider) and wider[here].start < number.stop and _covers(number, wider[here]):
            dropped.add(here)
            here += 1
        if here > at or at >= len(wider) or wider[at].start >= number.stop:
            kept.append(number)
    kept += [number for place, number in enumerate(wider) if place not in dropped]
    kept.sort(key=lambda number: number.start)
    return tuple(kept if signed else join_ranges(text, kept))


def _disjoint(numbers: list[Number]) -> list[Number]:
    """Return numbers in order; of two that overlap the one that begins first, or reaches further."""
    kept: list[Number] = []
    for number in sorted(numbers, key=lambda one: (one.start, -one.stop)):
        if not kept or number.start >= kept[-1].stop:
            kept.append(number)
    return kept


def _covers(number: Number, wider: Number) -> bool:
    """Whether ``find_numbers`` read more than the wider grammar did: a range, 100万."""
    longer = number.stop - number.start > wider.stop - wider.start
    return longer and number.start <= wider.start and number.stop >= wider.stop


def _glued(text: str, number: Number) -> bool:
    after, last = text[number.stop : number.stop + 1], text[number.stop - 1]
    before, first = text[number.start - 1 : number.start] if number.start else "", text[number.start]
    return (after.isascii() and after.isalpha() and last.isascii()) or (
        before.isascii() and before.isalpha() and first.isascii()
    )


def _stands_for(text: str, number: Number) -> bool:
    """Whether "one" is no number: "that one", "this one"."""
    if text[number.start : number.stop] != "one":
        return False
    before = text[max(0, number.start - 12) : number.start].split()
    return bool(before) and before[-1] in quantity_words().terms["not_counting"]
