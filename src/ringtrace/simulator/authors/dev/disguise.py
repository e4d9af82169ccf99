"""How the dev author writes contacts, plain and disguised. Each family is one way of hiding."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ringtrace.simulator.authors.dev.grammar import Surface
from ringtrace.simulator.authors.dev.surface import words
from ringtrace.simulator.script import Spoken


@dataclass(frozen=True, slots=True)
class Contact:
    """kind: phone, qq, wechat, telegram, email, url. bare: as typed (digits, id); value: as in the contract."""

    kind: str
    bare: str

    @property
    def value(self) -> str:
        return f"+86{self.bare}" if self.kind == "phone" else self.bare


DIGIT_FAMILIES = (
    "fullwidth", "circled", "keycap", "hanzi", "financial", "radio", "separators", "invisible", "lookalike",
    "lines", "emoji", "mixed",
)  # fmt: skip
_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
_HANZI = str.maketrans("0123456789", "零一二三四五六七八九")
_FINANCIAL = str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")
_RADIO = str.maketrans("0123456789", "洞幺两三四五六拐八勾")
_ALIKE = {"0": "oO", "1": "lI", "5": "S", "8": "B"}


def write_contact(contact: Contact, owner: str, language: str, dice: random.Random, disguised: float) -> Surface:
    """A cue and the contact; ``disguised``: share that is hidden in some way."""
    family, cue_family = "plain", "plain"
    body = contact.bare
    if dice.random() < disguised:
        if contact.kind in ("phone", "qq"):
            if dice.random() < 0.75:
                family = dice.choice(DIGIT_FAMILIES)
                body = _hide_digits(body, family, contact.kind, dice)
            else:
                cue_family = "cue"
        elif contact.kind in ("wechat", "telegram"):
            roll = dice.random()
            if roll < 0.5 or contact.kind == "telegram":
                cue_family = "cue"
            elif roll < 0.75:
                family, body = "fullwidth", body.translate(_FULL)
            else:
                family, body = "invisible", _invisible(body, dice)
    elif contact.kind == "phone" and dice.random() < 0.2:
        body = f"{body[:3]}{dice.choice('- ')}{body[3:7]}{dice.choice('- ')}{body[7:]}"
    table = words("contact")["en" if language == "en" else "zh"]
    cues = table[contact.kind + ("_cue" if cue_family == "cue" and contact.kind + "_cue" in table else "")]
    join = "\n" if family == "lines" and dice.random() < 0.5 else dice.choice(("", ":", "：", " ", " ", ""))
    text = _joined(dice.choice(cues), join, body, language)
    return Surface(text, (Spoken(contact.kind, contact.value, owner, cue_family if family == "plain" else family),))


def _joined(cue: str, join: str, body: str, language: str) -> str:
    if "*" in cue:
        return cue.replace("*", body)
    if language == "en" and not join:
        join = " "
    if cue and body[0].isascii() and body[0].isalpha() and cue[-1].isascii() and not join:
        join = ":"
    return cue + join + body


_TABLES: dict[str, dict[int, int]] = {
    "fullwidth": _FULL, "circled": _CIRCLED, "hanzi": _HANZI, "financial": _FINANCIAL, "radio": _RADIO,
}  # fmt: skip


def _hide_digits(digits: str, family: str, kind: str, dice: random.Random) -> str:
    """Other glyphs for digits; what remains is put between or around them."""
    if family in _TABLES:
        return digits.translate(_TABLES[family])
    if family == "keycap":
        return "".join(f"{digit}\ufe0f\u20e3" for digit in digits)
    if family == "invisible":
        return _invisible(digits, dice)
    if family == "lookalike":
        hidden = [dice.choice(_ALIKE[d]) if d in _ALIKE and dice.random() < 0.7 else d for d in digits]
        return "".join(hidden)
    if family == "mixed":
        tables: tuple[dict[int, int], ...] = (_FULL, _CIRCLED, _HANZI, {})
        return "".join(digit.translate(dice.choice(tables)) for digit in digits)
    return _broken(digits, family, kind, dice)


def _broken(digits: str, family: str, kind: str, dice: random.Random) -> str:
    """Digits in groups, with a newline, an emoji or a mark between them."""
    size = dice.choice((2, 3, 4)) if kind == "qq" else 4
    groups = [digits[:3]] if kind == "phone" else []
    rest = digits[len(groups) * 3 :]
    groups += [rest[at : at + size] for at in range(0, len(rest), size)]
    if family == "lines":
        return "\n".join((digits[: len(digits) // 2], digits[len(digits) // 2 :]))
    if family == "emoji":
        return dice.choice("🌸❤🍀⭐💕").join(groups)
    return dice.choice((".", "-", "–", " ", "~", "_", "、", "/", "*", "·")).join(groups)


def _invisible(text: str, dice: random.Random) -> str:
    return "".join(char + (dice.choice("\u200b\u200d\u2060\ufeff") if dice.random() < 0.4 else "") for char in text)
