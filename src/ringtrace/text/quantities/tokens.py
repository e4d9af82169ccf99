"""The figures and English words of which numbers of every form are put together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from ringtrace.text.lexicon import documents, load

_NUMERAL = re.compile(
    r"(?<![a-z0-9_@#])(?:(?<![.,:/-])[0-9]{1,3}(?: [0-9]{3}){1,6}+(?! ?[0-9])|[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)"
    r"(?:\.[0-9]+)?|(?<![a-z0-9_@#.])\.[0-9]+"
)
_POWER = re.compile(r" ?[x*×] ?10\^([+-]?[0-9]{1,3})|\^([+-]{0,2})([0-9]{1,3})|e([+-]?[0-9]{1,3})(?![a-z0-9])")
_RATIO = re.compile(r" ?[/⁄] ?([0-9]{1,9})(?![0-9]| ?[/⁄.-])")
_WORD = re.compile(r"[a-z]+")
_MOST = 2_000
"""Tokens of one text: a budget for hostile ones."""
_LARGEST_POWER, _LARGEST_BASE, _DIGITS = 400, 10**9, 40
"""A power or a numeral beyond them is not worked out."""


class Token(NamedTuple):
    """kind: numeral, ratio, one, ten, hundred, scale, dozen, part, within, or a concept of the lexicon."""

    start: int
    stop: int
    kind: str
    value: Fraction
    plural: bool = False


@dataclass(frozen=True)
class QuantityWords:
    """meaning: word -> (kind of token, value, whether plural); attached, apart: scales behind a numeral."""

    meaning: Mapping[str, tuple[str, Fraction, bool]]
    attached: Mapping[str, int]
    attached_any: Mapping[str, int]
    apart: Mapping[str, int]
    terms: Mapping[str, tuple[str, ...]]


@cache
def quantity_words() -> QuantityWords:
    """Return the words of ``lexicons/number.en.toml`` and ``quantity.en.toml``."""
    lists: dict[str, dict[str, int]] = {}
    for topic in ("number", "quantity"):
        for name, document in documents(topic):
            section: dict[str, Any] = document.get("word", {}) if ".en." in name else {}
            for key, entries in section.items():
                pairs = (entry.rsplit(" ", 1) for entry in entries)
                lists.setdefault(key, {}).update({word: int(value) for word, value in pairs})
    meaning: dict[str, tuple[str, Fraction, bool]] = {}
    for word, value in {**lists["ones"], **lists["more_ones"]}.items():
        meaning[word] = ("ten" if value >= 20 else "one", Fraction(value), False)
    for word, value in {**lists["scales"], **lists["more_scales"]}.items():
        meaning[word] = ("hundred" if value == 100 else "scale", Fraction(value), False)
    for word, value in lists["dozens"].items():
        meaning[word] = ("dozen", Fraction(value), False)
    for word, value in lists["parts"].items():
        meaning[word] = ("part", Fraction(value), False)
        meaning[word + "s"] = ("part", Fraction(value), True)
    for word, value in lists["plurals"].items():
        meaning[word] = ("part", Fraction(value), True)
    for word, value in lists["within"].items():
        meaning[word], meaning[word + "s"] = ("within", Fraction(value), False), ("within", Fraction(value), True)
    terms = load("quantity")
    for kind in ("article", "joint", "point", "over", "minus"):
        meaning |= {term: (kind, Fraction(0), False) for term in terms[kind] if " " not in term}
    meaning["out"] = ("out", Fraction(0), False)
    return QuantityWords(
        meaning, lists["attached"], {**lists["attached"], **lists["attached_any"]}, lists["apart"], terms
    )


def find_tokens(text: str, every: bool) -> list[Token]:
    """Return the tokens of a folded text in order. every: scales that are units of other things, too (5g, 3t)."""
    words, taken = quantity_words(), 0
    found: list[Token] = []
    for match in _NUMERAL.finditer(text):
        if match.start() < taken or len(found) >= _MOST or len(match.group()) > _DIGITS:
            continue
        token = _numeral(text, match, words, every)
        found.append(token)
        taken = token.stop
    for match in _WORD.finditer(text):
        meaning = words.meaning.get(match.group())
        if meaning is not None and len(found) < 2 * _MOST and not text[match.start() - 1 : match.start()].isdigit():
            found.append(Token(match.start(), match.end(), *meaning))
    found.sort()
    return found


def _numeral(text: str, match: re.Match[str], words: QuantityWords, every: bool) -> Token:
    value = Fraction(match.group().replace(",", "").replace(" ", ""))
    stop, kind = match.end(), "numeral"
    power, ratio = _POWER.match(text, stop), _RATIO.match(text, stop)
    if power is not None and abs(exponent := _exponent(power)) <= _LARGEST_POWER:
        stop = power.end()
        if power.group(3) is None:
            value *= Fraction(10) ** exponent
        elif 0 < value < _LARGEST_BASE:
            value = Fraction((Decimal(value.numerator) / Decimal(value.denominator)) ** exponent)
    elif ratio is not None and value.denominator == 1 and int(ratio.group(1)):
        value, stop, kind = value / int(ratio.group(1)), ratio.end(), "ratio"
    else:
        tail = _WORD.match(text, stop)
        far = _WORD.match(text, stop + 1) if text.startswith(" ", stop) else None
        attached = words.attached_any if every else words.attached
        if tail is not None and tail.group() in attached:
            value, stop = value * attached[tail.group()], tail.end()
        elif far is not None and far.group() in words.apart:
            value, stop = value * words.apart[far.group()], far.end()
    return Token(match.start(), stop, kind, value)


def _exponent(power: re.Match[str]) -> int:
    if power.group(3) is not None:
        return int(power.group(3)) * (-1 if power.group(2)[-1:] == "-" else 1)
    return int(power.group(1) or power.group(4))
