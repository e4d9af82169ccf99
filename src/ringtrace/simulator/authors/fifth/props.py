"""What a scene is about: values that stay the same from turn to turn, and the words of every slot."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ringtrace.simulator.authors.fifth import values
from ringtrace.simulator.authors.fifth.cast import Player
from ringtrace.simulator.authors.fifth.handle import Exchange, Handle, write_handle
from ringtrace.simulator.authors.fifth.weave import Loom, Piece
from ringtrace.simulator.script import Spoken

_HOTLINES = ("110", "12338", "12355", "12345")


@dataclass(slots=True)
class Props:
    """Drawn when the scene (or the deal) begins."""

    language: str
    price: int
    bid: int
    origin: values.Town
    goal: values.Town
    sex: str
    age: str
    kept: dict[str, list[Piece]] = field(default_factory=dict)


def draw_props(
    language: str, dice: random.Random, origin: str = "", goal: str = "", price: tuple[int, int] = (18_000, 90_000)
) -> Props:
    """origin, goal: province codes of the two sides, or "" for anywhere; price: lowest and highest in yuan."""
    step = next(step for step in (5, 10, 50, 100, 500, 1000) if step * 100 >= price[1])
    asked = dice.randrange(price[0], price[1] + 1, step) // step * step or step
    bid = max(step, int(asked * dice.choice((1, 0.95, 0.9, 0.85, 0.8))) // step * step)
    ages = (f"P{dice.randint(3, 28)}D", f"P{dice.randint(2, 11)}M", f"P{dice.randint(2, 4)}Y", "P40D", "P2M")
    return Props(
        language, asked, bid, dice.choice(values.towns_of(origin) if origin else values.towns()),
        dice.choice(values.towns_of(goal) if goal else values.towns()), dice.choice("FM"), dice.choice(ages),
    )  # fmt: skip


@dataclass(slots=True)
class Tongue:
    """Fills the slots of one turn: who speaks, to whom, when, and how openly."""

    props: Props
    loom: Loom
    dice: random.Random
    speaker: Player
    parts: Mapping[str, Player]
    name_of: Callable[[str], str]
    at: int
    frame: str
    hidden: float
    exchange: Exchange
    agencies: Sequence[Handle]
    strangers: Sequence[Handle]

    def fill(self, name: str, words: tuple[str, ...]) -> list[Piece]:
        """Return the pieces of a slot. Raises KeyError for one that is not known."""
        return _SLOTS[name](self, words)

    def _contact(self, words: tuple[str, ...]) -> list[Piece]:
        other = self.parts.get(words[0]) if words else None
        owner = "other" if other is not None or (self.frame == "appeal" and words != ("self",)) else "self"
        return self._write((other or self.speaker).handle(self.at, self.dice), owner)

    def _handle(self, words: tuple[str, ...]) -> list[Piece]:
        key = f"handle {' '.join(words)}"
        if key not in self.props.kept:
            self.props.kept[key] = self._write(self.dice.choice(self.strangers), words[0])
        return self.props.kept[key]

    def _agency(self, words: tuple[str, ...]) -> list[Piece]:
        return self._write(self.dice.choice(self.agencies[:: 2 if words else 1]), "hotline")

    def _write(self, handle: Handle, owner: str) -> list[Piece]:
        return write_handle(handle, owner, self.props.language, self.dice, self.hidden)

    def _hotline(self, words: tuple[str, ...]) -> list[Piece]:
        number = words[0] if words else self.dice.choice(_HOTLINES)
        return [(number, (Spoken("phone", number, "hotline"),))]

    def _url(self, words: tuple[str, ...]) -> list[Piece]:
        host = f"{self.dice.choice(('www', 'bbs', 'm'))}.{self.loom.weave('$host', self.fill).text}.example"
        address = f"http://{host}/{self.dice.randint(100, 99999)}"
        return [(address, (Spoken("url", address, words[0] if words else "other"),))]

    def _sum(self, words: tuple[str, ...]) -> list[Piece]:
        low, high = int(words[0]), int(words[1])
        step = next(step for step in (1, 5, 10, 50, 100, 500, 1000, 5000) if (high - low) // step <= 60)
        return [values.money(self.dice.randrange(low, high + 1, step), self.props.language, self.dice)]

    def _usd(self, words: tuple[str, ...]) -> list[Piece]:
        return [values.money(self.dice.randint(int(words[0]), int(words[1])), "en", self.dice, "USD")]

    def _town(self, words: tuple[str, ...]) -> list[Piece]:
        return [self.dice.choice(values.towns()).piece(self.props.language)]

    def _province(self, words: tuple[str, ...]) -> list[Piece]:
        return [values.province_of(self.props.origin.code).piece(self.props.language)]

    def _age(self, words: tuple[str, ...]) -> list[Piece]:
        value = self.props.age
        if words:
            value = f"P{self.dice.randint(int(words[0][:-1]), int(words[1][:-1]))}{words[0][-1]}"
        return [values.age(value, self.props.language, self.dice)]

    def _date(self, words: tuple[str, ...]) -> list[Piece]:
        days = self.dice.randint(1, int(words[0]) if words else 60)
        day = (datetime.fromtimestamp(self.at, UTC) - timedelta(days=days)).date()
        return [values.full_date(day, self.props.language, self.dice)]

    def _number(self, words: tuple[str, ...]) -> list[Piece]:
        return [(str(self.dice.randint(int(words[0]), int(words[1]))), ())]

    def _keep(self, words: tuple[str, ...]) -> list[Piece]:
        if words[0] not in self.props.kept:
            self.props.kept[words[0]] = list(self.loom.weave(f"${words[0]}", self.fill).pieces)
        return self.props.kept[words[0]]

    def _name(self, words: tuple[str, ...]) -> list[Piece]:
        """The name of the part, or a word for somebody where nobody has the part."""
        if words[0] in self.parts:
            return [(self.name_of(words[0]), ())]
        return [("那边" if self.props.language == "zh" else "them", ())]


_SLOTS: Mapping[str, Callable[[Tongue, tuple[str, ...]], list[Piece]]] = {
    "contact": Tongue._contact, "handle": Tongue._handle, "agency": Tongue._agency, "hotline": Tongue._hotline,
    "url": Tongue._url, "sum": Tongue._sum, "usd": Tongue._usd, "place": Tongue._town, "prov": Tongue._province,
    "age": Tongue._age, "date": Tongue._date, "n": Tongue._number, "keep": Tongue._keep, "name": Tongue._name,
    "price": lambda t, w: [values.money(t.props.price, t.props.language, t.dice)],
    "bid": lambda t, w: [values.money(t.props.bid, t.props.language, t.dice)],
    "city": lambda t, w: [t.props.origin.piece(t.props.language)],
    "goal": lambda t, w: [t.props.goal.piece(t.props.language)],
    "sex": lambda t, w: [values.sex(t.props.sex, t.props.language, t.dice)],
}  # fmt: skip
