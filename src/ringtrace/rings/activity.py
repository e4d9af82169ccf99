"""What each post does in the trade: the material of ties, roles and deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, ValuesView
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.tables import microseconds
from ringtrace.rings.model import PROTECTIVE, TRADE_FACTS, number
from ringtrace.rings.turns import Turn, find_turns

Span = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One post of an actor; of a message that is there in several wordings the surest one.

    sent: microseconds UTC or None; row: its row in ``posts``.
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
        return self.trade > 0 and self.trade >= number("trade")

    @property
    def touches(self) -> bool:
        if self.trades:
            return True
        return bool(self.facts) and self.frame not in PROTECTIVE and not TRADE_FACTS.isdisjoint(self.facts)


def in_time(act: Act) -> tuple[bool, int, str]:
    """Sort key: order of time, the undated last."""
    return act.sent is None, act.sent or 0, act.post


class Acts(Mapping[str, Act]):
    """Post -> its act; the other wordings of an edited message are found under their own ids, and counted nowhere.

    chosen: such a wording -> the wording that stands for the message.
    """

    def __init__(self, acts: Iterable[Act], chosen: Mapping[str, str]) -> None:
        self._acts = {act.post: act for act in acts}
        self.chosen = chosen

    def __getitem__(self, post: str) -> Act:
        act = self._acts.get(post)
        return self._acts[self.chosen[post]] if act is None else act

    def get(self, post: str, default: Act | None = None) -> Act | None:  # type: ignore[override]
        """Return the act of a post; asked for every answer, so it goes without the exception of ``Mapping.get``."""
        act = self._acts.get(post)
        return act if act is not None else self._acts.get(self.chosen.get(post, ""), default)

    def __iter__(self) -> Iterator[str]:
        return iter(self._acts)

    def __len__(self) -> int:
        return len(self._acts)

    def values(self) -> ValuesView[Act]:
        return self._acts.values()


@dataclass(frozen=True)
class Scene:
    """Everything that the stages of rings look things up in.

    acts: post -> Act for posts with an author, in order of time, see ``Acts``; by_actor: actor -> its acts.
    actor_of: account -> actor. spans: the posts' own spans by row. answered: post -> (the post that
    it answers, basis). parents: the same by reply or thread only. chosen: see ``Acts``. turned: post -> what it follows
    in talk, where it answers nothing.
    """

    posts: pa.Table
    acts: Mapping[str, Act]
    by_actor: Mapping[str, list[Act]]
    actor_of: Mapping[str, str]
    answered: Mapping[str, tuple[str, str]]
    parents: Mapping[str, str]
    facts: Mapping[str, Mapping[str, list[Span]]]
    chosen: Mapping[str, str] = field(default_factory=dict)
    turned: Mapping[str, Turn] = field(default_factory=dict)

    def span(self, act: Act) -> Span:
        return {name: column[act.row].as_py() for name, column in self._spans.items()}

    @cached_property
    def _spans(self) -> Mapping[str, pa.Array]:
        return {name: self.posts[name].combine_chunks() for name in ("evidence_id", "member", "start", "stop")}


def reassigned(stage: Scene, actor_of: Mapping[str, str]) -> Scene:
    """Return ``stage`` with the accounts in ``actor_of`` given to other actors."""
    changed = {stage.actor_of.get(account, "") for account in actor_of} | set(actor_of.values())
    touched = {act.post for actor in changed for act in stage.by_actor.get(actor, ())}
    acts = {act.post: act for act in stage.acts.values()}
    for post in touched:
        acts[post] = replace(acts[post], actor=actor_of.get(acts[post].account, acts[post].actor))
    by_actor: dict[str, list[Act]] = defaultdict(list, stage.by_actor)
    for actor in changed:
        by_actor.pop(actor, None)
    for post in sorted(touched, key=lambda post: in_time(acts[post])):
        by_actor[acts[post].actor].append(acts[post])
    acts_now = Acts(acts.values(), stage.chosen)
    return replace(stage, acts=acts_now, by_actor=by_actor, actor_of={**stage.actor_of, **actor_of})


def among(stage: Scene, actors: Iterable[str]) -> Scene:
    """Return ``stage`` with the posts of ``actors`` alone."""
    by_actor: dict[str, list[Act]] = defaultdict(list)
    by_actor.update((actor, stage.by_actor[actor]) for actor in actors if actor in stage.by_actor)
    acts = Acts(sorted((act for held in by_actor.values() for act in held), key=in_time), stage.chosen)
    answered = {post: stage.answered[post] for post in sorted(acts.keys() & stage.answered.keys())}
    parents = {post: stage.parents[post] for post in sorted(acts.keys() & stage.parents.keys())}
    turned = {post: stage.turned[post] for post in sorted(acts.keys() & stage.turned.keys())}
    return replace(stage, acts=acts, by_actor=by_actor, answered=answered, parents=parents, turned=turned)


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
    answered = _answered(zip(*columns, strict=True), acts)
    parents = {post: above for post, (above, basis) in answered.items() if basis != "name"}
    turned = find_turns(acts.values(), posts, answered)
    return Scene(posts, acts, by_actor, actor_of, answered, parents, found, acts.chosen, turned)


def _answered(rows: Iterable[tuple[str, str, str]], acts: Acts) -> dict[str, tuple[str, str]]:
    """Return what each act answers: what its own wording does, else what another one of the message does."""
    own: dict[str, tuple[str, str]] = {}
    other: dict[str, tuple[str, str]] = {}
    for post, above, basis in rows:
        shown = acts.chosen.get(post, post)
        if post in acts and shown != (answered := acts.chosen.get(above, above)):
            (own if shown == post else other).setdefault(shown, (answered, basis))
    return own | {post: told for post, told in other.items() if post not in own}


def _facts(facts: pa.Table) -> dict[str, dict[str, list[Span]]]:
    kept = facts.filter(pc.greater_equal(facts["probability"], 0.5))
    found: dict[str, dict[str, list[Span]]] = defaultdict(dict)
    columns = (kept[name].to_pylist() for name in ("post_id", "fact", "spans"))
    for post, fact, spans in zip(*columns, strict=True):
        found[post].setdefault(fact, []).extend(spans)
    return found


def _acts(
    posts: pa.Table, stances: pa.Table, facts: Mapping[str, Mapping[str, Any]], actor_of: Mapping[str, str]
) -> Acts:
    known = pa.array(sorted(actor_of), pa.string())
    kept = pc.and_(pc.not_equal(posts["kind"], "system"), pc.is_in(posts["account_id"], known))
    table = posts.select(["post_id", "account_id", "container"]).append_column("sent", microseconds(posts["sent_at"]))
    table = table.append_column("row", pa.array(np.arange(len(posts)))).filter(kept)
    table = table.take(pc.sort_indices(table, sort_keys=[("sent", "ascending"), ("post_id", "ascending")]))
    read = _readings(table["post_id"], stances)
    names = ("row", "post_id", "account_id", "container", "sent")
    columns = [table[name].to_pylist() for name in names]
    found = [
        Act(row, post, actor_of[account], account, container, sent, direction, frame, trade, reading,
            tuple(sorted(facts[post])) if post in facts else ())
        for row, post, account, container, sent, direction, frame, trade, reading in zip(*columns, *read, strict=True)
    ]  # fmt: skip
    edited = posts.filter(pc.is_valid(posts["edit_of"]))
    return _one_each(found, dict(zip(edited["post_id"].to_pylist(), edited["edit_of"].to_pylist(), strict=True)))


def _readings(posts: pa.ChunkedArray, stances: pa.Table) -> list[list[Any]]:
    """Return direction, frame, trade and reading of each post, as ``Act`` has them."""
    read = stances.take(pc.index_in(posts, stances["post_id"].combine_chunks()))
    frame, direction = pc.fill_null(read["frame"], "other"), pc.fill_null(read["direction"], "none")
    reports = pc.is_in(frame, pa.array(sorted(PROTECTIVE), pa.string()))
    reading = pc.if_else(reports, 0.0, pc.fill_null(read["probability"], 0.0))
    trade = pc.if_else(pc.equal(direction, "none"), 0.0, reading)
    return [column.to_pylist() for column in (direction, frame, trade, reading)]


def _one_each(acts: Sequence[Act], first: Mapping[str, str]) -> Acts:
    """Return one act per message: of its wordings the one that trades most surely, the earliest of such.

    acts: in order of time. first: later wording of a message -> its first one.
    """
    wordings: dict[str, list[Act]] = defaultdict(list)
    several = {*first, *first.values()}
    for act in acts:
        if act.post in several:
            wordings[first.get(act.post, act.post)].append(act)
    if not wordings:
        return Acts(acts, {})
    kept = [act for act in acts if act.post not in several]
    chosen: dict[str, str] = {}
    for held in wordings.values():
        surest = max(held, key=lambda act: (act.trade, act.reading, len(act.facts)))
        kept.append(surest)
        chosen.update((act.post, surest.post) for act in held if act is not surest)
    return Acts(sorted(kept, key=in_time), chosen)
