"""How people write money, ages, counts and dates; each gives (words, value as the contract has it)."""

from __future__ import annotations

from datetime import date
from random import Random

_DIGITS = "零一二三四五六七八九"
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_SMALL = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def hanzi(number: int, *, before_measure: bool = False) -> str:
    """0..99999 in Chinese words; before a measure word two is 两."""
    if number == 2 and before_measure:
        return "两"
    if number < 10:
        return _DIGITS[number]
    for size, word in ((10_000, "万"), (1_000, "千"), (100, "百"), (10, "十")):
        if number >= size:
            head, rest = divmod(number, size)
            first = "" if size == 10 and head == 1 else hanzi(head, before_measure=size >= 1_000)
            gap = "零" if rest and rest < size // 10 else ""
            return f"{first}{word}{gap}{hanzi(rest) if rest else ''}"
    raise ValueError(number)


def money(dice: Random, yuan: int, language: str) -> tuple[str, str]:
    """A sum in yuan; the value is "<yuan> CNY"."""
    forms = _money_en(yuan) if language == "en" else _money_zh(yuan)
    return dice.choice(forms), f"{yuan} CNY"


def _money_zh(yuan: int) -> list[str]:
    forms = [f"{yuan}元", f"{yuan}块", f"{hanzi(yuan)}元" if yuan < 100_000 else f"{yuan}元", f"¥{yuan}"]
    if yuan < 100 or yuan % 100 == 0:
        forms.append(f"{hanzi(yuan, before_measure=True)}块" if yuan < 100_000 else f"{yuan}块钱")
    if yuan >= 10_000 and yuan % 1_000 == 0:
        wan = f"{yuan / 10_000:g}"
        forms = [*forms[:2], f"{wan}万", f"{wan}万", f"{wan}w", f"{wan}W", f"{wan}万块", f"{wan}万元"]
        head, rest = divmod(yuan // 1_000, 10)
        if rest:
            forms += [f"{head}万{rest}", f"{hanzi(head, before_measure=True)}万{_DIGITS[rest]}", f"{head}w{rest}"]
            forms.append(f"{yuan // 1000}k")
        else:
            forms += [f"{hanzi(head, before_measure=True)}万", f"{hanzi(head, before_measure=True)}万块", f"{head}万整"]
    elif yuan >= 1_000 and yuan % 1_000 == 0:
        forms += [f"{hanzi(yuan // 1000, before_measure=True)}千", f"{yuan // 1000}千", f"{yuan // 1000}k"]
    return forms


def _money_en(yuan: int) -> list[str]:
    forms = [f"{yuan} yuan", f"{yuan:,} yuan", f"RMB {yuan}", f"{yuan} rmb", f"¥{yuan:,}", f"{yuan:,} RMB"]
    if yuan >= 10_000 and yuan % 1_000 == 0:
        forms += [f"{yuan // 1000}k yuan", f"{yuan // 1000}k rmb", f"{yuan // 1000} thousand yuan"]
    return forms


def age(dice: Random, value: str, language: str) -> str:
    """An ISO 8601 duration of one unit (P5D, P3W, P4M, P2Y) or P1Y6M in words."""
    if value == "P1Y6M":
        return "a year and a half old" if language == "en" else dice.choice(("一岁半", "1岁半"))
    number, unit = int(value[1:-1]), value[-1]
    if language == "en":
        word = {"D": "day", "W": "week", "M": "month", "Y": "year"}[unit]
        many = word if number == 1 else f"{word}s"
        said = _SMALL[number] if number < 13 and dice.random() < 0.4 else str(number)
        short = f"{number} {'yrs' if number > 1 else 'yr'} old" if unit == "Y" else f"{said} {many} old"
        return dice.choice((f"{said} {many} old", f"{said} {many} old", f"{number}-{word}-old", short))
    said = str(number) if number > 10 or dice.random() < 0.5 else hanzi(number, before_measure=True)
    if unit == "Y":
        return said + dice.choice(("岁", "岁", "岁", "周岁"))
    if unit == "M":
        return said + dice.choice(("个月", "个月", "个月大"))
    return said + {"D": "天", "W": "周"}[unit] + dice.choice(("", "大"))


def count(dice: Random, number: int, language: str) -> str:
    """A small number of children, before the noun (in Chinese with its measure word)."""
    if language == "en":
        return _SMALL[number] if dice.random() < 0.7 else str(number)
    return dice.choice((f"{hanzi(number, before_measure=True)}个", f"{number}个"))


def day(dice: Random, when: date, language: str) -> tuple[str, str]:
    """A date in full, or month and day only (value --MM-DD, as ISO 8601 has partial dates)."""
    full, partial = when.isoformat(), f"--{when.month:02}-{when.day:02}"
    month = _MONTHS[when.month - 1]
    if language == "en":
        return dice.choice((
            (f"{when.day} {month} {when.year}", full), (f"{month} {when.day}, {when.year}", full), (full, full),
            (f"{month[:3]} {when.day}", partial), (f"{month} {when.day}", partial),
        ))  # fmt: skip
    return dice.choice((
        (f"{when.year}年{when.month}月{when.day}日", full), (full, full),
        (f"{when.year}.{when.month}.{when.day}", full),
        (f"{when.month}月{when.day}日", partial), (f"{when.month}月{when.day}号", partial),
    ))  # fmt: skip
