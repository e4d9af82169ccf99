"""What each post does in the trade: the material of ties, roles and deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.tables import microseconds
from ringtrace.rings.model import PROTECTIVE, TRADE_FACTS, number

Span = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One post of an actor. sent: microseconds UTC or None; row: its row in ``posts``.

    trade: probability that it offers, seeks or brokers, 0 where it is read as none and for posts that
    report, warn or appeal. reading: the same also where it is too low for a direction.
    touches: it may take part in a deal without a direction (papers, transport, haggling).
    """

    row: int
    post: str
    actor: str
    account: str
    container: str
    sent: int | None
    direction: str
    frame: str
    trade: float
    reading: float
    facts: tuple[str, ...]

    @property
    def trades(self) -> bool:
        return self.trade >= number("trade")

    @property
    def touches(self) -> bool:
        return self.trades or (self.frame not in PROTECTIVE and not TRADE_FACTS.isdisjoint(self.facts))


def in_time(act: Act) -> tuple[bool, int, str]:
    """Sort key: order of time, the undated last."""
    return act.sent is None, act.sent or 0, act.post


@dataclass(frozen=True)
class Scene:
    """Everything that the stages of rings look things up in.

    acts: post -> Act for posts with an author, in order of time; by_actor: actor -> its acts.
    actor_of: account -> actor. spans: the posts' own spans by row. answered: post -> (the post that
    it answers, basis). parents: the same by reply or thread only.
    """

    posts: pa.Table
    acts: Mapping[str, Act]
    by_actor: Mapping[str, list[Act]]
    actor_of: Mapping[str, str]
    answered: Mapping[str, tuple[str, str]]
    parents: Mapping[str, str]
    facts: Mapping[str, Mapping[str, list[Span]]]

    def span(self, act: Act) -> Span:
        return {name: self.posts[name][act.row].as_py() for name in ("evidence_id", "member", "start", "stop")}


def reassigned(stage: Scene, actor_of: Mapping[str, str]) -> Scene:
    """Return ``stage`` with the accounts in ``actor_of`` given to other actors."""
    changed = {stage.actor_of.get(account, "") for account in actor_of} | set(actor_of.values())
    touched = {act.post for actor in changed for act in stage.by_actor.get(actor, ())}
    acts = dict(stage.acts)
    for post in touched:
        acts[post] = replace(acts[post], actor=actor_of.get(acts[post].account, acts[post].actor))
    by_actor: dict[str, list[Act]] = defaultdict(list, stage.by_actor)
    for actor in changed:
        by_actor.pop(actor, None)
    for post in sorted(touched, key=lambda post: in_time(acts[post])):
        by_actor[acts[post].actor].append(acts[post])
    return replace(stage, acts=acts, by_actor=by_actor, actor_of={**stage.actor_of, **actor_of})


def among(stage: Scene, actors: Iterable[str]) -> Scene:
    """Return ``stage`` with the posts of ``actors`` alone."""
    by_actor: dict[str, list[Act]] = defaultdict(list)
    by_actor.update((actor, stage.by_actor[actor]) for actor in actors if actor in stage.by_actor)
    acts = {act.post: act for act in sorted((act for held in by_actor.values() for act in held), key=in_time)}
    answered = {post: stage.answered[post] for post in sorted(acts.keys() & stage.answered.keys())}
    parents = {post: stage.parents[post] for post in sorted(acts.keys() & stage.parents.keys())}
    return replace(stage, acts=acts, by_actor=by_actor, answered=answered, parents=parents)


def scene(posts: pa.Table, stances: pa.Table, facts: pa.Table, actors: pa.Table, answers: pa.Table) -> Scene:
    """Read the tables into a ``Scene``."""
    actor_of = {
        account: actor
        for actor, accounts in zip(actors["actor_id"].to_pylist(), actors["accounts"].to_pylist(), strict=True)
        for account in accounts
    }
    found = _facts(facts)
    posts = posts.combine_chunks()
    acts = _acts(posts, stances, found, actor_of)
    by_actor: dict[str, list[Act]] = defaultdict(list)
    for act in acts.values():
        by_actor[act.actor].append(act)
    columns = (answers[name].to_pylist() for name in ("post_id", "answered", "basis"))
    answered = {post: (above, basis) for post, above, basis in zip(*columns, strict=True) if post in acts}
    parents = {post: above for post, (above, basis) in answered.items() if basis != "name"}
    return Scene(posts, acts, by_actor, actor_of, answered, parents, found)


def _facts(facts: pa.Table) -> dict[str, dict[str, list[Span]]]:
    kept = facts.filter(pc.greater_equal(facts["probability"], 0.5))
    found: dict[str, dict[str, list[Span]]] = defaultdict(dict)
    columns = (kept[name].to_pylist() for name in ("post_id", "fact", "spans"))
    for post, fact, spans in zip(*columns, strict=True):
        found[post].setdefault(fact, []).extend(spans)
    return found


def _acts(
    posts: pa.Table, stances: pa.Table, facts: Mapping[str, Mapping[str, Any]], actor_of: Mapping[str, str]
) -> dict[str, Act]:
    names = ("post_id", "frame", "direction", "probability")
    stance = {row[0]: row[1:] for row in zip(*(stances[name].to_pylist() for name in names), strict=True)}
    sent = microseconds(posts["sent_at"]).to_pylist()
    columns = (posts[name].to_pylist() for name in ("post_id", "account_id", "container", "kind"))
    found = []
    for row, (post, account, container, kind) in enumerate(zip(*columns, strict=True)):
        if kind == "system" or account not in actor_of:
            continue
        frame, direction, probability = stance.get(post, ("other", "none", 0.0))
        trade = probability if direction != "none" and frame not in PROTECTIVE else 0.0
        found.append(
            Act(row, post, actor_of[account], account, container, sent[row], direction, frame, trade,
                0.0 if frame in PROTECTIVE else probability, tuple(sorted(facts.get(post, ()))))
        )  # fmt: skip
    found.sort(key=in_time)
    return {act.post: act for act in found}
