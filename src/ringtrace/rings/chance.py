"""Which groups are more than chance makes, by two nulls, and how many false ones are to be expected among these.

Ties: their ends are dealt anew and groups are looked for anew (``dealing``). Words: what posts do is dealt anew among
the posts of each container; whoever answers whom stays. A group that either explains is no ring: it is told of in table
``groups``, with the reason. Where nearly everybody in a container trades, dealing words says nothing of who works
together, and no group falls by it; where few people are tied at all, ties cannot be dealt otherwise, and none falls by
either.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from itertools import chain
from typing import NamedTuple

import pyarrow as pa

from ringtrace.rings.activity import Scene
from ringtrace.rings.dealing import against_chance, at_least, closeness
from ringtrace.rings.model import number

SCHEMA = pa.schema(
    [("group_id", pa.string()), ("actors", pa.list_(pa.string())), ("level_ties", pa.float64()),
     ("level_words", pa.float64()), ("reasons", pa.list_(pa.string()))]
)  # fmt: skip
Made = list[list[float]]
_BY_TIES = (
    "were ties dealt anew among the same people, groups as close as this one and as many would come out by chance"
)
_BY_WORDS = (
    "were what posts do dealt anew within each group or site, as many of its people would trade in answer to each other"
)


class Level(NamedTuple):
    """The share of false rings expected among those at least as unlikely as this one, by each null.

    ties: None where too few people are tied to deal ties otherwise. reasons: by which null it is no ring, in words.
    """

    ties: float | None
    words: float
    reasons: tuple[str, ...] = ()


def levels(scene: Scene, members: pa.Table, ties: pa.Table, made: Callable[[], Made]) -> dict[str, Level]:
    """Return ring -> Level. made: see ``dealing.made_by_chance``; asked where enough people are tied."""
    rings = sorted(set(members["ring_id"].to_pylist()))
    chance, usual = _by_words(scene, members, rings)
    words = false_discovery(chance)
    if len({*ties["left"].to_pylist(), *ties["right"].to_pylist()}) < number("few_tied"):
        return {ring: Level(None, words[ring]) for ring in rings}
    verdicts = against_chance(closeness(members, ties), made())
    found = {}
    for ring in rings:
        reasons = [] if verdicts[ring].stands else [_BY_TIES]
        if words[ring] > number("most_words") and usual[ring] < number("words_usual"):
            reasons.append(_BY_WORDS)
        found[ring] = Level(verdicts[ring].level, words[ring], tuple(reasons))
    return found


def unconfirmed(members: pa.Table, level: Mapping[str, Level]) -> pa.Table:
    """Return table ``groups``: what chance explains, who would have been its members and why it is no ring."""
    people: dict[str, list[str]] = defaultdict(list)
    for ring, actor in zip(members["ring_id"].to_pylist(), members["actor_id"].to_pylist(), strict=True):
        people[ring].append(actor)
    rows = [
        {"group_id": ring, "actors": sorted(people[ring]), "level_ties": one.ties, "level_words": one.words,
         "reasons": list(one.reasons)}
        for ring, one in sorted(level.items()) if one.reasons
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def false_discovery(chance: Mapping[str, float]) -> dict[str, float]:
    """Return the level of each by Benjamini and Hochberg (1995): chance times how many there are by its rank."""
    level: dict[str, float] = {}
    least = 1.0
    order = sorted(chance, key=lambda one: (chance[one], one))
    for rank, one in reversed(list(enumerate(order, start=1))):
        least = min(least, chance[one] * len(order) / rank)
        level[one] = least
    return level


def _by_words(scene: Scene, members: pa.Table, rings: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Return ring -> the chance of as many pairs of members of which one trades in answer to the other's trade.

    And ring -> the share of its answering pairs of which dealt words would make such.
    """
    core = members.filter(members["core"])
    home = dict(zip(core["actor_id"].to_pylist(), core["ring_id"].to_pylist(), strict=True))
    usual = _usual(scene)
    trading: dict[str, set[tuple[str, str]]] = defaultdict(set)
    spared: dict[tuple[str, str], float] = defaultdict(lambda: 1.0)
    said = ((post, parent) for post, (parent, _) in scene.answered.items())
    turned = ((post, turn.before) for post, turn in scene.turned.items())
    for post, parent in chain(said, turned):
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
    chance = {ring: at_least(len(trading[ring]), math.fsum(expected[ring])) for ring in rings}
    return chance, {ring: math.fsum(expected[ring]) / max(1, len(expected[ring])) for ring in rings}


def _usual(scene: Scene) -> dict[str, float]:
    """Return container -> the share of its posts that trade, half a post of each kind being added."""
    posts = Counter(act.container for act in scene.acts.values())
    trading = Counter(act.container for act in scene.acts.values() if act.trades)
    return {container: (trading[container] + 0.5) / (count + 1) for container, count in posts.items()}
