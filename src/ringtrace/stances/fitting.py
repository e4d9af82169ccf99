"""Fits the stance weights on labelled texts: a maximum a posteriori softmax around the hand-set prior.

A tool for maintainers, not part of an analysis. Weights stand on concepts, pairs, shapes and on what wording
says (``stances.phrasing``), never on words, and are drawn back to ``lexicons/stance_prior.toml``, so that a few
thousand texts correct what was set by hand instead of learning an author's wording.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from ringtrace.stances.phrasing import VALUES
from ringtrace.stances.weights import CLASSES, Weights

VALUE_SPREAD = 1.0
"""Standard deviation around its prior of the weight of what wording says."""
MIN_EXAMPLES = 3
"""A feature seen in fewer texts keeps its prior weight."""


@dataclass(frozen=True, slots=True)
class Example:
    """features: as ``assess.features_of`` gives them; label: one of CLASSES; weight: > 0.

    values: features that hold by so much (``phrasing.VALUES``), read by a model that had not seen the text's author.
    """

    features: tuple[str, ...]
    label: str
    weight: float = 1.0
    values: tuple[tuple[str, float], ...] = ()


def label_of(direction: str, frame: str) -> str:
    """Return the class of a truth: its direction, or its frame when the direction is none."""
    return frame if direction == "none" else direction


def fit(
    examples: Sequence[Example], prior: Weights, spread: float = 0.45
) -> tuple[dict[str, float], Mapping[str, dict[str, float]]]:
    """Return (bias, feature -> class -> weight), natural log-odds rounded to 2 decimals.

    spread: standard deviation of a weight around its prior; smaller means closer to the hand-set
    model. Deterministic: the same examples in the same order give the same weights.
    """
    counts: dict[str, int] = {}
    for example in examples:
        for feature in (*example.features, *(name for name, _ in example.values)):
            counts[feature] = counts.get(feature, 0) + 1
    names = sorted(name for name, count in counts.items() if count >= MIN_EXAMPLES or name in prior.table)
    column = {name: index for index, name in enumerate(names)}
    matrix = _matrix(examples, column)
    target = np.array([CLASSES.index(example.label) for example in examples])
    mass = np.array([example.weight for example in examples])
    start = np.array([prior.table.get(name, (0.0,) * len(CLASSES)) for name in names] + [prior.bias])
    free = np.array([name in VALUES for name in names] + [False])
    solved = _solve(matrix, target, mass, start, np.where(free, VALUE_SPREAD, spread))
    table = {name: _rounded(solved[index]) for name, index in column.items()}
    for name, row_ in prior.table.items():
        table.setdefault(name, {one: value for one, value in zip(CLASSES, row_, strict=True) if value})
    return _rounded(solved[-1]), {name: table[name] for name in sorted(table) if table[name]}


def _matrix(examples: Sequence[Example], column: Mapping[str, int]) -> csr_matrix:
    """Return a row an example: its features in their columns, the bias in the last."""
    held = [
        [*((name, 1.0) for name in one.features if name in column), *(v for v in one.values if v[0] in column)]
        for one in examples
    ]
    places = [place for row in held for place in (*(column[name] for name, _ in row), len(column))]
    values = [value for row in held for value in (*(value for _, value in row), 1.0)]
    ends = np.cumsum([0, *(len(row) + 1 for row in held)])
    return csr_matrix((values, places, ends), shape=(len(examples), len(column) + 1))


def _rounded(values: np.ndarray) -> dict[str, float]:
    """Return class -> weight to 2 decimals; what is nearer to zero than that moves nothing."""
    return {one: round(float(value), 2) for one, value in zip(CLASSES, values, strict=True) if round(float(value), 2)}


def _solve(
    matrix: csr_matrix, target: np.ndarray, mass: np.ndarray, start: np.ndarray, spread: np.ndarray
) -> np.ndarray:
    """Return the weights (features + bias by classes) with the least penalised negative log-likelihood."""
    hot = np.zeros((len(target), start.shape[1]))
    hot[np.arange(len(target)), target] = 1.0
    penalty = 1.0 / spread[:, None] ** 2
    penalty[-1] = 0.05
    turned = matrix.T.tocsr()

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        current = flat.reshape(start.shape)
        scores = matrix @ current
        scores -= scores.max(axis=1, keepdims=True)
        raised = np.exp(scores)
        share = raised / raised.sum(axis=1, keepdims=True)
        away = current - start
        value = -float((mass * np.log(share[np.arange(len(target)), target] + 1e-300)).sum())
        value += 0.5 * float((penalty * away**2).sum())
        slope = turned @ (mass[:, None] * (share - hot)) + penalty * away
        return value, slope.ravel()

    found = minimize(loss, start.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 100})
    return np.asarray(found.x).reshape(start.shape)


def document(prior: Weights, version: str, bias: Mapping[str, float], table: Mapping[str, Mapping[str, float]]) -> str:
    """Return the text of ``stance_weights.toml``: the prior's groups, pairs, bands and calibration."""
    lines = [
        "# Natural log-odds of the stance model, one row a feature; made by ringtrace.stances.fitting from",
        "# stance_prior.toml and labelled texts. Classes: the three directions, then the frames.",
        f'version = "{version}"',
        "pairs = [",
        *[f'  ["{a}", "{b}"],' for a, b in prior.pairs],
        "]", "", "[band]", f"yes = {prior.yes:g}", f"review = {prior.review:g}",
        "", "[calibration]", f"scale = {prior.scale:g}", f"shift = {prior.shift:g}", "", "[group]",
    ]  # fmt: skip
    for name, members in prior.groups.items():
        lines.append(f"{name} = [{', '.join(chr(34) + one + chr(34) for one in sorted(members))}]")
    lines += ["", "[weight]", _row("bias", bias)]
    lines += [_row(name, row) for name, row in table.items()]
    return "\n".join(lines) + "\n"


def _row(name: str, row: Mapping[str, float]) -> str:
    return f'"{name}" = {{ {", ".join(f"{one} = {value:g}" for one, value in row.items())} }}'
