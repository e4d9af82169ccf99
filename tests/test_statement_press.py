"""Whole invented press reports in both languages: how many of their figures come out right, by half.

Development reports are there to be learned from; evaluation reports were written before they were
measured. The floors are what was measured, so that a change that reads worse is seen.
"""

import tomllib
from pathlib import Path

import pytest

from ringtrace.statement.public import counted_sentences, read_public_figures, survey_report
from ringtrace.statement.trail import first_level
from ringtrace.text.folding import fold

SPECS = Path(__file__).parent / "specs"
EVALUATION = range(33, 39)
"""These reports were measured and never opened to mend anything; all others are development."""
PLACED = range(81, 133)
"""Reports whose writers gave figures the place that the whole report plays at."""
FLOORS = {
    ("en", "development"): 0.86,
    ("zh", "development"): 0.89,
    ("en", "evaluation"): 0.80,
    ("zh", "evaluation"): 0.94,
}


def reports(language, half):
    for report in tomllib.loads((SPECS / f"press.{language}.toml").read_text("utf-8"))["report"]:
        if (report["number"] not in EVALUATION) == (half == "development"):
            yield report


def one_place(report):
    """The place that a report plainly speaks of, and its province; nothing where it speaks of several.

    The writers of the first lots gave a figure no place that its own sentence does not give; a figure that ringtrace
    places where the whole report plays is right there, too."""
    whole = survey_report(fold(report["text"]).text, "", list(counted_sentences(report["text"], report["published"])))
    return {whole.only, first_level(whole.only)} - {""} if report["number"] not in PLACED else set()


def right_wrong_missing(report):
    drafts = read_public_figures(report["text"], published=report["published"])
    found = {(d.quantity, d.value, d.status or "-", d.place or "-") for d in drafts}
    wanted = {tuple(cell.split()[:4]) for cell in report["figures"]}
    able = one_place(report)
    found = {(*f[:3], "-") if f[3] in able and (*f[:3], "-") in wanted else f for f in found}
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
