"""Contacts: numbers and names by which people can be reached, whose they are, and how they are written."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ringtrace.simulator.authors.fifth import mask
from ringtrace.simulator.authors.fifth.names import word_list
from ringtrace.simulator.authors.fifth.weave import Piece
from ringtrace.simulator.script import Spoken

_CUES = {
    "zh": {"phone": ("电话", "手机", "打", "号码", "☎", "我的号", "联系方式"),
           "qq": ("qq", "QQ", "扣扣", "企鹅", "Q", "球球"),
           "wechat": ("微信", "加微", "wx", "V", "绿泡泡", "薇"), "telegram": ("电报", "TG", "小飞机", "")},
    "en": {"phone": ("phone", "call", "cell", "my number is", "text me on", "mob"),
           "qq": ("QQ", "qq number", "qq"), "wechat": ("wechat", "WeChat id", "weixin", "wx"),
           "telegram": ("telegram", "tg", "", "on telegram")},
}  # fmt: skip
_LINKS = {"zh": ("", "", " ", "：", ":"), "en": (" ", " ", ": ", " - ")}


@dataclass(frozen=True, slots=True)
class Handle:
    """kind: phone, qq, wechat, telegram or email; bare: as it is without any disguise."""

    kind: str
    bare: str

    def spoken(self, owner: str, family: str = "plain") -> Spoken:
        return Spoken(self.kind, f"+86{self.bare}" if self.kind == "phone" else self.bare, owner, family)


class Exchange:
    """Gives out handles that nobody else has."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._given: set[str] = set()

    def draw(self, kind: str) -> Handle:
        while True:
            bare = self._draw(kind)
            if bare not in self._given:
                self._given.add(bare)
                return Handle(kind, bare)

    def _draw(self, kind: str) -> str:
        dice = self._dice
        if kind == "phone":
            return f"17000{dice.randint(0, 999_999):06}"
        if kind == "qq":
            size = dice.choice((8, 9, 9, 10))
            return str(dice.randint(10 ** (size - 1), min(10**size, 3 * 10**9) - 1))
        word = "".join(dice.choices(word_list("syllables"), k=dice.choice((2, 2, 3))))
        if kind == "email":
            return f"{word}{dice.randint(1, 999)}@{dice.choice(('post', 'mail', 'letters'))}.example"
        join = dice.choice(("", "_", "")) if kind == "telegram" else dice.choice(("", "-", "_", ""))
        return f"{word}{join}{dice.randint(10, 9999)}"[:20]


def write_handle(
    handle: Handle, owner: str, language: str, dice: random.Random, hidden: float, cue: bool = True
) -> list[Piece]:
    """The handle with its cue; ``hidden`` is the chance of a disguise."""
    words, family = handle.bare, "plain"
    disguised = dice.random() < hidden
    if handle.kind == "phone":
        words, family = mask.disguise(words, language, dice) if disguised else (mask.gap_phone(words, dice), "plain")
    elif handle.kind == "qq" and disguised:
        words, family = mask.disguise(words, language, dice)
    elif handle.kind == "wechat" and disguised:
        words, family = mask.disguise_id(words, dice)
    elif handle.kind == "telegram":
        words = f"@{words}"
    lead = ""
    if cue or handle.kind != "phone":
        lead = "" if handle.kind == "email" else dice.choice(_CUES[language][handle.kind])
    if handle.kind == "email":
        lead = dice.choice(("mail", "email", "")) if language == "en" else dice.choice(("邮箱", "邮件"))
    link = dice.choice(_LINKS[language]) if lead else ""
    if language == "en" and lead and not link.strip():
        link = " "
    if lead.isascii() and lead and not link:
        link = " " if words[0].isalpha() else ""
    return [(lead + link, ()), (words, (handle.spoken(owner, family),))]
