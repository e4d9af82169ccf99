"""Values with the ways people write them: sums, places, ages, dates, and numbers that are no contact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from ringtrace.simulator.authors.fourth.phrase import load_words

Written = tuple[str, tuple[tuple[str, str, str], ...]]
"""The words, and each mention in them as (kind, value, surface)."""

_HAN = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Town:
    """code: six digits of GB/T 2260; of a province where it ends in 0000. suffix: 省, 市 or ""."""

    code: str
    zh: str
    suffix: str
    en: str


@cache
def towns() -> dict[str, tuple[Town, ...]]:
    """Province code -> the province itself, then its cities."""
    found: dict[str, tuple[Town, ...]] = {}
    for row in load_words("places")["rows"].strip().splitlines():
        cells = [cell.split() for cell in row.split(";")]
        every = tuple(Town(c[0], c[1], "" if c[2] == "-" else c[2], c[3].replace("_", " ")) for c in cells)
        found[every[0].code] = every
    return found


@cache
def _traditional() -> dict[int, str]:
    return {ord(pair[0]): pair[1] for pair in load_words("places")["traditional"].split()}


def traditional(words: str) -> str:
    """The words with the few characters of ``places.toml`` in their traditional form."""
    return words.translate(_traditional())


def write_place(dice: Random, province: str, language: str) -> Written:
    """A city, its province, or both; each named level is a mention."""
    every = towns().get(province) or towns()["410000"]
    top, city = every[0], dice.choice(every[1:] or every)
    roll = dice.random()
    levels = (city,) if roll < 0.55 else (top,) if roll < 0.75 or city is top else (top, city)
    if language == "en":
        names = [level.en for level in levels]
        return ", ".join(reversed(names)), tuple(("place", t.code, n) for t, n in zip(levels, names, strict=True))
    full = dice.random() < 0.2
    names = [level.zh + (level.suffix if full else "") for level in levels]
    if language == "zh-Hant":
        names = [traditional(name) for name in names]
    return "".join(names), tuple(("place", t.code, n) for t, n in zip(levels, names, strict=True))


def han_number(value: int, language: str = "zh") -> str:
    """1..99,999 in words, spoken style: 25,000 is 两万五."""
    two, wan = ("兩", "萬") if language == "zh-Hant" else ("两", "万")
    out, rest = "", value
    for unit, name in ((10_000, wan), (1_000, "千"), (100, "百")):
        digit, rest = divmod(rest, unit)
        if digit >= 10:
            out += han_number(digit, language) + name
        elif digit:
            if out and not rest and unit * 10 <= 10_000 and value // (unit * 10) % 10:
                return out + _HAN[digit]
            out += (two if digit == 2 else _HAN[digit]) + name
    if rest >= 10:
        out += ("" if rest < 20 and not out else _HAN[rest // 10]) + "十" + (_HAN[rest % 10] if rest % 10 else "")
    elif rest:
        out += ("零" if out else "") + _HAN[rest]
    return out


def write_money(dice: Random, low: int, high: int, language: str) -> Written:
    """A sum between low and high yuan, rounded as people round."""
    drawn = dice.randint(low, high)
    step = 1000 if drawn >= 10_000 else 100 if drawn >= 500 else 10 if drawn >= 50 else 1
    amount = max(step, round(drawn / step) * step)
    if language == "en":
        return _money_en(dice, amount)
    forms = [f"{amount}元", f"{amount}块" if language == "zh" else f"{amount:,}元"]
    wan = "萬" if language == "zh-Hant" else "万"
    if amount >= 10_000:
        forms += [f"{amount / 10_000:g}{wan}", han_number(amount, language), f"{amount / 10_000:g}{wan}元"]
        if language == "zh":
            forms += [f"{amount / 10_000:g}w", f"{amount // 1000}k", f"{amount / 10_000:g}W"]
            if amount // 10_000 < 10 and amount % 10_000 >= 1000:
                forms += [f"{amount // 10_000}万{amount % 10_000 // 1000}"]
    elif amount >= 1000:
        unit = "" if amount % 1000 else "块" if language == "zh" else "元"
        forms += [han_number(amount, language) + unit, f"{amount / 1000:g}千元"]
    if language == "zh-Hant" and dice.random() < 0.4:
        sign, currency = dice.choice((("HK$", "HKD"), ("NT$", "TWD"), ("人民幣", "CNY")))
        text = f"{sign}{amount:,}" if sign != "人民幣" else f"{sign}{amount}元"
        return text, (("money", f"{amount} {currency}", text),)
    text = dice.choice(forms)
    return text, (("money", f"{amount} CNY", text),)


def _money_en(dice: Random, amount: int) -> Written:
    forms = [f"{amount:,} yuan", f"RMB {amount:,}", f"¥{amount:,}", f"{amount} RMB"]
    if amount % 1000 == 0:
        forms += [f"{amount // 1000}k yuan", f"{amount // 1000}k RMB"]
    currency = "CNY"
    if dice.random() < 0.3:
        forms, currency = [f"${amount:,}", f"USD {amount:,}", f"{amount:,} dollars"], "USD"
    text = dice.choice(forms)
    return text, (("money", f"{amount} {currency}", text),)


def write_age(dice: Random, stage: str, language: str) -> Written:
    """stage: new (days), baby (months), kid (years)."""
    number = {"new": dice.randint(3, 28), "baby": dice.randint(2, 11), "kid": dice.randint(2, 9)}[stage]
    unit = {"new": "D", "baby": "M", "kid": "Y"}[stage]
    if language == "en":
        noun = {"D": "day", "M": "month", "Y": "year"}[unit]
        text = dice.choice((f"{number} {noun}s old", f"{number}-{noun}-old"))
    else:
        noun = {"D": "天大", "M": "个月大", "Y": "岁"}[unit]
        spoken = "两" if number == 2 else han_number(number)
        text = dice.choice((str(number), spoken)) + noun
        if language == "zh-Hant":
            text = text.replace("个", "個").replace("岁", "歲").replace("两", "兩")
    return text, (("age", f"P{number}{unit}", text),)


def write_date(dice: Random, at: int, language: str, back: int = 200) -> Written:
    """A full date up to ``back`` days before ``at``."""
    day = datetime.fromtimestamp(at, UTC) - timedelta(days=dice.randint(1, max(1, back)))
    if language == "en":
        forms = [f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}", f"{day:%Y-%m-%d}"]
    else:
        forms = [f"{day.year}年{day.month}月{day.day}日", f"{day:%Y-%m-%d}", f"{day.year}.{day.month}.{day.day}"]
    text = dice.choice(forms)
    return text, (("date", f"{day:%Y-%m-%d}", text),)


def write_number(dice: Random, kind: str) -> str:
    """Digits that look like a contact and are none."""
    digits = "".join(dice.choice("0123456789") for _ in range(20))
    forms = {
        "order": lambda: dice.choice(("", "D", "SF", "YT")) + str(dice.randint(2, 9)) + digits[:14],
        "post": lambda: dice.choice("1234567") + digits[:5],
        "isbn": lambda: f"978-7-{digits[:3]}-{digits[3:8]}-{digits[8]}",
        "train": lambda: dice.choice("GDKTZ") + str(dice.randint(11, 1999)),
        "code": lambda: digits[:6],
        "card": lambda: f"尾号{digits[:4]}",
        "model": lambda: dice.choice(("HN", "B", "RX", "KD")) + digits[:4],
        "n": lambda: str(dice.randint(2, 39)),
        "week": lambda: str(dice.randint(6, 39)),
        "idcard": lambda: f"{dice.randint(110101, 659001)}****{dice.randint(1000, 9999)}****",
    }
    return forms[kind]()
