"""How many of the rings found are to be expected by chance: a false-discovery level a ring, from two nulls.

Ties: the ends of ties are dealt anew, everybody keeps their number (``partition``, by_chance). Words: what posts do
is dealt anew among the posts of each container; whoever answers whom stays. Where everybody trades the second says
little of who works together, and its level is high: it is stated, and no ring is left out for it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import pyarrow as pa

from ringtrace.rings.activity import Scene


class Level(NamedTuple):
    """The share of false rings expected among those at least as unlikely as this one, by each null."""

    ties: float
    words: float


def levels(scene: Scene, members: pa.Table, by_chance: Mapping[str, float]) -> dict[str, Level]:
    """Return ring -> Level. by_chance: ring -> how often dealt ties reach as much as there is within it."""
    rings = sorted(set(members["ring_id"].to_pylist()))
    ties = false_discovery({ring: by_chance[ring] for ring in rings})
    words = false_discovery(_by_words(scene, members, rings))
    return {ring: Level(ties[ring], words[ring]) for ring in rings}


def false_discovery(chance: Mapping[str, float]) -> dict[str, float]:
    """Return the level of each by Benjamini and Hochberg (1995): chance times how many there are by its rank."""
    level: dict[str, float] = {}
    least = 1.0
    order = sorted(chance, key=lambda one: (chance[one], one))
    for rank, one in reversed(list(enumerate(order, start=1))):
        least = min(least, chance[one] * len(order) / rank)
        level[one] = least
    return level


def _by_words(scene: Scene, members: pa.Table, rings: list[str]) -> dict[str, float]:
    """Return ring -> the chance of as many pairs of members of which one trades in answer to the other's trade."""
    core = members.filter(members["core"])
    home = dict(zip(core["actor_id"].to_pylist(), core["ring_id"].to_pylist(), strict=True))
    usual = _usual(scene)
    trading: dict[str, set[tuple[str, str]]] = defaultdict(set)
    spared: dict[tuple[str, str], float] = defaultdict(lambda: 1.0)
    for post, (parent, _) in scene.answered.items():
        below, above = scene.acts[post], scene.acts.get(parent)
        if above is None or below.actor == above.actor or home.get(below.actor, "") != home.get(above.actor):
            continue
        pair = (min(below.actor, above.actor), max(below.actor, above.actor))
        spared[pair] *= 1 - usual[below.container] * usual[above.container]
        if below.trades and above.trades:
            trading[home[below.actor]].add(pair)
    expected: dict[str, list[float]] = defaultdict(list)
    for pair, none in spared.items():
        expected[home[pair[0]]].append(1 - none)
    return {ring: at_least(len(trading[ring]), math.fsum(expected[ring])) for ring in rings}


def _usual(scene: Scene) -> dict[str, float]:
    """Return container -> the share of its posts that trade, half a post of each kind being added."""
    posts = Counter(act.container for act in scene.acts.values())
    trading = Counter(act.container for act in scene.acts.values() if act.trades)
    return {container: (trading[container] + 0.5) / (count + 1) for container, count in posts.items()}


def at_least(count: int, expected: float) -> float:
    """Return the chance of ``count`` or more where ``expected`` rare and independent events are expected (Poisson)."""
    if count == 0:
        return 1.0
    if expected <= 0:
        return 0.0
    below = math.fsum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count))
    return min(1.0, max(0.0, 1 - below))
