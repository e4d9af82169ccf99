"""Who is who: rings as stars around brokers in layers, kin and fellow villagers, and everybody else."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random

from ringtrace.simulator.authors.third.contact import Directory, Handles
from ringtrace.simulator.authors.third.habit import Hand, draw_hand
from ringtrace.simulator.authors.third.values import SURNAMES
from ringtrace.simulator.authors.third.wordfile import load_words
from ringtrace.simulator.script import Spec

_SHARES = (("supplier", 0.27), ("recruiter", 0.03), ("transporter", 0.05), ("host", 0.035), ("document_provider", 0.03),
           ("insider", 0.025), ("platform_operator", 0.015))  # fmt: skip
_SERVICES = frozenset({"transporter", "host", "document_provider", "insider", "recruiter", "platform_operator"})


@dataclass(slots=True)
class Member:
    """boss: key of the broker one level up ("" at the top). silent: nothing of theirs about the trade is seen.

    children: how many children a supplier hands over. words: those of the person's own past handles.
    """

    key: str
    ring: str
    roles: tuple[str, ...]
    boss: str
    province: str
    name: str
    handles: Handles
    hand: Hand
    silent: bool = False
    children: int = 0
    friends: list[str] = field(default_factory=list)

    @property
    def role(self) -> str:
        return self.roles[0]

    @property
    def side(self) -> str:
        """Which side of a deal the member speaks for: offer, seek, broker or service."""
        if self.role in _SERVICES:
            return "service"
        return {"supplier": "offer", "buyer": "seek"}.get(self.role, "broker")


def draw_rings(spec: Spec, directory: Directory) -> list[Member]:
    """Return the members of every ring, with the spec's exact provincial margins."""
    dice = Random(f"{spec.seed}/third/rings")
    members: list[Member] = []
    for number, size in enumerate(spec.rings, 1):
        members += _ring(f"R{number}", size, spec, directory, dice)
    _settle(members, spec, dice)
    _couples(members, dice)
    if spec.hardness:
        _overlap(members, spec, dice)
    _deal_children(members, spec.children, dice)
    return members


def _ring(ring: str, size: int, spec: Spec, directory: Directory, dice: Random) -> list[Member]:
    brokers = max(1, min(size // 3, round(size / 8.5)))
    roles = ["broker"] * brokers
    for role, share in _SHARES:
        roles += [role] * max(1, round(size * share))
    roles = (roles + ["buyer"] * size)[:size]
    keys = [f"{ring}-{number:03}" for number in range(1, size + 1)]
    bosses = [""] * size
    loads = [1.0] * brokers
    depth = [0] * brokers
    for at in range(1, size):
        free = [i for i in range(min(at, brokers)) if at >= brokers or depth[i] < 3]
        above = dice.choices(free, [loads[i] for i in free])[0]
        bosses[at] = keys[above]
        loads[above] += 0.35
        if at < brokers:
            depth[at] = depth[above] + 1
    quiet = 0.09 + 0.36 * spec.hardness
    members = []
    for key, role, boss in zip(keys, roles, bosses, strict=True):
        language = "en" if role in ("buyer", "supplier", "broker") and boss and dice.random() < 0.1 else "zh"
        silent = dice.random() < quiet and role != "platform_operator" and bool(boss)
        handles = directory.handles(language, 0.42 if role in ("broker", "document_provider", "recruiter") else 0.27)
        members.append(Member(key, ring, _roles(role, dice), boss, "", "", handles, Hand(language), silent))
    return members


def _roles(role: str, dice: Random) -> tuple[str, ...]:
    roll = dice.random()
    if role == "supplier" and roll < 0.06:
        return ("supplier", "victim_and_actor")
    if role == "broker" and roll < 0.08:
        return ("broker", "host")
    if role == "buyer" and roll < 0.04:
        return ("buyer", "broker")
    return (role,)


def _settle(members: list[Member], spec: Spec, dice: Random) -> None:
    """Give out provinces star by star, so that a broker's people are mostly of one place, then names and hands."""
    left = Counter({code: people for code, (people, _) in spec.margins.items()})
    free = [code for code in spec.provinces if code not in left]
    rest = len(members) - sum(left.values())
    left.update(free[: max(0, rest)])
    left.update(dice.choices(free, [dice.uniform(0.4, 3) for _ in free], k=max(0, rest - len(free))))
    where: dict[str, str] = {}
    surname: dict[str, str] = {}
    for member in sorted(members, key=lambda m: (m.ring, m.boss or m.key, m.key)):
        near = where.get(member.boss, "")
        if not (near and left[near] and dice.random() < 0.5):
            codes = [code for code in spec.provinces if left[code]]
            near = dice.choices(codes, [left[code] for code in codes])[0]
        left[near] -= 1
        member.province = where[member.key] = near
        kin = surname.get(member.boss, "") if near == where.get(member.boss) and dice.random() < 0.3 else ""
        surname[member.key] = kin or dice.choice(SURNAMES)
        member.name = surname[member.key] + dice.choice(load_words("names.toml")["given"])
        member.hand = draw_hand(member.hand.language, near, dice)


def _couples(members: list[Member], dice: Random) -> None:
    """Some buyers and suppliers live with another member of their star: one phone for both."""
    by_boss: defaultdict[tuple[str, str], list[Member]] = defaultdict(list)
    for member in members:
        if member.side in ("seek", "offer") and member.hand.language == "zh":
            by_boss[member.boss, member.side].append(member)
    for (_, _), group in sorted(by_boss.items()):
        for one, two in zip(group[::2], group[1::2], strict=False):
            if dice.random() < 0.12:
                h = two.handles
                two.handles = Handles(one.handles.phone, h.qq, h.wechat, h.telegram, h.email, h.habit, "phone")
                one.friends.append(two.key)
                two.friends.append(one.key)


def _overlap(members: list[Member], spec: Spec, dice: Random) -> None:
    """Hard: brokers of different rings know each other and name each other."""
    brokers = [member for member in members if member.role == "broker"]
    for broker in brokers:
        if dice.random() < 0.25 * spec.hardness:
            other = dice.choice(brokers)
            if other.ring != broker.ring:
                broker.friends.append(other.key)


def _deal_children(members: list[Member], children: int, dice: Random) -> None:
    suppliers = [member for member in members if member.role == "supplier"]
    for at in range(children):
        chosen = suppliers[at] if at < len(suppliers) else dice.choice(suppliers[: max(1, len(suppliers) // 5)])
        chosen.children += 1
