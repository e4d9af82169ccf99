"""The people of a ring: small stars around brokers, the brokers below others; buyers are leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from ringtrace.simulator.authors.second.cast import Cast, Soul
from ringtrace.simulator.authors.second.world import Venue
from ringtrace.simulator.script import Spec

_DAY = 86_400
_SPECIALISTS = ("recruiter", "transporter", "document_provider", "insider", "host")


@dataclass(slots=True)
class Cell:
    """A star: its head, the brokers below, suppliers, buyers and specialists; where they talk.

    above: head of the cell that this one deals through, None at the top.
    """

    ring: str
    head: Soul
    above: Soul | None
    venues: tuple[Venue, ...]
    brokers: list[Soul] = field(default_factory=list)
    suppliers: list[Soul] = field(default_factory=list)
    buyers: list[Soul] = field(default_factory=list)
    others: list[Soul] = field(default_factory=list)
    operators: list[Soul] = field(default_factory=list)

    def people(self) -> list[Soul]:
        return [self.head, *self.brokers, *self.suppliers, *self.buyers, *self.others, *self.operators]


def cell_sizes(members: int, dice: Random) -> list[int]:
    """How a ring falls into stars of 8 to 60 people (one star when it is small)."""
    sizes: list[int] = []
    left = members
    while left:
        size = min(left, max(8, min(52, int(dice.lognormvariate(2.95, 0.5)))))
        if left - size < 8:
            size = left
        sizes.append(size)
        left -= size
    return sizes


def provinces_of_members(spec: Spec, dice: Random) -> tuple[list[str], list[str]]:
    """A province for each suspect, margins exact: a pool where neighbours stand together, and a mixed one."""
    total = sum(spec.rings)
    fixed = {code: people for code, (people, _) in spec.margins.items() if code in spec.provinces}
    free = [code for code in spec.provinces if code not in fixed]
    rest = total - sum(fixed.values())
    shares = [dice.lognormvariate(0, 0.8) for _ in free]
    count = Counter(fixed) + Counter(free[:rest])
    count += Counter(dice.choices(free, shares, k=max(0, rest - len(free)))) if free else Counter()
    order = list(spec.provinces)
    dice.shuffle(order)
    near: list[str] = []
    far: list[str] = []
    for code in order:
        for _ in range(count[code]):
            (near if dice.random() < 0.62 else far).append(code)
    dice.shuffle(far)
    return near, far


def build_rings(spec: Spec, cast: Cast, venues: Sequence[Venue], start: int, dice: Random) -> list[Cell]:
    """Return the stars of all rings."""
    near, far = provinces_of_members(spec, dice)
    cells: list[Cell] = []
    for number, members in enumerate(spec.rings, 1):
        mine: list[Cell] = []
        for index, size in enumerate(cell_sizes(members, dice)):
            above = mine[(index - 1) // 3].head if index else None
            mine.append(_cell(f"ring{number}", size, above, spec, cast, venues, (near, far), start, dice))
        cells += mine
    return cells


def _cell(
    ring: str, size: int, above: Soul | None, spec: Spec, cast: Cast, venues: Sequence[Venue],
    pools: tuple[list[str], list[str]], start: int, dice: Random,
) -> Cell:  # fmt: skip
    near, far = pools

    def member(role: str, *more: str, abroad: bool = False) -> Soul:
        pool = (far or near) if abroad else (near or far)
        soul = cast.soul(language, ring=ring, roles=(role, *more), province=pool.pop())
        return _equip(soul, cast, spec, start, dice)

    open_to = [venue for venue in venues if venue.trade > 0]
    first = dice.choices(open_to, [venue.trade for venue in open_to])[0]
    language = first.language
    alike = [venue for venue in open_to if venue.language == language]
    chosen = dice.choices(alike, [venue.trade for venue in alike], k=dice.choice((1, 2, 3, 4)))
    head = member("broker", *(("recruiter",) if dice.random() < 0.1 else ()))
    cell = Cell(ring, head, above, tuple({venue.place.key: venue for venue in (first, *chosen)}.values()))
    left = size - 1
    if above is None and left > 4:
        cell.operators.append(member("platform_operator", *(("broker",) if dice.random() < 0.4 else ())))
        left -= 1
    brokers = min(left // 4, max(1, round(size * dice.uniform(0.08, 0.17)))) if left > 3 else 0
    cell.brokers = [member("broker") for _ in range(brokers)]
    others = min((left - brokers) // 3, int(size * dice.uniform(0.05, 0.16)) + (dice.random() < 0.5))
    cell.others = [member(dice.choice(_SPECIALISTS)) for _ in range(others)]
    leaves = left - brokers - others
    suppliers = round(leaves * dice.uniform(0.32, 0.5))
    cell.suppliers = [
        member("supplier", *(("victim_and_actor",) if dice.random() < 0.12 else ())) for _ in range(suppliers)
    ]
    cell.buyers = [member("buyer", abroad=True) for _ in range(leaves - suppliers)]
    return cell


def _equip(soul: Soul, cast: Cast, spec: Spec, start: int, dice: Random) -> Soul:
    """Handles, caution and turnover by role."""
    go_between = soul.roles[0] in ("broker", "platform_operator", "document_provider")
    kinds = ["qq", "qq", "wechat", "phone"] if soul.language == "zh" else ["wechat", "phone", "telegram", "email", "qq"]
    if go_between:
        soul.wary = dice.uniform(0.2, 0.7)
        kinds = dice.sample(kinds, 2) + ["telegram"] * (dice.random() < 0.2)
    else:
        soul.wary = dice.uniform(0.0, 0.4)
        kinds = [dice.choice(kinds)] if dice.random() < 0.65 else []
    cast.equip(soul, kinds)
    often = (0.4 if go_between else 0.08) + 0.3 * spec.hardness
    if dice.random() < often:
        turns = dice.choice((1, 1, 2)) if go_between else 1
        soul.turns = tuple(sorted(start + int(dice.uniform(0.2, 0.9) * spec.days * _DAY) for _ in range(turns)))
    return soul
