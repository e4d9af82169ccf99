"""Whole invented press reports in both languages: how many of their figures come out right, by half.

Development reports are there to be learned from; evaluation reports were written before they were
measured. The floors are what was measured, so that a change that reads worse is seen.
"""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
from figures import LOTS, NEVER_OPENED, SILENT, replace
from figures_unread import measure
from press import SPECS, Tally, compare, read_reports

FLOORS = {
    ("en", "development"): 0.86,
    ("zh", "development"): 0.89,
    ("en", "evaluation"): 0.79,
    ("zh", "evaluation"): 0.92,
}
"""What was measured: lot 4 was never opened to mend anything; all others are development."""
EARLY = frozenset(number for lot in SILENT for number in LOTS[lot]) | set(NEVER_OPENED)
"""Reports whose writers gave no place to what its own sentence does not place."""


def reports(language, half):
    for report in read_reports(SPECS / f"press.{language}.toml"):
        if (report.number not in NEVER_OPENED) == (half == "development"):
            conventions = replace(report.conventions, silent=report.number in EARLY)
            yield replace(report, conventions=conventions)


@pytest.mark.parametrize(("language", "half"), sorted(FLOORS))
def test_figures_of_whole_reports(language, half):
    tally = sum((measure(report) for report in reports(language, half)), Tally())
    assert tally.score(tally.placed) >= FLOORS[language, half]


@pytest.mark.parametrize(
    ("name", "floor"),
    [("press.19.toml", 0.92), ("press.20.toml", 0.85), ("press.21.toml", 0.87), ("press.22.toml", 0.75)],
)
def test_figures_of_reports_by_register(name, floor):
    tally = sum(map(measure, read_reports(SPECS / name)), Tally())
    assert tally.score(tally.counted) >= floor


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_halves_are_apart_and_large_enough(language):
    numbers = [r.number for half in ("development", "evaluation") for r in reports(language, half)]
    assert len(numbers) == len(set(numbers)) >= 38


def test_open_readings_and_a_writers_conventions_count_as_right(tmp_path):
    path = tmp_path / "press.toml"
    path.write_text(
        """
[conventions]
apart = ["officers"]
one_status = [["detained", "arrested"]]
[[report]]
published = "2019-01-01"
text = "-"
figures = ["suspects 9 detained 510000 exact -", "children 4 rescued - exact -", "officers 70 - - exact -"]
open = ["place | children 4 rescued - exact - | 520000", "figure | children 5 sold - exact - | denied"]
""",
        "utf-8",
    )
    (report,) = read_reports(path)
    suspects, child = ("suspects", "9", "arrested", "510000"), ("children", "4", "rescued", "520000")
    assert compare(report, {suspects, child, ("officers", "70", "", "")}) == Tally(2, 2, 2, 0)
    assert compare(report, {suspects, ("children", "5", "sold", "")}) == Tally(1, 1, 2, 0)
    assert compare(report, {(*suspects[:3], ""), ("children", "4", "sold", "")}) == Tally(1, 0, 2, 1)
