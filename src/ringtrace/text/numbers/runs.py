"""One number in figures and Chinese signs, read from where it begins: "2万5", "两万五", "30w", "一千零十"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ringtrace.text.lexicon import documents, load
from ringtrace.text.numbers.signs import (
    LATIN_UNITS,
    MORE,
    SCALES,
    SHORT_SCALES,
    SIGN_DIGITS,
    SIGN_UNITS,
    TEN_SIGNS,
    Number,
)

_AFTER_ONE = frozenset("定直般样樣")
"""These count nothing: 一定, 一直, 一般, 一样 are words."""
_LARGE = "万萬亿億"
_BRIDGES, _FIGURES = frozenset("零〇"), frozenset("0123456789")
_COUNTED = frozenset(
    char for _, document in documents("number") for char in document.get("sign", {}).get("counted", "")
)
_HANDLE_CUES = load("number")["handle_cue"]
_PLAIN = re.compile(
    r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]{1,2}(?:,[0-9]{2}){1,4},[0-9]{3}(?![0-9])|[0-9]+(?:\.[0-9]+)?"
)
"""Figures, with thousands parted, or as India parts them: 5,00,000."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_ENGLISH_SCALE = re.compile(rf" ?({'|'.join((*SCALES, *SHORT_SCALES))})(?![a-z])")
_ROUND = 10
_LEADING = frozenset("十拾百") | frozenset(TEN_SIGNS)
"""Units that begin a number without a digit."""


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


def read_number(text: str, at: int, stop: int) -> Number | None:
    """Read one number at ``at``, None where a run holds no number."""
    if (
        text[at] not in SIGN_DIGITS
        and not text[at].isdigit()
        and text[at] not in "十拾百"
        and text[at] not in TEN_SIGNS
    ):
        return None
    tally = _Tally(at)
    while tally.here < stop and (_take_tens(text, at, tally) or _take(text, at, stop, tally)):
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


def _take_tens(text: str, at: int, tally: _Tally) -> bool:
    """Take a sign of several tens: 廿五, 一百廿三."""
    tens = TEN_SIGNS.get(text[tally.here], 0)
    if not tens or not (tally.here == at or tally.unit >= 100):
        return False
    tally.add(Decimal(tens), _ROUND, tally.here + 1, "signs")
    return True


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
    if tally.here < stop - 1 and text[tally.here] in MORE and text[tally.here + 1] in _LARGE:  # 十几万
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
    if char not in SIGN_DIGITS:
        return Decimal(0), at, ""
    end = at
    while end < stop and text[end] in SIGN_DIGITS:
        end += 1
    if end - at > 1 and last_is_unit(text, at) and text[end - 1] in "一两" and text[end : end + 1] in _COUNTED:
        end -= 1 if end < len(text) else 0  # 一万二一个月
    values = [SIGN_DIGITS[sign] for sign in text[at:end]]
    if len(values) >= 2 and values[0] == 0 and last_is_unit(text, at):
        return Decimal("".join(map(str, values))), end, "signs"
    if end < stop - 1 and text[end] == "点" and text[end + 1] in SIGN_DIGITS:
        return _pointed(text, values, end)
    if len(values) == 2 and 0 < values[0] < values[1] <= values[0] + 2 and char not in "俩仨幺":
        return Decimal(values[0] * 10 + values[1]), end, "pair"
    return Decimal("".join(map(str, values))), end, "signs"


def last_is_unit(text: str, at: int) -> bool:
    """Whether the sign before ``at`` is a unit, so that a zero only bridges a gap (一万零五)."""
    return at > 0 and text[at - 1] in SIGN_UNITS


def _pointed(text: str, whole: list[int], end: int) -> tuple[Decimal, int, str]:
    """两点五万: a decimal point in words, only before a large unit (else it is a time of day)."""
    last = end + 1
    while last < len(text) and text[last] in SIGN_DIGITS:
        last += 1
    if last < len(text) and text[last] in "万萬亿億":
        tail = "".join(str(SIGN_DIGITS[sign]) for sign in text[end + 1 : last])
        return Decimal("".join(map(str, whole)) + "." + tail), last, "signs"
    return Decimal("".join(map(str, whole))), end, "signs"


def _unit(text: str, at: int, stop: int) -> tuple[int, int, bool]:
    """Return (unit or 0, end, more): 万 or w, with 多, 余 or 几 before it."""
    here, more = at, False
    if here < stop and text[here] in MORE and here + 1 <= stop:
        more, here = True, here + 1
    if here < stop and text[here] in SIGN_UNITS:
        return SIGN_UNITS[text[here]], here + 1, more
    if text.startswith(("个亿", "個億"), here):
        return SIGN_UNITS["亿"], here + 2, more
    if text.startswith(("个w", "个k"), here) and not (
        text[here + 2 : here + 3].isascii() and text[here + 2 : here + 3].isalnum()
    ):
        return LATIN_UNITS[text[here + 1]], here + 2, more
    if here < stop and text[here] in LATIN_UNITS:
        following = text[here + 1 : here + 2]
        if not (following.isascii() and following.isalpha()) or text.startswith(_HANDLE_CUES, here + 1):
            return LATIN_UNITS[text[here]], here + 1, more
    return 0, here if more and text[at] not in "来几" else at, more and text[at] not in "来"


def _trailing(text: str, at: int, last_unit: int, more: bool) -> tuple[int, int, bool]:
    """What follows a number: 多, 余, + or an English scale ("20 grand")."""
    if text[at : at + 1] and text[at] in "多余餘几幾" and last_unit:
        return at + 1, 1, True
    match = _ENGLISH_SCALE.match(text, at)
    if match is not None and not last_unit:
        word = match.group(1)
        return match.end(), {"mil": 1_000_000, "mln": 1_000_000}.get(word) or SCALES[word], more
    return at, 1, more or text.startswith("+", at)
