"""The measures themselves: plain functions over plain values, each with its source."""

from __future__ import annotations

import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def prf(hits: float, found: float, wanted: float) -> tuple[float, float, float]:
    """Return precision, recall and F1; 1 where nothing was found or wanted."""
    precision = hits / found if found else 1.0
    recall = hits / wanted if wanted else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def average_precision(scored: Sequence[tuple[float, bool]]) -> float:
    """Return average precision; ties in score share their precision, so order does not matter."""
    wanted = sum(true for _, true in scored)
    if not wanted:
        return math.nan
    groups: dict[float, list[bool]] = defaultdict(list)
    for score, true in scored:
        groups[score].append(true)
    seen = hits = 0
    total = 0.0
    for score in sorted(groups, reverse=True):
        seen += len(groups[score])
        gained = sum(groups[score])
        hits += gained
        total += gained * hits / seen
    return total / wanted


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


def interval(
    items: Sequence[Item], measure: Callable[[Sequence[Item]], float], rounds: int = 200
) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of ``measure``, with a fixed seed."""
    if len(items) < 2:
        return math.nan, math.nan
    rng = random.Random(20140219)  # noqa: S311  resampling, not secrecy
    values = sorted(measure(rng.choices(items, k=len(items))) for _ in range(rounds))
    values = [value for value in values if not math.isnan(value)]
    if not values:
        return math.nan, math.nan
    return values[int(0.025 * (len(values) - 1))], values[math.ceil(0.975 * (len(values) - 1))]
