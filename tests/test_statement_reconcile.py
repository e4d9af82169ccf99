"""Figures set beside each other, and the questions that no source answers."""

from pathlib import Path

import pytest

from ringtrace.model.figure import Figure
from ringtrace.model.span import Span
from ringtrace.statement.public import read_public_figures
from ringtrace.statement.questions import open_questions
from ringtrace.statement.reconcile import reconcile

SEED = Path(__file__).parents[2] / "shared" / "seed" / "cnn-2014-03-01.txt"


def figures_of(text, published, evidence="a"):
    found = []
    for draft in read_public_figures(text, published=published):
        span = Span(evidence * 64, "", draft.start, draft.stop)
        found.append(
            Figure(
                f"{evidence}-{draft.start}-{draft.quantity}-{draft.value}", "public", draft.quantity, draft.unit,
                draft.status, draft.population, draft.place, draft.period_start, draft.period_end,
                draft.as_of or published, draft.bound, draft.value, span, draft.context,
            )
        )  # fmt: skip
    return found


def verdicts(figures):
    by_id = {f.id: f for f in figures}
    return {
        (by_id[r.left].quantity, by_id[r.left].value, by_id[r.right].value if r.right else "", r.verdict, r.amount)
        for r in reconcile(figures)
    }


@pytest.fixture
def seed():
    if not SEED.exists():
        pytest.skip("the seed page lies beside the repository, in shared/")
    return SEED.read_text("utf-8")


def test_the_seed_leaves_1024_suspects_and_358_children_unallocated(seed):
    found = verdicts(figures_of(seed, "2014-03-01"))
    assert ("suspects", "1094", "", "unallocated", "1024") in found
    assert ("children", "382", "", "unallocated", "358") in found
    assert any(quantity == "suspects" and {left, right} == {"1000", "1094"} and verdict == "agrees"
               for quantity, left, right, verdict, _ in found)  # fmt: skip


def test_the_seed_poses_what_it_does_not_answer(seed):
    figures = figures_of(seed, "2014-03-01")
    questions = open_questions(figures, reconcile(figures), [seed])
    assert "No source says where 1,024 of 1,094 suspects were arrested." in questions
    assert "No source says where 358 of 382 children were rescued." in questions
    assert "No source says whether anyone was charged." in questions
    assert "No source says whether it reached beyond China." in questions


def test_a_source_that_answers_takes_the_question_away():
    text = "Police arrested 75 suspects on January 15. Twelve suspects were charged. Buyers came from other countries."
    figures = figures_of(text, "2016-01-20")
    questions = open_questions(figures, reconcile(figures), [text])
    assert not any("charged" in question or "beyond China" in question for question in questions)


@pytest.mark.parametrize(
    ("text", "published"),
    [
        (
            "Police arrested 369 suspects and rescued 89 children in all.\n\nIn the first case, 330 suspects were "
            "arrested and 81 children rescued in 14 provinces.\n\nIn the second case, 39 suspects were arrested and "
            "eight children rescued.",
            "2011-07-27",
        ),
        (
            "公安部通报两起案件，共抓获犯罪嫌疑人369名，解救儿童89名。\n\n第一起案件中，14个省公安机关抓获嫌疑人330名，"
            "解救儿童81名。\n\n第二起案件中，抓获嫌疑人39名，解救儿童8名。",
            "2011-07-27",
        ),
    ],
)
def test_the_cases_of_one_release_add_up_and_stay_apart(text, published):
    found = verdicts(figures_of(text, published))
    for quantity, total, left, right in (("suspects", "369", "330", "39"), ("children", "89", "81", "8")):
        assert (quantity, total, left, "agrees", "") in found
        assert (quantity, total, right, "agrees", "") in found
        assert (quantity, left, right, "differs", str(int(left) - int(right))) not in found


def test_cases_that_do_not_add_up_differ():
    text = ("Police arrested 400 suspects in two cases.\n\nIn the first case, 330 suspects were arrested.\n\n"
            "In the second case, 39 suspects were arrested.")  # fmt: skip
    assert ("suspects", "400", "330", "differs", "31") in verdicts(figures_of(text, "2011-07-27"))


def test_two_desks_that_count_differently_differ_with_their_days():
    figures = figures_of("Police arrested 212 suspects on June 1.", "2015-06-03") + figures_of(
        "Police arrested 220 suspects on June 1.", "2015-06-05", "b"
    )
    (row,) = [r for r in reconcile(figures) if r.verdict == "differs"]
    assert row.amount == "8"
    assert "2015-06-03" in row.reason
    assert "2015-06-05" in row.reason


