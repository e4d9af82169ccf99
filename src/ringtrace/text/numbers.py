"""Numbers as people write them, in Chinese and English: "2万5", "30w", "15k", "两万五", "twenty thousand".

The trap that a common library falls into: "2万5" is 25,000, not 20,005 or 40,010. A last digit
after 万, 千, 百, w or k without a unit of its own counts tenths of that unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import ahocorasick_rs

from ringtrace.text.lexicon import documents, load
from ringtrace.text.sieve import need


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


_DIGITS = _signs("zh", "sign", "digits", 1)
SIGN_DIGITS: Mapping[str, int] = MappingProxyType(_DIGITS)
"""Chinese digit signs and their values."""
_UNITS = _signs("zh", "sign", "units", 1)
SIGN_UNITS: Mapping[str, int] = MappingProxyType(_UNITS)
"""Chinese unit signs (十, 百, 万 ...) and their values."""
_ONES = _signs("en", "word", "ones", 0)
_SCALES = _signs("en", "word", "scales", 0)
_AFTER_ONE = frozenset("定直般样樣")
"""These count nothing: 一定, 一直, 一般, 一样 are words."""
_LARGE = "万萬亿億"
_BRIDGES, _FIGURES = frozenset("零〇"), frozenset("0123456789")
_COUNTED = frozenset(
    char for _, document in documents("number") for char in document.get("sign", {}).get("counted", "")
)
_NOT_SCALE = load("number").get("not_scale", ())
_HANDLE_CUES = load("number")["handle_cue"]
_MORE = "".join(load("number")["more"])
_LATIN_UNITS = {"k": 1_000, "w": 10_000}
_SIGNS = "".join(_DIGITS) + "".join(_UNITS)
_RUN = re.compile(rf"[0-9{''.join(_DIGITS)}十拾百][0-9.,点kw{_MORE}{_SIGNS}]*")
_PLAIN = re.compile(
    r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]{1,2}(?:,[0-9]{2}){1,4},[0-9]{3}(?![0-9])|[0-9]+(?:\.[0-9]+)?"
)
"""Figures, with thousands parted, or as India parts them: 5,00,000."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_ENGLISH_WORD = re.compile(r"[a-z]+")
_SHORT_SCALES = load("number")["short_scale"]
_ENGLISH_SCALE = re.compile(rf" ?({'|'.join((*_SCALES, *_SHORT_SCALES))})(?![a-z])")
_WIDE = {ord(wide): plain for wide, plain in zip("０１２３４５６７８９①②③④⑤⑥⑦⑧⑨⓪❶❷❸❹❺❻❼❽❾⒈⒉⒊⒋⒌⒍⒎⒏⒐，．",
                                                 "01234567891234567890123456789123456789,.", strict=True)}  # fmt: skip
_ENGLISH = frozenset(_ONES) | frozenset(_SCALES)
_ENGLISH_WORDS = ahocorasick_rs.AhoCorasick(
    sorted(_ENGLISH), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
)
_WIDE_SIGNS = frozenset(map(chr, _WIDE))
NUMBER = need(_ENGLISH, f"0123456789十拾百{''.join(_DIGITS)}{''.join(_WIDE_SIGNS)}")
"""What a text must have for ``find_numbers`` to find one."""
UNIT_OF_THOUSANDS = need(
    (*(name for name, value in (*_SCALES.items(), *_UNITS.items()) if value >= 1_000),
     *_LATIN_UNITS, *_SCALES, *_SHORT_SCALES)
)  # fmt: skip
"""What a text must have for one of its numbers to be ``scaled``."""
_ROUND = 10
_GOES_ON = frozenset(",.+ " + "".join({name[0] for name in _SCALES} | {"m", "个"}))
"""What may stand after plain digits and belong to the number: a group, a scale, a plus."""
_BUDGET = 2_000


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
        if len(found) >= _BUDGET:
            break
    if any(
        not plain[start - 1 : start].isalpha() and not plain[stop : stop + 1].isalpha()
        for _, start, stop in _ENGLISH_WORDS.find_matches_as_indexes(plain)
    ):
        found.extend(_english(plain, found))
        found.sort(key=lambda number: number.start)
    return tuple(join_ranges(plain, found)) if len(found) > 1 else tuple(found)


