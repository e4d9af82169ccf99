"""How surely two actors belong to one ring: what was observed between them, weighed with the company that both keep.

An answer or a contact says little alone where ordinary talk reads like trade. What both do elsewhere says more:
whose other ties are sure ones (company), who mostly trades (share), who also warns, appeals or jokes (protective).
Terms and weights are natural log-odds (``rings.model.toml``, table ``pair``), fitted on the development authors
(``benchmarks/ties.py``).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.rings.activity import Scene
from ringtrace.rings.answer_model import Conduct, log_odds
from ringtrace.rings.model import PROTECTIVE, layer_weight, number, pair_weight

TERMS = (
    "bias", "answer", "other", "unanswered", "share_lo", "share_hi", "protective", "company_lo", "company_hi",
)  # fmt: skip
"""answer: the surest answer between the two; other: the surest tie of another layer; unanswered: there is no
answer; share: how much an actor's posts trade on average, of the lesser and the greater; company: how sure its
other ties are on average."""
_ANSWERS = frozenset({"reply", "address", "turn"})
_COPIED = frozenset({"template", "image"})
"""A text or a picture that both post says too little for a pair of its own: whoever sees one can copy it."""
_OTHER_TIES = 0.5
_OF_THEM = 0.1
"""Half an ordinary tie, sure by a fifth, is added to an actor's own."""

Pair = tuple[str, str]


class Seen(NamedTuple):
    """How surely the surest answer between two actors and the surest tie of other layers tie them; 0 without one."""

    answer: float
    other: float

    @property
    def best(self) -> float:
        return max(self.answer, self.other)


def weighed(ties: pa.Table, scene: Scene) -> pa.Table:
    """Return ``ties`` with together: how surely the two belong to one ring, the same in all rows of a pair.

    A pair that only one rare text or picture ties has none. Pairs that belong together less surely than ``least_tie``
    are left out. ties: as ``graph.observe`` gives them, of all whom anything ties to the actors in them.
    """
    sure = {pair: probability(terms) for pair, terms in pair_terms(seen_in(ties), scene).items()}
    pairs = zip(ties["left"].to_pylist(), ties["right"].to_pylist(), strict=True)
    at = ties.schema.get_field_index("together")
    found = ties.set_column(at, "together", pa.array([sure.get(pair) for pair in pairs], pa.float64()))
    return found.filter(pc.fill_null(pc.greater_equal(found["together"], number("least_tie")), True))


def seen_in(ties: pa.Table) -> dict[Pair, Seen]:
    """Return pair -> Seen of ties as ``graph.observe`` gives them."""
    columns = (ties[name].to_pylist() for name in ("left", "right", "layer", "weight", "times"))
    return seen_between(
        ((left, right), layer, weight / (1 + math.log2(times)) / layer_weight(layer))
        for left, right, layer, weight, times in zip(*columns, strict=True)
    )


def seen_between(ties: Iterable[tuple[Pair, str, float]]) -> dict[Pair, Seen]:
    """Return pair -> Seen, in order. ties: (pair, layer, how surely this one ties them)."""
    found: dict[Pair, Seen] = defaultdict(lambda: Seen(0.0, 0.0))
    for pair, layer, sure in ties:
        if layer in _COPIED:
            continue
        known = found[pair]
        if layer in _ANSWERS:
            found[pair] = known._replace(answer=max(known.answer, min(1.0, sure)))
        else:
            found[pair] = known._replace(other=max(known.other, min(1.0, sure)))
    return dict(sorted(found.items()))


def pair_terms(seen: Mapping[Pair, Seen], scene: Scene) -> dict[Pair, tuple[float, ...]]:
    """Return pair -> the values of ``TERMS``."""
    ties: dict[str, list[float]] = defaultdict(list)
    for pair, one in seen.items():
        for actor in pair:
            ties[actor].append(one.best)
    total = {actor: math.fsum(known) for actor, known in ties.items()}
    share = {actor: Conduct.of(scene.by_actor.get(actor, ())).whole_share for actor in ties}
    mild = {actor: _protective(scene, actor) for actor in ties}
    found = {}
    for pair, one in seen.items():
        company = sorted(
            (total[actor] - one.best + _OF_THEM) / (len(ties[actor]) - 1 + _OTHER_TIES) for actor in pair
        )  # fmt: skip
        shares = sorted(share[actor] for actor in pair)
        found[pair] = (
            1.0, log_odds(one.answer), log_odds(one.other), float(one.answer == 0), *map(log_odds, shares),
            math.fsum(mild[actor] for actor in pair), *map(log_odds, company),
        )  # fmt: skip
    return found


def probability(terms: Iterable[float]) -> float:
    """Return how surely two actors with these ``TERMS`` belong to one ring."""
    total = math.fsum(pair_weight(name) * value for name, value in zip(TERMS, terms, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _protective(scene: Scene, actor: str) -> float:
    acts = scene.by_actor.get(actor, ())
    return sum(act.frame in PROTECTIVE for act in acts) / len(acts) if acts else 0.0
