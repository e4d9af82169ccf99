"""Values with their mentions: places, sums, ages, dates and the words for a child."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from ringtrace.simulator.authors.fifth.weave import Piece
from ringtrace.simulator.script import Spoken

_HAN = "零一二三四五六七八九"
_SEXES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "zh": {
        "F": ("女孩", "女宝", "女娃", "丫头", "闺女", "小姑娘"),
        "M": ("男孩", "男宝", "男娃", "小子", "儿子", "小男孩"),
    },
    "en": {"F": ("girl", "baby girl", "little girl"), "M": ("boy", "baby boy", "little boy")},
}


@dataclass(frozen=True, slots=True)
class Town:
    code: str
    zh: str
    en: str

    def piece(self, language: str) -> Piece:
        return (self.en if language == "en" else self.zh, (Spoken("place", self.code, "unknown"),))


@cache
def towns(table: str = "cities") -> tuple[Town, ...]:
    """All places of a table (``cities`` or ``provinces``) in order of code."""
    text = (resources.files("ringtrace.simulator.authors.fifth") / "words" / "places.toml").read_text("utf-8")
    rows = [line.split() for line in tomllib.loads(text)[table].splitlines() if line]
    return tuple(Town(code, zh, en.replace("_", " ")) for code, zh, en in rows)


@cache
def towns_of(province: str) -> tuple[Town, ...]:
    return tuple(town for town in towns() if town.code[:2] == province[:2]) or towns()


def province_of(code: str) -> Town:
    return next(town for town in towns("provinces") if town.code[:2] == code[:2])


def money(amount: int, language: str, dice: random.Random, currency: str = "CNY") -> Piece:
    """The sum as people write it; the currency is always told where the text is English."""
    mention = (Spoken("money", f"{amount} {currency}", "unknown"),)
    if language == "en":
        return (_english_sum(amount, currency, dice), mention)
    return (_chinese_sum(amount, dice), mention)


def _english_sum(amount: int, currency: str, dice: random.Random) -> str:
    if currency == "USD":
        return dice.choice((f"${amount:,}", f"{amount} dollars", f"US${amount:,}", f"{amount:,} USD"))
    thousand = [f"{amount / 1000:g}k yuan", f"{amount / 1000:g}k rmb", f"¥{amount / 1000:g}k"]
    plain = [f"{amount:,} yuan", f"{amount} yuan", f"RMB {amount:,}", f"{amount} rmb", f"¥{amount}"]
    return dice.choice(plain + (thousand if amount >= 1000 and amount % 100 == 0 else []))


def _chinese_sum(amount: int, dice: random.Random) -> str:
    forms = [f"{amount}块", f"{amount}元", f"{amount}块钱"]
    if amount >= 10_000 and amount % 1000 == 0:
        whole, rest = divmod(amount, 10_000)
        tail = rest // 1000
        forms = [f"{amount / 10_000:g}万", f"{whole}万{tail or ''}", f"{amount // 1000 / 10:g}w", f"{amount}元"]
        if whole < 10:
            forms.append(f"{'一两三四五六七八九'[whole - 1]}万{_HAN[tail] if tail else ''}")
    elif amount >= 1000 and amount % 1000 == 0:
        forms += [f"{amount // 1000}千", f"{'一两三四五六七八九'[amount // 1000 - 1]}千块", f"{amount // 1000}k"]
    elif 20 <= amount < 100 and amount % 10 == 0:
        forms += [f"{_HAN[amount // 10]}十块"]
    elif 100 <= amount < 1000 and amount % 100 == 0:
        forms += [f"{'一两三四五六七八九'[amount // 100 - 1]}百块", f"{'一两三四五六七八九'[amount // 100 - 1]}百"]
    return dice.choice(forms)


def age(value: str, language: str, dice: random.Random) -> Piece:
    """value: ISO duration of one unit, P3M, P20D or P2Y."""
    number, unit = int(value[1:-1]), value[-1]
    mention = (Spoken("age", value, "unknown"),)
    if language == "en":
        word = {"D": "day", "M": "month", "Y": "year"}[unit]
        many = f"{number} {word}{'s' if number > 1 else ''}"
        forms = [f"{many} old", f"{number}-{word}-old", f"{number} {word[:2] + 's' if unit == 'M' else word}s old"]
        return (dice.choice(forms[:2]), mention)
    han = _han(number)
    word = {"D": "天", "M": "个月", "Y": "岁"}[unit]
    spoken = "两" if number == 2 else han
    return (dice.choice((f"{number}{word}", f"{number}{word}", f"{spoken}{word}")), mention)


def _han(number: int) -> str:
    if number < 10:
        return _HAN[number]
    tens, ones = divmod(number, 10)
    return (_HAN[tens] if tens > 1 else "") + "十" + (_HAN[ones] if ones else "")


def sex(value: str, language: str, dice: random.Random) -> Piece:
    return (dice.choice(_SEXES[language][value]), (Spoken("sex", value, "unknown"),))


def full_date(day: date, language: str, dice: random.Random) -> Piece:
    mention = (Spoken("date", day.isoformat(), "unknown"),)
    if language == "en":
        month = f"{day:%B}"
        forms: Sequence[str] = (f"{day.day} {month} {day.year}", f"{month} {day.day}, {day.year}", day.isoformat())
    else:
        forms = (f"{day.year}年{day.month}月{day.day}日", f"{day.year}年{day.month}月{day.day}号", day.isoformat(),
                 f"{day.year}.{day.month}.{day.day}")  # fmt: skip
    return (dice.choice(forms), mention)
