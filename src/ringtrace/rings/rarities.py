"""Ties by what hardly anybody else posts: one rare text, one rare picture, the invitation to one closed group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations, pairwise

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.rings.activity import Act, Scene, Span, in_time
from ringtrace.rings.model import number
from ringtrace.rings.tie import Tie
from ringtrace.text.contacts.invites import invited_to


def templates_shared(scene: Scene, templates: pa.Table) -> Iterator[Tie]:
    """Rare texts that trade and that few actors post."""
    yield from _few(
        scene, "template", zip(*(templates[n].to_pylist() for n in ("template_id", "post_id")), strict=True)
    )


def pictures_shared(scene: Scene, mentions: pa.Table) -> Iterator[Tie]:
    """Rare pictures of posts that trade, known again by the hash of their bytes."""
    shown = mentions.filter(pc.equal(mentions["kind"], "image"))
    columns = (shown[name].to_pylist() for name in ("value", "post_id"))
    yield from _few(scene, "image", zip(*columns, strict=True))


def _few(scene: Scene, layer: str, shown: Iterable[tuple[str, str]]) -> Iterator[Tie]:
    """Tie the actors who all trade in a post that shows what few actors show: (what it is, post).

    Of the posts of one actor the one counts that trades most surely: who sold with a picture may have greeted with it.
    """
    users: dict[str, dict[str, Act]] = defaultdict(dict)
    for what, post in sorted(shown):
        act = scene.acts.get(post)
        if act is not None:
            known = users[what].get(act.actor)
            if known is None or act.trade > known.trade:
                users[what][act.actor] = act
    for what in sorted(users):
        acts = [act for _, act in sorted(users[what].items())]
        if 2 <= len(acts) <= number("template_actors") and all(act.trades for act in acts):
            for left, right in combinations(acts, 2):
                spans = scene.span(left), scene.span(right)
                yield Tie(left.actor, right.actor, layer, 1.0, spans, min(left.trade, right.trade))


def invites_shared(scene: Scene, mentions: pa.Table) -> Iterator[Tie]:
    """Actors whose trade posts let people into one closed group: a chain, one to the next, half as sure as they trade.

    An invitation that more than ``shared_actors`` give, trading or not, is an open group's advertisement.
    """
    told = mentions.filter(pc.and_(pc.equal(mentions["kind"], "url"), pc.greater_equal(mentions["probability"], 0.5)))
    giving: dict[str, dict[str, tuple[Act, Span]]] = defaultdict(dict)
    for row in told.select(["mention_id", "post_id", "value", "spans"]).sort_by("mention_id").to_pylist():
        act, group = scene.acts.get(row["post_id"]), invited_to(row["value"])
        if act is None or not group:
            continue
        known = giving[group].get(act.actor)
        if known is None or act.trade > known[0].trade:
            giving[group][act.actor] = act, row["spans"][0] if row["spans"] else scene.span(act)
    for group in sorted(giving):
        if len(giving[group]) > number("shared_actors"):
            continue
        trading = (one for one in giving[group].values() if one[0].trades)
        for (left, quote), (right, other) in pairwise(sorted(trading, key=lambda one: in_time(one[0]))):
            said = min(left.trade, right.trade)
            yield Tie(left.actor, right.actor, "invite", said * number("invited"), (quote, other), said)
