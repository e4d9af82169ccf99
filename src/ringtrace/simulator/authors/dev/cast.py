"""People of the dev author: rings as stars around brokers, kin, deals, contacts."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from ringtrace.simulator.authors.dev.disguise import Contact
from ringtrace.simulator.authors.dev.surface import words
from ringtrace.simulator.script import Spec

_SUPPORT = (
    ("document_provider", 0.012),
    ("transporter", 0.025),
    ("insider", 0.01),
    ("host", 0.01),
    ("recruiter", 0.02),
)


@dataclass(slots=True)
class Human:
    """ring "" for outsiders. moves: when the person changes accounts; contacts: most used first."""

    key: str
    ring: str = ""
    roles: tuple[str, ...] = ()
    province: str = ""
    nick: str = ""
    contacts: list[Contact] = field(default_factory=list)
    moves: tuple[int, ...] = ()
    silent: bool = False
    language: str = "zh"

    def contact(self, kind: str) -> Contact | None:
        return next((contact for contact in self.contacts if contact.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Deal:
    """One child. days: age; price: yuan, a multiple of 500; day: since the start."""

    supplier: Human
    broker: Human
    second: Human | None
    buyer: Human
    sex: str
    days: int
    price: int
    day: int


@dataclass(frozen=True, slots=True)
class Ring:
    """The members of one ring by what they do."""

    name: str
    brokers: tuple[Human, ...]
    operators: tuple[Human, ...]
    support: tuple[Human, ...]
    suppliers: tuple[Human, ...]
    buyers: tuple[Human, ...]
    kin: tuple[tuple[Human, Human], ...]
    deals: tuple[Deal, ...]

    @property
    def members(self) -> tuple[Human, ...]:
        return self.brokers + self.operators + self.support + self.suppliers + self.buyers


class Registrar:
    """Hands out names and contacts that nobody else has."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self._taken: set[str] = set()
        self._count = 0

    def nick(self, language: str) -> str:
        table = words("names")["en" if language == "en" else "zh"]
        while True:
            made: str = (
                self.dice.choice(table["first"]) + self.dice.choice(table["last"]) + self.dice.choice(table["tail"])
            )
            if made in self._taken and self.dice.random() < 0.9:
                made += str(self.dice.randint(1, 9999))
            if made not in self._taken:
                self._taken.add(made)
                return made

    def contact(self, kind: str) -> Contact:
        while True:
            bare = self._draw(kind)
            if (kind + bare) not in self._taken:
                self._taken.add(kind + bare)
                return Contact(kind, bare)

    def _draw(self, kind: str) -> str:
        dice = self.dice
        if kind == "phone":
            return f"17000{dice.randint(0, 999_999):06}"
        if kind == "qq":
            return str(dice.randint(10**7, 3 * 10**9))
        letters = "".join(dice.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(dice.randint(3, 7)))
        handle = letters + dice.choice(("", "_", "-")[: 3 if kind == "wechat" else 2]) + str(dice.randint(100, 99999))
        return f"{handle}@mail.example" if kind == "email" else handle

    def human(self, ring: str, roles: tuple[str, ...], language: str = "zh") -> Human:
        self._count += 1
        person = Human(f"p{self._count:05}", ring, roles, nick=self.nick(language), language=language)
        kinds = ["qq", "phone", "wechat"]
        self.dice.shuffle(kinds)
        if language == "en" or self.dice.random() < 0.04:
            kinds.insert(0, "telegram")
        if self.dice.random() < 0.02:
            kinds.insert(0, "email")
        person.contacts = [self.contact(kind) for kind in kinds]
        return person


def cast_rings(spec: Spec, registrar: Registrar) -> tuple[Ring, ...]:
    """Return the rings of a spec, provinces with exact margins."""
    shares = _shares(spec.children, spec.rings)
    rings = [_ring(spec, registrar, f"ring{n + 1}", size, shares[n]) for n, size in enumerate(spec.rings)]
    members = [member for ring in rings for member in ring.members]
    codes = spread(len(members), spec.provinces, {c: m[0] for c, m in spec.margins.items()}, registrar.dice)
    for member, code in zip(members, codes, strict=True):
        member.province = code
    return tuple(rings)


def spread(total: int, codes: tuple[str, ...], exact: dict[str, int], dice: random.Random) -> list[str]:
    """Deal ``total`` persons over provinces: exact margins, at least one elsewhere where possible."""
    free = [code for code in codes if code not in exact]
    out = [code for code, number in exact.items() for _ in range(number)]
    rest = total - len(out)
    out += free[:rest]
    weights = [1 + 4 * dice.random() for _ in free]
    out += dice.choices(free, weights, k=max(0, rest - len(free)))
    dice.shuffle(out)
    return out


def _shares(total: int, sizes: tuple[int, ...]) -> list[int]:
    shares = [total * size // sum(sizes) for size in sizes]
    for at in range(total - sum(shares)):
        shares[at % len(shares)] += 1
    return shares


def _ring(spec: Spec, registrar: Registrar, name: str, size: int, children: int) -> Ring:
    dice = registrar.dice

    def people(number: int, role: str) -> list[Human]:
        return [registrar.human(name, (role,)) for _ in range(number)]

    brokers = people(max(1, round(size * 0.05)), "broker")
    operators = people(1 if size < 50 else 2, "platform_operator")
    support = [human for role, share in _SUPPORT for human in people(round(size * share), role)]
    left = size - len(brokers) - len(operators) - len(support)
    suppliers = people(round(left * 0.36), "supplier")
    buyers = people(left - len(suppliers), "buyer")
    for broker in brokers[1:]:
        if dice.random() < 0.12:
            broker.roles = ("broker", "transporter")
    kin = _pair(suppliers, 0.3, dice) + _pair(buyers, 0.2, dice)
    for member in (*brokers, *operators, *support, *suppliers, *buyers):
        turnover = (0.6 if "broker" in member.roles else 0.12) + 0.25 * spec.hardness
        if dice.random() < turnover:
            member.moves = (dice.randint(40, spec.days - 30),)
    for member in (*support, *suppliers, *buyers):
        member.silent = dice.random() < 0.06 + 0.25 * spec.hardness
    deals = tuple(_deal(spec, dice, brokers, suppliers, buyers, n) for n in range(children))
    return Ring(
        name, tuple(brokers), tuple(operators), tuple(support), tuple(suppliers), tuple(buyers), tuple(kin), deals
    )


def _pair(people: list[Human], share: float, dice: random.Random) -> list[tuple[Human, Human]]:
    """Couples share a phone."""
    pairs = []
    for left, right in zip(people[::2], people[1::2], strict=False):
        if dice.random() < share:
            phone = left.contact("phone")
            right.contacts = [c if c.kind != "phone" or phone is None else phone for c in right.contacts]
            pairs.append((left, right))
    return pairs


def _deal(
    spec: Spec, dice: random.Random, brokers: list[Human], suppliers: list[Human], buyers: list[Human], number: int
) -> Deal:
    broker = brokers[(number * 7 + number // 5) % len(brokers)]
    second = dice.choice(brokers) if len(brokers) > 1 and dice.random() < 0.3 else None
    days = dice.choice((3, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 400, 800, 1200))
    return Deal(
        suppliers[number % len(suppliers)], broker, second if second is not broker else None,
        buyers[number % len(buyers)], dice.choice("FM"), days, 500 * dice.randint(20, 160),
        dice.randint(2, spec.days - 6),
    )  # fmt: skip
