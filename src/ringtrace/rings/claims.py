"""Every statement that an analysis makes about people, each with the bytes it rests on.

Statements say what was observed ("posted 4 offers, 2 with a price, in 9 groups or sites"). What is
worked out from that is named as such: a role is *indicated*, two accounts *may be* one person, an
actor is *grouped* with others as ``member_of`` a ring.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from ringtrace.model.identity import derive_id
from ringtrace.rings.activity import Act, Scene, Span
from ringtrace.rings.model import PROTECTIVE, number
from ringtrace.rings.roles import Held, first_spans
from ringtrace.text.plural import counted, listed

SPAN = pa.struct([("evidence_id", pa.string()), ("member", pa.string()), ("start", pa.int64()), ("stop", pa.int64())])
SCHEMA = pa.schema(
    [("claim_id", pa.string()), ("subject", pa.string()), ("predicate", pa.string()), ("object", pa.string()),
     ("probability", pa.float64()), ("basis", pa.list_(SPAN))]
)  # fmt: skip
_SAID = {"offer": "posted_offer", "seek": "posted_wish", "broker": "posted_go_between"}
_CONDUCT = {
    "offer": ("posted_offers", "answered_offers", "offer"),
    "seek": ("posted_wishes", "answered_wishes", "wish"),
    "broker": ("posted_go_betweens", "answered_go_betweens", "offer to go between"),
}
_PARTY = {
    "supplier": "posted_offer_in_deal", "broker": "posted_go_between_in_deal", "buyer": "posted_wish_in_deal",
}  # fmt: skip
_FRAMES = {
    "warning": "warning", "quote": "quotation", "appeal": "appeal", "news": "news item",
    "lawful": "lawful question", "joke": "joke",
}  # fmt: skip
_QUOTES = 4

Statement = tuple[str, str, str, float, Sequence[Span]]


def state(
    scene: Scene,
    members: pa.Table,
    held: Mapping[str, Sequence[Held]],
    ties: pa.Table,
    links: pa.Table,
    deals: pa.Table,
    containers: pa.Table,
) -> pa.Table:
    """Return claims on posts, conduct, members, roles, links, deals and containers; none without a basis."""
    found: dict[str, dict[str, Any]] = {}
    for subject, predicate, target, probability, basis in (
        *_posts(scene), *_conduct(scene), *_answers(scene), *_members(members, ties), *_roles(scene, members, held),
        *_links(links), *_deals(deals), *_containers(scene, members, containers),
    ):  # fmt: skip
        spans = list({(s["evidence_id"], s["member"], s["start"], s["stop"]): s for s in basis if s}.values())
        if spans:
            key = derive_id("claim", subject, predicate, target)
            found[key] = {
                "claim_id": key, "subject": subject, "predicate": predicate, "object": target,
                "probability": probability, "basis": spans,
            }  # fmt: skip
    return pa.Table.from_pylist([found[key] for key in sorted(found)], schema=SCHEMA)


def _posts(scene: Scene) -> Iterator[Statement]:
    for act in scene.acts.values():
        if act.trades:
            yield act.account, _SAID[act.direction], act.post, act.trade, [scene.span(act)]


def _conduct(scene: Scene) -> Iterator[Statement]:
    """What an actor's posts hold, counted; also what speaks against reading them as trade."""
    for actor, acts in sorted(scene.by_actor.items()):
        if not any(act.touches for act in acts):
            continue
        for direction, (predicate, _, noun) in _CONDUCT.items():
            shown = [act for act in acts if act.trades and act.direction == direction]
            if shown:
                yield actor, predicate, _extent(shown, noun), max(act.trade for act in shown), first_spans(scene, shown)
        apart = [act for act in acts if act.frame in PROTECTIVE]
        if apart:
            frames = Counter(_FRAMES[act.frame] for act in apart)
            yield actor, "posted_otherwise", listed(dict(sorted(frames.items()))), 1.0, first_spans(scene, apart)


def _extent(acts: Sequence[Act], noun: str) -> str:
    """ "4 offers, 2 of them with a price, in 9 groups or sites"."""
    priced = sum("price" in act.facts for act in acts)
    some = f", {priced:,} of them with a price," if priced else ""
    told = " with a price" if priced == len(acts) else some
    return f"{_many(len(acts), noun)}{told} in {counted(len({act.container for act in acts}), 'group or site')}"


