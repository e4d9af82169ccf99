"""Stances by slice: what a language, a frame or a platform hides in the overall figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ringtrace.evaluation import measures as m

_LEAST = 5
"""Posts that offer, seek or broker which a slice must hold to be scored."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One post with what is true and what was found. weight: how many posts it stands for (1 in a full truth)."""

    text: str
    language: str
    frame: str
    direction: str
    found_frame: str
    found: str
    probability: float
    weight: float = 1.0

    @property
    def wanted(self) -> bool:
        return self.direction != "none"


def weights_of(judged: Sequence[Judged]) -> m.Weights | None:
    """Return the weights of posts of a sample, None where each stands for itself."""
    told = np.array([one.weight for one in judged])
    return None if (told == 1).all() else told


def by_slice(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return scores for each language, and for each direction how many of its posts were found as such."""
    slices: defaultdict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        slices[f"language {one.language}"].append(one)
    found: dict[str, Any] = {name: _scores(slices[name]) for name in sorted(slices)}
    for direction in ("offer", "seek", "broker"):
        mine = [one for one in judged if one.direction == direction]
        if mine:
            right = sum(one.found == direction for one in mine)
            found[f"direction {direction}"] = {"posts": len(mine), "found as such": right / len(mine)}
    return found


def _scores(judged: Sequence[Judged]) -> dict[str, Any]:
    wanted = sum(one.wanted for one in judged)
    scores: dict[str, Any] = {"posts": len(judged), "wanted": wanted}
    if wanted >= _LEAST:
        scored, weights = [(one.probability, one.wanted) for one in judged], weights_of(judged)
        low, high = m.interval(
            len(scored), lambda times: m.average_precision(scored, times if weights is None else times * weights), 50
        )
        scores["average precision"] = [m.average_precision(scored, weights), low, high]
        scores["precision at recall .8"] = m.precision_at_recall(scored, 0.8)
        scores["ECE"] = m.calibration(scored)[0]
        pairs = [(one.direction, one.found) for one in judged]
        scores["direction macro-F1"] = m.macro_f1(pairs, ("offer", "seek", "broker", "none"))
    return scores


def curve(judged: Sequence[Judged]) -> list[tuple[float, float]]:
    """Return (recall, precision) at every probability from the highest down; ties are one step."""
    ranked = sorted(judged, key=lambda one: -one.probability)
    whole = sum(one.weight for one in ranked if one.wanted)
    points, hits, seen = [], 0.0, 0.0
    for at, one in enumerate(ranked):
        hits, seen = hits + one.weight * one.wanted, seen + one.weight
        if whole and (at + 1 == len(ranked) or ranked[at + 1].probability != one.probability):
            points.append((hits / whole, hits / seen))
    return points


def bins(judged: Sequence[Judged], count: int = 10) -> list[tuple[float, float, int]]:
    """Return (mean probability, share that is wanted, posts) of each bin of equal width that holds posts."""
    groups: defaultdict[int, list[Judged]] = defaultdict(list)
    for one in judged:
        groups[min(int(one.probability * count), count - 1)].append(one)
    return [
        (sum(o.probability for o in g) / len(g), sum(o.wanted for o in g) / len(g), len(g))
        for _, g in sorted(groups.items())
    ]


def worst(judged: Sequence[Judged], most: int = 20) -> tuple[list[Judged], list[Judged]]:
    """Return the posts wrongly held for wanted, the surest first, and the wanted ones that were missed most."""
    false = sorted((one for one in judged if not one.wanted), key=lambda one: (-one.probability, one.text))
    missed = sorted((one for one in judged if one.wanted), key=lambda one: (one.probability, one.text))
    return [o for o in false[:most] if o.found != "none"], [o for o in missed[:most] if o.found == "none"]
