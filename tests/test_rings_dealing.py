"""Ties dealt anew: everybody keeps the number of ties, chance makes no rings, and what chance explains is still told."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.rings.activity import scene
from ringtrace.rings.assembly import find_members
from ringtrace.rings.chance import Level, levels, unconfirmed
from ringtrace.rings.dealing import against_chance, closeness, dealt
from test_rings_circles import scene_of
from test_rings_planted import Planted, analyse

PEOPLE = st.sampled_from([f"p{number}" for number in range(12)])
TIES = st.lists(st.tuples(PEOPLE, PEOPLE, st.sampled_from(["reply", "handle"])).filter(lambda tie: tie[0] < tie[1]))
CLOSE = st.lists(st.floats(0, 300), max_size=12)


def table(ties: list[tuple[str, str, str]]) -> pa.Table:
    names = ("left", "right", "layer")
    return pa.table({name: pa.array([tie[at] for tie in ties], pa.string()) for at, name in enumerate(names)})


@given(TIES, st.integers(0, 99))
def test_everybody_keeps_the_number_of_ties_in_each_layer_but_those_to_oneself(ties, seed) -> None:
    found = dealt(table(ties), seed).to_pylist()
    before = Counter((end, layer) for left, right, layer in ties for end in (left, right))
    after = Counter((row[side], row["layer"]) for row in found for side in ("left", "right"))
    assert all(row["left"] < row["right"] for row in found)
    lost = before - after
    assert not after - before and sum(lost.values()) == 2 * (len(ties) - len(found))
    assert all(count % 2 == 0 for count in lost.values())  # who was dealt itself lost both ends


def test_a_group_is_closer_the_fewer_of_its_ties_its_numbers_explain() -> None:
    inside = [(f"a{left}", f"a{right}", "reply") for left in range(5) for right in range(left + 1, 5)]
    other = [(f"b{left}", f"b{right}", "reply") for left in range(5) for right in range(left + 1, 5)]
    out = [(f"a{at}", f"b{at}", "reply") for at in range(5)]
    groups = pa.table(
        {"ring_id": ["a"] * 5, "actor_id": [f"a{at}" for at in range(5)], "core": [True] * 5}
    )  # fmt: skip
    alone, torn = (closeness(groups, table(ties))["a"] for ties in (inside + other, inside + other + out))
    # 10 ties inside; of 20 in all 10 ** 2 * 4 / 80 = 5 are to be expected, of 25 with 25 ends 6.25.
    assert alone == pytest.approx(10 * np.log(2) - 5) and torn == pytest.approx(10 * np.log(1.6) - 3.75)
    assert closeness(groups, table(out))["a"] == 0.0


@given(CLOSE, st.lists(CLOSE, min_size=2, max_size=8))
def test_who_stands_is_always_the_closest_and_levels_rise_as_groups_are_less_close(close, made) -> None:
    named = {f"r{at:02}": one for at, one in enumerate(close)}
    found = against_chance(named, made)
    order = sorted(named, key=lambda ring: (-named[ring], ring))
    stands = [found[ring].stands for ring in order]
    assert stands == sorted(stands, reverse=True)
    assert [found[ring].level for ring in order] == sorted(found[ring].level for ring in order)
    assert all(0 <= one.level <= 1 for one in found.values())


def test_as_many_and_as_close_as_chance_makes_never_stand_and_far_more_do() -> None:
    rng = np.random.default_rng(5)
    runs = [sorted(rng.gamma(3, 8, rng.poisson(9)).tolist()) for _ in range(212)]
    made, others = runs[:12], runs[12:]
    fallen = [
        sum(one.stands for one in against_chance(dict(enumerate(map(float, run))), made).values()) for run in others
    ]
    assert sum(fallen) <= 0.05 * len(others)
    many = against_chance({f"r{at}": close for at, close in enumerate(rng.gamma(3, 8, 40))}, made)
    assert all(one.stands for one in many.values())
    far = against_chance({"far": 900.0, "usual": 20.0}, made)
    assert far["far"].stands and not far["usual"].stands


def test_where_few_are_tied_nobody_falls_and_chance_is_not_asked() -> None:
    def never() -> list[list[float]]:
        raise AssertionError("asked what chance makes of three people")

    members = pa.table({"ring_id": ["r"] * 3, "actor_id": ["p0", "p1", "p2"], "core": [True] * 3})
    found = levels(scene_of(dict.fromkeys(("p0", "p1", "p2"), 0.9)), members, table([("p0", "p1", "reply")]), never)
    assert found["r"].ties is None and not found["r"].reasons


def test_what_chance_explains_is_told_with_its_people_and_the_reason() -> None:
    members = pa.table({"ring_id": ["r", "r", "s"], "actor_id": ["p1", "p0", "p2"]})
    level = {"r": Level(0.9, 0.2, ("as many by chance",)), "s": Level(0.01, 0.0)}
    assert unconfirmed(members, level).to_pylist() == [
        {"group_id": "r", "actors": ["p0", "p1"], "level_ties": 0.9, "level_words": 0.2, "reasons": ["as many by chance"]}
    ]  # fmt: skip


def test_planted_rings_stand_and_their_dealt_ties_make_groups_and_no_ring() -> None:
    case = Planted(3)
    for number in range(4):
        case.ring(number, stars=8, leaves=7)
    case.chatter(40)
    t = analyse(case.tables())
    assert len(t["rings"]) >= 3 and all(level <= 0.5 for level in t["rings"]["level_ties"].to_pylist())
    stage = scene(t["posts"], t["stances"], t["facts"], t["actors"], t["answers"])
    fallen = [find_members(stage, dealt(t["ties"], seed), ()) for seed in range(4)]
    assert [len(found.members) for found in fallen] == [0] * 4
    assert all(len(found.groups) and not len(found.near) for found in fallen)
    assert any(len(row["actors"]) > 100 for row in fallen[0].groups.to_pylist())
