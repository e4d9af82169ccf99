"""How surely an answer ties two actors who deal with each other: a fitted model over what both sides do.

An answer may be part of a deal even where neither post says so ("fine, I call you"), when both actors
trade elsewhere; and a question below an offer ties nobody who never trades. Terms and weights are natural
log-odds (``rings.model.toml``, table ``answer``), fitted on the development authors
(``benchmarks/ties.py``): the probability that both belong to one ring.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ringtrace.rings.activity import Act, Scene
from ringtrace.rings.model import PROTECTIVE, answer_weight
from ringtrace.rings.turns import SPOKEN, Turn

TERMS = (
    "bias", "above", "below", "less_sure", "above_elsewhere", "below_elsewhere", "less_elsewhere", "above_share",
    "below_share", "less_share", "facts", "sides_differ", "sides_same", "protective", "stated", "name",
    "above_posts", "below_posts", "turn", "turn_between", "turn_minutes", "turn_crowd", "turn_back",
)  # fmt: skip
"""above, below: how surely the post answered and the answer trade; elsewhere: the actor's surest other post;
share: its other posts' mean; posts: log of its sure posts; less: the lesser of both sides;
turn: the two are only next to each other in talk, see ``turns.Turn``."""
SCREEN = 0.1
"""Answers are weighed when both actors, in these posts or elsewhere, trade at least so surely or name what deals
need (papers, transport, a price ...): whoever only asks, warns or watches is tied to nobody."""
_ORDINARY = 0.03
"""Share of posts that trade in ordinary talk; one such post is added to an actor's own."""


@dataclass(frozen=True, slots=True)
class Conduct:
    """One actor's posts in short. surest: its two surest posts as (probability, post); total: sum of probabilities."""

    surest: tuple[tuple[float, str], ...]
    total: float
    posts: int
    sure_posts: int

    @classmethod
    def of(cls, acts: Iterable[Act]) -> Conduct:
        known = sorted(((act.reading, act.post) for act in acts), reverse=True)
        return cls(
            tuple(known[:2]), math.fsum(p for p, _ in known), len(known), sum(p >= 0.5 for p, _ in known)
        )  # fmt: skip

    def elsewhere(self, post: str) -> float:
        """How surely the surest post but ``post`` trades."""
        return next((sure for sure, other in self.surest if other != post), 0.0)

    def share(self, act: Act) -> float:
        """The mean over the posts but ``act``, an ordinary one added."""
        return (self.total - act.reading + _ORDINARY) / self.posts

    @property
    def whole_share(self) -> float:
        """The mean over all posts, an ordinary one added."""
        return (self.total + _ORDINARY) / (self.posts + 1)


def conduct_of(scene: Scene) -> dict[str, Conduct]:
    """Return actor -> its posts in short."""
    return {actor: Conduct.of(acts) for actor, acts in scene.by_actor.items()}


def answer_terms(
    below: Act, above: Act, basis: str, conduct: Mapping[str, Conduct], turn: Turn | None = None
) -> tuple[float, ...] | None:  # fmt: skip
    """Return the values of ``TERMS`` for an answer, or None when it is not worth weighing.

    turn: how the two stand in talk, where nothing else says that one answers the other: one of them has to trade.
    """
    answering, answered = conduct[below.actor], conduct[above.actor]
    over, under = above.reading, below.reading
    over_else, under_else = answered.elsewhere(above.post), answering.elsewhere(below.post)
    takes_part = [
        max(sure, elsewhere) >= SCREEN or act.touches
        for act, sure, elsewhere in ((above, over, over_else), (below, under, under_else))
    ]
    if not all(takes_part) or (turn and max(over, under) < SPOKEN):
        return None
    shares = log_odds(answered.share(above)), log_odds(answering.share(below))
    both = above.trades and below.trades
    return (
        1.0, log_odds(over), log_odds(under), log_odds(min(over, under)), log_odds(over_else),
        log_odds(under_else), log_odds(min(over_else, under_else)), *shares, min(shares),
        float(bool(above.facts)) + float(bool(below.facts)),
        float(both and above.direction != below.direction), float(both and above.direction == below.direction),
        float(above.frame in PROTECTIVE) + float(below.frame in PROTECTIVE),
        float(basis == "stated"), float(basis == "name"),
        math.log1p(answered.sure_posts), math.log1p(answering.sure_posts), *_turn_terms(turn),
    )  # fmt: skip


def _turn_terms(turn: Turn | None) -> tuple[float, ...]:
    if turn is None:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    return 1.0, math.log1p(turn.between), math.log1p(turn.minutes), math.log(turn.crowd), float(turn.back)


def probability(terms: Iterable[float]) -> float:
    """Return how surely an answer with these ``TERMS`` ties two members of one ring."""
    total = math.fsum(answer_weight(name) * value for name, value in zip(TERMS, terms, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def log_odds(probability: float) -> float:
    """Return natural log-odds, bounded at .002 and .998."""
    bounded = min(max(probability, 0.002), 0.998)
    return math.log(bounded / (1 - bounded))
