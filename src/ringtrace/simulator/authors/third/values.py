"""What fills slots that are not contacts: sums, ages, dates, places, and numbers that look like contacts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random

from ringtrace.simulator.authors.third.phrase import Piece
from ringtrace.simulator.authors.third.wordfile import load_words
from ringtrace.simulator.script import Spoken

_NUMERALS = "零一二三四五六七八九十"
_PLACES = load_words("places.toml")
SURNAMES: str = load_words("values.toml")["surnames"]


def piece(kind: str, value: str, words: str) -> list[Piece]:
    return [Piece(words, (Spoken(kind, value, "unknown"),), True)]


def _plain(words: str) -> list[Piece]:
    return [Piece(words, (), True)]


def _ten_thousands(amount: int, dice: Random) -> str:
    """Words for a multiple of 1,000 yuan from 10,000 up."""
    whole, rest = divmod(amount // 1000, 10)
    tens = (
        _NUMERALS[whole]
        if whole <= 10
        else f"{'' if whole < 20 else _NUMERALS[whole // 10]}十{_NUMERALS[whole % 10] if whole % 10 else ''}"
    )
    if rest:
        forms = [
            f"{whole}.{rest}万",
            f"{whole}万{rest}",
            f"{tens}万{_NUMERALS[rest]}",
            f"{amount}",
            f"{whole}.{rest}w",
            f"{whole}w{rest}",
            f"{amount}元",
        ]
    else:
        forms = [
            f"{whole}万",
            f"{tens}万",
            f"{whole}w",
            f"{amount}",
            f"{whole}W",
            f"{whole}万块",
            f"{tens}万元",
            f"{amount}块",
        ]
    return dice.choice(forms)


def large_sum(language: str, dice: Random, low: int, high: int) -> list[Piece]:
    """A sum of several ten thousand yuan; in English also other currencies."""
    amount = dice.randrange(low, high + 1) * 1000
    if amount % 10000 and dice.random() < 0.45:
        amount = amount // 10000 * 10000 or 10000
    if language == "zh":
        return piece("money", f"{amount} CNY", _ten_thousands(amount, dice) if amount >= 10000 else f"{amount}")
    code, form = dice.choice(
        (
            ("CNY", "{} yuan"),
            ("CNY", "RMB {}"),
            ("CNY", "¥{}"),
            ("MYR", "RM{}"),
            ("GBP", "£{}"),
            ("SGD", "S${}"),
            ("USD", "US${}"),
        )
    )
    digits = dice.choice((f"{amount:,}", f"{amount}", f"{amount // 1000}k"))
    return piece("money", f"{amount} {code}", form.format(digits))


def _small_sum(language: str, dice: Random, low: int, high: int, step: int = 5) -> list[Piece]:
    amount = dice.randrange(low, high, step)
    if language == "zh":
        return piece(
            "money", f"{amount} CNY", dice.choice(("{}块", "{}元", "{}块钱", "¥{}", "{}圆", "{}块")).format(amount)
        )
    code, form = dice.choice(
        (
            ("GBP", "£{}"),
            ("MYR", "RM{}"),
            ("SGD", "S${}"),
            ("CNY", "{} yuan"),
            ("USD", "US${}"),
            ("GBP", "{} quid"),
            ("MYR", "rm {}"),
        )
    )
    return piece("money", f"{amount} {code}", form.format(amount))


def _age(language: str, dice: Random) -> list[Piece]:
    return piece("age", *dice.choice(load_words("values.toml")[f"baby_{language}"]))


def _years(language: str, dice: Random, low: int, high: int) -> list[Piece]:
    years = dice.randint(low, high)
    if language == "en":
        return piece("age", f"P{years}Y", dice.choice((f"{years} years old", f"{years}yo", f"{years} yrs old")))
    word = _NUMERALS[years] if years <= 10 else str(years)
    return piece("age", f"P{years}Y", dice.choice((f"{years}岁", f"{word}岁", f"{years}周岁")))


def _date(language: str, dice: Random) -> list[Piece]:
    day = date(2013, 3, 1) + timedelta(days=dice.randrange(340))
    if language == "en":
        words = dice.choice((f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}", day.isoformat()))
    else:
        words = dice.choice(
            (
                f"{day.year}年{day.month}月{day.day}日",
                day.isoformat(),
                f"{day.year}.{day.month}.{day.day}",
                f"{day.year}年{day.month}月{day.day}号",
                f"{day.year}/{day.month}/{day.day}",
            )
        )
    return piece("date", day.isoformat(), words)


def _place(level: str) -> Callable[[str, Random], list[Piece]]:
    def name(language: str, dice: Random) -> list[Piece]:
        table = _PLACES["english"] if language == "en" else _PLACES[level]
        code = dice.choice(sorted(table))
        return piece("place", code, table[code])

    return name


def home(language: str, province: str, dice: Random) -> list[Piece]:
    """Where somebody of that province says to be: the province, a town or both; anywhere if none is known."""
    towns = [code for code in _PLACES["town"] if code[:2] == province[:2]]
    if language == "en" or not towns:
        table = _PLACES["english"] if language == "en" else _PLACES["province"]
        code = province if province in table and dice.random() < 0.7 else dice.choice(sorted(table))
        return piece("place", code, table[code])
    code = dice.choice(towns)
    pieces = piece("place", code, _PLACES["town"][code])
    if dice.random() < 0.3:
        pieces = piece("place", province, _PLACES["province"][province]) + pieces
    return pieces if dice.random() < 0.7 else piece("place", province, _PLACES["province"][province])


def province_name(code: str) -> str:
    return str(_PLACES["province"][code])


def _digits(dice: Random, length: int, first: str = "123456789") -> str:
    return dice.choice(first) + "".join(dice.choice("0123456789") for _ in range(length - 1))


def _identity(dice: Random) -> str:
    """Like an identity card's number, of a region (99) that does not exist."""
    born = f"19{dice.randint(50, 99)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
    return f"99{_digits(dice, 4)}{born}{_digits(dice, 3)}{dice.choice('0123456789X')}"


