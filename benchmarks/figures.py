"""Fits how the numbers of public reports are read, on whole invented reports, and measures it on lots left out.

python benchmarks/figures.py          each lot read by weights fitted on the others, beside the shipped weights
python benchmarks/figures.py --fit    the same, then writes table [weight] of lexicons/counting.model.toml

A lot is what one writer wrote at one time (tests/specs/press.*.toml, by number). The lot that is never opened is
neither fitted nor measured here; tests/test_statement_press.py measures it. The counted are compared as (quantity,
value, status); places are not fitted.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

import ringtrace
from ringtrace.statement.choices import Choice, choices
from ringtrace.statement.counted import Memory
from ringtrace.statement.counting import settings
from ringtrace.statement.counting_model import choose, weights
from ringtrace.statement.grids import find_grids
from ringtrace.statement.public import counted_sentences
from ringtrace.text.numbers import as_decimal

SPECS = Path(__file__).parents[1] / "tests" / "specs"
MODEL = Path(ringtrace.__file__).parent / "lexicons" / "counting.model.toml"
LOTS = {
    "first": range(1, 33),
    "5": range(39, 53),
    "6": range(53, 61),
    "7": range(61, 66),
    "8": range(66, 81),
    "9": range(81, 93),
    "10": range(93, 105),
}
NEVER_OPENED = range(33, 39)
SPREAD = 2.0
"""Penalty on squared weights, chosen among .3, 1, 2 and 3 by the lots left out."""
SMALLEST = 0.02
"""Weights nearer to nothing are left out of the file."""
Told = tuple[str, str]


@dataclass(frozen=True)
class Report:
    """figures: (quantity, value, status), status "" for none; prices are read elsewhere."""

    language: str
    lot: str
    text: str
    published: str
    figures: frozenset[tuple[str, str, str]]


def reports() -> Iterator[Report]:
    """Read the reports that may be fitted on; single sentences of figure.*.toml are lot "sentences"."""
    for language in ("en", "zh"):
        for report in tomllib.loads((SPECS / f"press.{language}.toml").read_text("utf-8"))["report"]:
            lot = next((name for name, numbers in LOTS.items() if report["number"] in numbers), "")
            if report["number"] not in NEVER_OPENED:
                yield _report(language, lot or f"from {report['number']}", report)
        for case in tomllib.loads((SPECS / f"figure.{language}.toml").read_text("utf-8"))["case"]:
            yield _report(language, "sentences", case)


def _report(language: str, lot: str, entry: Mapping[str, object]) -> Report:
    figures = entry["figures"]
    assert isinstance(figures, list)
    cells = (figure.split() for figure in figures)
    wanted = frozenset((q, v, "" if s == "-" else s) for q, v, s, *_ in cells if q != "price")
    return Report(language, lot, str(entry["text"]), str(entry["published"]), wanted)


def examples(report: Report) -> Iterator[tuple[list[Choice], list[bool]]]:
    """Yield each number's choices and which of them are right, with what came before read rightly.

    Where a value is told more often than it is wanted, its number may also count nothing. A number whose wanted
    reading is no choice is left out.
    """
    memories: dict[str, Memory] = {}
    told = list(counted_sentences(report.text, report.published))
    values = Counter(as_decimal(n.value) for sentence in told for n in sentence.numbers)
    for sentence in told:
        memory = memories.setdefault(sentence.story, Memory())
        for setting in settings(sentence.told.vocabulary, sentence.numbers, sentence.places):
            value = as_decimal(setting.number.value)
            wanted = {(q, s) for q, v, s in report.figures if v == value}
            able = list(choices(setting, memory))
            possible = wanted & {(choice.quantity, choice.status) for choice in able}
            if wanted and not possible:
                continue
            right = possible | ({("", "")} if values[value] > len(wanted) else set())
            yield able, [(choice.quantity, choice.status) in right for choice in able]
            if possible and ("", "") not in right:
                memory.add(*min(possible), setting.number.value)
        memory.end_sentence()


def fit(known: Sequence[Report]) -> dict[str, float]:
    """Return the weights that make the right readings most likely, by a penalised log-linear model."""
    found = [example for report in known for example in examples(report)]
    index: dict[str, int] = {}
    rows = [[index.setdefault(cue, len(index)) for cue in choice.cues] for able, _ in found for choice in able]
    right = np.array([flag for _, flags in found for flag in flags])
    first = np.cumsum([0, *(len(able) for able, _ in found)])
    owner = np.repeat(np.arange(len(found)), np.diff(first))
    pointers = np.cumsum([0, *map(len, rows)])
    cues = csr_matrix((np.ones(pointers[-1]), list(chain.from_iterable(rows)), pointers), (len(rows), len(index)))

    def loss(weight: np.ndarray) -> tuple[float, np.ndarray]:
        score = cues @ weight
        mass = np.exp(score - np.maximum.reduceat(score, first[:-1])[owner])
        whole = np.add.reduceat(mass, first[:-1])
        good = np.maximum(np.add.reduceat(mass * right, first[:-1]), 1e-300)
        slope = cues.T @ (mass / whole[owner] - mass * right / good[owner]) + SPREAD * weight
        return float(-np.sum(np.log(good) - np.log(whole)) + SPREAD / 2 * weight @ weight), slope

    best = minimize(loss, np.zeros(len(index)), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return {cue: float(best[at]) for cue, at in index.items()}


def read(report: Report, given: Mapping[str, float]) -> set[tuple[str, str, str]]:
    """Return what a report counts by these weights, tables included; a stated count hides the same without status."""
    memories: dict[str, Memory] = {}
    found = {(cell.quantity, cell.value, cell.status) for grid in find_grids(report.text) for cell in grid.cells}
    for sentence in counted_sentences(report.text, report.published):
        memory = memories.setdefault(sentence.story, Memory())
        for setting in settings(sentence.told.vocabulary, sentence.numbers, sentence.places):
            choice, _ = choose(choices(setting, memory), given)
            if choice.quantity:
                found.add((choice.quantity, as_decimal(setting.number.value), choice.status))
                memory.add(choice.quantity, choice.status, setting.number.value)
        memory.end_sentence()
    stated = {(quantity, value) for quantity, value, status in found if status}
    return {figure for figure in found if figure[2] or figure[:2] not in stated}


def score(pairs: Sequence[tuple[set[tuple[str, str, str]], frozenset[tuple[str, str, str]]]]) -> str:
    right = sum(len(found & wanted) for found, wanted in pairs)
    wrong = sum(len(found - wanted) for found, wanted in pairs)
    missing = sum(len(wanted - found) for found, wanted in pairs)
    return f"{right:4} right {wrong:3} wrong {missing:3} missing  F1 {2 * right / (2 * right + wrong + missing):.3f}"


def main() -> None:
    """Print the lots left out, and with --fit write the weights."""
    known = list(reports())
    totals: dict[tuple[str, str], list[tuple[set[tuple[str, str, str]], frozenset[tuple[str, str, str]]]]] = {}
    for lot in sorted({report.lot for report in known} - {"sentences"}):
        given = fit([report for report in known if report.lot != lot])
        for language in ("en", "zh"):
            those = [report for report in known if report.lot == lot and report.language == language]
            out = [(read(report, given), report.figures) for report in those]
            print(f"{language} lot {lot:9} left out  {score(out)}")
            totals.setdefault((language, "left out"), []).extend(out)
            totals.setdefault((language, "shipped"), []).extend((read(r, weights()), r.figures) for r in those)
    for (language, how), pairs in sorted(totals.items()):
        print(f"{language} all {how:9} {score(pairs)}")
    if "--fit" in sys.argv:
        write(fit(known))


def write(found: Mapping[str, float]) -> None:
    lines = [
        f"{json.dumps(cue, ensure_ascii=False)} = {weight:.3f}"
        for cue, weight in sorted(found.items())
        if abs(weight) >= SMALLEST
    ]
    head = (
        "# How the numbers of public reports are read: natural log-odds by cue (statement/counting_model.py).\n"
        "# Written by benchmarks/figures.py --fit; do not edit by hand.\n"
    )
    MODEL.write_text("\n".join([f'{head}version = "1"\n\n[weight]', *lines, ""]), "utf-8")


if __name__ == "__main__":
    main()
