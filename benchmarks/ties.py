"""Fits how surely an answer ties two members of one ring, on analysed cases, and measures it on those left out.

python benchmarks/ties.py NAME=CASE:TRUTH ...          each case weighed by a fit on the others
python benchmarks/ties.py --fit NAME=CASE:TRUTH ...    the same, then writes table [answer] of lexicons/rings.model.toml

Cases as in ``known_cases``.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

import ringtrace
from known_cases import KnownCase, even_mass, fit_logistic, left_out, read_case
from ringtrace.evaluation.measures import average_precision
from ringtrace.pipeline.answering import find_answers
from ringtrace.rings.activity import scene
from ringtrace.rings.answer_model import TERMS, answer_terms
from ringtrace.rings.answer_model import conduct_of as conduct

MODEL = Path(ringtrace.__file__).parent / "lexicons" / "rings.model.toml"
TABLES = ("posts", "evidence", "actors", "stances", "facts")
MASS = 1000.0
"""What the tied answers of one case weigh together."""
SPREAD = 1.0
"""Penalty on squared weights; the bias has none."""
BANDS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.01)


@dataclass(frozen=True)
class Answered:
    """The answers of a case that are worth weighing. terms: rows of ``TERMS``; tied: both belong to one ring."""

    name: str
    terms: np.ndarray
    tied: np.ndarray


def answered(case: KnownCase) -> Answered:
    """Weigh nothing yet: gather the terms of every answer and whether the truth ties it."""
    posts, actors = case.tables["posts"], case.tables["actors"]
    seen = scene(posts, case.tables["stances"], case.tables["facts"], actors, find_answers(posts))
    ring = _rings(case, seen.actor_of)
    known = conduct(seen)
    terms, tied = [], []
    for post, (above, basis) in seen.answered.items():
        act, other = seen.acts[post], seen.acts.get(above)
        if other is None or other.actor == act.actor:
            continue
        found = answer_terms(act, other, basis, known)
        if found is not None:
            terms.append(found)
            tied.append(bool(ring.get(act.actor)) and ring.get(act.actor) == ring.get(other.actor))
    return Answered(case.name, np.array(terms), np.array(tied, dtype=float))


def _rings(case: KnownCase, actor_of: Mapping[str, str]) -> dict[str, str]:
    """Return actor -> the ring of the person who wrote most of its posts."""
    account = dict(zip(*(case.tables["posts"][one].to_pylist() for one in ("post_id", "account_id")), strict=True))
    people: dict[str, Counter[str]] = defaultdict(Counter)
    for row, post in case.told():
        actor = actor_of.get(account.get(post or "", ""), "")
        if actor:
            people[actor][row["person"]] += 1
    ring = {person: row.get("ring") or "" for person, row in case.truth.persons.items()}
    return {actor: ring.get(min(count, key=lambda p: (-count[p], p)), "") for actor, count in people.items()}


def fit(cases: list[Answered]) -> np.ndarray:
    """Return the weights of ``TERMS``; every case counts the same."""
    terms = np.concatenate([case.terms for case in cases])
    tied = np.concatenate([case.tied for case in cases])
    mass = even_mass(((len(case.tied), case.tied.sum()) for case in cases), MASS)
    penalty = np.full(len(TERMS), SPREAD)
    penalty[0] = 0.0
    return fit_logistic(terms, tied, mass, penalty)


def report(label: str, case: Answered, weights: np.ndarray) -> None:
    sure = 1 / (1 + np.exp(-(case.terms @ weights)))
    precision = average_precision(list(zip(sure.tolist(), (case.tied > 0).tolist(), strict=True)))
    print(f"{label} {case.name}: {len(sure)} answers, {case.tied.mean():.3f} tied, average precision {precision:.3f}")
    for low, high in pairwise(BANDS):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            print(f"    said {low:.2f}-{min(high, 1):.2f}: {int(inside.sum())}, tied {case.tied[inside].mean():.2f}")


def write(weights: np.ndarray) -> None:
    text = MODEL.read_text("utf-8").partition("[answer]\n")[0]
    rows = "".join(f"{name} = {value:.2f}\n" for name, value in zip(TERMS, weights, strict=True) if abs(value) >= 0.005)
    MODEL.write_text(f"{text}[answer]\n{rows}", "utf-8")


def main(arguments: list[str]) -> None:
    cases = [answered(read_case(one, TABLES)) for one in arguments if "=" in one]
    for case, others in left_out(cases):
        report("left out", case, fit(others))
    weights = fit(cases)
    for case in cases:
        report("fitted on", case, weights)
    print(dict(zip(TERMS, weights.round(2).tolist(), strict=True)))
    if "--fit" in arguments:
        write(weights)


if __name__ == "__main__":
    main(sys.argv[1:])