def _suspects(language: str, dice: Random) -> list[Piece]:
    number = dice.randint(6, 160)
    return piece("count", str(number), str(number))


_SLOTS: Mapping[str, Callable[[str, Random], list[Piece]]] = {
    "price": lambda lang, dice: large_sum(lang, dice, 8, 95),
    "bigcash": lambda lang, dice: large_sum(lang, dice, 2, 90),
    "hugecash": lambda lang, dice: large_sum(lang, dice, 90, 190),
    "cash": lambda lang, dice: _small_sum(lang, dice, 10, 900),
    "wage": lambda lang, dice: _small_sum(lang, dice, 1800, 7000, 100),
    "rent": lambda lang, dice: _small_sum(lang, dice, 500, 2800, 50),
    "age": _age, "petage": _age, "date": _date, "suspects": _suspects,
    "kidage": lambda lang, dice: _years(lang, dice, 3, 11),
    "years": lambda lang, dice: _years(lang, dice, 21, 44),
    "oldage": lambda lang, dice: _years(lang, dice, 66, 88),
    "city": _place("town"), "prov": _place("province"), "county": _place("county"),
    "year": lambda lang, dice: _plain(str(dice.randint(1978, 1994))),
    "orderno": lambda lang, dice: _plain(_digits(dice, dice.choice((12, 14, 16, 18)))),
    "tracking": lambda lang, dice: _plain(dice.choice(("", "SF", "YT", "EA", "")) + _digits(dice, dice.randint(9, 13))),
    "postcode": lambda lang, dice: _plain(_digits(dice, 6)),
    "idcard": lambda lang, dice: _plain(_identity(dice)),
    "isbn": lambda lang, dice: _plain("978-7-" + _digits(dice, 4) + "-" + _digits(dice, 4) + "-" + _digits(dice, 1)),
    "code": lambda lang, dice: _plain(_digits(dice, 6)),
    "smallno": lambda lang, dice: _plain(_digits(dice, dice.choice((2, 3, 4)))),
    "surname": lambda lang, dice: _plain(dice.choice(SURNAMES)),
}  # fmt: skip


def fill_value(name: str, language: str, dice: Random) -> Sequence[Piece] | None:
    """Return the pieces of a value slot, or None where the name is not one."""
    draw = _SLOTS.get(name)
    return draw(language, dice) if draw else None
