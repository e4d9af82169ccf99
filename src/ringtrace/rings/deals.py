"""Deals: who offered what to whom through whom, as far as posts and their answers show."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.model.identity import derive_id
from ringtrace.rings.activity import Act, Scene, Span, in_time
from ringtrace.rings.terms import most_named, place_of, price_of, status_of

SPAN = pa.struct([("evidence_id", pa.string()), ("member", pa.string()), ("start", pa.int64()), ("stop", pa.int64())])
SCHEMA = pa.schema(
    [("deal_id", pa.string()), ("supplier", pa.string()), ("broker", pa.string()), ("buyer", pa.string()),
     ("children", pa.int64()), ("sex", pa.string()), ("age", pa.string()), ("price", pa.string()),
     ("place_from", pa.string()), ("place_to", pa.string()), ("first_at", pa.timestamp("us", "UTC")),
     ("status", pa.string()), ("probability", pa.float64()), ("basis", pa.list_(SPAN))]
)  # fmt: skip
_KINDS = ("sex", "age", "money", "place", "count")
_BASIS = 8
_PARTY = {"offer": "supplier", "broker": "broker", "seek": "buyer"}


@dataclass
class _Talk:
    """A trade post and the answers that touch the trade."""

    root: Act
    answers: list[Act] = field(default_factory=list)


def find_deals(scene: Scene, mentions: pa.Table, answers: Iterable[tuple[Act, Act]]) -> pa.Table:
    """Return deals. answers: (act, act that it answers) by reply, thread or name.

    A deal starts with a post that offers or seeks and names a price, a sex or an age, or is
    answered with trade content. Posts of one actor with the same particulars and the same other
    parties are one deal. status: see ``terms.status_of``.
    """
    details = _details(mentions, scene)
    talks = _talks(scene, answers)
    merged: dict[tuple[Any, ...], list[tuple[dict[str, Any], _Talk]]] = defaultdict(list)
    for talk in talks:
        row = _row(talk, details)
        if row is not None:
            key = tuple(row[name] or "" for name in ("supplier", "broker", "buyer", "sex", "age", "price"))
            merged[key].append((row, talk))
    rows = [_merge(key, group, scene) for key, group in merged.items()]
    rows.sort(key=lambda row: str(row["deal_id"]))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _talks(scene: Scene, answers: Iterable[tuple[Act, Act]]) -> list[_Talk]:
    """Group answers under the offer or wish that they lead back to."""
    above = {act.post: answered.post for act, answered in answers if act.touches and answered.touches}
    talks: dict[str, _Talk] = {}
    for act in scene.acts.values():
        if not act.touches:
            continue
        root, seen = act, {act.post}
        while root.post in above and above[root.post] not in seen:
            root = scene.acts[above[root.post]]
            seen.add(root.post)
        if not root.trades or root.direction == "broker":
            root = act
        if root.trades and root.direction != "broker":
            talk = talks.setdefault(root.post, _Talk(root))
            if act is not root:
                talk.answers.append(act)
    return list(talks.values())


def _row(talk: _Talk, details: Mapping[str, Mapping[str, Counter[str]]]) -> dict[str, Any] | None:
    party: dict[str, str | None] = {"supplier": None, "broker": None, "buyer": None}
    root = talk.root
    party[_PARTY[root.direction]] = root.actor
    for act in talk.answers:
        role = _PARTY[act.direction] if act.trades else ""
        if role and party[role] is None and act.actor not in party.values():
            party[role] = act.actor
    parties = {actor for actor in party.values() if actor}
    acts = sorted((root, *(act for act in talk.answers if act.actor in parties)), key=in_time)
    found = {kind: _sum(details.get(act.post, {}).get(kind) for act in acts) for kind in _KINDS}
    own = details.get(root.post, {})
    if not (found["money"] or found["sex"] or found["age"]) and len(parties) < 2:
        return None
    answered = len(parties) > 1
    sure = 1 - (1 - root.trade) * (0.5 if answered else 1.0)
    return {
        **party,
        "children": _children(own.get("count"), root),
        "sex": _only(found["sex"]), "age": most_named(own.get("age") or found["age"]),
        "price": price_of(acts, party["buyer"], details),
        "place_from": place_of(_places(acts, details, "offer")), "place_to": place_of(_places(acts, details, "seek")),
        "first_at": root.sent,
        "status": status_of(acts, answered=answered, offered=bool(party["supplier"])),
        "probability": sure,
    }  # fmt: skip


def _merge(key: Sequence[str], group: Sequence[tuple[dict[str, Any], _Talk]], scene: Scene) -> dict[str, Any]:
    rows = [row for row, _ in group]
    acts = [act for _, talk in group for act in (talk.root, *talk.answers)]
    spans: list[Span] = [scene.span(act) for act in acts[:_BASIS]]
    times = [row["first_at"] for row in rows if row["first_at"] is not None]
    best = dict(rows[0])
    for row in rows[1:]:
        for name in ("place_from", "place_to"):
            best[name] = best[name] or row[name]
    best["first_at"] = min(times, default=None)
    best["probability"] = max(row["probability"] for row in rows)
    best["deal_id"] = derive_id("deal", *key, min(talk.root.post for _, talk in group))
    best["basis"] = spans
    return best


def _details(mentions: pa.Table, scene: Scene) -> dict[str, dict[str, Counter[str]]]:
    """Return post -> kind -> values of trade posts."""
    wanted = pc.and_(pc.greater_equal(mentions["probability"], 0.5), pc.is_in(mentions["kind"], pa.array(_KINDS)))
    kept = mentions.filter(wanted)
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    columns = (kept[name].to_pylist() for name in ("post_id", "kind", "value"))
    for post, kind, value in zip(*columns, strict=True):
        act = scene.acts.get(post)
        if act is not None and act.touches:
            found[post][kind][value] += 1
    return found


def _sum(counters: Iterable[Counter[str] | None]) -> Counter[str]:
    total: Counter[str] = Counter()
    for counter in counters:
        total.update(counter or {})
    return total


def _places(acts: Iterable[Act], details: Mapping[str, Mapping[str, Counter[str]]], direction: str) -> Counter[str]:
    return _sum(details.get(act.post, {}).get("place") for act in acts if act.direction == direction)


def _only(values: Counter[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def _children(counts: Counter[str] | None, root: Act) -> int:
    """A small count named in the post itself, else 2 for several, else 1."""
    told = most_named(counts or Counter())
    if told is not None and told.isdecimal() and 1 <= int(told) <= 20:
        return int(told)
    return 2 if "several_children" in root.facts else 1
