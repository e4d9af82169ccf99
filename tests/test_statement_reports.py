"""Reports set beside each other: every planted contradiction is found, none is invented (specs/reconcile.toml)."""

import re
import tomllib
from pathlib import Path

import pytest

from ringtrace.model.figure import Figure
from ringtrace.model.span import Span
from ringtrace.statement.against import set_against
from ringtrace.statement.public import read_public_figures
from ringtrace.statement.questions import open_questions
from ringtrace.statement.reconcile import reconcile

SETS = tomllib.loads((Path(__file__).parent / "specs" / "reconcile.toml").read_text("utf-8"))["set"]


def figures_of(reports):
    return [
        Figure(
            f"{at}-{number:02}", "public", draft.quantity, draft.unit, draft.status, draft.population, draft.place,
            draft.period_start, draft.period_end, draft.as_of or report["published"], draft.bound, draft.value,
            Span(f"{at}" * 64, "", draft.start, draft.stop), draft.context,
        )
        for at, report in enumerate(reports)
        for number, draft in enumerate(read_public_figures(report["text"], published=report["published"]))
    ]  # fmt: skip


def contradictions(figures):
    by_id = {figure.id: figure for figure in figures}
    for row in reconcile(figures):
        if row.verdict != "differs":
            continue
        left = by_id[row.left]
        what = f"{left.quantity} {left.status} {left.place or '-'}"
        added = re.search(r"add up to (?:.*= )?(\d+)", row.reason)
        if added:
            yield f"sum {what} {added.group(1)} {left.value}"
        else:
            yield " ".join([what, *sorted((left.value, by_id[row.right].value), key=int)])


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case['number']}: {case['name']}") for case in SETS])
def test_planted_contradictions_are_found_and_none_is_invented(case):
    figures = figures_of(case["report"])
    assert sorted(set(contradictions(figures))) == sorted(case["differs"])
    by_id = {figure.id: figure for figure in figures}
    open_sums = {
        f"{by_id[row.left].quantity} {by_id[row.left].status} {row.amount} of {by_id[row.left].value}"
        for row in reconcile(figures)
        if row.verdict == "unallocated"
    }
    assert set(case["unallocated"]) <= open_sums


def figure(name, value, place="", status="rescued", source="a", **more):
    span = Span(source * 64, "", 0, 1)
    day = more.pop("day", "2014-02-19")
    return Figure(name, "public", more.pop("quantity", "children"), "person", status, "", place, day, day,
                  more.pop("as_of", "2014-03-01"), more.pop("bound", "exact"), value, span, "")  # fmt: skip


def test_parts_of_a_report_that_does_not_tell_the_total_contradict_nothing():
    """A local page's 4 children and another's 11 in Anhui, tied by their day alone."""
    figures = [
        figure("a", "4"), figure("b", "12", quantity="suspects", status="arrested"),
        figure("c", "11", "340000", source="b"), figure("d", "12", quantity="suspects", status="arrested", source="b"),
    ]  # fmt: skip
    rows = [row for row in reconcile(figures) if {row.left, row.right} == {"a", "c"}]
    assert [row.verdict for row in rows] == ["not_comparable"]
    assert "do not tell that total" in rows[0].reason
    assert not any(q.startswith("Which is right") for q in open_questions(figures, reconcile(figures), []))


def test_a_question_names_what_it_asks_about():
    figures = [
        figure("a", "40"), figure("b", "27", "510000", status="arrested", quantity="suspects"),
        figure("c", "40", source="b"), figure("d", "29", "510000", status="arrested", quantity="suspects", source="b"),
    ]  # fmt: skip
    questions = open_questions(figures, reconcile(figures), [], {"510000": "Sichuan"}.get)
    asked = "Which is right of the suspects arrested in Sichuan? One says 27, the other 29."
    assert asked in questions


def test_one_published_count_is_one_line_of_the_statement():
    """ "1,094 arrested" in one paper and "1,094 detained" in another are one number beside our records."""
    own = [
        figure("own", "1094", quantity="suspects", status="arrested"),
        figure("held", "30", quantity="suspects", status="detained"),
    ]
    public = [
        figure("a", "1094", quantity="suspects", status="arrested"),
        figure("b", "1094", quantity="suspects", status="detained", source="b"),
        figure("c", "1094", quantity="suspects", status="arrested", source="b"),
    ]
    rows = [row for row in set_against(own, public)[1] if row.verdict == "agrees"]
    assert [(row.value, row.sources, row.figures) for row in rows] == [("1094", 2, ("a", "b", "c"))]


def test_one_total_told_as_arrested_and_as_detained_is_asked_once_and_placed_by_both():
    figures = [
        figure("a", "40", quantity="suspects", status="arrested"),
        figure("b", "40", quantity="suspects", status="detained", source="b"),
        figure("c", "15", "340000", quantity="suspects", status="detained", source="b"),
    ]
    open_sums = [(row.left, row.amount) for row in reconcile(figures) if row.verdict == "unallocated"]
    assert open_sums == [("a", "25")]


def test_items_of_a_list_are_read():
    text = "Police gave these figures.\n- Suspects arrested: 27\n- Children rescued: 13"
    assert [(d.quantity, d.value, d.status) for d in read_public_figures(text)] == [
        ("suspects", "27", "arrested"),
        ("children", "13", "rescued"),
    ]


def test_a_places_share_of_the_days_operation_is_placed():
    """A local paper tells its province's numbers and the day, not the total."""
    figures = [
        figure("a", "1094", quantity="suspects", status="arrested"), figure("b", "382"),
        figure("c", "27", "510000", quantity="suspects", status="arrested", source="b"),
        figure("d", "9", "340000", quantity="suspects", status="arrested", source="c", day="2014-01-02"),
    ]  # fmt: skip
    amounts = {row.left: row.amount for row in reconcile(figures) if row.verdict == "unallocated"}
    assert amounts["a"] == "1067"


def test_children_sold_in_two_reports_are_not_set_against_each_other():
    figures = [
        figure("a", "40"), figure("b", "9", status="sold"),
        figure("c", "40", source="b"), figure("d", "7", status="sold", source="b"),
    ]  # fmt: skip
    assert not [row for row in reconcile(figures) if row.verdict == "differs"]


LOTS = Path(__file__).parent / "specs"


@pytest.mark.parametrize("name", ["press.19.toml", "press.20.toml", "press.21.toml", "press.22.toml"])
def test_a_report_hardly_ever_contradicts_itself(name):
    """Twenty reports, no contradiction planted in any; what is left tells of sums read wrongly."""
    reports = tomllib.loads((LOTS / name).read_text("utf-8"))["report"]
    invented = [told for report in reports for told in contradictions(figures_of([report]))]
    assert len(invented) <= 2
