"""People: rings as many small stars under layers of brokers, their kin, and everybody else.

A ring has a staff (brokers in layers, recruiters, transporters ...) and clients: households that
hand over a child and households that want one, each tied to a broker. Nobody else's rule is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from ringtrace.simulator.authors.evaluation import disguise
from ringtrace.simulator.authors.evaluation.grammar import words
from ringtrace.simulator.authors.evaluation.surface import NOBODY, Card
from ringtrace.simulator.script import Account, Spec

DAY = 86400


@dataclass(slots=True)
class Actor:
    """A person while the script is being written.

    later: the card after ``turn`` (seconds UTC), when the person has come back under new accounts.
    silent: never speaks online; lonely: speaks, but nobody answers and nobody names him.
    hidden: chance that a handle of his is disguised in talk of the trade. chief: the broker above.
    """

    key: str
    ring: int
    roles: list[str]
    province: str = ""
    household: int = -1
    chief: Actor | None = None
    card: Card = NOBODY
    later: Card = NOBODY
    turn: int | None = None
    silent: bool = False
    lonely: bool = False
    language: str = "zh"
    style: int = 0
    hidden: float = 0.0
    veil: float = 0.0
    families: tuple[str, ...] = ()
    cap: int = 2
    woman: bool = False
    accounts: dict[tuple[str, str, int], Account] = field(default_factory=dict)

    def era(self, at: int) -> int:
        """0 before the person changed accounts, 1 after."""
        return int(self.turn is not None and at >= self.turn)

    def handles(self, at: int) -> Card:
        """The handles in use at a time."""
        return self.later if self.era(at) else self.card


@dataclass(slots=True)
class Deal:
    """One child's way, or a wish or offer that led nowhere (children 0).

    givers and takers: speaking or silent people of two households; chain: brokers from one to the other.
    """

    ring: int
    givers: list[Actor]
    takers: list[Actor]
    chain: list[Actor]
    helpers: list[Actor]
    children: int


@dataclass(slots=True)
class Ring:
    """The people of a ring and what they do together."""

    index: int
    members: list[Actor]
    brokers: list[Actor]
    deals: list[Deal]

    def staff(self, role: str) -> list[Actor]:
        """The members with a role."""
        return [actor for actor in self.members if role in actor.roles]


class Directory:
    """Gives out handles, each once."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.used: set[str] = set()

    def _fresh(self, make: Iterable[str]) -> str:
        for candidate in make:
            if candidate not in self.used:
                self.used.add(candidate)
                return candidate
        raise AssertionError("endless supply")

    def _phones(self) -> Iterable[str]:
        while True:
            yield f"17000{self.rng.randrange(10**6):06}"

    def _qqs(self) -> Iterable[str]:
        while True:
            size = self.rng.choice((7, 8, 9, 9, 9, 10, 10))
            yield str(self.rng.randrange(10 ** (size - 1), 10**size))

    def _ids(self) -> Iterable[str]:
        parts = words("names")["pinyin"]
        rng = self.rng
        while True:
            head = rng.choice(parts) + rng.choice(("", rng.choice(parts)))
            sign = rng.choice(("", "_", "", "-"))
            text = f"{head}{sign}{rng.randrange(10, 99999)}{rng.choice(('', rng.choice('abcxyz')))}"
            if 6 <= len(text) <= 20:
                yield text

    def phone(self) -> str:
        """An unused mobile number, eleven digits."""
        return self._fresh(self._phones())

    def qq(self) -> str:
        """An unused QQ number of 7-10 digits."""
        return self._fresh(self._qqs())

    def name_id(self) -> str:
        """An unused id that starts with a letter."""
        return self._fresh(self._ids())

    def telegram(self) -> str:
        """An unused Telegram name."""
        return self.name_id().replace("-", "_")

    def card(self, chances: tuple[float, float, float, float, float]) -> Card:
        """Phone, QQ, WeChat, Telegram, e-mail, each with its chance; never quite empty."""
        rng = self.rng
        take = [rng.random() < chance for chance in chances]
        if not any(take[:3]):
            take[rng.randrange(3)] = True
        return Card(
            self.phone() if take[0] else "",
            self.qq() if take[1] else "",
            self.name_id() if take[2] else "",
            self.telegram() if take[3] else "",
            f"{self.name_id()}@{rng.choice(('box', 'post', 'yx', 'mailer'))}.example" if take[4] else "",
        )

    def renewed(self, card: Card, keep: float) -> Card:
        """The card of one who comes back: QQ and Telegram are new, the rest is mostly kept."""
        rng = self.rng
        return Card(
            card.phone if rng.random() < keep else self.phone(),
            self.qq() if card.qq else "",
            card.wechat if rng.random() < keep else self.name_id(),
            self.telegram() if card.telegram else "",
            card.email,
        )


