"""Rings in a case whose ordinary talk reads like trade: doubtful ties everywhere join no rings."""

from __future__ import annotations

import random
from itertools import pairwise

import pyarrow as pa
import pytest

from ringtrace.rings.graph import SCHEMA
from ringtrace.rings.model import number
from ringtrace.rings.partition import find

RINGS, BROKERS, BUYERS = 3, 4, 8


def planted() -> dict[tuple[str, str], float]:
    """Brokers in a chain, each with buyers of its own, tied firmly."""
    found = {}
    for ring in range(RINGS):
        names = [f"ring{ring}-broker{n}" for n in range(BROKERS)]
        found.update({(left, right): 1.0 for left, right in pairwise(names)})
        found.update({(name, f"{name}-buyer{n}"): 0.95 for name in names for n in range(BUYERS)})
    return found


def doubtful(actors: list[str], background: int, seed: int) -> dict[tuple[str, str], float]:
    """One to three ties below firm for everybody of the background, a good third of them to ring members."""
    rng = random.Random(seed)
    others = [f"talk{n}" for n in range(background)]
    found = {}
    for one in others:
        for _ in range(rng.choice((1, 1, 2, 3))):
            mate = rng.choice(others if rng.random() < 0.6 else actors)
            if mate != one:
                found[min(one, mate), max(one, mate)] = rng.uniform(0.25, number("firm"))
    return found


def rings_of(ties: dict[tuple[str, str], float]) -> list[set[str]]:
    rows = [
        {"left": left, "right": right, "layer": "reply", "weight": weight, "basis": [], "times": 1, "said": 1.0}
        for (left, right), weight in sorted(ties.items())
    ]
    groups: dict[str, set[str]] = {}
    for row in find(pa.Table.from_pylist(rows, schema=SCHEMA)).to_pylist():
        if row["core"]:
            groups.setdefault(row["ring_id"], set()).add(row["actor_id"])
    return sorted(groups.values(), key=min)


@pytest.mark.parametrize("background", [60, 400, 1200])
def test_doubtful_ties_join_no_rings(background: int) -> None:
    firm = planted()
    actors = sorted({actor for pair in firm for actor in pair})
    found = rings_of(firm | doubtful(actors, background, seed=background))
    for ring in range(RINGS):
        mine = {actor for actor in actors if actor.startswith(f"ring{ring}-")}
        assert any(len(group & mine) >= 0.9 * len(mine) and not group & set(actors) - mine for group in found)
    strangers = sum(actor.startswith("talk") for group in found for actor in group)
    assert strangers <= 0.1 * background


def test_an_actor_joins_where_nearly_all_its_doubtful_ties_lead() -> None:
    weak = {("ring0-broker0", "visitor"): 0.5, ("ring0-broker1", "visitor"): 0.4}
    torn = weak | {("ring1-broker0", "visitor"): 0.5}
    assert any("visitor" in group and "ring0-broker0" in group for group in rings_of(planted() | weak))
    assert not any("visitor" in group for group in rings_of(planted() | torn))
