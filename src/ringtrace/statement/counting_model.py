"""Weighs what a number of a report may count: a log-linear choice, its weights fitted on whole reports.

Weights are natural log-odds by cue (``lexicons/counting.model.toml``), fitted by ``benchmarks/figures.py``
on reports of several writers. A cue that was never met weighs nothing, so that a strange sentence is read
by the cues that it shares with known ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache

from ringtrace.statement.choices import Choice
from ringtrace.text.lexicon import constants


def choose(choices: Iterable[Choice], given: Mapping[str, float] | None = None) -> tuple[Choice, float]:
    """Return the choice of the most likely (quantity, status), and its probability.

    The evidence of several sources of one reading is added up; of them, the surest is returned.
    Ties go to the first in order of quantity and status. given: weights other than the shipped ones.
    """
    known = weights() if given is None else given
    scored: dict[tuple[str, str], list[tuple[float, Choice]]] = {}
    for choice in choices:
        score = math.fsum(known.get(cue, 0.0) for cue in choice.cues)
        scored.setdefault((choice.quantity, choice.status), []).append((score, choice))
    top = max(score for found in scored.values() for score, _ in found)
    mass = {key: math.fsum(math.exp(score - top) for score, _ in found) for key, found in scored.items()}
    best = min(mass, key=lambda key: (-mass[key], key))
    _, choice = max(scored[best], key=lambda pair: (pair[0], -pair[1].noun[0]))
    return choice, mass[best] / math.fsum(mass.values())


@cache
def weights() -> Mapping[str, float]:
    """Return cue -> natural log-odds."""
    loaded: Mapping[str, float] = constants("counting")["weight"]
    return loaded
