"""The small change behind a sum: 三块五, 123元1角1分, "13 dollars and 45 cents", "one kuai five mao"."""

from __future__ import annotations

from decimal import Decimal

from ringtrace.text.money.words import MoneyWords
from ringtrace.text.numbers.signs import Number

WHOLE, TENTH = frozenset("元块圆塊"), frozenset("毛角")
"""Signs of a yuan and of its tenth."""
_LOOSE = frozenset("块塊毛")
"""Behind these the sign of the next smaller part may be left out."""
BREAKS = frozenset(",，。.;；!！?？、 \n)）")
ENDS = BREAKS | {""}
_SINGLE = 10


def chinese_change(text: str, stop: int, following: tuple[Number, ...]) -> tuple[Decimal, int]:
    """Return what jiao and fen add behind 元, 块 or 毛 (三块五, 三毛五, 10块零5毛) and where the sum ends."""
    small = Decimal(0)
    for number in following:
        sign = text[number.stop : number.stop + 1]
        if number.start != stop or number.value >= _SINGLE or number.value % 1:
            break
        if not number.value and number.stop - number.start == 1:  # 10块零5毛
            stop += 1
        elif sign in ("角", "毛", "分"):
            small += number.value * (Decimal("0.01") if sign == "分" else Decimal("0.1"))
            stop = number.stop + 1
        elif text[stop - 1] in _LOOSE and (sign in ENDS or sign in "一钱"):
            part = Decimal("0.01") if text[stop - 1] in TENTH else Decimal("0.1")
            small, stop = small + number.value * part, number.stop
            break
        else:
            break
    if text[stop - 1] == "零":
        stop -= 1
    return small, stop + (small > 0 and text[stop : stop + 1] == "钱")


def english_change(text: str, stop: int, following: tuple[Number, ...], words: MoneyWords) -> tuple[Decimal, int]:
    """Return what cents add behind a named sum ("13 dollars and 45 cents", "15 dollars 50") and where it ends."""
    small = Decimal(0)
    for number in following:
        between, after = text[stop : number.start], text[number.stop : number.stop + 8]
        sign = _part(after, words.terms["hundredth"]) or _part(after, words.terms["tenth"])
        whole = 0 < number.value < 100 and number.value % 1 == 0 and number.high is None
        if sign and whole and between in (" ", " and ", ", "):
            part = Decimal("0.1") if sign in words.terms["tenth"] else Decimal("0.01")
            small += number.value * part
            stop = number.stop + len(after) - len(after.lstrip(" ")) + len(sign)
            continue
        closed = between == " " and (not after or after[0] in BREAKS)
        if small and closed and whole and number.value < _SINGLE and text[:stop].endswith(words.terms["tenth"]):
            return small + number.value * Decimal("0.01"), number.stop  # one kuai five mao five
        named = any(after.lstrip(" ").startswith(key) for key in words.after_keys)
        if not small and closed and whole and number.value >= _SINGLE and not named:
            return number.value / 100, number.stop
        break
    return small, stop


def _part(after: str, signs: tuple[str, ...]) -> str:
    return next((sign for sign in signs if after.lstrip(" ").startswith(sign)), "")
