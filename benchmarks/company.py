"""Fits what a post's company says of it on analysed cases of development authors, and measures it on those left out.

python benchmarks/company.py NAME=CASE:TRUTH ...          each case read by weights fitted on the others
python benchmarks/company.py --fit NAME=CASE:TRUTH ...    the same, then writes lexicons/company.model.toml

Cases as in ``known_cases``; NAME is that of the case's author (lots of one hand: name1, name2,
which are left out together). Every case's texts are read by text weights fitted on
the other development authors (``benchmarks/stances.py``), those of strangers by the shipped weights, so that the fit
meets texts as a stranger's case shows them. The text weights of the others have seen the author left out here; the
few weights of company are fitted on what they made of other authors. Both are kept beside the case
(``held``, ``first.*.arrow``) and used again while they are newer than the lexicons of stances.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.feather as feather
from scipy.optimize import minimize

import ringtrace
import stances as texts
from known_cases import fit_logistic, read_case
from ringtrace.engines import local
from ringtrace.evaluation.measures import average_precision, calibration, macro_f1
from ringtrace.pipeline.analysis.looking import Look
from ringtrace.pipeline.analysis.stages import ROUNDS, answers_of, first_sight
from ringtrace.pipeline.reading.answering import find_answers
from ringtrace.stances import company as model
from ringtrace.stances.company import DIRECTIONS, LEANINGS, TERMS, Company
from ringtrace.stances.wording import Wording
from ringtrace.store.cache import NOTHING
from taught import at_base_rate

LEXICONS = Path(ringtrace.__file__).parent / "lexicons"
MASS = 1000.0
"""What the wanted posts of one case weigh together."""
SMALL = 200
"""A case with fewer wanted posts counts less, so that a few posts do not weigh like a whole case."""
ORDINARY = 6_000
"""Ordinary posts of a case that a fit looks at, evenly drawn; they stand for all."""
RARE = -4.0
"""Natural log-odds of a post of which nothing is known, before the fit."""
SPREAD = 0.5
"""Penalty on squared weights: the classes are rare, so that a case counts a thousand wanted posts."""


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
        first = _first(known.name, known.folder, posts)
        return cls(known.name, posts, answers, first, direction, Wording(posts))

    def company(self) -> Company:
        return Company(self.posts, self.answers, *self.first)


def _first(name: str, case: Path, posts: pa.Table) -> tuple[pa.Table, pa.Table]:
    kept = [case / f"first.{one}.arrow" for one in ("mentions", "stances")]
    read = "stance.*.toml" if name in texts.DEVELOPMENT else "stance*"  # strangers are read by the shipped model
    newest = max(path.stat().st_mtime for path in LEXICONS.glob(read))
    if not all(path.exists() and path.stat().st_mtime > newest for path in kept):
        _held(name, case, newest).use()
        with local.Local(1) as engine:  # in this process, which alone reads by these weights
            frame = engine.frame(posts)
            found, _ = first_sight(Look(engine, None, b"", NOTHING), frame, answers_of(engine, frame))
            for path, one in zip(kept, found, strict=False):
                feather.write_feather(engine.table(one), path)
    return feather.read_table(kept[0]), feather.read_table(kept[1])


def _held(name: str, case: Path, newest: float) -> texts.Model:
    """Return a model of texts that has never seen author ``name``."""
    if name not in texts.DEVELOPMENT:
        return texts.Model.read()
    kept = case / "held"
    if not kept.exists() or min(path.stat().st_mtime for path in kept.iterdir()) < newest:
        others = [row for other in texts.DEVELOPMENT if other != name for row in texts.read_author(other)]
        model = texts.fitted(texts.read_voices() + others)
        kept.mkdir(exist_ok=True)
        model.write(kept)
    return texts.Model.read(kept)


@dataclass(frozen=True)
class Seen:
    """What a fit sees of a case in one round: terms, whether terse, whether wanted, and the weight of each post."""

    terms: np.ndarray
    terse: np.ndarray
    wanted: np.ndarray
    mass: np.ndarray

    @classmethod
    def of(cls, company: Company, said: dict[str, float], truth: np.ndarray) -> Seen:
        told = np.flatnonzero(truth > -2)
        wanted, ordinary = told[truth[told] >= 0], told[truth[told] < 0]
        step = max(1, len(ordinary) // ORDINARY)
        rows = np.concatenate([wanted, ordinary[::step]])
        each = len(ordinary) / max(1, len(rows) - len(wanted))
        mass = np.where(truth[rows] >= 0, 1.0, each) * MASS / max(SMALL, len(wanted))
        return cls(company.terms(said)[rows], company.terse()[rows], truth[rows] >= 0, mass)


def fit_terms(seen: list[Seen], strata: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Return for each of ``strata`` (terse, said) the weights of ``TERMS``: logistic, drawn back to 0.

    Every case counts the same, a small one less. No frame may speak for a post. Holding the weights of neighbours at 0
    or above was tried: average precision on a left-out author fell.
    """
    found = {}
    most = np.array([0.0 if name.startswith("frame_") else np.inf for name in TERMS])
    for stratum in strata:
        rows = [one.terse if stratum == strata[0] else ~one.terse for one in seen]
        terms, wanted, mass = (
            np.concatenate([getattr(one, name)[row] for one, row in zip(seen, rows, strict=True)])
            for name in ("terms", "wanted", "mass")
        )
        fitted = fit_logistic(terms, wanted.astype(float), mass, SPREAD, RARE, most)
        fitted[TERMS.index("any")] += RARE
        found[stratum] = dict(zip(TERMS, np.round(fitted, 2).tolist(), strict=True))
    return found


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
    """Return the tables of ``STRATA``, ``UNWORDED`` and lean, fitted over ``ROUNDS`` rounds."""
    unworded, lean = fit_rounds(cases, model.UNWORDED)
    worded, lean = fit_rounds(cases, model.STRATA, {**unworded, "lean": lean})
    return {**worded, **unworded, "lean": lean}


