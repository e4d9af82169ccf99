"""Analysed cases with their truth, as the fits of this folder take them: NAME=CASE:TRUTH; and the fit itself.

CASE is a case folder after ``ringtrace analyse`` (one of ``ringtrace simulate --preset seed`` is of a fitting
size), TRUTH its truth folder. Never give a fit the evaluation author.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.optimize import minimize

from ringtrace.evaluation.truth import Truth, match, read_truth

One = TypeVar("One")


@dataclass(frozen=True)
class KnownCase:
    """name: as given; folder: the case; tables: of its analysis, by name; truth: what is true about it."""

    name: str
    folder: Path
    tables: dict[str, pa.Table]
    truth: Truth

    def told(self) -> Iterator[tuple[dict[str, Any], str | None]]:
        """Yield (post of the truth, post_id it was found as or None)."""
        matched = match(self.truth, self.tables["posts"], self.tables["evidence"])
        return zip(self.truth.posts, matched, strict=True)


def read_case(told: str, names: Sequence[str]) -> KnownCase:
    """Return the case that ``told``, NAME=CASE:TRUTH, speaks of, with the tables of ``names``."""
    name, _, rest = told.partition("=")
    case, _, folder = rest.partition(":")
    tables = {one: pq.read_table(Path(case) / "analysis" / f"{one}.parquet") for one in names}
    return KnownCase(name, Path(case), tables, read_truth(Path(folder)))


def left_out(cases: Sequence[One]) -> Iterator[tuple[One, list[One]]]:
    """Yield (a case, all others) where there are several."""
    for case in cases if len(cases) > 1 else ():
        yield case, [other for other in cases if other is not case]


def even_mass(sizes: Iterable[tuple[int, float]], mass: float) -> np.ndarray:
    """Return the weight of every row of several cases, so that each case counts the same.

    sizes: (rows, rows that count) of each case; mass: what those that count weigh together.
    """
    return np.concatenate([np.full(rows, mass / max(1.0, counting)) for rows, counting in sizes])


def fit_logistic(
    terms: np.ndarray, wanted: np.ndarray, mass: np.ndarray, penalty: np.ndarray | float,
    odds: np.ndarray | float = 0.0, most: np.ndarray | float = np.inf,
) -> np.ndarray:  # fmt: skip
    """Return the weights (natural log-odds) of the columns of ``terms`` with the least penalised loss.

    wanted: 0 or 1 a row; mass: weight a row; penalty: on each squared weight; odds: added to a row's score;
    most: the largest value that each weight may have.
    """

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = odds + terms @ weights
        away = mass * (1 / (1 + np.exp(-score)) - wanted)
        value = float((mass * (np.logaddexp(0, score) - wanted * score)).sum()) + float((penalty * weights**2).sum())
        return value, terms.T @ away + 2 * penalty * weights

    start = np.zeros(terms.shape[1])
    bounds = [(None, one if np.isfinite(one) else None) for one in np.broadcast_to(most, start.shape)]
    return np.asarray(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x)


@dataclass(frozen=True)
class Labelled:
    """What a fit takes of one case: a row of terms each, the first of them 1, and which rows are wanted (1 or 0)."""

    name: str
    terms: np.ndarray
    wanted: np.ndarray


def fit_labelled(cases: Sequence[Labelled], mass: float) -> np.ndarray:
    """Return the weights of the terms; the rows of every case weigh ``mass`` together."""
    even = even_mass(((len(case.wanted), len(case.wanted)) for case in cases), mass)
    penalty = np.array([0.0] + [1.0] * (cases[0].terms.shape[1] - 1))
    terms, wanted = (np.concatenate(part) for part in zip(*((c.terms, c.wanted) for c in cases), strict=True))
    return fit_logistic(terms, wanted, even, penalty)


def try_out(cases: Sequence[Labelled], mass: float, told: Callable[[Labelled, np.ndarray], str]) -> np.ndarray:
    """Return the weights fitted on all cases; print what ``told`` says of each, left out of the fit and within.

    told: is given a case and how surely each of its rows is wanted.
    """

    def tell(label: str, case: Labelled, weights: np.ndarray) -> None:
        print(f"{label} {case.name}: {told(case, 1 / (1 + np.exp(-(case.terms @ weights))))}", flush=True)

    for case, others in left_out(cases):
        tell("left out", case, fit_labelled(others, mass))
    weights = fit_labelled(cases, mass)
    for case in cases:
        tell("fitted on", case, weights)
    return weights
