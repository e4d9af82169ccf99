"""Sums told as so many 个 of ten thousand: 6个8 is 68,000, 六个整 60,000, "8个给你" 80,000."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

from ringtrace.text.money.words import MoneyWords
from ringtrace.text.numbers.signs import SIGN_DIGITS

_FEW = 100
"""Sums of this kind that are read in one text: a budget for hostile ones."""
_DIGIT = frozenset("123456789一二两三四五六七八九")
_SLANG = re.compile(
    r"(?<![0-9一二两三四五六七八九十几.])([1-9一二两三四五六七八九])个"
    r"(?:([1-9一二两三四五六七八九半整])(?![^,，。.;；!！?？、 \n)）])|(?=[\u4e00-\u9fff]))"
)


def find_slang_sums(text: str, words: MoneyWords) -> Iterator[tuple[int, int, Decimal]]:
    """Yield (start, stop, sum in yuan) of a folded text, beside words of the trade unless 整 says that it is all."""
    if "个" not in text:
        return
    terms = words.terms
    traded = any(term in text for term in terms["slang_traded"])
    for match in islice(_SLANG.finditer(text), _FEW):
        rest = match.group(2) or "整"
        handed = match.group(2) is not None or text.startswith(terms["slang_handed"], match.end())
        if not handed or not (traded or match.group(2) == "整"):
            continue
        tens, ones = (SIGN_DIGITS.get(sign) or int(sign) if sign in _DIGIT else 0 for sign in (match.group(1), rest))
        yield *match.span(), Decimal(10_000 * tens + (5_000 if rest == "半" else 1_000 * ones))