def fit_rounds(
    cases: list[Known], strata: tuple[str, ...], known: Mapping[str, dict[str, float]] = MappingProxyType({})
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Return (tables of ``strata``, lean); each round sees what the last made of posts.

    known: tables fitted before, for cases too small for words.
    """
    tables: dict[str, dict[str, float]] = {}
    lean: dict[str, float] = {}
    companies = [case.company() for case in cases]
    seen: list[Seen] = []
    leant: list[Any] = []
    for _ in range(ROUNDS):
        said = [
            case.wording.learn(one.stances(), case.answers) if strata == model.STRATA else {}
            for case, one in zip(cases, companies, strict=True)
        ]
        for case, company, words in zip(cases, companies, said, strict=True):
            directed = case.truth >= 0
            seen.append(Seen.of(company, words, case.truth))
            shares = np.log(company.first.shares[directed] + 1e-6)
            leant.append((company.leanings()[directed], shares, case.truth[directed]))
        lean = dict(zip(LEANINGS, np.round(fit_lean(leant), 2).tolist(), strict=True))
        tables = fit_terms(seen, strata)
        use({**known, **tables, "lean": lean})
        for company, words in zip(companies, said, strict=True):
            company.look(words)
    return tables, lean


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
        rare, precision = at_base_rate(company.odds()[told], case.truth[told] >= 0, 0.01)
        lines.append(
            f"{label}: AP {average_precision(pairs):.3f}, at 1 % {rare:.3f}, at recall .8 precision {precision:.3f}, "
            f"direction macro-F1 {macro_f1(named, (*DIRECTIONS, 'none')):.3f}, ECE {calibration(pairs)[0]:.3f}, "
            f"mean {company.sure[told].mean():.4f}"
        )
        if label == "texts alone":
            for _ in range(ROUNDS):
                company.look(case.wording.learn(company.stances(), case.answers))
    return f"{case.name}: {'; '.join(lines)}; base rate {(case.truth[told] >= 0).mean():.4f}"


def write(tables: dict[str, dict[str, float]], names: str) -> None:
    path = LEXICONS / "company.model.toml"
    head = path.read_text("utf-8").partition("\n[terse]")[0]
    head = re.sub(r'version = ".*"', f'version = "fit of {names}"', head)
    body = [f"\n[{name}]\n" + "".join(f"{key} = {value:g}\n" for key, value in table.items() if value)
            for name, table in tables.items()]  # fmt: skip
    path.write_text(head + "".join(body), "utf-8")


def main(arguments: list[str]) -> None:
    cases = [Known.of(one) for one in arguments if "=" in one]
    hands = {case.name: case.name.rstrip("0123456789") for case in cases}
    for hand in dict.fromkeys(hands.values()) if len(set(hands.values())) > 1 else ():
        use(fit([case for case in cases if hands[case.name] != hand]))
        for case in cases:
            if hands[case.name] == hand:
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