def _many(number_of: int, noun: str) -> str:
    head, between, rest = noun.partition(" to ")
    return counted(number_of, head) + between + rest


def _answers(scene: Scene) -> Iterator[Statement]:
    """Whose trade posts an actor answered, by reply, name or thread."""
    answered: dict[tuple[str, str], list[tuple[Act, Act]]] = defaultdict(list)
    for act in scene.acts.values():
        root = scene.acts.get(scene.parents[act.post]) if act.post in scene.parents else None
        if root is not None and root.trades and act.frame not in PROTECTIVE and root.actor != act.actor:
            answered[act.actor, root.direction].append((act, root))
    for (actor, direction), pairs in sorted(answered.items()):
        roots = {root.post: root for _, root in pairs}
        others = len({root.actor for root in roots.values()})
        extent = f"{_many(len(roots), _CONDUCT[direction][2])} by {counted(others, 'other')}"
        spans = [scene.span(act) for pair in pairs[: _QUOTES // 2] for act in pair]
        yield actor, _CONDUCT[direction][1], extent, max(root.trade for root in roots.values()), spans


def _members(members: pa.Table, ties: pa.Table) -> Iterator[Statement]:
    """A member's basis: the quotes of its strongest ties to others of the ring."""
    rings: dict[str, set[str]] = {}
    for ring, actor in zip(members["ring_id"].to_pylist(), members["actor_id"].to_pylist(), strict=True):
        rings.setdefault(actor, set()).add(ring)
    basis: dict[tuple[str, str], list[tuple[float, Span]]] = {}
    for row in ties.to_pylist():
        for ring in rings.get(row["left"], set()) & rings.get(row["right"], set()):
            for actor in (row["left"], row["right"]):
                basis.setdefault((actor, ring), []).extend((row["weight"], span) for span in row["basis"])
    for row in members.to_pylist():
        quotes = sorted(basis.get((row["actor_id"], row["ring_id"]), []), key=lambda item: -item[0])
        yield row["actor_id"], "member_of", row["ring_id"], row["stability"], [span for _, span in quotes[:_QUOTES]]


def _roles(scene: Scene, members: pa.Table, held: Mapping[str, Sequence[Held]]) -> Iterator[Statement]:
    for actor in sorted(set(members["actor_id"].to_pylist())):
        for role in held[actor]:
            if role.role != "unknown" and role.probability >= number("role_shown"):
                yield actor, "role_indicated", role.role, role.probability, first_spans(scene, role.acts)


def _links(links: pa.Table) -> Iterator[Statement]:
    for row in links.to_pylist():
        if row["probability"] >= 0.5:
            spans = [w[side] for w in row["weights"] if w["log2_odds"] > 0 for side in ("left", "right") if w[side]]
            yield row["left"], "may_be_same_person_as", row["right"], row["probability"], spans


def _deals(deals: pa.Table) -> Iterator[Statement]:
    for row in deals.to_pylist():
        for role, predicate in _PARTY.items():
            if row[role]:
                yield row[role], predicate, row["deal_id"], row["probability"], row["basis"]


def _containers(scene: Scene, members: pa.Table, containers: pa.Table) -> Iterator[Statement]:
    """Containers in which members of a ring wrote of a handover, and accounts that a source names as running one."""
    core = members.filter(members["core"])
    ring_of = dict(zip(core["actor_id"].to_pylist(), core["ring_id"].to_pylist(), strict=True))
    used: dict[tuple[str, str], list[Span]] = {}
    operators: set[tuple[str, str]] = set()
    for container, accounts in zip(
        containers["container_id"].to_pylist(), containers["operators"].to_pylist(), strict=True
    ):
        operators |= {(account, container) for account in accounts}
    ran: dict[tuple[str, str], list[Span]] = {}
    for act in scene.acts.values():
        if (act.account, act.container) in operators:
            _add(ran, (act.account, act.container), scene, act)
        if act.touches and act.actor in ring_of:
            _add(used, (ring_of[act.actor], act.container), scene, act)
    for (ring, container), spans in used.items():
        yield ring, "posted_in", container, 0.95, spans
    for (account, container), spans in ran.items():
        yield account, "named_as_operator_of", container, 0.9, spans


def _add(into: dict[tuple[str, str], list[Span]], key: tuple[str, str], scene: Scene, act: Act) -> None:
    spans = into.setdefault(key, [])
    if len(spans) < _QUOTES:
        spans.append(scene.span(act))
