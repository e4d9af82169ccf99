"""Whole invented press reports in both languages: how many of their figures come out right, by half.

Development reports are there to be learned from; evaluation reports were written before they were
measured. The floors are what was measured, so that a change that reads worse is seen.
"""

import tomllib
from pathlib import Path

import pytest

from ringtrace.statement.public import read_public_figures

SPECS = Path(__file__).parent / "specs"
EVALUATION = range(33, 39)
"""These reports were measured and never opened to mend anything; all others are development."""
FLOORS = {
    ("en", "development"): 0.87,
    ("zh", "development"): 0.93,
    ("en", "evaluation"): 0.88,
    ("zh", "evaluation"): 0.93,
}


def reports(language, half):
    for report in tomllib.loads((SPECS / f"press.{language}.toml").read_text("utf-8"))["report"]:
        if (report["number"] not in EVALUATION) == (half == "development"):
            yield report


def right_wrong_missing(report):
    drafts = read_public_figures(report["text"], published=report["published"])
    found = {(d.quantity, d.value, d.status or "-", d.place or "-") for d in drafts}
    wanted = {tuple(cell.split()[:4]) for cell in report["figures"]}
    return len(found & wanted), len(found - wanted), len(wanted - found)


@pytest.mark.parametrize(("language", "half"), sorted(FLOORS))
def test_figures_of_whole_reports(language, half):
    rows = [right_wrong_missing(report) for report in reports(language, half)]
    right, wrong, missing = (sum(column) for column in zip(*rows, strict=True))
    assert 2 * right / (2 * right + wrong + missing) >= FLOORS[language, half]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_halves_are_apart_and_large_enough(language):
    numbers = [r["number"] for half in ("development", "evaluation") for r in reports(language, half)]
    assert len(numbers) == len(set(numbers)) >= 38
