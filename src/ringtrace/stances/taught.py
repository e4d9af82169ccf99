"""What people's labels of a case's own posts teach about its other posts.

A logistic model around what the program says anyway: its own log-odds with a slope, a bias, and the pieces of text
that two and more labelled posts hold. Every weight is drawn back to "as before", so that a few labels move little, and
the model is kept only where it foretells labels that it has not seen better than the program alone. A labelled post,
and every post of its account, is read by a model that has not seen the account's labels.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ringtrace.stances.company import number

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

VERSION = "1"
FOLDS = 5
_SHOWN = 40
"""Pieces of text named in the artefact: those that weigh most."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Taught:
    """shift: natural log-odds to add to every post's own, in order of the posts; document: the artefact."""

    shift: Floats
    document: Mapping[str, Any]

    def data(self) -> bytes:
        """Return the artefact as a file of the analysis."""
        return (json.dumps(self.document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def teach(
    odds: Floats, matrix: csr_matrix, names: Sequence[str], users: NDArray[np.int64], labels: Mapping[int, bool]
) -> Taught:
    """Learn from ``labels`` (row -> whether the post offers, seeks or goes between).

    odds: the program's natural log-odds of every post; matrix: a row a post, a column a piece of text (names);
    users: number of the account of every row. Deterministic. The shift is 0 everywhere where there are too few
    labels of either kind, or where the model foretells held-back labels no better.
    """
    rows = np.array(sorted(labels), np.int64)
    truth = np.array([float(labels[int(row)]) for row in rows])
    document: dict[str, Any] = {
        "version": VERSION, "labels": len(rows), "wanted": int(truth.sum()), "used": False, "before": None,
        "after": None, "inputs": _inputs(rows, truth, odds),
    }  # fmt: skip
    nothing = np.zeros(len(odds))
    if min(truth.sum(), len(truth) - truth.sum()) < number("taught_least"):
        return Taught(nothing, {**document, "why": "too few labels of one kind"})
    odds = np.clip(odds, -number("taught_reach"), number("taught_reach"))
    fold = users[rows] % FOLDS
    held = np.zeros(len(rows))
    shifts = {}
    for part in range(FOLDS):
        seen = fold != part
        model = _fit(odds, matrix, rows[seen], truth[seen])
        shifts[part] = model.shift(odds, matrix)
        held[~seen] = (odds + shifts[part])[rows[~seen]]
    before, after = _loss(odds[rows], truth), _loss(held, truth)
    document |= {"before": round(before, 6), "after": round(after, 6)}
    if after >= before:
        return Taught(nothing, {**document, "why": "it foretells labels that it has not seen no better"})
    whole = _fit(odds, matrix, rows, truth)
    shift = whole.shift(odds, matrix)
    known = np.isin(users, users[rows])
    for part in range(FOLDS):
        own = known & (users % FOLDS == part)
        shift[own] = shifts[part][own]
    most = number("taught_most")
    return Taught(np.clip(shift, -most, most), {**document, "used": True, **whole.told(names)})


@dataclass(frozen=True)
class _Model:
    bias: float
    slope: float
    columns: NDArray[np.int64]
    weights: Floats

    def shift(self, odds: Floats, matrix: csr_matrix) -> Floats:
        every = np.zeros(matrix.shape[1])
        every[self.columns] = self.weights
        spoken: Floats = matrix @ every
        return self.bias + (self.slope - 1.0) * odds + spoken

    def told(self, names: Sequence[str]) -> dict[str, Any]:
        said = [(names[int(column)], float(weight)) for column, weight in zip(self.columns, self.weights, strict=True)]
        said.sort(key=lambda pair: (-abs(pair[1]), pair[0]))
        pieces = {name: round(weight, 3) for name, weight in said[:_SHOWN]}
        return {"bias": round(self.bias, 3), "slope": round(self.slope, 3), "pieces": pieces}


def _fit(odds: Floats, matrix: csr_matrix, rows: NDArray[np.int64], truth: Floats) -> _Model:
    from scipy.optimize import minimize

    taught = matrix[rows]
    columns = np.flatnonzero(np.bincount(taught.indices, minlength=matrix.shape[1]) >= 2)
    local = taught[:, columns]
    own = odds[rows]
    penalty = np.concatenate([
        np.full(len(columns), number("taught_spread") ** -2),
        [number("taught_slope_spread") ** -2, number("taught_bias_spread") ** -2],
    ])  # fmt: skip
    middle = np.zeros(len(columns) + 2)
    middle[-2] = 1.0

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = local @ weights[:-2] + weights[-2] * own + weights[-1]
        away = 1 / (1 + np.exp(-score)) - truth
        gone = weights - middle
        value = float((np.logaddexp(0, score) - truth * score).sum() + 0.5 * (penalty * gone**2).sum())
        slope = np.concatenate([local.T @ away, [float(own @ away), float(away.sum())]])
        return value, slope + penalty * gone

    found = minimize(loss, middle, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return _Model(float(found[-1]), float(found[-2]), columns, np.round(found[:-2], 4))


def _loss(odds: Floats, truth: Floats) -> float:
    """Return the mean log loss of natural log-odds."""
    return float((np.logaddexp(0, odds) - truth * odds).mean())


def _inputs(rows: NDArray[np.int64], truth: Floats, odds: Floats) -> str:
    """Return a digest of what was learned from, so that two artefacts can be told apart."""
    told = rows.tobytes() + truth.tobytes() + np.round(odds[rows], 4).tobytes()
    return hashlib.sha256(told).hexdigest()[:16]
