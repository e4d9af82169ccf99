"""How the dev author writes values: money, ages, counts, dates, places, in Chinese and English."""

from __future__ import annotations

import random
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from ringtrace.simulator.authors.dev.grammar import Surface
from ringtrace.simulator.script import Spoken

_HAN = "零一二三四五六七八九"
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@cache
def words(name: str) -> dict[str, Any]:
    """Return the parsed ``words/<name>.toml``."""
    folder = resources.files("ringtrace.simulator.authors.dev") / "words"
    return tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))


@cache
def places() -> tuple[tuple[str, str, str], ...]:
    """(code, Chinese, English) in order of code."""
    rows = [line.split(" ", 2) for line in words("places")["table"].split("\n") if line]
    return tuple((code, zh, en) for code, zh, en in rows)


def place(code: str, language: str, dice: random.Random, combine: bool = True) -> Surface:
    """A place of the province ``code``: itself, one of its cities, or both (two mentions)."""
    inside = [row for row in places() if row[0][:2] == code[:2]]
    row = inside[int(dice.random() * len(inside))]
    name = row[1] if language != "en" else row[2]
    said = Spoken("place", row[0], "unknown")
    if language == "en":
        return Surface(name, (said,))
    if combine and row[0] != code and dice.random() < 0.1:
        top = inside[0]
        return Surface(f"{top[1]}{dice.choice(('', '省', ' '))}{name}", (Spoken("place", top[0], "unknown"), said))
    suffix = "" if dice.random() < 0.75 or row[0][2:] == "0000" else "市"
    return Surface(name + suffix, (said,))


def money(value: int, language: str, dice: random.Random) -> Surface:
    """A sum in yuan: ``value`` is a multiple of 500 from 500 up."""
    said = Spoken("money", f"{value} CNY", "unknown")
    shapes = _money_en(value) if language == "en" else _money_zh(value)
    family, text = dice.choice(shapes)
    return Surface(text, (Spoken(said.kind, said.value, said.owner, family),), ("price",))


def _money_en(value: int) -> list[tuple[str, str]]:
    shapes = [
        ("plain", f"{value:,} yuan"),
        ("plain", f"{value} RMB"),
        ("plain", f"¥{value:,}"),
        ("plain", f"RMB {value:,}"),
    ]
    if value % 1000 == 0:
        shapes += [("short", f"{value // 1000}k yuan"), ("short", f"{value // 1000}k RMB")]
    return shapes


def _money_zh(value: int) -> list[tuple[str, str]]:
    shapes = [("plain", f"{value}元"), ("plain", f"{value}块"), ("plain", f"￥{value}"), ("plain", f"{value:,}元")]
    wan, rest = divmod(value, 10_000)
    if wan and rest == 0:
        shapes += [("short", f"{wan}万"), ("short", f"{wan}万元"), ("short", f"{wan}w"), ("short", f"{wan}W")]
        if wan < 10:
            shapes += [("han", f"{'两' if wan == 2 else _HAN[wan]}万"), ("han", f"{_HAN[wan]}万块钱")]
    elif wan and rest % 1000 == 0:
        shapes += [
            ("short", f"{wan}.{rest // 1000}万"),
            ("short", f"{wan}万{rest // 1000}"),
            ("short", f"{wan}w{rest // 1000}"),
        ]
        if wan < 10:
            shapes += [("han", f"{'两' if wan == 2 else _HAN[wan]}万{_HAN[rest // 1000]}")]
    elif not wan and rest % 1000 == 0:
        shapes += [
            ("short", f"{rest // 1000}千"),
            ("short", f"{rest // 1000}k"),
            ("han", f"{'两' if rest == 2000 else _HAN[rest // 1000]}千块"),
        ]
    return shapes


def age(days: int, language: str, dice: random.Random) -> Surface:
    """An age of ``days`` as days, months or years."""
    if days < 30:
        value, zh, en = (
            f"P{days}D",
            [f"{days}天", f"出生{days}天", f"{days}天大"],
            [f"{days} days old", f"{days}-day-old"],
        )
    elif days < 365:
        n = days // 30
        han = "两" if n == 2 else _HAN[n] if n < 10 else str(n)
        value, zh = f"P{n}M", [f"{n}个月", f"{han}个月", f"{n}个月大", f"{n}个多月"]
        en = [f"{n} months old", f"{n}-month-old", f"{n} months"] if n > 1 else ["1 month old", "one month old"]
    else:
        n = days // 365
        han = "两" if n == 2 else _HAN[n] if n < 10 else str(n)
        value, zh = f"P{n}Y", [f"{n}岁", f"{han}岁", f"{n}周岁"]
        en = [f"{n} years old", f"{n}-year-old", f"{n} yrs old"] if n > 1 else ["1 year old", "one year old"]
    return Surface(dice.choice(en if language == "en" else zh), (Spoken("age", value, "unknown"),))


def date(year: int, month: int, day: int, language: str, dice: random.Random) -> Surface:
    """A full date."""
    if language == "en":
        name = _MONTHS[month - 1]
        text = dice.choice((f"{name} {day}, {year}", f"{day} {name} {year}", f"{year}-{month:02}-{day:02}"))
    else:
        text = dice.choice(
            (
                f"{year}年{month}月{day}日",
                f"{year}-{month:02}-{day:02}",
                f"{year}.{month}.{day}",
                f"{year}年{month}月{day}号",
            )
        )
    return Surface(text, (Spoken("date", f"{year}-{month:02}-{day:02}", "unknown"),))


def count(number: int, language: str, dice: random.Random) -> Surface:
    """A number of children, two or more."""
    if language == "en":
        text = dice.choice((f"{number} children", f"{number} babies", f"{('two', 'three', 'four')[number - 2]} kids"))
    else:
        han = "两" if number == 2 else _HAN[number]
        text = dice.choice((f"{number}个孩子", f"{han}个宝宝", f"{han}个小孩", f"{number}个娃"))
    return Surface(text, (Spoken("count", str(number), "unknown"),), ("several_children",))
