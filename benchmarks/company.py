"""Fits what a post's company says of it on analysed cases of development authors, and measures it on those left out.

python benchmarks/company.py NAME=CASE:TRUTH ...          each case read by weights fitted on the others
python benchmarks/company.py --fit NAME=CASE:TRUTH ...    the same, then writes lexicons/company.model.toml

Cases as in ``known_cases``. What the texts alone gave is kept beside the case in ``first.*.arrow`` and read
again while it is newer than the stance weights.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
from scipy.optimize import minimize

import ringtrace
from known_cases import even_mass, fit_logistic, left_out, read_case
from ringtrace.engines import local
from ringtrace.evaluation.measures import average_precision, macro_f1
from ringtrace.pipeline.answering import find_answers
from ringtrace.pipeline.recalling import Look
from ringtrace.pipeline.stages import ROUNDS, answers_of, first_sight
from ringtrace.stances import company as model
from ringtrace.stances.company import DIRECTIONS, LEANINGS, TERMS, Company
from ringtrace.stances.wording import Wording
from ringtrace.store.cache import NOTHING

LEXICONS = Path(ringtrace.__file__).parent / "lexicons"
MASS = 3000.0
"""What the wanted posts of one case weigh together."""
SPREAD = 0.5
"""Penalty on squared weights: the classes are rare, so that a case counts a few thousand wanted posts."""


@dataclass
class Known:
    """An analysed case with its truth: the direction of each post, -1 where none, -2 where the truth has no row."""

    name: str
    posts: pa.Table
    answers: pa.Table
    first: tuple[pa.Table, pa.Table]
    truth: np.ndarray
    wording: Wording

    @classmethod
    def of(cls, told: str) -> Known:
        known = read_case(told, ("posts", "evidence"))
        posts = known.tables["posts"]
        row = {post: at for at, post in enumerate(posts["post_id"].to_pylist())}
        direction = np.full(len(row), -2)
        for one, post in known.told():
            if post is not None:
                direction[row[post]] = DIRECTIONS.index(one["direction"]) if one["direction"] in DIRECTIONS else -1
        answers = find_answers(posts)
        return cls(known.name, posts, answers, _first(known.folder, posts), direction, Wording(posts))

    def company(self) -> Company:
        return Company(self.posts, self.answers, *self.first)


def _first(case: Path, posts: pa.Table) -> tuple[pa.Table, pa.Table]:
    kept = [case / f"first.{name}.arrow" for name in ("mentions", "stances")]
    newest = max(path.stat().st_mtime for path in LEXICONS.glob("stance*.toml"))
    if not all(path.exists() and path.stat().st_mtime > newest for path in kept):
        with local.Local(2) as engine:
            frame = engine.frame(posts)
            found, _ = first_sight(Look(engine, None, b"", NOTHING), frame, answers_of(engine, frame))
            for path, one in zip(kept, found, strict=False):
                feather.write_feather(engine.table(one), path)
    return feather.read_table(kept[0]), feather.read_table(kept[1])


def fit_lift(parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the weights of ``TERMS``: logistic, the text's own odds as an offset, no bias.

    parts: (terms, odds, wanted) of each case; every case counts the same.
    Holding the weights of neighbours at 0 or above was tried: average precision on a left-out author fell.
    """
    terms = np.concatenate([part[0] for part in parts])
    odds = np.concatenate([part[1] for part in parts])
    wanted = np.concatenate([part[2] for part in parts]).astype(float)
    mass = even_mass(((len(part[2]), part[2].sum()) for part in parts), MASS)
    return fit_logistic(terms, wanted, mass, SPREAD, odds)


