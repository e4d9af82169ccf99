"""The cut into rings: the shortest description of the ties, on graphs whose communities are known."""

from __future__ import annotations

import random
import time

import networkx as nx
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.evaluation.measures import adjusted_rand
from ringtrace.rings import communities
from ringtrace.rings.communities import Cuts, Edge, components, cut_part, shortest
from ringtrace.rings.description import improved, length
from ringtrace.rings.partition import find


def groups_of(edges: list[Edge]) -> dict[str, int]:
    """Return actor -> ring, all connected parts being cut."""
    rings = [cut for part in components(edges) for cut in shortest(part)[1]]
    return {actor: at for at, ring in enumerate(rings) for actor in ring}


def stars(seed: int, sizes: tuple[int, ...] = (12, 30, 60, 120)) -> tuple[list[Edge], dict[str, int]]:
    """Return rings around three hubs each, and a seam of two ties between neighbours in the row."""
    rng = random.Random(seed)
    home, edges = {}, set()
    for ring, size in enumerate(sizes):
        people = [f"r{ring}m{at:03}" for at in range(size)]
        home.update(dict.fromkeys(people, ring))
        for at in range(1, size):
            edges.add((people[rng.randrange(min(at, 3))], people[at]))
            if at > 3:
                edges.add((people[rng.randrange(3)], people[at]))
        if ring:
            for _ in range(2):
                edges.add((f"r{ring - 1}m{rng.randrange(sizes[ring - 1]):03}", rng.choice(people)))
    return [(left, right, 1.0) for left, right in sorted((min(e), max(e)) for e in edges)], home


def lfr(count: int) -> tuple[list[Edge], dict[str, int]]:
    """Return a public benchmark graph: three ties in ten lead out of every community."""
    graph = nx.LFR_benchmark_graph(
        count, 3, 1.5, 0.3, average_degree=15, max_degree=50, min_community=20, max_community=100, seed=3,
        max_iters=1_000,
    )  # fmt: skip
    home = {f"n{node:04}": min(data["community"]) for node, data in graph.nodes(data=True)}
    return [(f"n{min(pair):04}", f"n{max(pair):04}", 1.0) for pair in graph.edges() if pair[0] != pair[1]], home


@pytest.mark.slow
def test_lfr_graphs_are_cut_at_their_communities() -> None:
    edges, home = lfr(1_000)
    assert adjusted_rand(home, groups_of(edges)) > 0.95


def test_the_whole_way_to_rings_does_not_join_again_what_the_cut_keeps_apart() -> None:
    """Communities that three ties in ten lead out of touch at many people; rings that firm ties join are asked too."""
    edges, home = lfr(400)
    columns = {"left": [left for left, _, _ in edges], "right": [right for _, right, _ in edges]}
    rest = {"weight": [1.0] * len(edges), "times": [1] * len(edges), "said": [1.0] * len(edges)}
    rings = find(pa.table({**columns, **rest, "together": pa.nulls(len(edges), pa.float64())})).to_pylist()
    found = {row["actor_id"]: row["ring_id"] for row in rings if row["core"]}
    assert adjusted_rand(home, {actor: found.get(actor, actor) for actor in home}) > 0.9


def test_a_cut_holds_when_a_few_ties_come_and_go() -> None:
    edges, home = stars(5)
    whole = groups_of(edges)
    assert adjusted_rand(home, whole) > 0.95
    rng = random.Random(11)
    dropped = groups_of([edge for edge in edges if rng.random() > 0.02])
    assert adjusted_rand(home, {actor: dropped.get(actor, -at) for at, actor in enumerate(home, 1)}) > 0.9
    added = {(*sorted(rng.sample(sorted(home), 2)), 1.0) for _ in range(10)}
    assert adjusted_rand(home, groups_of(sorted({*edges, *added}))) > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_what_has_no_communities_is_left_whole(seed: int) -> None:
    rng = random.Random(seed)
    edges = {(f"a{rng.randrange(at):03}", f"a{at:03}", 1.0) for at in range(1, 200)}
    edges |= {(*sorted(rng.sample([f"a{at:03}" for at in range(200)], 2)), 1.0) for _ in range(60)}
    assert max(len(ring) for ring in shortest(sorted(edges))[1]) > 160


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_parts_that_nothing_joins_stay_apart_and_are_cut_alike_alone(seed: int, rng: random.Random) -> None:
    one, _ = stars(seed, (9, 20))
    other = [(f"z{left}", f"z{right}", weight) for left, right, weight in stars(seed + 1, (9, 25))[0]]
    both = [*one, *other]
    found = groups_of(both)
    for ring in set(found.values()):
        assert len({actor[0] for actor in found if found[actor] == ring}) == 1
    assert adjusted_rand(groups_of(one), {actor: found[actor] for actor in groups_of(one)}) == pytest.approx(1.0)
    rng.shuffle(both)
    assert groups_of(sorted(both)) == found


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 9))
def test_what_is_improved_is_told_no_longer_and_exactly(seed: int, groups: int) -> None:
    edges, home = stars(seed, (8, 15, 22))
    rng = random.Random(seed)
    label = {actor: rng.randrange(groups) for actor in sorted(home)}
    told, found = improved(edges, label)
    assert told <= length(edges, label) + 1e-6
    assert told == pytest.approx(length(list(reversed(edges)), found))


def test_two_different_cuts_told_in_as_many_words_are_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tree of two like halves may be cut on either side: the first proposal counts, whatever the labels are."""
    edges, _ = stars(1, (9, 12))
    cuts = iter([{"a": 0}, {"a": 1}, {"a": 2}, {"a": 3}])
    monkeypatch.setattr(communities, "improved", lambda edges, label: (1.0, {**label, **next(cuts)}))
    assert shortest(edges)[1]


def test_a_part_that_was_cut_before_is_not_cut_again() -> None:
    edges, _ = stars(2, (9, 12))
    known = Cuts()
    (first,) = known.of([edges], cut_part)
    assert known.of([edges], lambda part: pytest.fail("cut again")) == [first] == [cut_part(edges)]


def test_a_hub_with_thousands_of_spokes_is_cut_in_seconds() -> None:
    edges = [("hub", f"m{at:05}", 1.0) for at in range(3_000)]
    started = time.process_time()
    assert [len(ring) for ring in shortest(edges)[1]] == [3_001]
    assert time.process_time() - started < 20, "joining must not ask all neighbours of a hub at every step"


def test_pieces_of_any_size_are_joined_until_no_join_shortens_the_message() -> None:
    graph = nx.LFR_benchmark_graph(
        400, 3, 1.5, 0.3, average_degree=12, max_degree=50, min_community=15, max_community=60, seed=3,
        max_iters=1_000,
    )  # fmt: skip
    edges = [(f"n{min(pair):04}", f"n{max(pair):04}", 1.0) for pair in graph.edges() if pair[0] != pair[1]]
    home = {f"n{node:04}": min(data["community"]) for node, data in graph.nodes(data=True)}
    for pieces in (2, 4, 8):
        rng = random.Random(pieces)
        _, found = improved(edges, {actor: pieces * home[actor] + rng.randrange(pieces) for actor in sorted(home)})
        assert adjusted_rand(home, found) > 0.95, f"cut from {pieces} pieces of each community"
