"""The measures themselves: plain functions over plain values, each with its source."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float64]


def prf(hits: float, found: float, wanted: float) -> tuple[float, float, float]:
    """Return precision, recall and F1; 1 where nothing was found or wanted."""
    precision = hits / found if found else 1.0
    recall = hits / wanted if wanted else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def average_precision(scored: Sequence[tuple[float, bool]], weights: Weights | None = None) -> float:
    """Return average precision; ties in score share their precision, so order does not matter.

    weights: how often each item counts (a bootstrap sample), once each when None.
    """
    scores = np.array([score for score, _ in scored])
    times = np.ones(len(scored)) if weights is None else weights
    true = np.array([float(label) for _, label in scored]) * times
    if not true.sum():
        return math.nan
    _, group = np.unique(-scores, return_inverse=True)
    gained, seen = np.bincount(group, true), np.bincount(group, times)
    hits = np.cumsum(gained)
    return float((gained * hits / np.maximum(np.cumsum(seen), 1e-12)).sum() / hits[-1])


def precision_at_recall(scored: Sequence[tuple[float, bool]], recall: float) -> float:
    """Return the best precision at a threshold that reaches ``recall``; nan without positives."""
    wanted = sum(true for _, true in scored)
    if not wanted:
        return math.nan
    best = 0.0
    hits = 0
    ranked = sorted(scored, key=lambda pair: -pair[0])
    for seen, (score, true) in enumerate(ranked, start=1):
        hits += true
        last = seen == len(ranked) or ranked[seen][0] != score
        if last and hits / wanted >= recall:
            best = max(best, hits / seen)
    return best


def macro_f1(pairs: Sequence[tuple[str, str]], classes: Sequence[str]) -> float:
    """Return the mean F1 over ``classes`` that occur; pairs are (true, found)."""
    scores = []
    for name in classes:
        wanted = sum(true == name for true, _ in pairs)
        if wanted:
            hits = sum(true == found == name for true, found in pairs)
            scores.append(prf(hits, sum(found == name for _, found in pairs), wanted)[2])
    return sum(scores) / len(scores) if scores else math.nan


def b_cubed(true: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> tuple[float, float, float]:
    """Return B-cubed precision, recall, F1 (Bagga and Baldwin 1998) over the items of ``true``."""
    both = Counter((true[item], found[item]) for item in true)
    sizes_true, sizes_found = Counter(true.values()), Counter(found[item] for item in true)
    if not true:
        return math.nan, math.nan, math.nan
    precision = sum(n * n / sizes_found[b] for (_, b), n in both.items()) / len(true)
    recall = sum(n * n / sizes_true[a] for (a, _), n in both.items()) / len(true)
    return precision, recall, 2 * precision * recall / (precision + recall)


def adjusted_rand(true: Mapping[str, Hashable], found: Mapping[str, Hashable]) -> float:
    """Return the adjusted Rand index (Hubert and Arabie 1985) over the items of ``true``."""

    def pairs(counts: Counter[object]) -> float:
        return sum(n * (n - 1) / 2 for n in counts.values())

    together = pairs(Counter((true[item], found[item]) for item in true))
    a, b = pairs(Counter(true.values())), pairs(Counter(found[item] for item in true))
    whole = len(true) * (len(true) - 1) / 2
    expected = a * b / whole if whole else 0.0
    ceiling = (a + b) / 2
    return (together - expected) / (ceiling - expected) if ceiling != expected else 1.0


def calibration(scored: Sequence[tuple[float, bool]], bins: int = 10) -> tuple[float, float]:
    """Return (expected calibration error over equal-width bins, Brier score)."""
    if not scored:
        return math.nan, math.nan
    groups: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probability, true in scored:
        groups[min(int(probability * bins), bins - 1)].append((probability, true))
    error = sum(abs(sum(p for p, _ in group) - sum(t for _, t in group)) for group in groups.values()) / len(scored)
    return error, sum((p - t) ** 2 for p, t in scored) / len(scored)


def interval(size: int, measure: Callable[[Weights], float], rounds: int = 200) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a measure over ``size`` items, with a fixed seed.

    measure: takes how often each item was drawn.
    """
    if size < 2:
        return math.nan, math.nan
    rng = np.random.default_rng(20140219)
    drawn = (np.bincount(rng.integers(0, size, size), minlength=size).astype(float) for _ in range(rounds))
    values = sorted(value for value in map(measure, drawn) if not math.isnan(value))
    if not values:
        return math.nan, math.nan
    return values[int(0.025 * (len(values) - 1))], values[math.ceil(0.975 * (len(values) - 1))]
