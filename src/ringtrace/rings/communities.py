"""Rings as communities of the tie graph: scale chosen by stability, checked against chance.

Ties of doubtful posts join everything to everything in a case whose talk reads like trade, so rings are
found among the firm ties alone; whom only weaker ties hold joins the ring that nearly all of them lead
to. Each connected part is cut by Leiden (modularity) at a ladder of low resolutions; the cut that
persists over neighbouring rungs and under dropped ties is taken, the coarsest of them first; then
each piece is cut again by itself, so that the size of the whole case does not decide what a small
ring is (the resolution limit of modularity), and stars are not split into pairs (as CPM does).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import graspologic_native
import numpy as np
import pyarrow as pa

from ringtrace.rings.model import number

LADDER = (0.04, 0.056, 0.08, 0.113, 0.16, 0.226)
AGAIN = 0.02
"""Resolutions: two parts of a whole separate when their common weight is below resolution * vol * vol / 2m.

LADDER cuts a connected part, AGAIN cuts each piece once more by its own size: between rings that
chance ties join and stars that brokers join lie ratios of .02-.05 (docs/rings.md)."""
SEED = 382
_SAME = 0.9
"""Share of agreement (Jaccard, weighted by size) at which two cuts are one."""
_NEARLY = 0.85
"""The same where the choice is a cut or one community of nearly everyone. Where all trading people hang together, ties
dealt anew leave nothing to cut on any rung (docs/rings.md)."""
_DEPTH = 6
_WEIGHT_CAP = 4.0
Edge = tuple[str, str, float]
Cut = list[frozenset[str]]


class Part(NamedTuple):
    """A ring: its members with their stability."""

    members: frozenset[str]
    stability: Mapping[str, float]


Known = dict[tuple[bool, tuple[Edge, ...]], list[Part]]


def recalled(edges: list[Edge], known: Known, *, whole: bool) -> list[Part]:
    """Return the rings of one connected part, cut anew unless ``known`` holds how. whole: see ``_rings``."""
    key = whole, tuple(edges)
    if key not in known:
        known[key] = _rings(edges, whole=whole)
    return known[key]


def weigh(ties: pa.Table) -> list[Edge]:
    """Return one edge for each pair, in order: its layers added up, at least how surely the two belong together."""
    total: dict[tuple[str, str], float] = defaultdict(float)
    least: dict[tuple[str, str], float] = defaultdict(float)
    columns = (ties[name].to_pylist() for name in ("left", "right", "weight", "together"))
    for left, right, weight, together in zip(*columns, strict=True):
        total[left, right] += weight
        least[left, right] = max(least[left, right], together or 0.0)
    return [(*pair, min(max(weight, least[pair]), _WEIGHT_CAP)) for pair, weight in sorted(total.items())]


def surest(ties: pa.Table) -> dict[tuple[str, str], float]:
    """Return pair -> how surely the two belong together; where nothing says so, how surely one layer ties them."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    alone: dict[tuple[str, str], float] = defaultdict(float)
    columns = (ties[name].to_pylist() for name in ("left", "right", "weight", "times", "together"))
    for left, right, weight, times, together in zip(*columns, strict=True):
        if together is None:
            alone[left, right] = max(alone[left, right], min(1.0, weight / (1 + math.log2(times))))
        else:
            found[left, right] = max(found[left, right], together)
    return {**alone, **found}