def test_copies_of_one_release_are_called_one_witness():
    text = "Police arrested 212 suspects on June 1."
    (row,) = [r for r in reconcile(figures_of(text, "2015-06-03") + figures_of(text, "2015-06-03", "b")) if r.right]
    assert row.verdict == "agrees"
    assert "one witness" in row.reason


def test_rescued_and_reunited_are_not_compared():
    text = "Of the 50 children rescued, 31 have been reunited with their families."
    assert ("children", "31", "50", "not_comparable", "") in {
        (q, *sorted((a, b)), verdict, amount) for q, a, b, verdict, amount in verdicts(figures_of(text, "2013-05-01"))
    }


def test_an_older_case_and_a_cumulative_count_are_never_added():
    text = (
        "Police arrested 75 suspects on January 15.\n\nLast year, a court sentenced 12 traffickers; 40 suspects were "
        "arrested then.\n\nSince 2009, police have arrested 3,000 suspects."
    )
    found = verdicts(figures_of(text, "2016-01-20"))
    assert ("suspects", "75", "40", "not_comparable", "") in found
    assert ("suspects", "75", "3000", "not_comparable", "") in found
    assert not any(verdict == "differs" for *_, verdict, _ in found)


def test_a_city_inside_its_province_is_not_counted_twice():
    text = "Police arrested 100 suspects. In Sichuan, 30 suspects were arrested. In Chengdu, 20 suspects were arrested."
    assert ("suspects", "100", "", "unallocated", "70") in verdicts(figures_of(text, "2015-06-03"))


def test_parts_that_exceed_the_total_differ():
    text = "Police arrested 40 suspects. In Sichuan, 30 suspects were arrested. In Anhui, 20 suspects were arrested."
    assert any(v == "differs" and amount == "10" for _, _, _, v, amount in verdicts(figures_of(text, "2015-06-03")))


def test_the_order_of_the_figures_does_not_matter(seed):
    figures = figures_of(seed, "2014-03-01")
    assert reconcile(figures) == reconcile(list(reversed(figures)))


def test_the_parts_of_one_whole_are_not_set_against_each_other():
    found = verdicts(figures_of("警方解救6女婴3男婴，共9名婴儿。", "2014-03-01"))
    assert {verdict for *_, verdict, _ in found} <= {"agrees", "unallocated"}
    assert ("children", "9", "6", "agrees", "") in found


def test_provinces_that_exceed_their_stated_sum_differ():
    found = verdicts(figures_of("四川抓获15人，安徽抓获13人，共抓获27人。", "2014-03-01"))
    assert ("suspects", "27", "1") not in {row[:3] for row in found}
    assert [row[3:] for row in found if row[0] == "suspects" and row[3] != "agrees"] == [("differs", "1")]


def test_reports_that_nothing_ties_together_do_not_contradict_each_other():
    figures = figures_of("Police arrested 1,094 suspects and rescued 382 children.", "2014-03-01")
    figures += figures_of("Four suspects were arrested after a tip.", "2014-05-09", "b")
    assert "differs" not in {row[3] for row in verdicts(figures)}
    assert ("suspects", "1094", "4", "not_comparable", "") in verdicts(figures)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("警方抓获12名涉嫌网上买卖婴儿的犯罪嫌疑人。", ("suspects", "12", "")),
        ("警方打掉1个利用互联网实施拐卖婴儿的犯罪团伙。", ("rings", "1", "")),
        ("查获QQ群14个。", ("groups", "14", "")),
        ("该群有注册成员约3200人。", ("members", "3200", "")),
        ("BEIJING — Police arrested 12 suspects.", ("suspects", "12", "")),
        ("Beijing (Newsdesk) Police arrested 12 suspects.", ("suspects", "12", "")),
        ("Police in Sichuan detained 15 people, in Anhui 13.", ("suspects", "13", "340000")),
    ],
)
def test_what_is_counted_and_where(text, expected):
    assert expected in {(f.quantity, f.value, f.place) for f in figures_of(text, "2014-03-01")}


def child_count(name, status, place, value):
    span = Span("a" * 64, "", 0, 1)
    return Figure(
        name, "public", "children", "person", status, "children", place, "", "", "2014-03-01", "exact", value, span, ""
    )


@pytest.mark.parametrize(("status", "contradicted"), [("found", True), ("", False)])
def test_a_part_of_no_stated_status_contradicts_no_total_that_has_one(status, contradicted):
    found = reconcile([child_count("whole", "found", "", "4"), child_count("part", status, "340000", "11")])
    assert any(r.verdict == "differs" for r in found) == contradicted
