"""The graph of actors: ties that rest on what was said, never on being in the same group.

Layers: reply (one answers the other, weighed by what both posts and both actors' other posts do),
address (the same, by name), turn (the same, by nothing but that one speaks next after the other), handle (a trade
post gives another's contact), referral (trade posts of two actors send people to one contact of somebody else),
identifier (two actors claim one contact), person (two actors who trade may be one person, a link too doubtful to make
them one), template (two actors post one rare text that trades), image (two actors' posts of the trade show one rare
picture, by its hash), invite (trade posts of two actors let people into one closed group).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, groupby, pairwise
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.rings.activity import Act, Scene, Span, in_time
from ringtrace.rings.address import Call, addressed
from ringtrace.rings.answer_model import answer_terms, conduct_of, probability
from ringtrace.rings.model import PROTECTIVE, layer_weight, number
from ringtrace.rings.pair_model import weighed
from ringtrace.rings.rarities import invites_shared, pictures_shared, templates_shared
from ringtrace.rings.tie import Tie

SPAN = pa.struct([("evidence_id", pa.string()), ("member", pa.string()), ("start", pa.int64()), ("stop", pa.int64())])
SCHEMA = pa.schema(
    [("left", pa.string()), ("right", pa.string()), ("layer", pa.string()), ("weight", pa.float64()),
     ("basis", pa.list_(SPAN)), ("times", pa.int64()), ("together", pa.float64()),
     ("said", pa.float64())]
)  # fmt: skip
SOMEBODYS = frozenset({"personal", "shared_by_few", "recycled"})
"""Uses of a contact that is somebody's in particular."""
_LAYERS = {"name": "address", "turn": "turn"}
"""Layer of an answer by how it is known; all others are replies."""
_BASIS = 6
"""Quotes kept for each tie and layer."""


def build(
    scene: Scene, mentions: pa.Table, accounts: pa.Table, templates: pa.Table, identifiers: pa.Table, links: pa.Table,
    calls: Sequence[Call],
) -> pa.Table:  # fmt: skip
    """Return what ``observe`` gives as ``pair_model.weighed`` leaves it."""
    return weighed(observe(scene, mentions, accounts, templates, identifiers, links, calls), scene)


