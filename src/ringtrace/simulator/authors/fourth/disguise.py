"""How a minority hide a handle: families of this author's own choosing from what is publicly known.

``disguise(family, surface, dice)`` rewrites the characters of a handle; its value stays the same.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

_RADIO = str.maketrans("0123456789", "洞幺两三四五六拐八勾")
_PLAIN = str.maketrans("0123456789", "零一二三四五六七八九")
_BANK = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_LOOK = str.maketrans("01aceopxyis", "OlаϲеорхуіЅ")
_BOLD = {ord(c): chr(0x1D7CE + i) for i, c in enumerate("0123456789")}
_ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

DIGITS = ("fullwidth", "circled", "keycap", "hanzi", "financial", "radio", "bold", "superscript", "brackets", "mixed")
"""Families for digits only."""
ANY = ("separators", "invisible", "lookalike", "lines")
"""Families for digits and letters."""


def disguise(family: str, surface: str, dice: Random) -> str:
    """Return the handle as that family writes it. Raises KeyError for a family that is not known."""
    return _FAMILIES[family](surface, dice)


def _circled(text: str, _: Random) -> str:
    return "".join("⓪①②③④⑤⑥⑦⑧⑨"[int(c)] if c.isdigit() else c for c in text)


def _superscript(text: str, _: Random) -> str:
    return "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(c)] if c.isdigit() else c for c in text)


def _keycap(text: str, _: Random) -> str:
    return "".join(c + "\ufe0f\u20e3" if c.isdigit() else c for c in text)


def _brackets(text: str, dice: Random) -> str:
    left, right = dice.choice(("[]", "()", "【】", "<>"))
    return "".join(left + c + right if c.isdigit() else c for c in text)


def _mixed(text: str, dice: Random) -> str:
    return "".join(c.translate(dice.choice((_PLAIN, _BANK, _BOLD, {}))) for c in text)


def _separators(text: str, dice: Random) -> str:
    mark = dice.choice((" ", "-", ".", "_ ", "~", "*", "·", "/", "、"))
    step = dice.choice((1, 2, 3))
    return mark.join(text[at : at + step] for at in range(0, len(text), step))


def _invisible(text: str, dice: Random) -> str:
    mark = dice.choice("\u200b\u200d\u2060\u00ad")
    return "".join(c + (mark if dice.random() < 0.5 else "") for c in text[:-1]) + mark + text[-1]


def _lookalike(text: str, _: Random) -> str:
    return text.translate(_LOOK)


def _lines(text: str, dice: Random) -> str:
    cut = dice.randint(2, len(text) - 2)
    return text[:cut] + "\n" + text[cut:]


def _messages(text: str, dice: Random) -> str:
    cut = dice.randint(3, len(text) - 2)
    return text[:cut] + "\f" + text[cut:]


def _spelled(text: str, _: Random) -> str:
    return " ".join(_ENGLISH[int(c)] for c in text)


_FAMILIES: dict[str, Callable[[str, Random], str]] = {
    "fullwidth": lambda text, _: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
    "circled": _circled, "superscript": _superscript, "keycap": _keycap, "brackets": _brackets,
    "hanzi": lambda text, _: text.translate(_PLAIN), "financial": lambda text, _: text.translate(_BANK),
    "radio": lambda text, _: text.translate(_RADIO), "bold": lambda text, _: text.translate(_BOLD),
    "mixed": _mixed, "separators": _separators, "invisible": _invisible, "lookalike": _lookalike,
    "lines": _lines, "messages": _messages, "spelled": _spelled,
}  # fmt: skip


def choose_family(dice: Random, digits: bool, language: str, chat: bool) -> str:
    """A family that suits the handle: only digits or letters too, and whether messages can be split."""
    families = list(ANY)
    if digits:
        families += DIGITS if language != "en" else ("fullwidth", "keycap", "bold", "brackets", "spelled", "spelled")
    if chat:
        families += ["messages", "messages"]
    return dice.choice(families)
