"""Why two accounts are held to be one person: log2 odds line by line, and what each line carries."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ringtrace.report.naming import Naming
from ringtrace.report.words import feature_words

Quotes = Callable[[Iterable[Mapping[str, Any]]], list[dict[str, str]]]


def waterfall(link: Mapping[str, Any], quotes: Quotes, naming: Naming) -> dict[str, Any]:
    """Return rows of a link's waterfall and its scale.

    A row: value (log2 odds), feature (words), left and width (per cent of the scale: the bar from
    the sum before to the sum after), without (probability were the line left out, None for the
    prior), quotes, headers (name and id of an account whose id stands in the headers of its posts and
    not in the words quoted). zero: where odds of 1 : 1 stand on the scale; total: the sum.
    """
    sums = [0.0]
    for weight in link["weights"]:
        sums.append(sums[-1] + weight["log2_odds"])
    low, high = min(sums), max(sums)
    span = (high - low) or 1.0
    rows = []
    for weight, before, after in zip(link["weights"], sums, sums[1:], strict=False):
        rows.append(
            {
                "value": weight["log2_odds"],
                "feature": feature_words(weight["feature"]),
                "left": round(100 * (min(before, after) - low) / span, 1),
                "width": round(100 * abs(after - before) / span, 1),
                "without": None if weight["feature"] == "prior" else without(link, weight["log2_odds"]),
                "quotes": quotes(side for side in (weight["left"], weight["right"]) if side),
                "headers": _headers(link, naming) if weight["feature"] == "contact_native" else [],
            }
        )
    return {"rows": [row for row in rows if row["value"]], "zero": round(-100 * low / span, 1), "total": sums[-1]}


def without(link: Mapping[str, Any], log2_odds: float) -> float:
    """Return the probability of ``link`` were a line of ``log2_odds`` left out."""
    rest = math.fsum(weight["log2_odds"] for weight in link["weights"]) - log2_odds
    return 1 / (1 + 2 ** -max(-60.0, min(60.0, rest)))


def _headers(link: Mapping[str, Any], naming: Naming) -> list[dict[str, str]]:
    told = [(naming.account(key), naming.app_id(key)) for key in (link["left"], link["right"])]
    return [{"name": name, "id": shown} for name, shown in told if shown]
