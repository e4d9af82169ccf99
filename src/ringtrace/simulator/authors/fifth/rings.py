"""The rings: who is in them, in which province, and who deals with whom.

Shapes: ``hub`` (few brokers, many leaves), ``tiers`` (brokers below brokers), ``chain`` (each broker
knows the next), ``hinge`` (a hub, one broker of which also serves another ring's customers).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from ringtrace.simulator.authors.fifth.cast import Cast, Player
from ringtrace.simulator.script import Spec

_SHAPES = ("hub", "tiers", "chain", "hinge")
_SUPPLIERS = (("supplier",), ("supplier",), ("supplier",), ("recruiter",), ("supplier", "victim_and_actor"))
_HELPERS = (("transporter",), ("host",), ("document_provider",), ("insider",), ("transporter", "host"))


@dataclass(frozen=True, slots=True)
class Deal:
    """One child on its way: through brokers in order; couple: who buys together; helper may be absent."""

    ring: str
    supplier: Player
    brokers: tuple[Player, ...]
    couple: tuple[Player, ...]
    helper: Player | None


@dataclass(slots=True)
class Ring:
    key: str
    shape: str
    brokers: list[Player]
    operators: list[Player]
    suppliers: list[Player]
    helpers: list[Player]
    buyers: list[Player]
    silent: list[Player]

    @property
    def members(self) -> list[Player]:
        return self.brokers + self.operators + self.suppliers + self.helpers + self.buyers + self.silent


def found_rings(spec: Spec, cast: Cast) -> list[Ring]:
    """Return all rings with every member in a province, margins exact."""
    rings = [_found(spec, cast, f"R{at + 1}", _SHAPES[at % 4] if size > 20 else "hub", size)
             for at, size in enumerate(spec.rings)]  # fmt: skip
    _settle(spec, rings, cast.dice)
    for ring in rings:
        _share_handles(ring, cast.dice)
    return rings


def _found(spec: Spec, cast: Cast, key: str, shape: str, size: int) -> Ring:
    dice = cast.dice
    share = {"hub": 0.03, "tiers": 0.07, "chain": 0.3, "hinge": 0.05}[shape]
    brokers = max(2, round(size * share))
    operators = 1 if size < 60 else 2
    helpers = max(1, round(size * 0.03))
    silent = round(size * (0.05 + 0.25 * spec.hardness))
    rest = size - brokers - operators - helpers - silent
    suppliers = max(1, round(rest * 0.36))
    lasting = round(110 - 50 * spec.hardness)

    def many(count: int, role: str, roles: tuple[tuple[str, ...], ...], busy: bool) -> list[Player]:
        people = []
        for _ in range(count):
            english = "en" if dice.random() < 0.15 else "zh"
            player = cast.add("m", english, lasting if busy or dice.random() < 0.25 * (1 + spec.hardness) else 0,
                              dice.choice((1, 1, 2)) if busy else dice.choice((1, 1, 1, 1, 2)),
                              dice.choice((2, 3, 4)) if busy else dice.choice((1, 1, 2)))  # fmt: skip
            player.ring, player.role, player.roles = key, role, dice.choice(roles)
            people.append(player)
        return people

    return Ring(
        key, shape, many(brokers, "broker", (("broker",), ("broker",), ("broker", "transporter")), True),
        many(operators, "operator", (("platform_operator",),), True), many(suppliers, "supplier", _SUPPLIERS, False),
        many(helpers, "helper", _HELPERS, False), many(rest - suppliers, "buyer", (("buyer",),), False),
        many(silent, "silent", (("buyer",), ("unknown",), ("supplier",)), False),
    )  # fmt: skip


def _settle(spec: Spec, rings: list[Ring], dice: random.Random) -> None:
    """Deal people to provinces in runs, as neighbours join each other; margins are exact."""
    members = [player for ring in rings for player in ring.members]
    free = [code for code in spec.provinces if code not in spec.margins]
    stock = [code for code, (people, _) in sorted(spec.margins.items()) for _ in range(people)]
    rest = len(members) - len(stock)
    stock += free[:rest]
    weights = [dice.uniform(0.3, 3.0) for _ in free]
    stock += dice.choices(free, weights, k=max(0, rest - len(free)))
    runs = [stock[at : at + 3] for at in range(0, len(stock), 3)]
    dice.shuffle(runs)
    flat = [code for run in runs for code in run]
    for ring in rings:
        people = ring.members
        dice.shuffle(people)
        for player in people:
            player.province = flat.pop()


def _share_handles(ring: Ring, dice: random.Random) -> None:
    """Some households and villages answer on one telephone."""
    leaves = ring.suppliers + ring.buyers
    for left, right in zip(leaves[::9], leaves[1::9], strict=False):
        right.handles = [*right.handles, left.handles[-1]]
    if len(ring.brokers) > 2 and dice.random() < 0.8:
        ring.brokers[1].handles.append(ring.brokers[0].handles[0])


def plan_deals(ring: Ring, rings: list[Ring], dice: random.Random, hardness: float) -> list[Deal]:
    """One deal for each buyer or couple; every supplier at least once where there are enough deals."""
    couples = _couples(ring.buyers, dice)
    suppliers = list(ring.suppliers)
    dice.shuffle(suppliers)
    deals = []
    for at, couple in enumerate(couples):
        supplier = suppliers[at % len(suppliers)]
        brokers = _way(ring, at, len(couples), dice)
        if ring.shape == "hinge" and len(rings) > 1 and dice.random() < 0.12:
            brokers = (ring.brokers[0], *brokers[:1]) if brokers[0] is not ring.brokers[0] else brokers
        if ring.shape == "hub" and len(rings) > 3 and dice.random() < 0.06 + 0.15 * hardness:
            brokers = (*brokers, rings[3].brokers[0])
        helper = dice.choice(ring.helpers + ring.operators) if dice.random() < 0.45 else None
        deals.append(Deal(ring.key, supplier, brokers, couple, helper))
    return deals


def _couples(buyers: list[Player], dice: random.Random) -> list[tuple[Player, ...]]:
    left = list(buyers)
    couples: list[tuple[Player, ...]] = []
    while left:
        size = 2 if len(left) > 1 and dice.random() < 0.2 else 1
        couples.append(tuple(left[:size]))
        del left[:size]
    return couples


def _way(ring: Ring, at: int, deals: int, dice: random.Random) -> tuple[Player, ...]:
    brokers = ring.brokers
    if ring.shape == "chain":
        step = at * (len(brokers) - 1) // max(1, deals)
        return (brokers[step], brokers[min(step + 1, len(brokers) - 1)])
    if ring.shape == "tiers":
        heads = max(2, len(brokers) // 5)
        low = brokers[heads + at % max(1, len(brokers) - heads)]
        return (low, brokers[at % heads]) if dice.random() < 0.5 else (low,)
    weights = [1 / (n + 1) for n in range(len(brokers))]
    first = dice.choices(brokers, weights)[0]
    if dice.random() < 0.2:
        second = dice.choices(brokers, weights)[0]
        return (first, second) if second is not first else (first,)
    return (first,)