def as_decimal(value: Decimal) -> str:
    """Return a plain decimal without exponent or trailing zeros: "25000", "3250.5"."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read_run(text: str, at: int, stop: int, found: list[Number]) -> None:
    while at < stop and len(found) < _BUDGET:
        number = _read(text, at, stop)
        if number is None:
            at += 1
            continue
        found.append(number)
        at = number.stop
        if at < stop and text[at] == "两":  # "6斤8两": a weight, not another number
            at += 1


@dataclass(slots=True)
class _Tally:
    """A number while it is read: sections of (digits, unit) in falling order of unit.

    total counts what stands before 万 and 亿 (large: the last of them), section what has come since; high is
    the other end of a pair ("三五万").
    """

    here: int
    total: Decimal = Decimal(0)
    section: Decimal = Decimal(0)
    unit: int = 0
    large: int = 0
    high: Decimal | None = None
    digits: int = 0
    grouped: bool = False
    scaled: bool = False
    more: bool = False

    def close(self, text: str, value: Decimal, after: int, beyond: int, kind: str) -> None:
        """Take digits without a unit: the whole number, or tenths of the last unit (2万5)."""
        if not self.unit:
            self.section, self.grouped = value, kind == "grouped"
            self.digits = after - self.here if kind in {"plain", "grouped"} else 0
        else:
            single = after == self.here + 1 and value > 0 and text[self.here - 1 : self.here] not in {"零", "〇"}
            self.section += value * (self.unit // _ROUND if single and self.unit >= 100 else 1)
        if kind == "pair" and _HAN.match(text, after):  # 三五天; 三五 by itself is 35
            self.high, self.section = value % 10, value // 10
        self.here = beyond

    def add(self, value: Decimal, unit: int, beyond: int, kind: str) -> None:
        """Take digits with their unit; 万 and 亿 multiply all that stands before them."""
        if kind == "pair":
            self.high = value % 10 * unit
            value //= 10
        if unit >= 10_000:
            all_of_it = self.large and unit > self.large  # 一万二千亿: the larger unit counts what stands before it
            before = self.total if all_of_it else Decimal(0)
            self.total += (before + self.section + value) * unit - before
            self.section, self.large = Decimal(0), unit
        else:
            self.section += value * unit
        self.here, self.unit, self.scaled = beyond, unit, self.scaled or unit >= 1_000


def _read(text: str, at: int, stop: int) -> Number | None:
    """Read one number at ``at``, None where a run holds no number."""
    if text[at] not in _DIGITS and not text[at].isdigit() and text[at] not in "十拾百":
        return None
    tally = _Tally(at)
    while tally.here < stop and _take(text, at, stop, tally):
        pass
    if tally.here == at:
        return None
    here, scale, more = _trailing(text, tally.here, tally.unit, tally.more)
    plain = scale == 1 and here == at + tally.digits
    return Number(
        at,
        here,
        (tally.total + tally.section) * scale,
        None if tally.high is None else tally.high * scale,
        tally.digits if plain else 0,
        tally.scaled or scale > 1,
        more,
        tally.grouped,
        not any(char.isascii() for char in text[at:here]),
    )


def _take(text: str, at: int, stop: int, tally: _Tally) -> bool:
    """Take the next digits and unit; False when the number has ended."""
    here = tally.here
    value, after, kind = _digits(text, here, stop)
    if kind == "":
        if (text[here] in "十拾百" and here == at) or (text[here] in "十拾" and tally.unit == 100):
            value = Decimal(1)
        elif not tally.unit or text[here] not in _LARGE:
            return False
    unit, beyond, extra = _unit(text, after, stop)
    if unit and tally.unit and tally.unit <= unit < 10_000:
        return False
    tally.more = tally.more or extra
    if (
        not unit
        and tally.unit >= 1_000
        and after == here + 1
        and text[after : after + 1] in _COUNTED
        and after < len(text)
        and (text[here] == "一" or text[after] not in _AFTER_ONE)
    ):
        return False  # 3万一个, 5万两个: the last sign counts things
    if not unit:
        tally.close(text, value, after, beyond, kind)
        return False
    if unit == _ROUND and kind == "signs" and not value:  # 一千零十
        value = Decimal(1)
    tally.add(value, unit, beyond, kind)
    if tally.here < stop - 1 and text[tally.here] in _MORE and text[tally.here + 1] in _LARGE:  # 十几万
        tally.here, tally.more = tally.here + 1, True
        return True
    return kind != "pair" and not extra


def _digits(text: str, at: int, stop: int) -> tuple[Decimal, int, str]:
    """Return (value, end, kind): kind plain, grouped, signs, pair ("三五" before a unit) or ""."""
    char = text[at]
    if char in _BRIDGES and at + 1 < stop and text[at + 1] in _FIGURES and last_is_unit(text, at):
        at, char = at + 1, text[at + 1]  # 1万零500
    if char.isascii() and char.isdigit():
        match = _PLAIN.match(text, at)
        if match is not None:
            body = match.group()
            return Decimal(body.replace(",", "")), match.end(), "grouped" if "," in body else "plain"
    if char not in _DIGITS:
        return Decimal(0), at, ""
    end = at
    while end < stop and text[end] in _DIGITS:
        end += 1
    if end - at > 1 and last_is_unit(text, at) and text[end - 1] in "一两" and text[end : end + 1] in _COUNTED:
        end -= 1 if end < len(text) else 0  # 一万二一个月
    values = [_DIGITS[sign] for sign in text[at:end]]
    if len(values) >= 2 and values[0] == 0 and last_is_unit(text, at):
        return Decimal("".join(map(str, values))), end, "signs"
    if end < stop - 1 and text[end] == "点" and text[end + 1] in _DIGITS:
        return _pointed(text, values, end)
    if len(values) == 2 and 0 < values[0] < values[1] <= values[0] + 2 and char not in "俩仨幺":
        return Decimal(values[0] * 10 + values[1]), end, "pair"
    return Decimal("".join(map(str, values))), end, "signs"


def last_is_unit(text: str, at: int) -> bool:
    """Whether the sign before ``at`` is a unit, so that a zero only bridges a gap (一万零五)."""
    return at > 0 and text[at - 1] in _UNITS


def _pointed(text: str, whole: list[int], end: int) -> tuple[Decimal, int, str]:
    """两点五万: a decimal point in words, only before a large unit (else it is a time of day)."""
    last = end + 1
    while last < len(text) and text[last] in _DIGITS:
        last += 1
    if last < len(text) and text[last] in "万萬亿億":
        tail = "".join(str(_DIGITS[sign]) for sign in text[end + 1 : last])
        return Decimal("".join(map(str, whole)) + "." + tail), last, "signs"
    return Decimal("".join(map(str, whole))), end, "signs"


def _unit(text: str, at: int, stop: int) -> tuple[int, int, bool]:
    """Return (unit or 0, end, more): 万 or w, with 多, 余 or 几 before it."""
    here, more = at, False
    if here < stop and text[here] in _MORE and here + 1 <= stop:
        more, here = True, here + 1
    if here < stop and text[here] in _UNITS:
        return _UNITS[text[here]], here + 1, more
    if text.startswith(("个亿", "個億"), here):
        return _UNITS["亿"], here + 2, more
    if text.startswith(("个w", "个k"), here) and not (
        text[here + 2 : here + 3].isascii() and text[here + 2 : here + 3].isalnum()
    ):
        return _LATIN_UNITS[text[here + 1]], here + 2, more
    if here < stop and text[here] in _LATIN_UNITS:
        following = text[here + 1 : here + 2]
        if not (following.isascii() and following.isalpha()) or text.startswith(_HANDLE_CUES, here + 1):
            return _LATIN_UNITS[text[here]], here + 1, more
    return 0, here if more and text[at] not in "来几" else at, more and text[at] not in "来"


def _trailing(text: str, at: int, last_unit: int, more: bool) -> tuple[int, int, bool]:
    """What follows a number: 多, 余, + or an English scale ("20 grand")."""
    if text[at : at + 1] and text[at] in "多余餘几幾" and last_unit:
        return at + 1, 1, True
    match = _ENGLISH_SCALE.match(text, at)
    if match is not None and not last_unit:
        word = match.group(1)
        return match.end(), {"mil": 1_000_000, "mln": 1_000_000}.get(word) or _SCALES[word], more
    return at, 1, more or text.startswith("+", at)


def _english(text: str, taken: list[Number]) -> list[Number]:
    """Numbers in English words: "twenty-five thousand", "a hundred", "half a million"."""
    covered = {at for number in taken for at in range(number.start, number.stop)}
    words = [(match.group(), match.start(), match.end()) for match in _ENGLISH_WORD.finditer(text)]
    found: list[Number] = []
    index = 0
    while index < len(words) and len(found) < _BUDGET:
        word, start, _ = words[index]
        if word not in _ENGLISH or start in covered:
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
        return before in _SCALES and index + 1 < len(words) and words[index + 1][0] in _ONES
    if word in _SCALES:
        return word not in {"dozen", "hundred"} or before in _ONES
    return word in _ONES and (before in _SCALES or before == "and" or (_ONES[before] >= 20 > _ONES[word] * 2 > 0))


def _spell(text: str, words: list[tuple[str, int, int]], index: int, stop: int) -> Number | None:
    total, current, scaled, start = 0, 0, False, words[index][1]
    if words[index][0] in _SCALES:
        lead = words[index - 1][0] if index else ""
        if lead == "a" and index >= 2 and words[index - 2][0] == "half":
            value = Decimal(_SCALES[words[index][0]]) / 2
            return Number(words[index - 2][1], words[stop - 1][2], value, scaled=True, words=True)
        if lead not in {"a", "an"} or text.startswith(_NOT_SCALE, words[index][2] + 1):
            return None
        start, current = words[index - 1][1], 1
    for word, _, _ in words[index:stop]:
        if word in _ONES:
            current += _ONES[word]
        elif word in {"hundred", "dozen"}:
            current *= _SCALES[word]
        elif word in _SCALES:
            total, current, scaled = total + max(current, 1) * _SCALES[word], 0, True
    return Number(start, words[stop - 1][2], Decimal(total + current), scaled=scaled, words=True)


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
    tail = text[number.start : number.stop].rstrip(_MORE + "+")
    for word, value in _SCALES.items():
        if tail.endswith(word):
            return value
    return _UNITS.get(tail[-1:]) or _LATIN_UNITS.get(tail[-1:]) or 1
