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
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

import ringtrace
from figures_unread import measure
from press import SPECS, Conventions, Report, Tally, read_reports
from ringtrace.statement import counting, placing
from ringtrace.statement.carrying import Scene
from ringtrace.statement.choices import choices
from ringtrace.statement.counted import Memory
from ringtrace.statement.counting import counts, settings, topic
from ringtrace.statement.named_places import common
from ringtrace.statement.placing import placings, settled_places
from ringtrace.statement.public import (
    CountedSentence,
    counted_sentences,
    scene_of,
    scenes,
    survey_report,
)
from ringtrace.statement.trail import Report as Survey
from ringtrace.statement.trail import Trail, first_level
from ringtrace.statement.weighing import Weights
from ringtrace.text.folding import fold
from ringtrace.text.numbers.signs import as_decimal

LEXICONS = Path(ringtrace.__file__).parent / "lexicons"
LOTS = {
    "first": range(1, 33), "5": range(39, 53), "6": range(53, 61), "7": range(61, 66), "8": range(66, 81),
    "9": range(81, 93), "10": range(93, 105), "11": range(105, 112), "12": range(112, 119),
    "13": range(119, 126), "14": range(126, 133), "15": range(133, 145), "16": range(145, 153),
}  # fmt: skip
SILENT = frozenset({"first", "5", "6", "7", "8", "15"})
"""Lots whose writers gave no place to a figure that its own sentence does not place; others gave it that of a report
that plainly speaks of one place, as ringtrace does. There both are taken as right."""
NEVER_OPENED = range(33, 39)
SPREAD = 2.0
"""Penalty on squared weights, chosen among .3, 1, 2 and 3 by the lots left out."""
PLACING_SPREAD = 0.7
SMALLEST = 0.02
"""Weights nearer to nothing are left out of the file."""


Example = tuple[list[tuple[str, ...]], list[bool]]
"""The cues of each option, and which options are right."""


@dataclass(frozen=True)
class Known:
    """A report that may be fitted on."""

    language: str
    lot: str
    report: Report

    def told(self) -> list[CountedSentence]:
        return list(counted_sentences(self.report.text, self.report.published))


def reports() -> Iterator[Known]:
    """Read the reports that may be fitted on; single sentences of figure.*.toml are lot "sentences"."""
    for path in sorted(SPECS.glob("press.*.toml")):
        for report in read_reports(path):
            lot = next((name for name, numbers in LOTS.items() if report.number in numbers), "")
            lot = lot or str(report.number // 100)
            conventions = replace(report.conventions, silent=report.conventions.silent or lot in SILENT)
            if report.number not in NEVER_OPENED:
                yield Known(_language(report), lot, replace(report, conventions=conventions))
    for path in sorted(SPECS.glob("figure.*.toml")):
        for report in read_reports(path, "case"):
            yield Known(_language(report), "sentences", replace(report, conventions=Conventions(silent=True)))


def _language(report: Report) -> str:
    return "zh" if any("\u4e00" <= char <= "\u9fff" for char in report.text) else "en"


def counting_examples(known: Known) -> Iterator[Example]:
    """Yield each number's readings, with what came before read rightly.

    Where a value is told more often than it is wanted, its number may also count nothing. A number whose wanted
    reading is no choice is left out.
    """
    memories: dict[str, Memory] = {}
    heard: set[str] = set()
    told = known.told()
    values = Counter(as_decimal(n.value) for sentence in told for n in sentence.numbers)
    for sentence in told:
        memory = memories.setdefault(sentence.story, Memory(heard=heard))
        memory.ask(topic(sentence.told.vocabulary, sentence.numbers))
        heard.update(noun.kind for noun in sentence.told.vocabulary.nouns)
        for setting in settings(sentence.told.vocabulary, sentence.numbers, sentence.places):
            value = as_decimal(setting.number.value)
            same = [one for one in known.report.wanted if one.value == value]
            wanted = {(one.quantity, status) for one in same for status in one.statuses}
            able = list(choices(setting, memory))
            possible = wanted & {(choice.quantity, choice.status) for choice in able}
            if wanted and not possible:
                continue
            free = any(left == value for _, left in known.report.free)
            right = possible | ({("", "")} if values[value] > len(same) or free else set())
            yield (
                [tuple(chain.from_iterable(choice.cues)) for choice in able],
                [(choice.quantity, choice.status) in right for choice in able],
            )
            if possible and ("", "") not in right:
                first = next((one.quantity, s) for one in same for s in one.statuses if (one.quantity, s) in possible)
                memory.add(*first, setting.number.value)
        memory.end_sentence()


def placing_examples(known: Known, counting: Mapping[str, float]) -> Iterator[Example]:
    """Yield where each rightly counted number may be placed, with what came before placed rightly."""
    memories: dict[str, Memory] = {}
    heard: set[str] = set()
    trails: dict[str, Trail] = {}
    told = known.told()
    surveys = survey_scenes(known, told)
    for sentence in told:
        memory, place = memories.setdefault(sentence.story, Memory(heard=heard)), scene_of(sentence.told.context)
        trail, whole = trails.setdefault(place, Trail()), surveys[place]
        counted = counts(sentence.told.vocabulary, sentence.numbers, memory, sentence.places, counting)
        scene = Scene(sentence.told, counted, sentence.places, whole, trail)
        trail.enter(sentence.told.sentence.paragraph)
        placed: list[str] = []
        for index, count in enumerate(counted):
            found = (count.quantity, as_decimal(count.number.value), count.status, "")
            able = list(placings(scene, index, placed))
            met = [one for one in known.report.wanted if one.meets(found, placed=False)]
            first = {one.places[0] for one in met}
            right = {place for one in met for place in one.places} & {one.place for one in able}
            if first == {""} and known.report.conventions.silent and whole.only and not sentence.places:
                right |= {whole.only, first_level(whole.only)} & {one.place for one in able}
            if first == {""} and known.report.conventions.silent and (holds := common(sentence.places)):
                named = {place.code for place in sentence.places}  # "in A and B" is open to such a writer
                right |= ({holds} - named) & {one.place for one in able}
            if right:
                yield [one.cues for one in able], [one.place in right for one in able]
            placed.append(min(first & right or right, default=""))
        trail.add(settled_places(scene, placed), counted, placed)


def survey_scenes(known: Known, told: Sequence[CountedSentence]) -> dict[str, Survey]:
    folded = fold(known.report.text).text
    return {scene: survey_report(folded, "", told, scene) for scene in scenes(told)}


def fit(known: Sequence[Known]) -> Weights:
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


def main() -> None:
    """Print the lots left out, and with --fit write the weights."""
    known = list(reports())
    shipped = Weights(counting.weights(), placing.weights())
    totals: dict[tuple[str, str], Tally] = {}
    for lot in sorted({one.lot for one in known} - {"sentences"}):
        given = fit([one for one in known if one.lot != lot])
        for language in ("en", "zh"):
            those = [one for one in known if one.lot == lot and one.language == language]
            out = sum((measure(one.report, given) for one in those), Tally())
            print(f"{language} lot {lot:6} left out {out}", flush=True)
            for how, tally in (
                ("left out", out),
                ("shipped", sum((measure(one.report, shipped) for one in those), Tally())),
            ):
                totals[language, how] = totals.get((language, how), Tally()) + tally
    for (language, how), tally in sorted(totals.items()):
        print(f"{language} all {how:9} {tally}")
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
