"""How surely a member goes between: what it says and how many it deals with, weighed by a fitted model.

"I know somebody" is said by sellers and buyers too, and many who go between say nothing of it but deal with everyone.
Terms and weights are natural log-odds (``rings.model.toml``, table ``broker``), fitted on the development authors
(``benchmarks/brokers.py``).
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import cache, partial

import pyarrow as pa

from ringtrace.rings.activity import Scene
from ringtrace.rings.answer_model import log_odds
from ringtrace.rings.communities import surest
from ringtrace.rings.exchange import side_of
from ringtrace.rings.model import broker_weight, number

TERMS = ("bias", "firm", "ties", "share", "words", "brokers", "middleman", "posts")
"""firm, ties: to how many it is tied firmly, and at all; brokers: how many of the first trade mostly as go-betweens;
share: of its trading posts that go between, as log-odds; words: the sum of how surely they do; middleman: its posts
that name a middleman; posts: all. But for share each is the logarithm of one more."""
_BROKERING = 0.3
"""Of one post that is added to an actor's own."""


def go_betweens(actors: Iterable[str], ties: pa.Table, scene: Scene) -> dict[str, float]:
    """Return actor -> how surely it is a go-between."""
    return {actor: probability(terms) for actor, terms in broker_terms(actors, ties, scene).items()}


def broker_terms(actors: Iterable[str], ties: pa.Table, scene: Scene) -> dict[str, tuple[float, ...]]:
    """Return actor -> the values of ``TERMS``. ties: as ``graph.build`` gives them."""
    others: dict[str, set[str]] = defaultdict(set)
    firm: dict[str, set[str]] = defaultdict(set)
    for (left, right), sure in surest(ties).items():
        for actor, other in ((left, right), (right, left)):
            others[actor].add(other)
            if sure >= number("firm"):
                firm[actor].add(other)
    side = cache(partial(side_of, scene))  # many are tied to one hub, whose posts are gone through once
    found = {}
    for actor in actors:
        acts = scene.by_actor.get(actor, [])
        trading = Counter(act.direction for act in acts if act.trades)
        share = (trading["broker"] + _BROKERING) / (trading.total() + 1)
        words = math.fsum(act.trade for act in acts if act.trades and act.direction == "broker")
        brokers = sum(side(other) == "broker" for other in firm[actor])
        middleman = sum("middleman" in act.facts for act in acts)
        counts = (len(firm[actor]), len(others[actor]))
        found[actor] = (
            1.0, *map(math.log1p, counts), log_odds(share), *map(math.log1p, (words, brokers, middleman, len(acts))),
        )  # fmt: skip
    return found


def probability(terms: Iterable[float]) -> float:
    """Return how surely somebody with these ``TERMS`` goes between."""
    total = math.fsum(broker_weight(name) * value for name, value in zip(TERMS, terms, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
