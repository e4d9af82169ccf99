"""Sums whose currency is named beside them: "20,000 yuan", "US$3,250", "75 USD million", "三千块"."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from ringtrace.text.money.change import WHOLE
from ringtrace.text.money.words import MoneyWords
from ringtrace.text.numbers.signs import Number

DEFAULT = "CNY"
"""Where no currency is named."""
NAMED, SCALED = "number > currency", "number with unit of thousands"
"""Rules of sums beside a currency, and in thousands without one."""
_HEAVY = 400
"""From so many pounds on a sum is meant, no weight."""
_PENCE = re.compile(r"(?: and|,)? [0-9]{1,2} ?p(?:ence|enny)?(?![a-z])")
"""Behind pounds: money. Without a word, "7 pounds 11" is what a baby weighed."""
_TENTHS = re.compile(r"[1-9一二两三四五六七八九](?![^,，。.;；!！?？、 \n)）钱毛角])")
"""Behind 块: so many tenths of it, and the clause is over ("一块二") or names them ("一块一毛五")."""


class Sum(NamedTuple):
    """start, stop: code points of the folded text. currency: the code, with a factor and a blank before it where a part
    or a multiple of the unit is named (毛, pence).
    """

    start: int
    stop: int
    currency: str
    probability: float
    rule: str


def named_sum(text: str, number: Number, words: MoneyWords, done: int) -> Sum | None:
    head = text[max(0, number.start - words.longest - 2, done) : number.start]
    tail = text[number.stop : number.stop + words.longest + 8]
    small = not (number.scaled or number.grouped or words.scale.match(tail) or words.millions.match(tail))
    start, stop, before, after = number.start, number.stop, "", ""
    bare = head.rstrip(" ")
    ends = bare.endswith(words.before_keys)
    sign = next((key for key in words.before_keys if bare.endswith(key) and _apart(bare, key)), "") if ends else ""
    joined = len(sign) > 1 or not sign.isalpha() or bare == head  # N150,000, and not "n 150,000"
    if sign and joined and not (small and sign in words.before_thousands):
        before = words.before[sign]
        start -= len(head) - len(bare) + len(sign)
    rest = tail.lstrip(" -")
    sign = next((key for key in words.after_by_first.get(rest[:1], ()) if rest.startswith(key)), "")
    if sign and not (small and sign in words.after_thousands):
        beyond = rest[len(sign) : len(sign) + 1]
        if not (sign.isascii() and sign.isalpha() and beyond.isascii() and beyond.isalpha()):
            after = words.after[sign]
            if _no_sum(text, number, sign, rest, words) or bare.endswith(words.terms["idiom"]):  # "just my 2 cents"
                after = ""
            else:
                stop += len(tail) - len(rest) + len(sign)
    if not before and not after:
        return None
    if before and after == DEFAULT and text[stop - 1] in WHOLE:
        after = before  # 港币三千元
    currency = after or before
    scale = words.scale.match(text, stop) if after and not number.scaled else None
    if before and not after and not number.scaled and number.high is None:
        scale = words.millions.match(text, stop)
    if scale is not None:  # 75 USD million
        factor = words.scales[scale.group(1)] * Decimal(currency.split(" ")[0] if " " in currency else 1)
        return Sum(start, scale.end(), f"{factor} {currency.rpartition(' ')[2]}", 0.97, NAMED)
    return Sum(start, stop, currency, 0.97, NAMED)


def _no_sum(text: str, number: Number, sign: str, rest: str, words: MoneyWords) -> bool:
    """Whether a sign behind a number is part of a word ("一块去", 元旦), a picture's lines or the next sum's."""
    together = sign == "块" and number.value == 1 and rest[1:2] not in "钱,，。 " and not number.scaled
    weighed = sign == "pounds" and not number.scaled and number.value < _HEAVY
    weighed = weighed and not _PENCE.match(rest, len(sign))
    together = together and not _TENTHS.match(rest, len(sign))
    none = number.value == 1 and rest[len(sign) :].startswith(("没", "不", "都", "也"))  # "not a penny"
    pixels = sign == "p" and not (text.isascii() and number.value < 100)
    return (
        together
        or pixels
        or weighed
        or none
        or rest.startswith(words.terms["not_currency"])
        or (sign == "$" and rest[1:2].isdigit())
    )


def _apart(bare: str, sign: str) -> bool:
    """Whether a currency before a number is no end of a longer word: "nz$" is not "z$", "it's $5" not "s $5"."""
    before = bare[len(bare) - len(sign) - 1 : len(bare) - len(sign)]
    return not (sign[0].isascii() and sign[0].isalpha()) or not (
        (before.isascii() and before.isalnum()) or before == "'"
    )
