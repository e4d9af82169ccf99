"""Rings as communities of the tie graph: cut by whichever proposal tells the ties in the fewest words.

Ties of doubtful posts join everything to everything in a case whose talk reads like trade, so rings are
found among the firm ties alone; whom only weaker ties hold joins the ring that nearly all of them lead
to. Each connected part is cut by Leiden at many resolutions, by modularity (which keeps stars whole) and by CPM (which
finds small dense groups in a large graph); the shortest description (``description``) chooses among all these and the
whole, and improves what it chose. No part of the case has a say in how another is cut.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import graspologic_native
import numpy as np
import pyarrow as pa

from ringtrace.rings.description import improved, length
from ringtrace.rings.model import number

RUNGS = tuple(0.02 * 2 ** (step / 2) for step in range(16))
"""Resolutions of modularity that propose cuts, .02 to 3.6: two parts of a whole separate when their common weight is
below resolution * vol * vol / 2m. Rings that chance ties join lie at .02-.05, LFR graphs of 5,000 people above 3."""
DENSER = (1, 2, 4, 8, 16)
"""Resolutions of CPM that propose cuts, in mean densities of the part."""
_TRIED = 4
"""Proposals that are improved: those told in the fewest words as they are. Most end in the same cut."""
SEED = 382
_SAME = 0.9
"""Share of agreement (Jaccard, weighted by size) at which two cuts are one."""
_WEIGHT_CAP = 4.0
Edge = tuple[str, str, float]
Cut = list[frozenset[str]]


class Part(NamedTuple):
    """A ring: its members with their stability."""

    members: frozenset[str]
    stability: Mapping[str, float]


Cutting = Callable[[list[Edge]], list[Part]]


class Cuts:
    """How connected parts were cut before: a part with the same ties is cut the same way."""

    def __init__(self) -> None:
        self._known: dict[tuple[Edge, ...], list[Part]] = {}

    def of(self, parts: Sequence[list[Edge]], cut: Cutting) -> list[list[Part]]:
        """Return the rings of each connected part, by ``cut`` where nothing is known of it."""
        found = []
        for edges in parts:
            key = tuple(edges)
            if key not in self._known:
                self._known[key] = cut(edges)
            found.append(self._known[key])
        return found


class Way(NamedTuple):
    """How a cut was proposed: by modularity or by CPM, at which resolution (of CPM in mean densities)."""

    modular: bool
    resolution: float


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


def cut_part(edges: list[Edge]) -> list[Part]:
    """Cut one connected part into rings; whatever falls under the least size stays with its neighbours."""
    way, cut = shortest(edges)
    return [Part(group, kept) for group, kept in zip(cut, _stability(edges, cut, way), strict=True)]


def cut_once(edges: list[Edge]) -> list[Part]:
    """Return the same rings, of whose members nobody asks how stable they are."""
    return [Part(group, dict.fromkeys(sorted(group), 0.0)) for group in shortest(edges)[1]]


def shortest(edges: Sequence[Edge]) -> tuple[Way, Cut]:
    """Return the cut of a connected part that tells its ties in the fewest words, and how it was proposed."""
    ways = [*(Way(True, rung) for rung in RUNGS), *(Way(False, times) for times in DENSER)]
    proposed = [(_proposed(edges, way, SEED), way) for way in ways]
    proposed.append((dict.fromkeys(actors_in(edges), 0), Way(True, 0.0)))
    ranked = sorted((length(edges, label), at) for at, (label, _) in enumerate(proposed))
    different: dict[float, int] = {}
    for told, at in ranked:
        different.setdefault(round(told, 6), at)
    tried = [(*improved(edges, proposed[at][0]), at) for at in list(different.values())[:_TRIED]]
    _, label, at = min(tried, key=lambda one: (one[0], one[2]))
    return proposed[at][1], _absorb(edges, label)


def _proposed(edges: Sequence[Edge], way: Way, seed: int) -> dict[str, int]:
    """Return actor -> community. Ties count by weight in modularity, each as one in CPM."""
    actors = len(actors_in(edges))
    if not way.resolution or not edges:
        return dict.fromkeys(sorted(actors_in(edges)), 0)
    density = 2 * len(edges) / (actors * max(1, actors - 1))
    _, label = graspologic_native.leiden(
        list(edges) if way.modular else [(left, right, 1.0) for left, right, _ in edges],
        resolution=way.resolution if way.modular else min(1.0, way.resolution * density),
        use_modularity=way.modular,
        seed=seed,
        iterations=2,
        trials=1,
    )
    return dict(label)


def choose(edges: Sequence[Edge], ladder: Sequence[float]) -> Cut:
    """Return the coarsest cut that two neighbouring rungs of ``ladder`` agree on, else the coarsest."""
    cuts = [_absorb(edges, _proposed(edges, Way(True, rung), SEED)) for rung in ladder]
    agreed = (cut for cut, finer in pairwise(cuts) if agreement(cut, finer) >= _SAME)
    return next(agreed, cuts[0])


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


def _stability(edges: Sequence[Edge], cut: Cut, way: Way) -> list[dict[str, float]]:
    """Return for each group its actors' share of runs with dropped ties in which they stay with it."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    rounds = int(number("rounds"))
    stayed: list[Counter[str]] = [Counter() for _ in cut]
    home = {actor: at for at, group in enumerate(cut) for actor in group}
    for turn in range(rounds):
        kept = rng.random(len(edges)) < number("kept_edges")
        sample = [edge for edge, keep in zip(edges, kept.tolist(), strict=True) if keep]
        if not sample:
            continue
        for group in _absorb(sample, improved(sample, _proposed(sample, way, SEED + turn))[1]):
            owner, common = min(Counter(home[a] for a in group).items(), key=lambda item: (-item[1], item[0]))
            if common * 2 > len(group) and len(group) >= number("least_members"):
                stayed[owner].update(actor for actor in group if home[actor] == owner)
    return [{actor: stayed[at][actor] / rounds for actor in sorted(group)} for at, group in enumerate(cut)]
