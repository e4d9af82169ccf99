"""Numbers that English tells in figures and words, signed, decimal, in parts and in powers."""

from __future__ import annotations

import re
from decimal import Decimal

from ringtrace.text.numbers.signs import Number
from ringtrace.text.quantities.grammar import Read, Run
from ringtrace.text.quantities.tokens import find_tokens

_GAP = re.compile(r" {0,4}-? {0,4}")
_MINUS = re.compile(r"(?:^|(?<=[\s(]))[-−] ?$")
_UNBROKEN = Decimal(10) ** 20


def find_english_quantities(text: str, signed: bool) -> list[Number]:
    """Return the numbers of a folded text; unless ``signed`` only those of which plain figures are no reading."""
    tokens = find_tokens(text, signed)
    found: list[Number] = []
    first = 0
    while first < len(tokens):
        last = first + 1
        while last < len(tokens) and _GAP.fullmatch(text, tokens[last - 1].stop, tokens[last].start):
            last += 1
        if last < len(tokens) and tokens[last - 1].kind == "out" and text.startswith(" of ", tokens[last - 1].stop):
            last += 1  # "out of" has a word between
            while last < len(tokens) and _GAP.fullmatch(text, tokens[last - 1].stop, tokens[last].start):
                last += 1
        run = Run(text, tokens[first:last])
        at = 0
        while at < len(run.tokens):
            named = run.kind(at) == "minus"
            read = run.number(at + named)
            if read is None:
                at += 1
                continue
            found.append(_as_number(text, run, at, read, named, signed))
            at = read.end
        first = last
    return found if signed else [number for number in found if number.scaled or _broken(number.value) or number.words]


def _broken(value: Decimal) -> bool:
    """Whether a number has decimals; one of more digits than decimals are reckoned with has none that count."""
    return value < _UNBROKEN and bool(value % 1)


def _as_number(text: str, run: Run, at: int, read: Read, named: bool, signed: bool) -> Number:
    begin = run.tokens[at + named]
    start, stop = begin.start, run.tokens[read.end - 1].stop
    value = Decimal(read.value.numerator) / Decimal(read.value.denominator)
    if signed and named:
        start, value = run.tokens[at].start, -value
    elif signed and begin.kind in ("numeral", "ratio") and (minus := _MINUS.search(text[max(0, start - 4) : start])):
        start, value = max(0, start - 4) + minus.start(), -value
    surface = text[start:stop]
    scaled = read.scaled or (value >= 1_000 and surface[-1:].isalpha() and surface[0].isdigit())  # 1.1bn
    digits = len(surface) if surface.isdigit() else 0
    spelt = not any(char.isdigit() for char in surface)
    return Number(start, stop, value, None, digits, scaled, False, "," in surface, spelt)
