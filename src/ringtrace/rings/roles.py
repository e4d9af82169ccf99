"""What each member does: roles as far as its own posts and ties show them, "unknown" by default."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ringtrace.rings.activity import Act, Scene
from ringtrace.rings.go_between import go_betweens
from ringtrace.rings.model import PROTECTIVE, SERVICE_FACTS, number

_SHOWN = 0.5
"""How surely somebody who never says so goes between, to be told as such."""
DIRECTION_ROLE = {"offer": "supplier", "seek": "buyer", "broker": "broker"}

SCHEMA = pa.schema(
    [("ring_id", pa.string()), ("actor_id", pa.string()),
     ("roles", pa.list_(pa.struct([("role", pa.string()), ("probability", pa.float64())]))),
     ("stability", pa.float64()), ("core", pa.bool_()), ("ties", pa.int64()), ("belongs", pa.float64())]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A role with the acts that show it."""

    role: str
    probability: float
    acts: tuple[Act, ...]


def without_observers(partition: pa.Table, scene: Scene) -> pa.Table:
    """Return ``partition`` (as ``partition.find`` gives it) without those who mostly report or warn.

    They are no members, whatever they answered; a ring that falls under the least size by that is dropped.
    """
    rows = [row for row in partition.to_pylist() if not is_observer(scene.by_actor.get(row["actor_id"], []))]
    size = Counter(row["ring_id"] for row in rows if row["core"])
    rows = [row for row in rows if size[row["ring_id"]] >= number("least_ring")]
    return pa.Table.from_pylist(rows, schema=partition.schema)


def assign(
    people: pa.Table, ties: pa.Table, scene: Scene, operators: Iterable[str]
) -> tuple[pa.Table, dict[str, list[Held]]]:
    """Return (members, actor -> roles held).

    people: Table(ring_id, actor_id, stability, core, belongs); operators: accounts that run a container.
    """
    degree = _degrees(ties)
    running = {scene.actor_of[account] for account in operators if account in scene.actor_of}
    rows = people.to_pylist()
    held = {
        actor: roles_of(scene.by_actor.get(actor, []), sure, runs=actor in running)
        for actor, sure in go_betweens(sorted({row["actor_id"] for row in rows}), ties, scene).items()
    }
    members = [
        {"ring_id": row["ring_id"], "actor_id": row["actor_id"], "stability": row["stability"], "core": row["core"],
         "ties": degree[row["actor_id"]], "belongs": row["belongs"],
         "roles": [{"role": h.role, "probability": h.probability} for h in held[row["actor_id"]]]}
        for row in rows
    ]  # fmt: skip
    return pa.Table.from_pylist(members, schema=SCHEMA), held


def _degrees(ties: pa.Table) -> Counter[str]:
    others: dict[str, set[str]] = defaultdict(set)
    for left, right in zip(ties["left"].to_pylist(), ties["right"].to_pylist(), strict=True):
        others[left].add(right)
        others[right].add(left)
    return Counter({actor: len(known) for actor, known in others.items()})


def is_observer(acts: Iterable[Act]) -> bool:
    """Whether an actor speaks of the trade mostly to report, warn or quote it."""
    acts = list(acts)
    against = sum(act.frame in ("warning", "quote", "news", "appeal") for act in acts)
    return against > number("observer_share") * sum(act.touches for act in acts)


def roles_of(acts: Iterable[Act], between: float, *, runs: bool) -> list[Held]:
    """Return the roles that ``acts`` show, surest first; "unknown" alone when none is likely.

    An offer's or a wish's probability grows with its number of posts and its share among them; a service
    (papers, transport) counts where the post itself offers, seeks and brokers nothing. between: how surely it goes
    between, see ``go_between``.
    """
    by_role: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        if act.trades:
            by_role[DIRECTION_ROLE[act.direction]].append(act)
        elif act.frame not in PROTECTIVE:
            for fact, role in SERVICE_FACTS.items():
                if fact in act.facts:
                    by_role[role].append(act)
    directed = sum(len(by_role[role]) for role in DIRECTION_ROLE.values())
    found = []
    for role, shown in sorted(by_role.items()):
        if not shown:
            continue
        whole = directed if role in DIRECTION_ROLE.values() else directed + len(shown)
        sure = (1 - 0.3 ** len(shown)) * (len(shown) + 0.1) / (whole + 0.4)
        found.append(Held(role, sure, tuple(shown)))
    if runs:
        found.append(Held("platform_operator", 0.9, tuple(acts)[:1]))
    spoken = [h for h in found if h.role == "broker"]
    found = [h for h in found if h.role != "broker"]
    basis = spoken[0].acts if spoken else tuple(act for act in acts if act.touches)
    if basis and (spoken or between >= _SHOWN):  # a role that no post shows is said of nobody
        found.append(Held("broker", between, basis))
    best = max((h.probability for h in found), default=0.0)
    if best < 0.5:
        found.append(Held("unknown", 1 - best, tuple(acts)[:1]))
    found.sort(key=lambda h: (-h.probability, h.role))
    return found


def first_spans(scene: Scene, acts: Iterable[Act], most: int = 4) -> list[Mapping[str, Any]]:
    """Return the posts' spans of the first ``most`` acts."""
    return [scene.span(act) for act, _ in zip(acts, range(most), strict=False)]
