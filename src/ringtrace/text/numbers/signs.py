"""A number of a text, and the signs and words of which numbers are made (``lexicons/number.*.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from ringtrace.text.lexicon import documents, load


@dataclass(frozen=True, slots=True)
class Number:
    """One number in a text. start, stop: code points of the text it was found in.

    high:    the other end of a range ("三五万", "2-3万"), else None.
    digits:  code points of plain ASCII digits, when nothing else stands in it, else 0.
    scaled:  written with 万, 千, k, w, thousand ... ("2万5", "15k"), so hardly a handle.
    more:    followed or split by 多, 余, 几, + ("20多万"): the value is a lower bound.
    grouped: thousands are parted by commas.
    words:   written in number words or Chinese signs only.
    """

    start: int
    stop: int
    value: Decimal
    high: Decimal | None = None
    digits: int = 0
    scaled: bool = False
    more: bool = False
    grouped: bool = False
    words: bool = False


def _signs(language: str, table: str, key: str, cut: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for name, document in documents("number"):
        if f".{language}." in name:
            section: dict[str, Any] = document.get(table, {})
            for entry in section.get(key, []):
                sign, value = (entry[:cut], entry[cut:]) if cut else entry.split(" ")
                found[sign] = int(value)
    return found


SIGN_DIGITS: Mapping[str, int] = MappingProxyType(_signs("zh", "sign", "digits", 1))
"""Chinese digit signs and their values."""
SIGN_UNITS: Mapping[str, int] = MappingProxyType(_signs("zh", "sign", "units", 1))
"""Chinese unit signs (十, 百, 万 ...) and their values."""
TEN_SIGNS: Mapping[str, int] = MappingProxyType(_signs("zh", "sign", "tens", 1))
"""Signs of several tens in one (廿, 卅), and how many tens."""
ONES = _signs("en", "word", "ones", 0)
SCALES = _signs("en", "word", "scales", 0)
SHORT_SCALES = load("number")["short_scale"]
MORE = "".join(load("number")["more"])
LATIN_UNITS: Mapping[str, int] = MappingProxyType({"k": 1_000, "w": 10_000})
SIGNS = "".join(SIGN_DIGITS) + "".join(SIGN_UNITS)
"""All of them, for the inside of a class of characters."""
BUDGET = 2_000
"""Numbers that are read in one text."""


def as_decimal(value: Decimal) -> str:
    """Return a plain decimal without exponent or trailing zeros: "25000", "3250.5"."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
