"""Whether a community is a ring: people on different sides who deal with each other.

An agency's advertisers share a contact, a circle of parents answers each other warmly, a spammer has
many accounts: communities all, and each on one side. A ring hands over: somebody offers or goes
between, somebody else takes, and ties run between them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pyarrow as pa

from ringtrace.rings.activity import Scene
from ringtrace.rings.model import number

_DEALING = frozenset({"reply", "address", "turn", "handle"})
"""Layers in which one speaks to or of the other; a shared contact or text is no exchange."""


def without_exchange(members: pa.Table, ties: pa.Table, scene: Scene) -> frozenset[str]:
    """Return the communities of ``members`` that are no rings.

    A ring has at least ``exchanges`` pairs and a share ``exchange_share`` of its size in pairs of
    different sides that deal with each other, and at least ``sure_share`` of its core members trade
    surely in posts of their own. In a ring of three or four all do, and one pair of different sides is enough.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for ring, actor, core in zip(*(members[n].to_pylist() for n in ("ring_id", "actor_id", "core")), strict=True):
        if core:
            groups[ring].append(actor)
    sides = {actor: side_of(scene, actor) for group in groups.values() for actor in group}
    home = {actor: ring for ring, group in groups.items() for actor in group}
    crossing: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for left, right, layer in zip(*(ties[n].to_pylist() for n in ("left", "right", "layer")), strict=True):
        same = left in home and home[left] == home.get(right)
        if same and layer in _DEALING and sides[left] != sides[right]:
            crossing[home[left]].add((left, right))
    return frozenset(
        ring for ring, group in groups.items() if not _deals(len(crossing[ring]), group, scene)
    )  # fmt: skip


def _deals(crossing: int, group: Iterable[str], scene: Scene) -> bool:
    actors = list(group)
    sure = sum(_surest(scene, actor) >= number("doubtful") for actor in actors)
    if len(actors) < number("least_members"):
        return crossing > 0 and sure == len(actors)
    enough = max(number("exchanges"), number("exchange_share") * len(actors))
    return crossing >= enough and sure >= number("sure_share") * len(actors)


def _surest(scene: Scene, actor: str) -> float:
    return max((act.trade for act in scene.by_actor.get(actor, ())), default=0.0)


def side_of(scene: Scene, actor: str) -> str:
    """Return the direction in which an actor's posts trade most, "" for one whose posts trade in none."""
    total: dict[str, float] = defaultdict(float)
    for act in scene.by_actor.get(actor, ()):
        if act.trades:
            total[act.direction] += act.trade
    return min(total, key=lambda one: (-total[one], one)) if total else ""
