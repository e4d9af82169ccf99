"""How handles are written: plain with the usual gaps, or disguised by one of this author's families."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

_PINYIN = ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu")
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉"
_SCRIPTS = ("٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "๐๑๒๓๔๕๖๗๘๙")
_STENCIL = tuple(chr(0x1D7F6 + n) for n in range(10))
_HAN = "零一二三四五六七八九"


def _each(table: str | tuple[str, ...], gap: str = "") -> Callable[[str, random.Random], str]:
    return lambda digits, dice: gap.join(table[int(digit)] for digit in digits)


def _scripts(digits: str, dice: random.Random) -> str:
    return _each(dice.choice(_SCRIPTS))(digits, dice)


def _patchwork(digits: str, dice: random.Random) -> str:
    """Each digit from one of several scripts."""
    tables = (_SCRIPTS[0], _SUBSCRIPT, _HAN, "0123456789")
    return "".join(dice.choice(tables)[int(digit)] for digit in digits)


def _halves(digits: str, dice: random.Random) -> str:
    cut = 5 if len(digits) == 11 else len(digits) // 2
    head, tail = digits[:cut], digits[cut:]
    form = dice.choice(("前面{h}后面{t}", "{h}，再接{t}", "开头{h} 尾巴{t}", "先{h}后{t}"))
    return form.format(h=head, t=tail)


def _halves_en(digits: str, dice: random.Random) -> str:
    cut = 5 if len(digits) == 11 else len(digits) // 2
    form = dice.choice(("{h} and then {t}", "starts {h}, rest {t}", "{h} followed by {t}", "first part {h} second {t}"))
    return form.format(h=digits[:cut], t=digits[cut:])


def _runs(digits: str, dice: random.Random) -> str:
    """Repeated digits as "three 0s" (in Chinese: 3个0)."""
    return _run_words(digits, lambda count, digit: f"{'零一两三四五六七八九'[count]}个{digit}")


def _runs_en(digits: str, dice: random.Random) -> str:
    names = {2: "double", 3: "triple", 4: "four times"}
    return _run_words(digits, lambda count, digit: f" {names.get(count, count)} {digit} ").strip().replace("  ", " ")


def _run_words(digits: str, write: Callable[[int, str], str]) -> str:
    out, at = [], 0
    while at < len(digits):
        end = at
        while end < len(digits) and digits[end] == digits[at] and end - at < 4:
            end += 1
        out.append(write(end - at, digits[at]) if end - at > 1 else digits[at])
        at = end
    return "".join(out)


def _thousands(digits: str, dice: random.Random) -> str:
    """As a sum is written: 17,000,123,456."""
    head = len(digits) % 3
    groups = [digits[:head]] if head else []
    groups += [digits[at : at + 3] for at in range(head, len(digits), 3)]
    return ",".join(groups)


def _letters(digits: str, dice: random.Random) -> str:
    """A letter between the digits that means nothing."""
    return (
        "".join(digit + (dice.choice("abdkmnrtw") if dice.random() < 0.6 else "") for digit in digits[:-1])
        + (digits[-1])
    )


def _slashes(digits: str, dice: random.Random) -> str:
    """In uneven groups with slashes or tildes between."""
    out, at = [], 0
    while at < len(digits):
        step = dice.choice((1, 2, 2, 3))
        out.append(digits[at : at + step])
        at += step
    return dice.choice(("/", "~", "_", "*", "、")).join(out)


def _backwards(digits: str, dice: random.Random) -> str:
    return dice.choice(("{}（倒着念）", "{} 反过来")).format(digits[::-1])


Family = Callable[[str, random.Random], str]
CHINESE: Mapping[str, Family] = {
    "halves": _halves, "runs": _runs, "thousands": _thousands, "letters": _letters, "slashes": _slashes,
    "pinyin": _each(_PINYIN, " "), "spelled": _each(_ENGLISH, " "), "subscript": _each(_SUBSCRIPT),
    "scripts": _scripts, "patchwork": _patchwork, "stencil": _each(_STENCIL), "backwards": _backwards,
    "hanzi": _each(_HAN),
}  # fmt: skip
ENGLISH: Mapping[str, Family] = {
    "halves": _halves_en, "runs": _runs_en, "thousands": _thousands, "letters": _letters, "slashes": _slashes,
    "spelled": _each(_ENGLISH, " "), "subscript": _each(_SUBSCRIPT), "stencil": _each(_STENCIL),
}  # fmt: skip


def disguise(digits: str, language: str, dice: random.Random) -> tuple[str, str]:
    """Return the digits disguised, and the family's name."""
    families = ENGLISH if language == "en" else CHINESE
    name = dice.choice(sorted(families))
    return families[name](digits, dice), name


def disguise_id(handle: str, dice: random.Random) -> tuple[str, str]:
    """The same for a handle with letters in it."""
    if dice.random() < 0.5:
        styled = "".join(chr(0x1D5BA + ord(c) - 97) if "a" <= c <= "z" else c for c in handle)
        return styled, "stencil"
    return dice.choice((" ~ ", "·", " / ")).join(_chunks(handle, dice)), "slashes"


def _chunks(handle: str, dice: random.Random) -> list[str]:
    cut = dice.randint(2, len(handle) - 2)
    return [handle[:cut], handle[cut:]]


def gap_phone(digits: str, dice: random.Random) -> str:
    """As people write a mobile number."""
    roll = dice.random()
    if roll < 0.7:
        return digits
    if roll < 0.85:
        return f"{digits[:3]}-{digits[3:7]}-{digits[7:]}"
    if roll < 0.95:
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return f"+86{digits}"
