"""Cuts public benchmark graphs (LFR, mu .3) and planted rings of 5 to 1,000 by the product's ring cut, beside Leiden.

python benchmarks/lfr.py [SEED]: needs ``networkx`` (which exports use); Leiden by ``graspologic_native``, which the
product itself runs: with modularity, and with CPM at 1, 2, 4, 8 and 16 times the mean density of the graph, of which
the best in hindsight counts. ARI against the planted communities; whoever is in no ring counts as a community alone.
LFR graphs are even all over: no stars, no doubtful ties, no one outside of any ring. The rings of this field are
hubs with spokes (planted here beside them: one broker, the others tied to it and seldom to each other).
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator

import graspologic_native
import networkx as nx
import pyarrow as pa

from ringtrace.evaluation.measures import adjusted_rand
from ringtrace.rings.partition import find

Graph = tuple[str, list[tuple[str, str]], dict[str, str]]


def lfr(count: int, least: int, most: int, seed: int) -> Graph:
    graph = nx.LFR_benchmark_graph(
        count, 3, 1.5, 0.3, average_degree=15, max_degree=50, min_community=least, max_community=most, seed=seed,
        max_iters=1_000,
    )  # fmt: skip
    home = {f"n{node}": f"c{min(data['community'])}" for node, data in graph.nodes(data=True)}
    edges = [(f"n{min(pair)}", f"n{max(pair)}") for pair in graph.edges() if pair[0] != pair[1]]
    return f"LFR mu .3, {count} nodes, communities of {least}-{most}", edges, home


def planted(shape: str, seed: int) -> Graph:
    """Return rings of 5, 10, 20, 50, 100, 200, 500 and 1,000 side by side, joined by one tie in ten."""
    rng = random.Random(seed)
    home, edges = {}, set()
    for ring, size in enumerate((5, 5, 10, 10, 20, 20, 50, 50, 100, 200, 500, 1000)):
        members = [f"r{ring:02}m{number:04}" for number in range(size)]
        home.update(dict.fromkeys(members, f"r{ring}"))
        for at, member in enumerate(members[1:], 1):
            hub = members[0] if shape == "star" and (size < 60 or rng.random() < 0.7) else members[rng.randrange(at)]
            edges.add((min(hub, member), max(hub, member)))
        for _ in range(size * (1 if shape == "star" else 4) // 2):
            edges.add(tuple(sorted(rng.sample(members, 2))))
    everyone = sorted(home)
    for _ in range(len(edges) // 10):
        edges.add(tuple(sorted(rng.sample(everyone, 2))))
    return f"planted rings of 5-1,000, {shape}", sorted(edges), home


def ours(edges: list[tuple[str, str]]) -> dict[str, str]:
    columns = {"left": [one for one, _ in edges], "right": [other for _, other in edges]}
    ties = pa.table({**columns, "weight": [1.0] * len(edges), "times": [1] * len(edges), "said": [1.0] * len(edges),
                     "together": pa.nulls(len(edges), pa.float64())})  # fmt: skip
    rings = find(ties).to_pylist()
    return {row["actor_id"]: row["ring_id"] for row in rings if row["core"]}


def leiden(modularity: bool, edges: list[tuple[str, str]]) -> Iterator[dict[str, str]]:
    """Yield the cut at modularity 1, or those of CPM at several times the mean density of the graph."""
    nodes = len({end for edge in edges for end in edge})
    density = 2 * len(edges) / nodes / (nodes - 1)
    for resolution in (1.0,) if modularity else (density * times for times in (1, 2, 4, 8, 16)):
        _, label = graspologic_native.leiden(
            [(*edge, 1.0) for edge in edges],
            resolution=resolution,
            use_modularity=modularity,
            seed=7,
            iterations=2,
            trials=1,
        )
        yield {node: str(group) for node, group in label.items()}


def graphs(seed: int) -> Iterator[Graph]:
    yield lfr(1_000, 10, 50, seed)
    yield lfr(1_000, 20, 100, seed)
    yield lfr(5_000, 20, 100, seed)
    yield lfr(10_000, 20, 200, seed)
    yield planted("dense", seed)
    yield planted("star", seed)


def main() -> None:
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    peers: dict[str, Callable[[list[tuple[str, str]]], Iterable[dict[str, str]]]] = {
        "ringtrace": lambda edges: [ours(edges)], "Leiden, modularity": lambda edges: leiden(True, edges),
        "Leiden, CPM, best of five": lambda edges: leiden(False, edges),
    }  # fmt: skip
    for name, edges, home in graphs(seed):
        for peer, cut in peers.items():
            began = time.process_time()
            cuts = list(cut(edges))
            spent = time.process_time() - began
            whole = [{node: found.get(node, f"alone {node}") for node in home} for found in cuts]
            agreed = [adjusted_rand(home, one) for one in whole]
            found = cuts[agreed.index(max(agreed))]
            print(
                f"{name}, {len(edges)} ties, {peer}: ARI {max(agreed):.3f}, "
                f"{len(set(found.values()))} of {len(set(home.values()))} communities, {spent:.1f} s CPU",
                flush=True,
            )


if __name__ == "__main__":
    main()
