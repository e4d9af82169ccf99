"""Fills the slots of a phrase for one post of the dev author."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from ringtrace.simulator.authors.dev import surface
from ringtrace.simulator.authors.dev.cast import Human
from ringtrace.simulator.authors.dev.disguise import Contact, write_contact
from ringtrace.simulator.authors.dev.grammar import Surface, say
from ringtrace.simulator.script import Spoken

_NOTHING = Surface("")
_PRIVATE = {"zh": ("私聊", "加我细说", "可私信"), "en": ("pm me", "message me privately")}


@dataclass(frozen=True, slots=True)
class Topic:
    """What a post is about. hidden: share of contacts that are disguised."""

    sex: str = ""
    days: int = 0
    price: int = 0
    origin: str = ""
    goal: str = ""
    other: Contact | None = None
    nick: str = ""
    hidden: float = 0.0
    contact_share: float = 0.5
    others: tuple[Contact, ...] = ()


class Voice:
    """Speaks templates; ``provinces`` are those that ordinary talk may name."""

    def __init__(self, dice: random.Random, provinces: tuple[str, ...]) -> None:
        self.dice = dice
        self.provinces = provinces
        self._language = "zh"
        self._human = Human("")
        self._topic = Topic()

    def speak(self, template: str, human: Human, topic: Topic, language: str) -> Surface:
        """Return one text with its mentions, in order, and its facts."""
        self._language, self._human, self._topic = language, human, topic
        draft = say(template, self.dice, self._fill)
        text = " ".join(draft.text.split(" ")).strip(" ")
        if language != "en":
            text = self._punctuate(text)
        return Surface(text, tuple(dict.fromkeys(draft.mentions)), tuple(dict.fromkeys(draft.facts)))

    def _punctuate(self, text: str) -> str:
        roll = self.dice.random()
        if roll < 0.16:
            text = text.replace("，", " ")
        elif roll < 0.26:
            text = text.replace("，", ",")
        elif roll < 0.32:
            text = text.replace("，", "。")
        tail = self.dice.random()
        return text.rstrip("，") + ("。" if tail < 0.1 else "！" if tail < 0.14 else "~" if tail < 0.17 else "")

    def _fill(self, slot: str) -> Surface:
        optional = slot.endswith("?")
        if optional and self.dice.random() >= self._topic.contact_share:
            return _NOTHING
        return _SLOTS[slot.removesuffix("?")](self)

    def kid(self) -> Surface:
        sex = self._topic.sex or self.dice.choice("FM")
        names = surface.words("kid")[self._language][sex]
        return Surface(self.dice.choice(names), (Spoken("sex", sex, "unknown"),))

    def age(self) -> Surface:
        return surface.age(
            self._topic.days or self.dice.choice((20, 60, 90, 150, 240, 800, 1200)), self._language, self.dice
        )

    def place(self) -> Surface:
        return surface.place(self.dice.choice(self.provinces), self._language, self.dice)

    def spot(self, code: str) -> Surface:
        return surface.place(code or self.dice.choice(self.provinces), self._language, self.dice)

    def sum(self, value: int) -> Surface:
        return surface.money(value, self._language, self.dice)

    def price(self) -> Surface:
        return self.sum(self._topic.price or 500 * self.dice.randint(8, 160))

    def contact(self, owner: str, contact: Contact | None = None) -> Surface:
        if contact is None:
            own = self._human.contacts
            contact = own[0] if len(own) == 1 or self.dice.random() < 0.7 else own[1]
        said = write_contact(contact, owner, self._language, self.dice, self._topic.hidden)
        if self._topic.hidden == 0.0 or owner != "self" or self.dice.random() > 0.15 or len(self._human.contacts) < 3:
            return said
        more = write_contact(self._human.contacts[2], owner, self._language, self.dice, self._topic.hidden)
        return Surface(f"{said.text} {more.text}", said.mentions + more.mentions)

    def quoted(self) -> Surface:
        pool = self._topic.others
        contact = self.dice.choice(pool) if pool else None
        return self.contact("quoted", contact)

    def quoted_offer(self) -> Surface:
        kid, age, price = self.kid(), self.age(), self.price()
        parts = [kid, age, price] + ([self.quoted()] if self.dice.random() < 0.4 else [])
        lead = "baby " if self._language == "en" else self.dice.choice(("送养", "出", "有", "转让"))
        mark = ", " if self._language == "en" else "，"
        return Surface(lead + mark.join(p.text for p in parts), tuple(m for p in parts for m in p.mentions))

    def hotline(self) -> Surface:
        number = self.dice.choice(("110", "110", "110", "12338", "12355", "12345"))
        words = surface.words("kid")[self._language]["hotline"] if number != "110" else [""]
        return Surface(self.dice.choice(words) + number, (Spoken("phone", number, "hotline"),))

    def office(self) -> Surface:
        bare = self._topic.nick or "17000123321"
        return Surface(f"电话{bare}", (Spoken("phone", f"+86{bare}", "hotline"),))

    def date(self) -> Surface:
        dice = self.dice
        return surface.date(dice.randint(1980, 2013), dice.randint(1, 12), dice.randint(1, 28), self._language, dice)

    def number(self, low: int, high: int) -> Surface:
        value = self.dice.randint(low, high)
        unit = "名" if self._language != "en" else ""
        return Surface(f"{value}{unit}", (Spoken("count", str(value), "unknown"),))

    def words(self, key: str) -> Surface:
        return Surface(self.dice.choice(_PRIVATE[self._language]), (), (key,))

    def papers(self, wanted: bool) -> Surface:
        table = surface.words("kid")[self._language]["papers_want" if wanted else "papers"]
        return Surface(self.dice.choice(table), (), ("papers",))

    def small(self, choices: tuple[int, ...]) -> Surface:
        value = self.dice.choice(choices)
        if value % 500 == 0:
            said = self.sum(value)
        else:
            text = (
                f"{value} yuan"
                if self._language == "en"
                else self.dice.choice((f"{value}元", f"{value}块", f"￥{value}"))
            )
            said = Surface(text, (Spoken("money", f"{value} CNY", "unknown"),))
        return replace(said, facts=())


_SMALL = (30, 50, 80, 120, 200, 260, 350, 500, 800, 1000, 1500, 2500, 3000, 4500, 6000)
_SLOTS: dict[str, Callable[[Voice], Surface]] = {
    "kid": Voice.kid,
    "age": Voice.age,
    "pet_age": lambda v: surface.age(v.dice.choice((40, 60, 70, 90)), v._language, v.dice),
    "place": Voice.place,
    "from": lambda v: v.spot(v._topic.origin),
    "to": lambda v: v.spot(v._topic.goal),
    "price": Voice.price,
    "fee": lambda v: v.sum(500 * v.dice.randint(2, 20)),
    "small": lambda v: v.small(_SMALL),
    "mid": lambda v: v.small((20000, 30000, 40000)),
    "big": lambda v: v.small((50000, 100000, 200000, 350000)),
    "several": lambda v: surface.count(v.dice.choice((2, 2, 3)), v._language, v.dice),
    "contact": lambda v: v.contact("self"),
    "self_contact": lambda v: v.contact("self"),
    "shop": lambda v: v.contact("self"),
    "family": lambda v: v.contact("other"),
    "other": lambda v: v.contact("other", v._topic.other),
    "quoted": Voice.quoted,
    "quoted_offer": Voice.quoted_offer,
    "police": Voice.hotline,
    "hotline_office": Voice.office,
    "date": Voice.date,
    "days": lambda v: Surface("30日" if v._language != "en" else "30 days"),
    "nick": lambda v: Surface(v._topic.nick or "阿姨"),
    "n_suspects": lambda v: v.number(3, 60),
    "n_babies": lambda v: v.number(2, 30),
    "private": lambda v: v.words("private_channel"),
    "papers": lambda v: v.papers(False),
    "papers_want": lambda v: v.papers(True),
}
