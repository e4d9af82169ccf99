"""Fits what a text's wording says of what it does: a ridge softmax over pieces of text (``stances.phrasing``).

Used by ``benchmarks/stances.py``, which writes ``lexicons/stance_phrasing.tsv``. A hand is a voice or an author of the
simulator; a piece must be used by several, so that nobody's manner is learned for a meaning. ``crossed`` gives every
text what a model says that has not seen its hand: from that the sum learns how far a stranger's wording can be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from ringtrace.stances.phrasing import Phrasing, document, parse

CLASSES = ("offer", "seek", "broker", "none")
HANDS, TEXTS = 2, 4
"""A piece is learned that at least so many hands use in at least so many texts."""
SPREAD = 0.4
"""Standard deviation of a piece's weight around 0, natural log-odds."""
FOLDS = 5
STEPS = 35


@dataclass(frozen=True)
class Worded:
    """pieces: of one text; label: one of CLASSES; hand: who wrote it; mass: how much it counts."""

    pieces: tuple[str, ...]
    label: str
    hand: str
    mass: float


class Texts:
    """Texts as a matrix: a row a text, a column a piece, 1 where the text holds it."""

    def __init__(self, texts: Sequence[Worded]) -> None:
        column: dict[str, int] = {}
        rows = [sorted({column.setdefault(piece, len(column)) for piece in one.pieces}) for one in texts]
        ends = np.cumsum([0, *map(len, rows)])
        flat = np.array([place for row in rows for place in row], np.int64)
        self._matrix = csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(texts), len(column)))
        self._names = list(column)
        self._label = np.array([CLASSES.index(one.label) for one in texts])
        self._mass = np.array([one.mass for one in texts])
        hands = sorted({one.hand for one in texts})
        self._hand = np.array([hands.index(one.hand) for one in texts])

    def crossed(self) -> Iterator[tuple[int, tuple[float, float, float]]]:
        """Yield (number of a text, what a model says that has not seen its hand)."""
        fold = self._hand % FOLDS
        for part in np.unique(fold):
            bias, weights = self._solve(np.flatnonzero(fold != part))
            rows = np.flatnonzero(fold == part)
            odds = self._matrix[rows] @ weights + bias
            yield from ((int(row), (float(a), float(b), float(c))) for row, (a, b, c) in zip(rows, odds, strict=True))

    def fit(self, version: str) -> tuple[Phrasing, str]:
        """Return the model of all texts, and the text of its file."""
        bias, weights = self._solve(np.arange(len(self._label)))
        table = {name: row.tolist() for name, row in zip(self._names, weights, strict=True) if row.any()}
        text = document(version, bias.tolist(), table)
        return parse(text), text

    def _solve(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (bias, weights of all pieces): offer, seek and broker against none."""
        chosen = self._chosen(rows)
        matrix = self._matrix[rows][:, chosen].tocsr()
        turned = matrix.T.tocsr()
        label, mass = self._label[rows], self._mass[rows]
        hot = np.eye(len(CLASSES))[label]

        def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
            weights = flat.reshape(-1, len(CLASSES))
            score = matrix @ weights[:-1] + weights[-1]
            score -= score.max(axis=1, keepdims=True)
            raised = np.exp(score)
            whole = raised.sum(axis=1, keepdims=True)
            away = mass[:, None] * (raised / whole - hot)
            value = float((mass * (np.log(whole[:, 0]) - score[np.arange(len(label)), label])).sum())
            value += 0.5 / SPREAD**2 * float((weights[:-1] ** 2).sum())
            slope = np.vstack([turned @ away + weights[:-1] / SPREAD**2, away.sum(axis=0)])
            return value, slope.ravel()

        start = np.zeros((len(chosen) + 1) * len(CLASSES))
        found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS}).x
        solved = found.reshape(-1, len(CLASSES))
        against = solved[:, :-1] - solved[:, -1:]
        weights = np.zeros((len(self._names), len(CLASSES) - 1))
        weights[chosen] = against[:-1]
        return against[-1], weights

    def _chosen(self, rows: np.ndarray) -> np.ndarray:
        matrix = self._matrix[rows]
        hands = np.zeros(matrix.shape[1])
        for one in np.unique(self._hand[rows]):
            hands += np.asarray(matrix[self._hand[rows] == one].sum(axis=0)).ravel() > 0
        texts = np.asarray(matrix.sum(axis=0)).ravel()
        return np.flatnonzero((hands >= HANDS) & (texts >= TEXTS))
