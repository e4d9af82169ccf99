"""Numbers in English words: "twenty-five thousand", "a hundred", "half a million"."""

from __future__ import annotations

import re
from decimal import Decimal

from ringtrace.text.lexicon import load
from ringtrace.text.numbers.signs import BUDGET, ONES, SCALES, Number

_NOT_SCALE = load("number").get("not_scale", ())
_ENGLISH_WORD = re.compile(r"[a-z]+")
ENGLISH = frozenset(ONES) | frozenset(SCALES)
"""Words of numbers."""


def find_english(text: str, taken: list[Number]) -> list[Number]:
    """Numbers in English words: "twenty-five thousand", "a hundred", "half a million"."""
    covered = {at for number in taken for at in range(number.start, number.stop)}
    words = [(match.group(), match.start(), match.end()) for match in _ENGLISH_WORD.finditer(text)]
    found: list[Number] = []
    index = 0
    while index < len(words) and len(found) < BUDGET:
        word, start, _ = words[index]
        if word not in ENGLISH or start in covered:
            index += 1
            continue
        stop = index + 1
        while stop < len(words) and _continues(text, words, stop):
            stop += 1
        while words[stop - 1][0] == "and":
            stop -= 1
        number = _spell(text, words, index, stop)
        if number is not None:
            found.append(number)
        index = stop
    return found


def _continues(text: str, words: list[tuple[str, int, int]], index: int) -> bool:
    word, start, _ = words[index]
    between = text[words[index - 1][2] : start]
    before = words[index - 1][0]
    if between not in {" ", "-"}:
        return False
    if word == "and":
        return before in SCALES and index + 1 < len(words) and words[index + 1][0] in ONES
    if word in SCALES:
        return word not in {"dozen", "hundred"} or before in ONES
    return word in ONES and (before in SCALES or before == "and" or (ONES[before] >= 20 > ONES[word] * 2 > 0))


def _spell(text: str, words: list[tuple[str, int, int]], index: int, stop: int) -> Number | None:
    total, current, scaled, start = 0, 0, False, words[index][1]
    if words[index][0] in SCALES:
        lead = words[index - 1][0] if index else ""
        if lead == "a" and index >= 2 and words[index - 2][0] == "half":
            value = Decimal(SCALES[words[index][0]]) / 2
            return Number(words[index - 2][1], words[stop - 1][2], value, scaled=True, words=True)
        if lead not in {"a", "an"} or text.startswith(_NOT_SCALE, words[index][2] + 1):
            return None
        start, current = words[index - 1][1], 1
    for word, _, _ in words[index:stop]:
        if word in ONES:
            current += ONES[word]
        elif word in {"hundred", "dozen"}:
            current *= SCALES[word]
        elif word in SCALES:
            total, current, scaled = total + max(current, 1) * SCALES[word], 0, True
    return Number(start, words[stop - 1][2], Decimal(total + current), scaled=scaled, words=True)
