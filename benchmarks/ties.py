"""Fits how surely an answer, and all that was seen between two actors, ties members of one ring; measures it.

python benchmarks/ties.py NAME=CASE:TRUTH ...          each case weighed by a fit on the others
python benchmarks/ties.py --fit NAME=CASE:TRUTH ...    the same, then writes the tables [answer] and [pair] of
                                                       lexicons/rings.model.toml
python benchmarks/ties.py --pairs [--fit] ...          pairs alone, on answers weighed as the program does today

The weights of pairs are fitted on answers weighed by the same cases, unless --pairs; a case left out is left out of
both.
Cases as in ``known_cases``.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np

import ringtrace
from known_cases import KnownCase, even_mass, fit_logistic, left_out, read_case
from ringtrace.evaluation.measures import average_precision
from ringtrace.pipeline.reading.answering import find_answers
from ringtrace.rings import answer_model, pair_model
from ringtrace.rings.activity import Scene, scene
from ringtrace.rings.address import Call, find_calls
from ringtrace.rings.graph import answers_between, observe
from ringtrace.rings.model import answer_weight

MODEL = Path(ringtrace.__file__).parent / "lexicons" / "rings.model.toml"
TABLES = (
    "posts", "evidence", "actors", "stances", "facts", "mentions", "accounts", "templates", "identifiers", "links",
)  # fmt: skip
MASS = 1000.0
"""What the tied answers of one case weigh together."""
SPREAD = 1.0
"""Penalty on squared weights; the bias has none."""
BANDS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.01)


@dataclass(frozen=True)
class Rows:
    """What a fit takes of one case: rows of terms, and which of them tie two of one ring."""

    name: str
    terms: np.ndarray
    tied: np.ndarray


@dataclass(frozen=True)
class Case:
    """One case: pairs and terms of its answers, how surely the surest other tie ties a pair, the truth about pairs."""

    name: str
    stage: Scene
    pairs: list[pair_model.Pair]
    terms: np.ndarray
    others: dict[pair_model.Pair, float]
    ring: dict[str, str]
    calls: list[Call]

    def tied(self, pairs: Iterable[pair_model.Pair]) -> np.ndarray:
        return np.array([bool(self.ring.get(a)) and self.ring.get(a) == self.ring.get(b) for a, b in pairs], float)

    def answers(self) -> Rows:
        return Rows(self.name, self.terms, self.tied(self.pairs))

    def together(self, weights: np.ndarray) -> Rows:
        """Return the pairs, their answers weighed by ``weights`` of ``answer_model.TERMS``."""
        sure = 1 / (1 + np.exp(-(self.terms @ weights)))
        answers = ((pair, "reply", one) for pair, one in zip(self.pairs, sure.tolist(), strict=True))
        others = ((pair, "person", one) for pair, one in self.others.items())
        seen = pair_model.seen_between(chain(answers, others))
        terms = pair_model.pair_terms(seen, self.stage)
        return Rows(self.name, np.array(list(terms.values())), self.tied(terms))


def gathered(known: KnownCase) -> Case:
    """Weigh nothing yet: gather the terms of every answer and what else ties two actors."""
    tables = known.tables
    posts, actors = tables["posts"], tables["actors"]
    stage = scene(posts, tables["stances"], tables["facts"], actors, find_answers(posts))
    calls = find_calls(stage, tables["accounts"])
    answers = list(answers_between(stage, calls))
    mentions, accounts, templates = (tables[name] for name in ("mentions", "accounts", "templates"))
    ties = observe(stage, mentions, accounts, templates, tables["identifiers"], tables["links"], calls)
    others = {pair: one.other for pair, one in pair_model.seen_in(ties).items() if one.other}
    pairs = [(min(pair), max(pair)) for pair in ((one.below.actor, one.above.actor) for one in answers)]
    terms = np.array([one.terms for one in answers])
    return Case(known.name, stage, pairs, terms, others, _rings(known, stage.actor_of), calls)


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


def fit(cases: list[Rows]) -> np.ndarray:
    """Return the weights of the terms; every case counts the same."""
    terms = np.concatenate([case.terms for case in cases])
    tied = np.concatenate([case.tied for case in cases])
    mass = even_mass(((len(case.tied), case.tied.sum()) for case in cases), MASS)
    penalty = np.full(terms.shape[1], SPREAD)
    penalty[0] = 0.0
    return fit_logistic(terms, tied, mass, penalty)


def fit_both(cases: list[Case], answers: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights of answers, fitted unless given, and of pairs."""
    if answers is None:
        answers = fit([case.answers() for case in cases])
    return answers, fit([case.together(answers) for case in cases])


def report(label: str, case: Case, weights: tuple[np.ndarray, np.ndarray]) -> None:
    answers, pairs = weights
    for what, rows, found in (("answers", case.answers(), answers), ("pairs", case.together(answers), pairs)):
        sure = 1 / (1 + np.exp(-(rows.terms @ found)))
        precision = average_precision(list(zip(sure.tolist(), (rows.tied > 0).tolist(), strict=True)))
        tied = rows.tied.mean()
        print(f"{label} {case.name}: {len(sure)} {what}, {tied:.3f} tied, average precision {precision:.3f}")
        for low, high in pairwise(BANDS):
            inside = (sure >= low) & (sure < high)
            if inside.any():
                print(
                    f"    said {low:.2f}-{min(high, 1):.2f}: {int(inside.sum())}, tied {rows.tied[inside].mean():.2f}"
                )


def write(answers: np.ndarray, pairs: np.ndarray) -> None:
    text, _, rest = MODEL.read_text("utf-8").partition("[answer]\n")
    kept = rest[rest.index("# How surely somebody") :]
    note = "# How surely all that was seen between two actors ties them (rings/pair_model.py), natural log-odds.\n"
    told = f"[answer]\n{_lines(answer_model.TERMS, answers)}\n{note}[pair]\n{_lines(pair_model.TERMS, pairs)}{kept}"
    MODEL.write_text(f"{text}{told}", "utf-8")


def _lines(names: Sequence[str], weights: np.ndarray) -> str:
    return "".join(f"{name} = {one:.2f}\n" for name, one in zip(names, weights, strict=True) if abs(one) >= 0.005)


def main(arguments: list[str]) -> None:
    cases = [gathered(read_case(one, TABLES)) for one in arguments if "=" in one]
    known = np.array([answer_weight(name) for name in answer_model.TERMS]) if "--pairs" in arguments else None
    for case, others in left_out(cases):
        report("left out", case, fit_both(others, known))
    answers, pairs = fit_both(cases, known)
    for case in cases:
        report("fitted on", case, (answers, pairs))
    print(_lines(answer_model.TERMS, answers), _lines(pair_model.TERMS, pairs), sep="\n")
    if "--fit" in arguments:
        write(answers, pairs)


if __name__ == "__main__":
    main(sys.argv[1:])
