"""A log-linear choice: of several readings, each with the cues that speak for it, the most likely.

A cue that was never met weighs nothing, so that a strange sentence is read by the cues that it shares with known ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

Key = TypeVar("Key", str, tuple[str, str])


Cues = tuple[tuple[str, ...], ...]
"""The cues of an option in groups; options that share a source share its group, which then is weighed once."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Cue -> natural log-odds: of what numbers count, and of where figures are placed."""

    counting: Mapping[str, float]
    placing: Mapping[str, float]


def choose(options: Iterable[tuple[Key, Cues]], weights: Mapping[str, float]) -> tuple[int, float]:
    """Return the index of the best option of the most likely key, and the key's probability.

    What speaks for one key from several sources is added up. Ties go to the first key in order, and to the first of
    its options. weights: cue -> natural log-odds.
    """
    known: dict[tuple[str, ...], float] = {}
    scored = []
    for key, groups in options:
        for group in groups:
            if group not in known:
                known[group] = math.fsum(weights.get(cue, 0.0) for cue in group)
        scored.append((key, math.fsum(known[group] for group in groups)))
    top = max(score for _, score in scored)
    mass: dict[Key, float] = {}
    for key, score in scored:
        mass[key] = mass.get(key, 0.0) + math.exp(score - top)
    best = min(mass, key=lambda key: (-mass[key], key))
    index = max((i for i, (key, _) in enumerate(scored) if key == best), key=lambda i: (scored[i][1], -i))
    return index, mass[best] / math.fsum(mass.values())