def _shares(total: int, sizes: list[int]) -> list[int]:
    """Splits a total in proportion to sizes, by largest remainders."""
    whole = sum(sizes) or 1
    parts = [total * size // whole for size in sizes]
    order = sorted(range(len(sizes)), key=lambda i: (-(total * sizes[i] % whole), i))
    for i in order[: total - sum(parts)]:
        parts[i] += 1
    return parts


STAFF = (
    ("platform_operator", 150),
    ("insider", 62),
    ("document_provider", 68),
    ("host", 46),
    ("transporter", 30),
    ("recruiter", 38),
)
"""Role and one in how many members has it (counts follow what courts report: brokers most, insiders few)."""


class Casting:
    """Builds the rings of a spec."""

    def __init__(self, spec: Spec, rng: Random, directory: Directory, start: int) -> None:
        self.spec, self.rng, self.directory, self.start = spec, rng, directory, start
        self.households = 0
        self.provinces = sorted(set(spec.provinces) | set(spec.margins)) or ["510000"]

    def rings(self) -> list[Ring]:
        """All rings, with provinces that meet the margins exactly."""
        children = _shares(self.spec.children, list(self.spec.rings))
        rings = [self._ring(i, size, children[i]) for i, size in enumerate(self.spec.rings)]
        self._settle(rings)
        for ring in rings:
            for actor in ring.members:
                self._equip(actor)
            self._share_handles(ring)
            self._deals(ring, children[ring.index])
        return rings

    def _actor(self, ring: int, number: int, role: str) -> Actor:
        actor = Actor(f"r{ring + 1}-{number:04}", ring, [role])
        actor.woman = self.rng.random() < 0.44
        return actor

    def _ring(self, index: int, size: int, children: int) -> Ring:
        rng = self.rng
        number = 0
        members: list[Actor] = []
        top = max(1, size // 130)
        middle = size // 34
        street = max(0, size // 13 - middle)
        if size >= 8:
            middle = max(middle, 1)
        brokers: list[Actor] = []
        for level, amount in enumerate((top, middle, street)):
            above = list(brokers)
            for _ in range(min(amount, size - len(brokers))):
                actor = self._actor(index, number, "broker")
                number += 1
                if level == 0 and brokers:
                    actor.chief = brokers[-1]
                elif above:
                    actor.chief = rng.choice(above if level < 2 else above[top:] or above)
                brokers.append(actor)
        members.extend(brokers)
        for role, one_in in STAFF:
            amount = size // one_in
            if role == "platform_operator":
                brokers[0].roles.append(role)
                amount = max(0, amount - 1)
            if role == "transporter" and 10 <= size < one_in:
                amount = 1
            for _ in range(min(amount, size - len(members))):
                actor = self._actor(index, number, role)
                number += 1
                actor.chief = rng.choice(brokers)
                if rng.random() < 0.12:
                    actor.roles.append("broker" if role != "insider" else "supplier")
                members.append(actor)
        clients = size - len(members)
        weights = [1 / (1 + rng.expovariate(1.0)) ** 2 for _ in brokers]
        self._clients(index, clients, children, members, brokers, weights)
        return Ring(index, members, brokers, [])

    def _clients(
        self, index: int, clients: int, children: int, members: list[Actor], brokers: list[Actor], weights: list[float]
    ) -> None:
        """Households that give or take a child, each under one broker."""
        rng = self.rng
        number = len(members)
        givers = 0
        takers = 0
        while clients > 0:
            size = min(clients, rng.choices((1, 2, 3), (54, 39, 7))[0])
            role = "supplier" if givers * 56 <= takers * 44 else "buyer"
            givers, takers = givers + (role == "supplier"), takers + (role == "buyer")
            chief = rng.choices(brokers, weights)[0]
            for place in range(size):
                actor = self._actor(index, number, role)
                actor.woman = bool(place % 2) if size == 2 else actor.woman
                actor.household, actor.chief = self.households, chief
                if role == "supplier" and place == 0 and rng.random() < 0.05:
                    actor.roles.append("victim_and_actor")
                if rng.random() < 0.02:
                    actor.roles.append("broker")
                members.append(actor)
                number += 1
            self.households += 1
            clients -= size

    def _units(self, rings: list[Ring]) -> list[list[Actor]]:
        units: dict[tuple[int, str], list[Actor]] = {}
        for ring in rings:
            for actor in ring.members:
                name = str(actor.household) if actor.household >= 0 else actor.key
                units.setdefault((ring.index, name), []).append(actor)
        return list(units.values())

    def _settle(self, rings: list[Ring]) -> None:
        """Provinces: exact in the margins, at least one suspect in each province of the spec."""
        rng = self.rng
        units = self._units(rings)
        rng.shuffle(units)
        for province in sorted(self.spec.margins):
            need = self.spec.margins[province][0]
            units = self._fill(units, province, need)
        free = [p for p in self.provinces if p not in self.spec.margins]
        for province in free:
            if units:
                for actor in units.pop():
                    actor.province = province
        homes = {ring.index: rng.sample(free, min(len(free), 6)) for ring in rings}
        for unit in units:
            pool = homes[unit[0].ring] if rng.random() < 0.55 else free
            province = rng.choice(pool or self.provinces)
            for actor in unit:
                actor.province = province

    def _fill(self, units: list[list[Actor]], province: str, need: int) -> list[list[Actor]]:
        rest: list[list[Actor]] = []
        for unit in units:
            if len(unit) <= need:
                need -= len(unit)
                for actor in unit:
                    actor.province = province
            elif need:
                for actor in unit[:need]:
                    actor.province = province
                rest.append(unit[need:])
                need = 0
            else:
                rest.append(unit)
        return rest

    def _equip(self, actor: Actor) -> None:
        """Handles, habits and how much the person shows online."""
        rng, hard = self.rng, self.spec.hardness
        leaf = "buyer" in actor.roles or "supplier" in actor.roles
        actor.card = self.directory.card((0.86, 0.86, 0.62, 0.16, 0.06) if not leaf else (0.8, 0.8, 0.45, 0.1, 0.05))
        actor.silent = rng.random() < (0.06 + 0.09 * hard if leaf else 0.02 + 0.05 * hard)
        actor.lonely = not actor.silent and leaf and rng.random() < 0.085 + 0.2 * hard
        broker = actor.chief is None or not leaf
        caps = (2, 3, 4) if broker else (1, 2, 3, 4)
        actor.cap = rng.choices(caps, (40, 38, 22) if broker else (46, 33, 15, 6))[0]
        if rng.random() < (0.13 if leaf else 0.25) + 0.33 * hard:
            days = self.spec.days
            actor.turn = self.start + int(rng.uniform(0.25, 0.85) * days * DAY)
            actor.later = self.directory.renewed(actor.card, 0.72 - 0.3 * hard)
            actor.cap = max(2, actor.cap)
        actor.style = rng.randrange(6)
        actor.families = disguise.favourites(rng)
        actor.hidden = min(0.95, max(0.05, rng.gauss(0.5 + 0.2 * hard, 0.25)))
        actor.veil = max(0.0, rng.gauss(0.15 + 0.2 * hard, 0.15))

    def _share_handles(self, ring: Ring) -> None:
        """Families share a phone, fellow villagers a QQ number, now and then."""
        homes: dict[int, list[Actor]] = {}
        for actor in ring.members:
            if actor.household >= 0:
                homes.setdefault(actor.household, []).append(actor)
        for broker in ring.brokers:
            near = [a for a in ring.members if a.chief is broker and a.household < 0]
            if near and broker.card.wechat and self.rng.random() < 0.2 - 0.1 * self.spec.hardness:
                kin = self.rng.choice(near)
                kin.card = Card(kin.card.phone, kin.card.qq, broker.card.wechat, kin.card.telegram, kin.card.email)
        for unit in homes.values():
            if len(unit) > 1 and self.rng.random() < 0.48 - 0.2 * self.spec.hardness:
                phone = unit[0].card.phone or self.directory.phone()
                for actor in unit:
                    if actor.later.phone == actor.card.phone:
                        actor.later = _with_phone(actor.later, phone)
                    actor.card = _with_phone(actor.card, phone)
                for actor in unit[1:]:
                    if self.rng.random() < 0.7:
                        actor.card = Card(phone)

    def _deals(self, ring: Ring, children: int) -> None:
        """Children go from households to households; who has none left only offers or looks."""
        rng = self.rng
        homes: dict[int, list[Actor]] = {}
        for actor in ring.members:
            if actor.household >= 0:
                homes.setdefault(actor.household, []).append(actor)
        giving = [unit for unit in homes.values() if "supplier" in unit[0].roles]
        taking = [unit for unit in homes.values() if "buyer" in unit[0].roles]
        inside = [[actor] for role in ("insider", "recruiter") for actor in ring.staff(role)]
        rounds = max(children, len(giving), len(taking))
        for number in range(rounds):
            givers = giving[number % len(giving)] if giving else (rng.choice(inside) if inside else [])
            if inside and number >= len(giving) and rng.random() < 0.4:
                givers = rng.choice(inside)
            takers = self._far(givers, taking, number)
            ring.deals.append(self._deal(ring, givers, takers, int(number < children)))
        if not ring.deals:
            ring.deals.append(self._deal(ring, [], [], 0))

    def _far(self, givers: list[Actor], taking: list[list[Actor]], number: int) -> list[Actor]:
        """The next household in line; one further on if that makes the deal cross a province line."""
        if not taking:
            return []
        at = number % len(taking)
        if givers and taking[at][0].province == givers[0].province and number % 5 != 0:
            other = (at + 1) % len(taking)
            if other > at:
                taking[at], taking[other] = taking[other], taking[at]
        return taking[at]

    def _deal(self, ring: Ring, givers: list[Actor], takers: list[Actor], children: int) -> Deal:
        rng = self.rng
        first = givers[0].chief if givers and givers[0].chief else rng.choice(ring.brokers)
        last = takers[0].chief if takers and takers[0].chief else first
        chain = [first]
        climbing = first
        for _ in range(2):
            if climbing is last or climbing.chief is None:
                break
            climbing = climbing.chief
            if climbing not in chain and rng.random() < 0.7:
                chain.append(climbing)
        if last not in chain:
            chain.append(last)
        helpers = []
        for role, chance in (("transporter", 0.3), ("document_provider", 0.18), ("host", 0.14)):
            pool = ring.staff(role)
            if pool and rng.random() < chance:
                helpers.append(rng.choice(pool))
        return Deal(ring.index, givers, takers, chain, helpers, children)


def _with_phone(card: Card, phone: str) -> Card:
    return Card(phone, card.qq, card.wechat, card.telegram, card.email)