def fit_lean(parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the weights of ``LEANINGS``: conditional logit over directions, the text's own shares as an offset."""
    terms = np.concatenate([part[0] for part in parts])
    odds = np.concatenate([part[1] for part in parts])
    wanted = np.concatenate([part[2] for part in parts])
    hot = np.eye(3)[wanted]

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        score = odds + terms @ weights
        score -= score.max(axis=1, keepdims=True)
        share = np.exp(score) / np.exp(score).sum(axis=1, keepdims=True)
        value = -float(np.log((share * hot).sum(axis=1) + 1e-12).sum()) + SPREAD * float((weights**2).sum())
        return value, np.einsum("nd,ndk->k", share - hot, terms) + 2 * SPREAD * weights

    return np.asarray(minimize(loss, np.zeros(terms.shape[2]), jac=True, method="L-BFGS-B").x)


def fit(cases: list[Known]) -> dict[str, dict[str, float]]:
    """Return the tables lift and lean, fitted over ``ROUNDS`` rounds: the second on what the first made of posts."""
    tables: dict[str, dict[str, float]] = {"lift": {}, "lean": {}}
    companies = [case.company() for case in cases]
    seen: dict[str, list[Any]] = {"lift": [], "lean": []}
    for _ in range(ROUNDS):
        for case, company in zip(cases, companies, strict=True):
            said = case.wording.learn(company.stances(), case.answers)
            odds = np.clip(company.first.text_odds, model.number("text_least"), None)
            told, directed = case.truth > -2, case.truth >= 0
            seen["lift"].append((company.terms(said)[told], odds[told], directed[told]))
            leaning = company.leanings()[directed], np.log(company.first.shares[directed] + 1e-6), case.truth[directed]
            seen["lean"].append(leaning)
        tables = {
            "lift": dict(zip(TERMS, np.round(fit_lift(seen["lift"]), 2).tolist(), strict=True)),
            "lean": dict(zip(LEANINGS, np.round(fit_lean(seen["lean"]), 2).tolist(), strict=True)),
        }
        use(tables)
        for case, company in zip(cases, companies, strict=True):
            company.look(case.wording.learn(company.stances(), case.answers))
    return tables


def use(tables: dict[str, dict[str, float]]) -> None:
    """Let company be read by these weights from now on, in this process."""
    document = {**model.lexicon.constants("company"), **tables}
    model.lexicon.constants = lambda name: document  # type: ignore[assignment,misc]


def measure(case: Known) -> str:
    """Return scores of the texts alone and of the company that they keep."""
    company = case.company()
    told = case.truth > -2
    lines = []
    for label in ("texts alone", "in company"):
        pairs = list(zip(company.sure[told].tolist(), (case.truth[told] >= 0).tolist(), strict=True))
        best = np.where(company.sure >= 0.5, company.shares.argmax(axis=1), -1)[told]
        named = [
            (DIRECTIONS[a] if a >= 0 else "none", DIRECTIONS[b] if b >= 0 else "none")
            for a, b in zip(case.truth[told].tolist(), best.tolist(), strict=True)
        ]
        lines.append(
            f"{label}: AP {average_precision(pairs):.3f}, direction macro-F1 "
            f"{macro_f1(named, (*DIRECTIONS, 'none')):.3f}, mean {company.sure[told].mean():.4f}"
        )
        if label == "texts alone":
            for _ in range(ROUNDS):
                company.look(case.wording.learn(company.stances(), case.answers))
    return f"{case.name}: {'; '.join(lines)}; base rate {(case.truth[told] >= 0).mean():.4f}"


def write(tables: dict[str, dict[str, float]], names: str) -> None:
    path = LEXICONS / "company.model.toml"
    head = path.read_text("utf-8").partition("\n[lift]")[0]
    head = re.sub(r'version = ".*"', f'version = "fit of {names}"', head)
    body = [f"\n[{name}]\n" + "".join(f"{key} = {value:g}\n" for key, value in table.items() if value)
            for name, table in tables.items()]  # fmt: skip
    path.write_text(head + "".join(body), "utf-8")


def main(arguments: list[str]) -> None:
    cases = [Known.of(one) for one in arguments if "=" in one]
    for case, others in left_out(cases):
        use(fit(others))
        print("left out:", measure(case), flush=True)
    tables = fit(cases)
    use(tables)
    for case in cases:
        print("fitted on:", measure(case), flush=True)
    if "--fit" in arguments:
        write(tables, ", ".join(case.name for case in cases))
    print(tables)


if __name__ == "__main__":
    main(sys.argv[1:])