def observe(
    scene: Scene, mentions: pa.Table, accounts: pa.Table, templates: pa.Table, identifiers: pa.Table, links: pa.Table,
    calls: Sequence[Call],
) -> pa.Table:  # fmt: skip
    """Return Table(left, right, layer, weight, basis, times, together, said): left < right, a row a pair and layer.

    calls: as ``find_calls`` gives them.
    weight: the layer's weight times 1 + log2 of the number of observations. together: null, nothing being weighed yet.
    said: how surely all posts that the surest of them rests on trade by themselves; 0 of who may be one person.
    """
    holders = _holders(scene, mentions, accounts, identifiers)
    found = [
        *_answers(scene, calls), *_handles(scene, mentions, holders),
        *_referrals(scene, mentions, identifiers), *_identifiers(scene, holders), *_persons(scene, links),
        *templates_shared(scene, templates), *pictures_shared(scene, mentions), *invites_shared(scene, mentions),
    ]  # fmt: skip
    ties = [tie if tie.left < tie.right else tie._replace(left=tie.right, right=tie.left) for tie in found]
    ties.sort(key=lambda tie: (tie.left, tie.right, tie.layer))
    rows = []
    for (left, right, layer), group in groupby(ties, key=lambda tie: tie[:3]):
        seen = list(group)
        weight = max(tie.weight for tie in seen) * layer_weight(layer) * (1 + math.log2(len(seen)))
        basis = _distinct(span for tie in seen for span in tie.basis)
        rows.append(
            {"left": left, "right": right, "layer": layer, "weight": weight, "basis": basis, "times": len(seen),
             "said": max(tie.said for tie in seen)}
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _distinct(spans: Iterable[Span]) -> list[Span]:
    kept = {(s["evidence_id"], s["member"], s["start"], s["stop"]): s for s in spans}
    return list(kept.values())[:_BASIS]


class Answer(NamedTuple):
    """An answer worth weighing: the post below, the one that it answers, how that is known, ``answer_model.TERMS``."""

    below: Act
    above: Act
    basis: str
    terms: tuple[float, ...]


def answers_between(scene: Scene, calls: Sequence[Call]) -> Iterator[Answer]:
    """Yield the answers by reply, thread, name or turn between two actors, as far as they may be part of a deal."""
    conduct = conduct_of(scene)
    seen: set[tuple[str, str]] = set()
    told = ((scene.acts[post], scene.acts.get(above), basis) for post, (above, basis) in scene.answered.items())
    named = ((act, above, "name") for act, above in addressed(scene, calls))
    turned = ((scene.acts[post], scene.acts.get(turn.above), "turn") for post, turn in scene.turned.items())
    for act, above, basis in chain(told, named, turned):
        if above is None or above.actor == act.actor or (act.post, above.post) in seen:
            continue
        seen.add((act.post, above.post))
        terms = answer_terms(act, above, basis, conduct, scene.turned[act.post] if basis == "turn" else None)
        if terms is not None:
            yield Answer(act, above, basis, terms)


def _answers(scene: Scene, calls: Sequence[Call]) -> Iterator[Tie]:
    for act, above, basis, terms in answers_between(scene, calls):
        layer = _LAYERS.get(basis, "reply")
        yield Tie(
            act.actor, above.actor, layer, probability(terms), (scene.span(above), scene.span(act)),
            min(act.reading, above.reading),
        )  # fmt: skip


class Holding(NamedTuple):
    """An actor that claims a contact: its surest quote, whether in its own words or as native id.

    sure: how surely a post that gives it trades; 0 when none does.
    """

    actor: str
    own: bool
    sure: float
    span: Span | None


def _contacts(mentions: pa.Table) -> list[dict[str, Any]]:
    wanted = pc.and_(
        pc.greater_equal(mentions["probability"], 0.5), pc.is_in(mentions["kind"], pa.array(sorted(CONTACT_KINDS)))
    )
    names = ["mention_id", "post_id", "kind", "value", "owner", "spans"]
    return list(mentions.filter(wanted).select(names).sort_by("mention_id").to_pylist())


def _holders(
    scene: Scene, mentions: pa.Table, accounts: pa.Table, identifiers: pa.Table
) -> dict[tuple[str, str], dict[str, Holding]]:
    """Return (kind, value) -> actor -> Holding, for values that are somebody's in particular."""
    columns = (identifiers[name].to_pylist() for name in ("kind", "value", "use"))
    use = {(kind, value): found for kind, value, found in zip(*columns, strict=True)}
    holders: dict[tuple[str, str], dict[str, Holding]] = defaultdict(dict)
    for row in _contacts(mentions):
        act = scene.acts.get(row["post_id"])
        key = (row["kind"], row["value"])
        if act is None or use.get(key) not in SOMEBODYS:
            continue
        if row["owner"] not in ("self", "unknown") or act.frame in PROTECTIVE:
            continue
        known = holders[key].get(act.actor)
        own, sure = row["owner"] == "self", act.trade if act.trades else 0.0
        if act.trades and sure < number("doubtful"):
            continue
        if known is None or (own, sure) > (known.own, known.sure):
            span = row["spans"][0] if row["spans"] else scene.span(act)
            holders[key][act.actor] = Holding(act.actor, own, sure, span)
    columns = (accounts[name].to_pylist() for name in ("account_id", "platform", "native_id"))
    for account, platform, native in zip(*columns, strict=True):
        if platform in ("qq", "wechat") and native and account in scene.actor_of:
            actor = scene.actor_of[account]
            holders[platform, native.lower()].setdefault(actor, Holding(actor, True, 0.0, None))
    return holders


def _handles(
    scene: Scene, mentions: pa.Table, holders: Mapping[tuple[str, str], Mapping[str, Holding]]
) -> Iterator[Tie]:
    """Trade posts that give a contact which one or few other actors hold."""
    for row in _contacts(mentions):
        act = scene.acts.get(row["post_id"])
        if act is None or not act.touches or row["owner"] not in ("other", "unknown"):
            continue
        held = [h for h in holders.get((row["kind"], row["value"]), {}).values() if h.actor != act.actor and h.own]
        if act.actor in holders.get((row["kind"], row["value"]), {}) or len(held) > number("shared_actors"):
            continue
        for holding in held:
            spans = tuple(row["spans"][:1]) or (scene.span(act),)
            basis = (*spans, holding.span) if holding.span else spans
            sure = max(act.trade, _trade(scene, holding.actor))
            if sure > 0:
                # Two holders of one contact are tied by it themselves; more make it anybody's.
                yield Tie(act.actor, holding.actor, "handle", sure / max(1, len(held) - 1), basis, sure)


def _identifiers(scene: Scene, holders: Mapping[tuple[str, str], Mapping[str, Holding]]) -> Iterator[Tie]:
    """Contacts that few actors claim, all of them traders; as sure as the less sure of two trades."""
    for key in sorted(holders):
        held = [h for _, h in sorted(holders[key].items()) if h.own and _trade(scene, h.actor) > 0]
        if 2 <= len(held) <= number("shared_actors"):
            for left, right in combinations(held, 2):
                basis = tuple(span for span in (left.span, right.span) if span)
                sure = min(max(h.sure, _trade(scene, h.actor) * number("elsewhere")) for h in (left, right))
                if basis and max(left.sure, right.sure) > 0:
                    yield Tie(left.actor, right.actor, "identifier", sure / (len(held) - 1), basis, sure)


def _referrals(scene: Scene, mentions: pa.Table, identifiers: pa.Table) -> Iterator[Tie]:
    """Actors whose trade posts give one contact that is somebody else's, or too many's own: a chain, one to the next.

    No clique, so that a contact that ten recommend makes nobody a hub. Whose it is need not be known.
    """
    columns = (identifiers[name].to_pylist() for name in ("kind", "value", "use"))
    uses = {(kind, value): use for kind, value, use in zip(*columns, strict=True)}
    sending: dict[tuple[str, str], dict[str, tuple[Act, Span]]] = defaultdict(dict)
    for row in _contacts(mentions):
        act, key = scene.acts.get(row["post_id"]), (row["kind"], row["value"])
        use = uses.get(key)
        if act is None or not act.trades or row["kind"] == "url" or use == "hotline":
            continue
        if row["owner"] not in ("other", "unknown") and (row["owner"] != "self" or use in SOMEBODYS):
            continue
        known = sending[key].get(act.actor)
        if known is None or act.trade > known[0].trade:
            sending[key][act.actor] = act, row["spans"][0] if row["spans"] else scene.span(act)
    for key in sorted(sending):
        for (left, quote), (right, other) in pairwise(sorted(sending[key].values(), key=lambda one: in_time(one[0]))):
            sure = min(left.trade, right.trade)
            yield Tie(left.actor, right.actor, "referral", sure, (quote, other), sure)


def _persons(scene: Scene, links: pa.Table) -> Iterator[Tie]:
    """Actors who trade and may be one person: whichever it is, they belong together as surely as the link holds."""
    wanted = pc.and_(pc.greater_equal(links["probability"], number("person_link")), pc.not_equal(links["judged"], "no"))
    columns = (links.filter(wanted)[name].to_pylist() for name in ("left", "right", "probability"))
    best: dict[tuple[str, str], float] = defaultdict(float)
    for left, right, sure in zip(*columns, strict=True):
        pair = sorted((scene.actor_of.get(left, ""), scene.actor_of.get(right, "")))
        best[pair[0], pair[1]] = max(best[pair[0], pair[1]], sure)
    surest = {one: _surest(scene, one) for pair in best for one in pair}
    for (a, b), sure in sorted(best.items()):
        left_act, right_act = surest[a], surest[b]
        if a != b and left_act and right_act and min(left_act.reading, right_act.reading) >= number("person_trades"):
            yield Tie(a, b, "person", sure, (scene.span(left_act), scene.span(right_act)), 0.0)


def _surest(scene: Scene, actor: str) -> Act | None:
    """Return the post of an actor that trades most surely."""
    return max(scene.by_actor.get(actor, ()), key=lambda act: (act.reading, act.post), default=None)


def _trade(scene: Scene, actor: str) -> float:
    """How surely an actor trades at all."""
    return max((act.trade for act in scene.by_actor[actor] if act.trades), default=0.0)
