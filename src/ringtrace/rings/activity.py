"""What each post does in the trade: the material of ties, roles and deals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.tables import microseconds
from ringtrace.rings.model import PROTECTIVE, TRADE_FACTS, number

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
        return self.trade >= number("trade")

    @property
    def touches(self) -> bool:
        return self.trades or (self.frame not in PROTECTIVE and not TRADE_FACTS.isdisjoint(self.facts))


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
    it answers, basis). parents: the same by reply or thread only. chosen: see ``Acts``.
    """

    posts: pa.Table
    acts: Mapping[str, Act]
    by_actor: Mapping[str, list[Act]]
    actor_of: Mapping[str, str]
    answered: Mapping[str, tuple[str, str]]
    parents: Mapping[str, str]
    facts: Mapping[str, Mapping[str, list[Span]]]
    chosen: Mapping[str, str] = field(default_factory=dict)

    def span(self, act: Act) -> Span:
        return {name: self.posts[name][act.row].as_py() for name in ("evidence_id", "member", "start", "stop")}


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
    answered = _answered(zip(*columns, strict=True), acts)
    parents = {post: above for post, (above, basis) in answered.items() if basis != "name"}
    return Scene(posts, acts, by_actor, actor_of, answered, parents, found, acts.chosen)


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
    first = dict(zip(posts["post_id"].to_pylist(), posts["edit_of"].to_pylist(), strict=True))
    return _one_each(sorted(found, key=in_time), first)


def _one_each(acts: Iterable[Act], first: Mapping[str, str | None]) -> Acts:
    """Return one act per message: of its wordings the one that trades most surely, the earliest of such.

    first: post -> the first wording of its message, None for what is there in one wording.
    """
    wordings: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        wordings[first[act.post] or act.post].append(act)
    kept: list[Act] = []
    chosen: dict[str, str] = {}
    for held in wordings.values():
        if len(held) == 1:
            kept.append(held[0])
            continue
        surest = max(held, key=lambda act: (act.trade, act.reading, len(act.facts)))
        kept.append(surest)
        chosen.update((act.post, surest.post) for act in held if act is not surest)
    return Acts(sorted(kept, key=in_time), chosen)
