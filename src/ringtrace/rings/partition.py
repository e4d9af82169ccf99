"""Who is in which ring: the cut among what people said themselves, who joins it, who is in several.

A tie is *said* when both posts of it trade by themselves. One between posts that trade nothing ("eggs are dear again"),
or between two accounts that may be one person, may bring somebody to a ring, but it joins no two rings: of such
ties four in ten held between two of one ring with one author, of the others nine in ten (docs/rings.md).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

import pyarrow as pa

from ringtrace.model.identity import derive_id
from ringtrace.rings.communities import (
    Cuts,
    Cutting,
    Edge,
    Part,
    actors_in,
    components,
    connected,
    cut_part,
    spoken,
    surest,
    weigh,
)
from ringtrace.rings.description import told_shorter_as_one
from ringtrace.rings.model import number

SCHEMA = pa.schema(
    [("ring_id", pa.string()), ("actor_id", pa.string()), ("stability", pa.float64()), ("core", pa.bool_())]
)
_BRANCH = 0.3
"""Share of its ties that a member of one ring has with another, to be a member there as well."""


def find(ties: pa.Table, known: Cuts | None = None, cutting: Cutting = cut_part) -> pa.Table:
    """Return Table(ring_id, actor_id, stability, core), in order of ring, actor.

    ties: as ``graph.build`` gives them. Parts under ``least_ring`` are no rings: their actors
    are unattached. stability: share of runs with dropped ties in which the actor stayed with the
    ring. core: its home ring; other rows are rings that it also has ties with.
    known: how connected parts were cut before, which is added to: a part with the same ties is cut the same way.
    cutting: how a part is cut of which nothing is known.
    """
    edges, sure, said = weigh(ties), surest(ties), spoken(ties)
    firm = [edge for edge in edges if sure[edge[:2]] >= number("firm")]
    cut = partial(_cut, known=known or Cuts(), cutting=cutting)
    rings = cut([edge for edge in firm if said[edge[:2]] >= number("said")])
    rings = _brought(rings, firm, cut)
    rings = _joined(rings, [(left, right, chance) for (left, right), chance in sorted(sure.items())])
    rings = _rejoined(rings, firm)
    rings += _few(rings, [(*edge[:2], sure[edge[:2]]) for edge in firm], said)
    rings.sort(key=lambda part: (-len(part.members), min(part.members)))
    home = {actor: derive_id("ring", min(part.members)) for part in rings for actor in part.members}
    rows = [
        {"ring_id": home[actor], "actor_id": actor, "stability": part.stability[actor], "core": True}
        for part in rings for actor in part.members
    ]  # fmt: skip
    for actor, ring, share in _branches(edges, home):
        rows.append({"ring_id": ring, "actor_id": actor, "stability": share, "core": False})
    rows.sort(key=lambda row: (str(row["ring_id"]), str(row["actor_id"])))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _cut(edges: Sequence[Edge], known: Cuts, cutting: Cutting) -> list[Part]:
    """Return the rings of the connected parts of ``edges``, the largest part first."""
    return [ring for rings in known.of(components(edges), cutting) for ring in rings]


def _brought(rings: Sequence[Part], firm: Sequence[Edge], cut: Callable[[Sequence[Edge]], list[Part]]) -> list[Part]:
    """Add those whom firm ties alone bring that nobody said: a few together to the ring where nearly all of these lead.

    At least ``least_members`` of them together make parts of their own. Their stability is that share.
    """
    home = {actor: at for at, part in enumerate(rings) for actor in part.members}
    loose = [edge for edge in firm if edge[0] not in home and edge[1] not in home]
    pull: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for left, right, weight in firm:
        for actor, other in ((left, right), (right, left)):
            if actor not in home and other in home:
                pull[actor][home[other]] += weight
    added: dict[int, dict[str, float]] = defaultdict(dict)
    groups = [actors_in(part) for part in connected(loose)]
    together = {actor for group in groups for actor in group}
    for group in [*groups, *({actor} for actor in sorted(pull.keys() - together))]:
        if len(group) >= number("least_members"):
            continue
        weights: dict[int, float] = defaultdict(float)
        for actor in sorted(group):
            for at, weight in pull[actor].items():
                weights[at] += weight
        if weights:
            best = min(weights, key=lambda at: (-weights[at], at))
            share = weights[best] / math.fsum(weights.values())
            if share >= number("join_share"):
                added[best].update(dict.fromkeys(group, share))
    grown = [
        Part(part.members | added[at].keys(), {**part.stability, **added[at]}) if at in added else part
        for at, part in enumerate(rings)
    ]
    return grown + cut(loose)


def _rejoined(rings: Sequence[Part], firm: Sequence[Edge]) -> list[Part]:
    """Join rings that ties of any kind hold together at ``seams`` people or more on both sides.

    Large rings touch at three people somewhere: these must be at least ``seam_share`` of the smaller ring, and the firm
    ties must be told in fewer words with the two as one (``description``).
    """
    home = {actor: at for at, part in enumerate(rings) for actor in part.members}
    one_ring = {
        pair for part in connected(edge for edge in firm if edge[0] in home and edge[1] in home)
        for pair in told_shorter_as_one(part, home)
    }  # fmt: skip
    ends: dict[tuple[int, int], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for left, right, _ in firm:
        a, b = home.get(left, -1), home.get(right, -1)
        if -1 < a < b:
            ends[a, b][0].add(left)
            ends[a, b][1].add(right)
        elif -1 < b < a:
            ends[b, a][0].add(right)
            ends[b, a][1].add(left)
    seams = [
        pair for pair, (one, other) in ends.items()
        if pair in one_ring and min(len(one), len(other))
        >= max(number("seams"), number("seam_share") * min(len(rings[at].members) for at in pair))
    ]  # fmt: skip
    found = list(rings)
    at = list(range(len(rings)))
    for one, other in sorted(seams):
        a, b = at[one], at[other]
        if a != b:
            found[a] = Part(found[a].members | found[b].members, {**found[a].stability, **found[b].stability})
            at = [a if place == b else place for place in at]
    return [found[place] for place in sorted(set(at))]


def _few(rings: Sequence[Part], firm: Sequence[Edge], said: Mapping[tuple[str, str], float]) -> list[Part]:
    """Return rings of three or four: connected parts of said ties, all of them sure, among those who are in no ring.

    firm: (left, right, how surely they are tied). Where there are many such parts to choose from, the most convincing
    false one is convincing, so all posts must trade more surely there (``few_parts``, ``few_said``). stability: the
    chance that the weakest ties that hold them together all hold.
    """
    home = {actor for part in rings for actor in part.members}
    free = [
        edge for edge in firm
        if said[edge[:2]] >= number("said") and edge[0] not in home and edge[1] not in home
    ]  # fmt: skip
    parts = [part for part in connected(free) if number("least_ring") <= len(actors_in(part)) < number("least_members")]
    least = number("few_said") if len(parts) <= number("few_parts") else number("doubtful")
    found = []
    for part in parts:
        actors = actors_in(part)
        if min(sure for *_, sure in part) >= number("doubtful") and min(said[edge[:2]] for edge in part) >= least:
            holds = math.prod(sorted(sure for *_, sure in part)[: len(actors) - 1])
            found.append(Part(frozenset(actors), dict.fromkeys(sorted(actors), holds)))
    return found


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
