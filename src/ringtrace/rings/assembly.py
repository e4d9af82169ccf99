"""From tables of posts and actors to rings: the stages of this package in order."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.rings.activity import Act, Scene, scene
from ringtrace.rings.address import Call, addressed, find_calls
from ringtrace.rings.cells import with_cells
from ringtrace.rings.chance import Level, Made, levels, unconfirmed
from ringtrace.rings.claims import state
from ringtrace.rings.communities import Cuts, Cutting, cut_once, cut_part
from ringtrace.rings.containers import describe
from ringtrace.rings.dealing import made_by_chance
from ringtrace.rings.deals import find_deals
from ringtrace.rings.doubt import doubts
from ringtrace.rings.exchange import without_exchange
from ringtrace.rings.graph import build
from ringtrace.rings.growth import grow
from ringtrace.rings.membership import split
from ringtrace.rings.partition import find
from ringtrace.rings.roles import Held, assign, without_observers

SCHEMA = pa.schema(
    [("ring_id", pa.string()), ("probability", pa.float64()), ("actors", pa.int64()), ("accounts", pa.int64()),
     ("posts", pa.int64()), ("first_at", pa.timestamp("us", "UTC")), ("last_at", pa.timestamp("us", "UTC")),
     ("provinces", pa.list_(pa.string())), ("containers", pa.list_(pa.string())),
     ("level_ties", pa.float64()), ("level_words", pa.float64()),
     ("counter_evidence", pa.list_(pa.string())), ("disproof", pa.list_(pa.string()))]
)  # fmt: skip


class Found(NamedTuple):
    """Table ``members`` without cells, actor -> roles held, tables ``near`` and ``groups``, ring -> against chance."""

    members: pa.Table
    held: dict[str, list[Held]]
    near: pa.Table
    groups: pa.Table
    level: dict[str, Level]


def find_rings(
    *,
    posts: pa.Table,
    mentions: pa.Table,
    stances: pa.Table,
    facts: pa.Table,
    accounts: pa.Table,
    actors: pa.Table,
    links: pa.Table,
    templates: pa.Table,
    identifiers: pa.Table,
    answers: pa.Table,
    known: Cuts | None = None,
) -> dict[str, pa.Table]:
    """Return the tables ties, rings, members, near, groups, deals, containers, claims and growth by name.

    known: see ``partition.find``.
    """
    stage = scene(posts, stances, facts, actors, answers)
    calls = find_calls(stage, accounts)
    ties = build(stage, mentions, accounts, templates, identifiers, links, calls)
    members, held, near, groups, level = find_members(stage, ties, operators(posts), known)
    members = with_cells(members, ties)
    places = _places(stage, mentions)
    rings = _summary(stage, members, places, ties, level)
    deals = find_deals(stage, mentions, _answers(stage, calls))
    used = defaultdict(list)
    for ring, containers in zip(rings["ring_id"].to_pylist(), rings["containers"].to_pylist(), strict=True):
        for container in containers:
            used[container].append(ring)
    containers = describe(posts, used)
    claims = state(stage, members, held, ties, links, deals, containers)
    return {
        "ties": ties, "rings": rings, "members": members, "deals": deals, "containers": containers, "claims": claims,
        "growth": grow(stage, members, places), "near": near, "groups": groups,
    }  # fmt: skip


def find_members(
    stage: Scene, ties: pa.Table, running: Iterable[str], known: Cuts | None = None, made: Made | None = None
) -> Found:
    """Return what are rings, and who is in them.

    running: accounts that run a container; known: see ``partition.find``; made: what chance makes of the ties
    (``chance_groups``), asked for here unless given.
    """
    members, near = _groups(stage, ties, known)
    level = levels(stage, members, ties, lambda: chance_groups(stage, ties) if made is None else made)
    fallen = [ring for ring, one in level.items() if one.reasons]
    groups = unconfirmed(members, level)
    members, held = assign(_without(members, fallen), ties, stage, running)
    return Found(members, held, _without(near, fallen), groups, level)


def chance_groups(stage: Scene, ties: pa.Table) -> Made:
    """Return how close the groups are that come out when ties are dealt anew, a list a dealing."""
    return made_by_chance(ties, lambda dealt: _groups(stage, dealt, cutting=cut_once)[0])


def _groups(
    stage: Scene, ties: pa.Table, known: Cuts | None = None, cutting: Cutting = cut_part
) -> tuple[pa.Table, pa.Table]:
    """Return (who is in which group by evidence of its own, who is near one), before chance is asked."""
    people = without_observers(find(ties, known, cutting), stage)
    members, near = split(_without(people, without_exchange(people, ties, stage)), ties, stage)
    unlike = without_exchange(members, ties, stage)  # of those who are left: who made the exchange may be only near
    return _without(members, unlike), _without(near, unlike)


def _without(table: pa.Table, rings: Iterable[str]) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["ring_id"], pa.array(sorted(rings), pa.string()))))


def operators(posts: pa.Table) -> list[str]:
    """Return the accounts that run a container, as exports say."""
    if "author_role" not in posts.column_names:
        return []
    return sorted(set(posts.filter(pc.equal(posts["author_role"], "operator"))["account_id"].to_pylist()))


def _answers(stage: Scene, calls: Iterable[Call]) -> list[tuple[Act, Act]]:
    stated = ((stage.acts[post], stage.acts[parent]) for post, parent in stage.parents.items() if parent in stage.acts)
    return list(chain(addressed(stage, calls), stated))


def _summary(
    stage: Scene, members: pa.Table, places: Mapping[str, set[str]], ties: pa.Table, level: Mapping[str, Level]
) -> pa.Table:
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in members.to_pylist():
        groups[row["ring_id"]].append(row)
    accounts = Counter(stage.actor_of.values())
    told = doubts(stage, members, ties, level)
    rows = []
    for ring, group in sorted(groups.items()):
        acts = [act for row in group for act in stage.by_actor[row["actor_id"]] if act.touches]
        times = [act.sent for act in acts if act.sent is not None]
        counter, disproof = told[ring]
        rows.append(
            {"ring_id": ring, "probability": _probability(group, acts), "actors": len(group),
             "accounts": sum(accounts[row["actor_id"]] for row in group), "posts": len(acts),
             "first_at": min(times, default=None), "last_at": max(times, default=None),
             "provinces": sorted({code for act in acts for code in places.get(act.post, ())}),
             "containers": sorted({act.container for act in acts}),
             "level_ties": level[ring].ties, "level_words": level[ring].words,
             "counter_evidence": counter, "disproof": disproof}
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _probability(group: list[dict[str, Any]], acts: list[Act]) -> float:
    """Mean stability of the members times the chance that at least three of its posts trade.

    Three: an offer, a go-between, a wish; posts are taken as independent, the surest fifty of them.
    """
    stable = math.fsum(row["stability"] for row in group) / len(group)
    chance = [1.0, 0.0, 0.0]
    for trade in sorted((act.trade for act in acts), reverse=True)[:50]:
        chance = [
            chance[0] * (1 - trade), chance[1] * (1 - trade) + chance[0] * trade,
            chance[2] * (1 - trade) + chance[1] * trade,
        ]  # fmt: skip
    return stable * (1 - math.fsum(chance))


def _places(stage: Scene, mentions: pa.Table) -> Mapping[str, set[str]]:
    """Return post -> provinces (or foreign first-level divisions) that it names."""
    wanted = pc.and_(pc.equal(mentions["kind"], "place"), pc.greater_equal(mentions["probability"], 0.5))
    kept = mentions.filter(wanted)
    found: dict[str, set[str]] = defaultdict(set)
    for post, value in zip(kept["post_id"].to_pylist(), kept["value"].to_pylist(), strict=True):
        if post in stage.acts and stage.acts[post].touches:
            found[post].add(value[:2] + "0000" if len(value) == 6 and value.isdecimal() else value)
    return found
