"""Measures how figures are read in reports that nobody fitted on or looked at while the program was made.

python benchmarks/figures_unread.py [FILE ...]

The reports (``tests/specs/press_unread*.toml``, or the files named) come from a writer who had not seen the program.
Once somebody has read or fitted on them, they belong into ``tests/specs/press.*.toml`` and others take their place.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from press import SPECS, Report, Tally, compare, read_reports
from ringtrace.statement.public import counted_sentences, read_public_figures, scenes, survey_report
from ringtrace.statement.trail import first_level
from ringtrace.statement.weighing import Weights
from ringtrace.text.folding import fold


def measure(report: Report, given: Weights | None = None) -> Tally:
    """Count what a report gives; a stated count hides the same without status. given: weights but the shipped ones."""
    drafts = read_public_figures(report.text, published=report.published, given=given)
    found = {(one.quantity, one.value, one.status, one.place) for one in drafts}
    stated = {figure[:2] for figure in found if figure[2]}
    told_once = {figure for figure in found if figure[2] or figure[:2] not in stated}
    return compare(report, told_once, set(one_place(report)) if report.conventions.silent else ())


def one_place(report: Report) -> Iterator[str]:
    """Yield the place that a report plainly speaks of, with its province: a figure of it may be placed there."""
    text, told = fold(report.text).text, list(counted_sentences(report.text, report.published))
    for scene in scenes(told):
        if only := survey_report(text, "", told, scene).only:
            yield from (only, first_level(only))


def by_language(path: Path) -> dict[str, Tally]:
    tallies: dict[str, Tally] = {}
    for report in read_reports(path):
        language = "zh" if any("\u4e00" <= char <= "\u9fff" for char in report.text) else "en"
        tallies[language] = tallies.get(language, Tally()) + measure(report)
    return tallies


def main() -> None:
    for path in map(Path, sys.argv[1:]) if sys.argv[1:] else sorted(SPECS.glob("press_unread*.toml")):
        for language, tally in sorted(by_language(path).items()):
            print(f"{path.name} {language}: {tally}")


if __name__ == "__main__":
    main()
