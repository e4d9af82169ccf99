"""Decimals in Chinese words (三点五), parts (三分之一), negative numbers (负五) and figures mixed with signs (2零1)."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import islice

from ringtrace.text.numbers.finding import find_numbers
from ringtrace.text.numbers.signs import SIGN_DIGITS, SIGN_UNITS, SIGNS, Number

_FEW, _MOST = 300, 2_000
"""Parts and decimals, and negative numbers, of one text: budgets for hostile ones."""
_PARTED = re.compile(rf"(负|(?<![^\s(])[-−])?([{SIGNS}0-9]{{1,40}})分之([{SIGNS}0-9.]{{1,40}})")
_POINTED = re.compile(
    rf"(负|(?<![^\s(])[-−])?([{SIGNS}]{{1,40}})[点點]([{''.join(SIGN_DIGITS)}]{{1,60}})个?([万萬亿億千百])?(?![个分钟刻半到{''.join(SIGN_UNITS)}])"
)
_APART = re.compile(
    r"(?<![0-9.,a-z])([0-9]{1,9}(?:,[0-9]{3}){0,4}(?:\.[0-9]{1,8})?) ([万亿])"
    r"(?=[元美港欧日英块韩泰]|\((?:不?含|包含)\)|[-~到至] ?[0-9])"
)
_SPOKEN = "".join(SIGN_DIGITS)
_MIXED = re.compile(
    rf"(?<![0-9.,{SIGNS}])(?:[0-9]{{1,20}}[{_SPOKEN}]|[{_SPOKEN}]{{1,20}}[0-9])[0-9{_SPOKEN}]{{0,20}}(?![0-9.,点{SIGNS}])"
)
"""Figures and signs told digit by digit: 2零1."""
_NEGATIVE = re.compile(rf"(?:负|(?:^|(?<=[\s(]))[-−])(?=[{SIGNS}0-9])")


def find_chinese_quantities(text: str, signed: bool) -> list[Number]:
    """Return decimals in words (三点五), parts (三分之一) and, if ``signed``, negative numbers (负五)."""
    if text.isascii():
        return []
    found: list[Number] = []
    for match in islice(_PARTED.finditer(text), _FEW):
        below, above = find_numbers(match.group(2)), find_numbers(match.group(3))
        whole = Decimal(100) if match.group(2) == "百" else below[0].value if len(below) == 1 else Decimal(0)
        if whole and len(above) == 1:
            found.append(_signed_number(match, above[0].value / whole, signed))
    for match in islice(_APART.finditer(text), _FEW):
        sum_of = Decimal(match.group(1).replace(",", "")) * SIGN_UNITS[match.group(2)]
        found.append(Number(match.start(), match.end(), sum_of, scaled=True))
    for match in islice(_POINTED.finditer(text), _FEW):
        value = find_numbers(match.group(2))
        if len(value) == 1 and value[0].stop == len(match.group(2)):
            tail = Decimal("0." + "".join(str(SIGN_DIGITS[sign]) for sign in match.group(3)))
            found.append(
                _signed_number(match, (value[0].value + tail) * SIGN_UNITS.get(match.group(4) or "", 1), signed)
            )
    if signed:
        for match in islice(_MIXED.finditer(text), _FEW):
            figures = "".join(str(SIGN_DIGITS.get(char, char)) for char in match.group())
            found.append(Number(match.start(), match.end(), Decimal(figures), digits=len(figures), words=True))
        starts = {number.start: number for number in find_numbers(text)}
        covered = {number.start for number in found}
        for match in islice(_NEGATIVE.finditer(text), _MOST):
            number = starts.get(match.end())
            if number is not None and number.value and match.start() not in covered:
                found.append(
                    Number(match.start(), number.stop, -number.value, None, 0, number.scaled, False, False, True)
                )
    return found


def _signed_number(match: re.Match[str], value: Decimal, signed: bool) -> Number:
    negative = bool(match.group(1)) and signed
    start = match.start() if negative or not match.group(1) else match.start() + 1
    return Number(start, match.end(), -value if negative else value, scaled=bool(value >= 1000), words=True)
