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

from ringtrace.model.identity import derive_id
from ringtrace.rings.model import number

LADDER = (0.04, 0.056, 0.08, 0.113, 0.16, 0.226)
AGAIN = 0.02
"""Resolutions: two parts of a whole separate when their common weight is below resolution * vol * vol / 2m.

LADDER cuts a connected part, AGAIN cuts each piece once more by its own size: between rings that
chance ties join and stars that brokers join lie ratios of .02-.05 (docs/rings.md)."""
_SEED = 382
_SAME = 0.9
"""Share of agreement (Jaccard, weighted by size) at which two cuts are one."""
_DEPTH = 6
_WEIGHT_CAP = 4.0
_BRANCH = 0.3
"""Share of its ties that a member of one ring has with another, to be a member there as well."""

SCHEMA = pa.schema(
    [("ring_id", pa.string()), ("actor_id", pa.string()), ("stability", pa.float64()), ("core", pa.bool_()),
     ("by_chance", pa.float64())]
)  # fmt: skip

Edge = tuple[str, str, float]
Cut = list[frozenset[str]]


class Part(NamedTuple):
    """A ring: its members with their stability."""

    members: frozenset[str]
    stability: Mapping[str, float]


Known = dict[tuple[bool, tuple[Edge, ...]], list[Part]]


def find(ties: pa.Table, known: Known | None = None) -> pa.Table:
    """Return Table(ring_id, actor_id, stability, core, by_chance), in order of ring, actor.

    ties: as ``graph.build`` gives them. Parts under ``least_members`` are no rings: their actors
    are unattached. stability: share of runs with dropped ties in which the actor stayed with the
    ring. core: its home ring; other rows are rings that it also has ties with. by_chance: how often
    rewired ties kept as much weight inside the ring (1 when the ring is nearly the whole graph).
    known: how connected parts were cut before, which is added to: a part with the same ties is cut the same way.
    """
    edges, sure = weigh(ties), surest(ties)
    firm = [edge for edge in edges if sure[edge[:2]] >= number("firm")]
    most = number("whole_share") * len(_actors(firm))
    rings = []
    for component in components(firm):
        rings += _recalled(component, {} if known is None else known, whole=len(_actors(component)) > most)
    rings = _joined(rings, [(left, right, chance) for (left, right), chance in sorted(sure.items())])
    rings.sort(key=lambda part: (-len(part.members), min(part.members)))
    home = {actor: derive_id("ring", min(part.members)) for part in rings for actor in part.members}
    chance = _chance(edges, home)
    rows = [
        {"ring_id": home[actor], "actor_id": actor, "stability": part.stability[actor], "core": True,
         "by_chance": chance[home[actor]]}
        for part in rings for actor in part.members
    ]  # fmt: skip
    for actor, ring, share in _branches(edges, home):
        rows.append({"ring_id": ring, "actor_id": actor, "stability": share, "core": False, "by_chance": chance[ring]})
    rows.sort(key=lambda row: (str(row["ring_id"]), str(row["actor_id"])))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _recalled(edges: list[Edge], known: Known, *, whole: bool) -> list[Part]:
    key = whole, tuple(edges)
    if key not in known:
        known[key] = _rings(edges, whole=whole)
    return known[key]


def _joined(rings: Sequence[Part], edges: Iterable[Edge]) -> list[Part]:
    """Add the actors without a firm tie whose ties nearly all lead into one ring, with that share as stability.

    edges: (left, right, how surely they are tied). Several doubtful ties into one ring count as the chance
    that one of them holds.
    """
    home = {actor: at for at, part in enumerate(rings) for actor in part.members}
    pull: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for left, right, weight in edges:
        for actor, other in ((left, right), (right, left)):
            if actor not in home:
                pull[actor][home.get(other, -1)].append(weight)
    joining: dict[int, dict[str, float]] = defaultdict(dict)
    for actor, found in pull.items():
        weights = {at: math.fsum(one) for at, one in found.items()}
        best = min(weights, key=lambda at: (-weights[at], at))
        share = weights[best] / math.fsum(weights.values())
        chance = 1 - math.prod(1 - one for one in found[best])
        if best >= 0 and chance >= number("join_sure") and share >= number("join_share"):
            joining[best][actor] = share
    return [
        Part(part.members | joining[at].keys(), {**part.stability, **joining[at]}) if at in joining else part
        for at, part in enumerate(rings)
    ]


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


