"""Fits how the numbers of public reports are read, on whole invented reports, and measures it on lots left out.

python benchmarks/figures.py          each lot read by weights fitted on the others, beside the shipped weights
python benchmarks/figures.py --fit    the same, then writes table [weight] of lexicons/counting.model.toml

A lot is what one writer wrote at one time (tests/specs/press.*.toml, by number). The lot that is never opened is
neither fitted nor measured here; tests/test_statement_press.py measures it. Figures are compared as (quantity, value,
status) and, the stricter count, with their places.
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
from ringtrace.statement import counting, placing
from ringtrace.statement.carrying import Scene
from ringtrace.statement.choices import choices
from ringtrace.statement.counted import Memory
from ringtrace.statement.counting import counts, settings
from ringtrace.statement.grids import find_grids
from ringtrace.statement.placing import place_counts, placings
from ringtrace.statement.public import CountedSentence, counted_sentences, scene_of, scenes, survey_report
from ringtrace.statement.trail import Trail, first_level
from ringtrace.text.folding import fold
from ringtrace.text.numbers import as_decimal

SPECS = Path(__file__).parents[1] / "tests" / "specs"
LEXICONS = Path(ringtrace.__file__).parent / "lexicons"
LOTS = {
    "first": range(1, 33), "5": range(39, 53), "6": range(53, 61), "7": range(61, 66), "8": range(66, 81),
    "9": range(81, 93), "10": range(93, 105), "11": range(105, 112), "12": range(112, 119),
    "13": range(119, 126), "14": range(126, 133), "15": range(133, 145),
}  # fmt: skip
SILENT = frozenset({"first", "5", "6", "7", "8", "15", "sentences"})
"""Lots whose writers gave no place to a figure that its own sentence does not place; others gave it that of a report
that plainly speaks of one place, as ringtrace does. There both are taken as right."""
NEVER_OPENED = range(33, 39)
SPREAD = 2.0
"""Penalty on squared weights, chosen among .3, 1, 2 and 3 by the lots left out."""
PLACING_SPREAD = 0.7
SMALLEST = 0.02
"""Weights nearer to nothing are left out of the file."""


Figure = tuple[str, str, str, str]
"""quantity, value, status, place; "" for no status or place."""
Pairs = list[tuple[set[Figure], frozenset[Figure]]]
Example = tuple[list[tuple[str, ...]], list[bool]]
"""The cues of each option, and which options are right."""


@dataclass(frozen=True)
class Weights:
    counting: Mapping[str, float]
    placing: Mapping[str, float]


@dataclass(frozen=True)
class Report:
    """figures: what an expert reads there; prices are read elsewhere."""

    language: str
    lot: str
    text: str
    published: str
    figures: frozenset[Figure]

    def told(self) -> list[CountedSentence]:
        return list(counted_sentences(self.text, self.published))


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
    cells = (["" if cell == "-" else cell for cell in figure.split()[:4]] for figure in figures)
    wanted = frozenset((q, v, s, p) for q, v, s, p in cells if q != "price")
    return Report(language, lot, str(entry["text"]), str(entry["published"]), wanted)


def counting_examples(report: Report) -> Iterator[Example]:
    """Yield each number's readings, with what came before read rightly.

    Where a value is told more often than it is wanted, its number may also count nothing. A number whose wanted
    reading is no choice is left out.
    """
    memories: dict[str, Memory] = {}
    told = report.told()
    values = Counter(as_decimal(n.value) for sentence in told for n in sentence.numbers)
    for sentence in told:
        memory = memories.setdefault(sentence.story, Memory())
        for setting in settings(sentence.told.vocabulary, sentence.numbers, sentence.places):
            value = as_decimal(setting.number.value)
            wanted = {(q, s) for q, v, s, _ in report.figures if v == value}
            able = list(choices(setting, memory))
            possible = wanted & {(choice.quantity, choice.status) for choice in able}
            if wanted and not possible:
                continue
            right = possible | ({("", "")} if values[value] > len(wanted) else set())
            yield (
                [tuple(chain.from_iterable(choice.cues)) for choice in able],
                [(choice.quantity, choice.status) in right for choice in able],
            )
            if possible and ("", "") not in right:
                memory.add(*min(possible), setting.number.value)
        memory.end_sentence()


def placing_examples(report: Report, counting: Mapping[str, float]) -> Iterator[Example]:
    """Yield where each rightly counted number may be placed, with what came before placed rightly."""
    memories: dict[str, Memory] = {}
    trails: dict[str, Trail] = {}
    told = report.told()
    folded = fold(report.text).text
    surveys = {scene: survey_report(folded, "", told, scene) for scene in scenes(told)}
    for sentence in told:
        memory, place = memories.setdefault(sentence.story, Memory()), scene_of(sentence.told.context)
        trail, whole = trails.setdefault(place, Trail()), surveys[place]
        counted = counts(sentence.told.vocabulary, sentence.numbers, memory, sentence.places, counting)
        scene = Scene(sentence.told, counted, sentence.places, whole, trail)
        trail.enter(sentence.told.sentence.paragraph)
        placed: list[str] = []
        for index, count in enumerate(counted):
            key = (count.quantity, as_decimal(count.number.value), count.status)
            able = list(placings(scene, index, placed))
            right = {figure[3] for figure in report.figures if figure[:3] == key} & {one.place for one in able}
            if right == {""} and report.lot in SILENT and whole.only and not sentence.places:
                right = {"", whole.only, first_level(whole.only)}
            if right:
                yield [one.cues for one in able], [one.place in right for one in able]
            placed.append(min(right, default=""))
        trail.add(sentence.places, counted, placed)


def fit(known: Sequence[Report]) -> Weights:
    """Return the weights that make the right readings, and the right places, most likely."""
    counted = [*known, *(report for report in known if report.lot == "sentences")]  # plain cases, twice
    counting = solve([example for report in counted for example in counting_examples(report)], SPREAD)
    placed = [example for report in counted for example in placing_examples(report, counting)]
    return Weights(counting, solve(placed, PLACING_SPREAD))


def solve(found: Sequence[Example], spread: float) -> dict[str, float]:
    """Fit one penalised log-linear choice: cue -> natural log-odds."""
    index: dict[str, int] = {}
    rows = [[index.setdefault(cue, len(index)) for cue in cues] for options, _ in found for cues in options]
    right = np.array([flag for _, flags in found for flag in flags])
    first = np.cumsum([0, *(len(flags) for _, flags in found)])
    owner = np.repeat(np.arange(len(found)), np.diff(first))
    pointers = np.cumsum([0, *map(len, rows)])
    cues = csr_matrix((np.ones(pointers[-1]), list(chain.from_iterable(rows)), pointers), (len(rows), len(index)))

    def loss(weight: np.ndarray) -> tuple[float, np.ndarray]:
        score = cues @ weight
        mass = np.exp(score - np.maximum.reduceat(score, first[:-1])[owner])
        whole = np.add.reduceat(mass, first[:-1])
        good = np.maximum(np.add.reduceat(mass * right, first[:-1]), 1e-300)
        slope = cues.T @ (mass / whole[owner] - mass * right / good[owner]) + spread * weight
        return float(-np.sum(np.log(good) - np.log(whole)) + spread / 2 * weight @ weight), slope

    best = minimize(loss, np.zeros(len(index)), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return {cue: float(best[at]) for cue, at in index.items()}


def read(report: Report, given: Weights) -> set[Figure]:
    """Return what a report counts by these weights, tables included; a stated count hides the same without status."""
    memories: dict[str, Memory] = {}
    trails: dict[str, Trail] = {}
    found = {(c.quantity, c.value, c.status, c.place) for grid in find_grids(report.text) for c in grid.cells}
    told = report.told()
    folded = fold(report.text).text
    surveys = {scene: survey_report(folded, "", told, scene) for scene in scenes(told)}
    for sentence in told:
        memory, place = memories.setdefault(sentence.story, Memory()), scene_of(sentence.told.context)
        trail, whole = trails.setdefault(place, Trail()), surveys[place]
        counted = counts(sentence.told.vocabulary, sentence.numbers, memory, sentence.places, given.counting)
        placed = place_counts(Scene(sentence.told, counted, sentence.places, whole, trail), given.placing)
        for count, place in zip(counted, placed, strict=True):
            found.add((count.quantity, as_decimal(count.number.value), count.status, place))
    if report.lot in SILENT:
        only = [one.only for one in surveys.values() if one.only]
        able = {*only, *map(first_level, only)}
        found = {(*f[:3], "") if f[3] in able and (*f[:3], "") in report.figures else f for f in found}
    stated = {figure[:2] for figure in found if figure[2]}
    return {figure for figure in found if figure[2] or figure[:2] not in stated}


def score(pairs: Pairs, cells: int) -> str:
    """cells: how many of quantity, value, status and place are compared."""
    cut = [({f[:cells] for f in found}, {f[:cells] for f in wanted}) for found, wanted in pairs]
    right = sum(len(found & wanted) for found, wanted in cut)
    wrong = sum(len(found - wanted) for found, wanted in cut)
    missing = sum(len(wanted - found) for found, wanted in cut)
    return f"{right:4} right {wrong:3} wrong {missing:3} missing  F1 {2 * right / (2 * right + wrong + missing):.3f}"


def main() -> None:
    """Print the lots left out, and with --fit write the weights."""
    known = list(reports())
    shipped = Weights(counting.weights(), placing.weights())
    totals: dict[tuple[str, str], Pairs] = {}
    for lot in sorted({report.lot for report in known} - {"sentences"}):
        given = fit([report for report in known if report.lot != lot])
        for language in ("en", "zh"):
            those = [report for report in known if report.lot == lot and report.language == language]
            out = [(read(report, given), report.figures) for report in those]
            print(f"{language} lot {lot:9} left out  {score(out, 3)}; with places {score(out, 4)}", flush=True)
            totals.setdefault((language, "left out"), []).extend(out)
            totals.setdefault((language, "shipped"), []).extend((read(r, shipped), r.figures) for r in those)
    for (language, how), pairs in sorted(totals.items()):
        print(f"{language} all {how:9} {score(pairs, 3)}; with places {score(pairs, 4)}")
    if "--fit" in sys.argv:
        best = fit(known)
        write("counting", "what the numbers of public reports count", best.counting)
        write("placing", "where the figures of public reports are placed", best.placing)


def write(name: str, what: str, found: Mapping[str, float]) -> None:
    """Write one table of weights."""
    lines = [
        f"{json.dumps(cue, ensure_ascii=False)} = {w:.3f}" for cue, w in sorted(found.items()) if abs(w) >= SMALLEST
    ]
    head = f"# Which cues say {what}: natural log-odds (statement/{name}.py).\n"
    head += "# Written by benchmarks/figures.py --fit; do not edit by hand.\n"
    path = LEXICONS / f"{name}.model.toml"
    path.write_text("\n".join([f'{head}version = "1"\n\n[weight]', *lines, ""]), "utf-8")


if __name__ == "__main__":
    main()
