"""Ties dealt anew: what groups chance makes of the same people and as many ties, and which groups are more than that.

The right ends of ties are dealt anew within each layer, so that everybody keeps the number of ties and who deals with
whom is chance; then groups are looked for as in the case itself. Where a case has no more and no closer groups than its
own dealt ties, nothing tells its groups from chance, and none of them is presented as a ring.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.rings.communities import SEED
from ringtrace.rings.model import number

Find = Callable[[pa.Table], pa.Table]
"""From ties to the groups found among them: Table(ring_id, actor_id, core)."""
_UNSEEN = 3.0
"""What was seen in none of n dealings happens in no more than three of n, 95 times in a hundred (the rule of three)."""


class Verdict(NamedTuple):
    """How a group stands against chance. level: groups that chance makes for each found that is at least as close."""

    level: float
    stands: bool


def dealt(ties: pa.Table, seed: int) -> pa.Table:
    """Return ``ties`` with their right ends dealt anew within each layer; ties to oneself fall away."""
    rng = np.random.Generator(np.random.PCG64(seed))
    layers = np.asarray(ties["layer"].to_pylist(), object)
    left, right = (np.asarray(ties[side].to_pylist(), object) for side in ("left", "right"))
    for layer in sorted(set(layers.tolist())):
        own = np.flatnonzero(layers == layer)
        right[own] = right[own[rng.permutation(len(own))]]
    swapped = left > right
    for side, ends in (("left", np.where(swapped, right, left)), ("right", np.where(swapped, left, right))):
        ties = ties.set_column(ties.schema.get_field_index(side), side, pa.array(ends.tolist(), pa.string()))
    order = [("left", "ascending"), ("right", "ascending"), ("layer", "ascending")]
    return ties.filter(pc.not_equal(ties["left"], ties["right"])).sort_by(order)


def closeness(groups: pa.Table, ties: pa.Table) -> dict[str, float]:
    """Return ring -> by how many nats its ties are likelier as its own than as dealt among everybody, 0 or more.

    groups: Table(ring_id, actor_id, core). With w ties inside where the numbers of everybody's ties make e be expected,
    that is w ln(w / e) - w + e (the likelihood ratio of two Poisson rates). A pair counts once for each layer.
    """
    core = groups.filter(groups["core"])
    home = dict(zip(core["actor_id"].to_pylist(), core["ring_id"].to_pylist(), strict=True))
    inside: dict[str, int] = dict.fromkeys(home.values(), 0)
    ends: dict[str, int] = defaultdict(int)
    for left, right in zip(ties["left"].to_pylist(), ties["right"].to_pylist(), strict=True):
        at, other = home.get(left), home.get(right)
        for ring in (at, other):
            if ring is not None:
                ends[ring] += 1
        if at is not None and at == other:
            inside[at] += 1
    return {ring: _likelier(held, ends[ring] ** 2 / (4 * len(ties)) if held else 0.0) for ring, held in inside.items()}


def made_by_chance(ties: pa.Table, find: Find) -> list[list[float]]:
    """Return for each dealing of ``ties`` the closeness of the groups that ``find`` finds."""
    runs = (dealt(ties, SEED + run) for run in range(int(number("dealings"))))
    return [sorted(closeness(find(run), run).values()) for run in runs]


def against_chance(close: Mapping[str, float], made: Sequence[Sequence[float]]) -> dict[str, Verdict]:
    """Return ring -> Verdict: as many of the closest groups stand as are far too many, or far too close, for chance.

    close: ring -> closeness; made: the same of what chance made, a list a dealing. Going down from the closest, the
    first i groups are too many if the dealings make fewer than ``most_chance`` of i as close, and if so many or more
    are less likely than ``least_chance`` and ``chance_spread`` spreads of the dealings away; or if each of them is
    ``twice_as_close`` times as close as the closest that chance made.
    """
    order = sorted(close, key=lambda ring: (-close[ring], ring))
    closest = max((max(run, default=0.0) for run in made), default=0.0)
    counts = [[sum(one >= close[ring] - 1e-9 for one in run) for run in made] for ring in order]
    standing = 0
    for found, (ring, count) in enumerate(zip(order, counts, strict=True), 1):
        usual = math.fsum(count) / len(made)
        if usual > number("most_chance") * found:
            continue
        if close[ring] >= number("twice_as_close") * closest or _too_many(found, count):
            standing = found
    verdicts: dict[str, Verdict] = {}
    level = 1.0
    for found in range(len(order), 0, -1):
        level = min(level, math.fsum(counts[found - 1]) / len(made) / found)
        verdicts[order[found - 1]] = Verdict(level, found <= standing)
    return verdicts


def _too_many(found: int, count: Sequence[int]) -> bool:
    """Whether so many groups are out of reach for chance, whose dealings made ``count`` as close."""
    most = (math.fsum(count) + _UNSEEN) / len(count)
    spread = max(math.sqrt(most), float(np.std(count, ddof=1)))
    return at_least(found, most) <= number("least_chance") and found - most >= number("chance_spread") * spread


def at_least(count: int, expected: float) -> float:
    """Return the chance of ``count`` or more where ``expected`` rare and independent events are expected (Poisson)."""
    if count == 0:
        return 1.0
    if expected <= 0:
        return 0.0
    below = math.fsum(math.exp(k * math.log(expected) - expected - math.lgamma(k + 1)) for k in range(count))
    return min(1.0, max(0.0, 1 - below))


def _likelier(held: int, expected: float) -> float:
    return held * math.log(held / expected) - held + expected if held > expected else 0.0