def components(edges: Sequence[Edge]) -> list[list[Edge]]:
    """Return the edges of each connected part that has enough actors, largest first."""
    parent: dict[str, str] = {}

    def root(actor: str) -> str:
        while parent.setdefault(actor, actor) != actor:
            parent[actor] = parent[parent[actor]]
            actor = parent[actor]
        return actor

    for left, right, _ in edges:
        a, b = sorted((root(left), root(right)))
        parent[b] = a
    parts: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        parts[root(edge[0])].append(edge)
    kept = [part for part in parts.values() if len(_actors(part)) >= number("least_members")]
    return sorted(kept, key=lambda part: (-len(part), part[0]))


def _actors(edges: Iterable[Edge]) -> set[str]:
    return {actor for left, right, _ in edges for actor in (left, right)}


def _rings(edges: list[Edge], depth: int = 0, *, whole: bool = False) -> list[Part]:
    """Cut one connected part into rings; whatever falls under the least size stays with its neighbours.

    whole: whether it holds nearly all who are firmly tied.
    """
    rung, cut = (AGAIN, _leiden(edges, AGAIN, _SEED)) if depth else _choose(edges, whole=whole)
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


def _choose(edges: Sequence[Edge], *, whole: bool) -> tuple[float, Cut]:
    """Return the coarsest cut that two neighbouring rungs agree on, else the coarsest of all.

    One community of nearly everyone who trades persists by itself, under rewired ties too, and so says nothing:
    where a part holds nearly all of the case (whole), only a cut that cuts counts, if one persists.
    """
    cuts = [_leiden(edges, rung, _SEED) for rung in LADDER]
    for at in range(len(LADDER) - 1):
        if whole and len(cuts[at]) == 1:
            continue
        if agreement(cuts[at], cuts[at + 1]) >= _SAME:
            return LADDER[at], cuts[at]
    return LADDER[0], cuts[0]


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
    rng = np.random.Generator(np.random.PCG64(_SEED))
    rounds = int(number("rounds"))
    stayed: list[Counter[str]] = [Counter() for _ in cut]
    home = {actor: at for at, group in enumerate(cut) for actor in group}
    for turn in range(rounds):
        kept = rng.random(len(edges)) < number("kept_edges")
        sample = [edge for edge, keep in zip(edges, kept.tolist(), strict=True) if keep]
        for group in _leiden(sample, rung, _SEED + turn):
            owner, common = min(Counter(home[a] for a in group).items(), key=lambda item: (-item[1], item[0]))
            if common * 2 > len(group) and len(group) >= number("least_members"):
                stayed[owner].update(actor for actor in group if home[actor] == owner)
    return [{actor: stayed[at][actor] / rounds for actor in sorted(group)} for at, group in enumerate(cut)]


def _chance(edges: Sequence[Edge], home: Mapping[str, str]) -> dict[str, float]:
    """Return ring -> share of rewirings (same ties per actor) that keep as much weight inside it."""
    rounds = int(number("rounds"))
    names = sorted(set(home.values()))
    index = {name: at for at, name in enumerate(names)}
    left = np.array([index.get(home.get(a, ""), -1) for a, _, _ in edges], np.int64)
    right = np.array([index.get(home.get(b, ""), -1) for _, b, _ in edges], np.int64)
    weight = np.array([w for _, _, w in edges])

    def inside(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        own = (a == b) & (a >= 0)
        return np.bincount(a[own], weights=weight[own], minlength=len(names))

    observed = inside(left, right)
    rng = np.random.Generator(np.random.PCG64(_SEED))
    reached = np.ones(len(names))
    for _ in range(rounds):
        reached += inside(left, right[rng.permutation(len(right))]) >= observed - 1e-9
    return {name: float(reached[at] / (rounds + 1)) for name, at in index.items()}


def _branches(edges: Sequence[Edge], home: Mapping[str, str]) -> list[tuple[str, str, float]]:
    """Return (actor, other ring, share of its weight there) for brokers between rings."""
    pull: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for left, right, weight in edges:
        for actor, other in ((left, right), (right, left)):
            if other in home:
                pull[actor][home[other]].append(weight)
    found = []
    for actor in sorted(set(pull) & set(home)):
        total = math.fsum(weight for weights in pull[actor].values() for weight in weights)
        for ring in sorted(pull[actor]):
            share = math.fsum(pull[actor][ring]) / total
            if ring != home[actor] and share >= _BRANCH and len(pull[actor][ring]) >= 2:
                found.append((actor, ring, share))
    return found
