"""The log-odds weights of the stance model: data with a version, ``lexicons/stance_weights.toml``."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from ringtrace.errors import LexiconError

CLASSES = (
    "offer", "seek", "broker", "plain", "quote", "warning", "appeal", "news", "question", "joke", "lawful", "other",
)  # fmt: skip
"""The three directions in a plain frame, then what a text is when its direction is none."""
DIRECTED = 3
UNREAD = 0.0025
"""Probability of any direction for a text that names nothing of a transfer and is read for its company alone."""
FILE = "stance_weights.toml"


@dataclass(frozen=True, eq=False)
class Weights:
    """One version of the model.

    groups:  name -> concepts; pairs: names looked for together in one sentence.
    bias:    natural log-odds of each class; table: feature -> natural log-odds of each class.
    yes, review: probabilities from which the band is "yes" or "review".
    scale, shift: the calibration: logit(p) = scale * logit(raw) + shift.
    """

    version: str
    groups: Mapping[str, frozenset[str]]
    pairs: tuple[tuple[str, str], ...]
    bias: tuple[float, ...]
    table: Mapping[str, tuple[float, ...]]
    yes: float
    review: float
    scale: float
    shift: float

    def scores(self, features: Iterable[str], values: Iterable[tuple[str, float]] = ()) -> list[float]:
        """Return each class's natural log-odds, before normalising; values: features that hold by so much."""
        table = self.table
        rows = [table[feature] for feature in features if feature in table]
        rows += [tuple(one * value for one in table[name]) for name, value in values if value and name in table]
        return [math.fsum(column) for column in zip(self.bias, *rows, strict=True)]

    def calibrated(self, raw: float) -> float:
        """Return the probability for the model's raw one, rounded to 6 decimals."""
        bounded = min(max(raw, 1e-9), 1 - 1e-9)
        logit = self.scale * math.log(bounded / (1 - bounded)) + self.shift
        return round(1 / (1 + math.exp(-logit)), 6)


def lifted(probability: float, lift: float) -> float:
    """Return ``probability`` with ``lift`` natural log-odds added, rounded to 6 decimals."""
    bounded = min(max(probability, 1e-9), 1 - 1e-9)
    return round(1 / (1 + math.exp(-(math.log(bounded / (1 - bounded)) + lift))), 6)


def softmax(scores: list[float]) -> list[float]:
    top = max(scores)
    raised = [math.exp(score - top) for score in scores]
    total = math.fsum(raised)
    return [value / total for value in raised]


@cache
def weights() -> Weights:
    """Return the shipped weights; raises LexiconError naming the key that is wrong."""
    text = (resources.files("ringtrace") / "lexicons" / FILE).read_text("utf-8")
    return parse(tomllib.loads(text))


def parse(document: Mapping[str, Any]) -> Weights:
    """Return the weights of a parsed ``stance_weights.toml``; raises LexiconError."""
    try:
        table = {name: _row(name, row) for name, row in document["weight"].items()}
        return Weights(
            version=str(document["version"]),
            groups={name: frozenset(members) for name, members in document["group"].items()},
            pairs=tuple((str(a), str(b)) for a, b in document["pairs"]),
            bias=table.pop("bias"),
            table=table,
            yes=float(document["band"]["yes"]),
            review=float(document["band"]["review"]),
            scale=float(document["calibration"]["scale"]),
            shift=float(document["calibration"]["shift"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LexiconError(f"{FILE}: {type(error).__name__}: {error}") from error


def _row(name: str, row: Mapping[str, float]) -> tuple[float, ...]:
    unknown = sorted(set(row) - set(CLASSES))
    if unknown:
        raise LexiconError(f"{FILE}: weight.{name!r} names unknown classes {unknown}")
    return tuple(float(row.get(one, 0.0)) for one in CLASSES)