def spoken(ties: pa.Table) -> dict[tuple[str, str], float]:
    """Return pair -> how surely both posts of the surest said tie between the two trade by themselves."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for left, right, said in zip(*(ties[name].to_pylist() for name in ("left", "right", "said")), strict=True):
        found[left, right] = max(found[left, right], said)
    return found


def components(edges: Sequence[Edge]) -> list[list[Edge]]:
    """Return the edges of each connected part that has enough actors, largest first."""
    kept = [part for part in connected(edges) if len(actors_in(part)) >= number("least_members")]
    return sorted(kept, key=lambda part: (-len(part), part[0]))


def connected(edges: Iterable[Edge]) -> list[list[Edge]]:
    """Return the edges of each connected part, in order of their first."""
    parent: dict[str, str] = {}

    def root(actor: str) -> str:
        while parent.setdefault(actor, actor) != actor:
            parent[actor] = parent[parent[actor]]
            actor = parent[actor]
        return actor

    edges = list(edges)
    for left, right, _ in edges:
        a, b = sorted((root(left), root(right)))
        parent[b] = a
    parts: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        parts[root(edge[0])].append(edge)
    return list(parts.values())


def actors_in(edges: Iterable[Edge]) -> set[str]:
    return {actor for left, right, _ in edges for actor in (left, right)}


def _rings(edges: list[Edge], depth: int = 0, *, whole: bool = False) -> list[Part]:
    """Cut one connected part into rings; whatever falls under the least size stays with its neighbours.

    whole: whether it holds nearly all who are firmly tied.
    """
    rung, cut = (AGAIN, _leiden(edges, AGAIN, SEED)) if depth else choose(edges, LADDER, whole=whole)
    parts = _parts(edges, cut, rung)
    if (len(cut) == 1 and depth) or depth >= _DEPTH:
        return parts
    home = {actor: at for at, group in enumerate(cut) for actor in group}
    inside: list[list[Edge]] = [[] for _ in cut]
    for edge in edges:
        if home[edge[0]] == home[edge[1]]:
            inside[home[edge[0]]].append(edge)
    found = []
    for part, own in zip(parts, inside, strict=True):
        pieces = _rings(own, depth + 1) if own else []
        found += pieces if len(pieces) > 1 else [part]
    return found


def _parts(edges: Sequence[Edge], cut: Cut, rung: float) -> list[Part]:
    return [Part(group, kept) for group, kept in zip(cut, _stability(edges, cut, rung), strict=True)]


def choose(edges: Sequence[Edge], ladder: Sequence[float], *, whole: bool = False) -> tuple[float, Cut]:
    """Return the coarsest cut that two neighbouring rungs of ``ladder`` agree on, else the coarsest; with its rung.

    One community of nearly everyone who trades persists by itself, under rewired ties too, and so says nothing:
    where a part holds nearly all of the case (whole), only a cut that leaves none such counts, the coarsest that
    persists, else the one that comes nearest to it.
    """
    cuts = [_leiden(edges, rung, SEED) for rung in ladder]
    parted = (
        [len(cut[0]) <= number("whole_share") * sum(map(len, cut)) for cut in cuts] if whole else [True] * len(cuts)
    )
    kept = {at: agreement(cuts[at], cuts[at + 1]) for at in range(len(ladder) - 1) if parted[at]}
    for at, same in kept.items():
        if same >= _SAME:
            return ladder[at], cuts[at]
    if whole and kept:
        at = max(kept, key=lambda rung: (kept[rung], -rung))
        if kept[at] >= _NEARLY:
            return ladder[at], cuts[at]
    return ladder[0], cuts[0]


def _leiden(edges: Sequence[Edge], resolution: float, seed: int) -> Cut:
    """Return communities of at least the least size, the rest joined to where most of their weight goes."""
    if not edges:
        return []
    _, label = graspologic_native.leiden(
        list(edges), resolution=resolution, use_modularity=True, seed=seed, iterations=2, trials=1
    )
    return _absorb(edges, dict(label))


def _absorb(edges: Sequence[Edge], label: dict[str, int]) -> Cut:
    """Join communities under the least size to the neighbour that most of their weight goes to."""
    for _ in range(8):
        size = Counter(label.values())
        pull: dict[int, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for left, right, weight in edges:
            a, b = label[left], label[right]
            if a != b:
                pull[a][b] += weight
                pull[b][a] += weight
        moves = {
            small: min(pull[small], key=lambda other: (-pull[small][other], other))
            for small, count in size.items()
            if count < number("least_members") and pull.get(small)
        }
        moves = {small: to for small, to in moves.items() if not (moves.get(to) == small and to > small)}
        if not moves:
            break
        label = {actor: moves.get(group, group) for actor, group in label.items()}
    groups: dict[int, set[str]] = defaultdict(set)
    for actor, group in label.items():
        groups[group].add(actor)
    return sorted((frozenset(group) for group in groups.values()), key=lambda group: (-len(group), min(group)))


def agreement(left: Cut, right: Cut) -> float:
    """Return the mean over actors of the Jaccard similarity of the groups that hold it, 0..1."""
    at = {actor: group for group in right for actor in group}
    total = count = 0.0
    for group in left:
        for other, common in Counter(at[actor] for actor in group if actor in at).items():
            total += common * common / (len(group) + len(other) - common)
            count += common
    return total / count if count else 0.0


def _stability(edges: Sequence[Edge], cut: Cut, rung: float) -> list[dict[str, float]]:
    """Return for each group its actors' share of runs with dropped ties in which they stay with it."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    rounds = int(number("rounds"))
    stayed: list[Counter[str]] = [Counter() for _ in cut]
    home = {actor: at for at, group in enumerate(cut) for actor in group}
    for turn in range(rounds):
        kept = rng.random(len(edges)) < number("kept_edges")
        sample = [edge for edge, keep in zip(edges, kept.tolist(), strict=True) if keep]
        for group in _leiden(sample, rung, SEED + turn):
            owner, common = min(Counter(home[a] for a in group).items(), key=lambda item: (-item[1], item[0]))
            if common * 2 > len(group) and len(group) >= number("least_members"):
                stayed[owner].update(actor for actor in group if home[actor] == owner)
    return [{actor: stayed[at][actor] / rounds for actor in sorted(group)} for at, group in enumerate(cut)]
