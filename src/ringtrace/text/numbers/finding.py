"""Numbers as people write them, in Chinese and English: "2万5", "30w", "15k", "两万五", "twenty thousand".

The trap that a common library falls into: "2万5" is 25,000, not 20,005 or 40,010. A last digit
after 万, 千, 百, w or k without a unit of its own counts tenths of that unit.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

import ahocorasick_rs

from ringtrace.text.numbers.runs import read_number
from ringtrace.text.numbers.signs import (
    BUDGET,
    LATIN_UNITS,
    MORE,
    SCALES,
    SHORT_SCALES,
    SIGN_DIGITS,
    SIGN_UNITS,
    SIGNS,
    TEN_SIGNS,
    Number,
)  # fmt: skip
from ringtrace.text.numbers.words import ENGLISH, find_english
from ringtrace.text.sieve import need

_TENS = "".join(TEN_SIGNS)
_RUN = re.compile(rf"[0-9{''.join(SIGN_DIGITS)}{_TENS}十拾百][0-9.,点kw{MORE}{SIGNS}{_TENS}]*")
_WIDE = {ord(wide): plain for wide, plain in zip("０１２３４５６７８９①②③④⑤⑥⑦⑧⑨⓪❶❷❸❹❺❻❼❽❾⒈⒉⒊⒋⒌⒍⒎⒏⒐，．",
                                                 "01234567891234567890123456789123456789,.", strict=True)}  # fmt: skip
_ENGLISH_WORDS = ahocorasick_rs.AhoCorasick(
    sorted(ENGLISH), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
)
_WIDE_SIGNS = frozenset(map(chr, _WIDE))
NUMBER = need(ENGLISH, f"0123456789十拾百{_TENS}{''.join(SIGN_DIGITS)}{''.join(_WIDE_SIGNS)}")
"""What a text must have for ``find_numbers`` to find one."""
UNIT_OF_THOUSANDS = need(
    (*(name for name, value in (*SCALES.items(), *SIGN_UNITS.items()) if value >= 1_000),
     *LATIN_UNITS, *SCALES, *SHORT_SCALES)
)  # fmt: skip
"""What a text must have for one of its numbers to be ``scaled``."""
_GOES_ON = frozenset(",.+ " + "".join({name[0] for name in SCALES} | {"m", "个"}))
"""What may stand after plain digits and belong to the number: a group, a scale, a plus."""


@lru_cache(maxsize=64)
def find_numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers of a folded (lower-case) text in order, ranges joined.

    At most 2,000 numbers are read from one text (a hostile text cannot cost more); what comes
    after them is not looked at.
    """
    plain = text if text.isascii() or _WIDE_SIGNS.isdisjoint(text) else text.translate(_WIDE)
    found: list[Number] = []
    for match in _RUN.finditer(plain):
        run, stop = match.group(), match.end()
        if run.isascii() and run.isdigit() and plain[stop : stop + 1] not in _GOES_ON:
            found.append(Number(match.start(), stop, Decimal(run), digits=len(run)))
        else:
            _read_run(plain, match.start(), stop, found)
        if len(found) >= BUDGET:
            break
    if any(
        not plain[start - 1 : start].isalpha() and not plain[stop : stop + 1].isalpha()
        for _, start, stop in _ENGLISH_WORDS.find_matches_as_indexes(plain)
    ):
        found.extend(find_english(plain, found))
        found.sort(key=lambda number: number.start)
    return tuple(join_ranges(plain, found)) if len(found) > 1 else tuple(found)


def _read_run(text: str, at: int, stop: int, found: list[Number]) -> None:
    while at < stop and len(found) < BUDGET:
        number = read_number(text, at, stop)
        if number is None:
            at += 1
            continue
        found.append(number)
        at = number.stop
        if at < stop and text[at] == "两":  # "6斤8两": a weight, not another number
            at += 1


_BETWEEN = frozenset({"-", "~", "–", "—", "～", "到", "至", " to ", " - ", "－", "或", " or "})


_BETWEEN_SUMS = re.compile(r"(?:[元圆块]?(?:\((?:不?含|包含)\)) ?|[元圆块])[-~到至]")
"""Between the ends of a range of sums: 1万(含)-5万元, 3000元至5000元."""


def join_ranges(text: str, found: list[Number]) -> list[Number]:
    """Return numbers with the two ends of a range ("2-3万", 1万(含)-5万元, "between 2 and 3") as one."""
    joined: list[Number] = []
    for number in found:
        left = joined[-1] if joined else None
        between = text[left.stop : number.start] if left is not None and number.start - left.stop <= 7 else ""
        paired = between == " and " and left is not None and text[: left.start].endswith("between ")
        sums = between != "" and between[0] in "元圆块(" and _BETWEEN_SUMS.fullmatch(between) is not None
        if left is not None and (between in _BETWEEN or paired or sums) and left.high is None and number.high is None:
            low = left.value
            if number.scaled and not left.scaled and low < number.value and between[:1] not in "元圆块":
                low *= _magnitude(text, number)
            safe = between.strip().isalpha() or (left.grouped and number.grouped)  # no pieces of a handle
            short = left.digits <= 4 and number.digits <= 6
            if low < number.value and (number.scaled or left.scaled or safe or short):
                joined[-1] = Number(left.start, number.stop, low, number.value, 0, number.scaled or left.scaled,
                                    number.more, number.grouped, number.words)  # fmt: skip
                continue
        joined.append(number)
    return joined


def _magnitude(text: str, number: Number) -> int:
    """The unit that a range shares: "2-3万" and "20-30k" mean the unit for both ends."""
    tail = text[number.start : number.stop].rstrip(MORE + "+")
    for word, value in SCALES.items():
        if tail.endswith(word):
            return value
    return SIGN_UNITS.get(tail[-1:]) or LATIN_UNITS.get(tail[-1:]) or 1
