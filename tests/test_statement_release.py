"""A statement: two languages, small counts protected over all releases, every figure down to its records."""

from __future__ import annotations

import json
import re
import shutil
import time

import pytest
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.errors import UsageError
from ringtrace.model.figure import Figure
from ringtrace.model.span import Span
from ringtrace.pipeline.intake import recording
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.operation import stating
from ringtrace.statement.against import set_against
from ringtrace.statement.composing import Request, compose
from ringtrace.statement.layout import html_pages, text_page
from ringtrace.statement.wording import LANGUAGES, write_page
from ringtrace.store.case import Case

TODAY = "2014-06-30"
HEAD = "kind,subject,status,date,place,document\n"


@pytest.fixture
def case(tmp_path, monkeypatch, decisions):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    return Case.create(tmp_path / "operation", decisions)


def keep(case, rows):
    text = HEAD + "".join(f"{kind},{who},{status},{day},{place},d\n" for kind, who, status, day, place in rows)
    return recording.import_records(case, text.encode(), "t.csv", None, author="ann", today=TODAY)


def rescues(place, number, day="2014-02-19", first=0):
    return [("child", f"{place}-{n}", "rescued", day, place) for n in range(first, first + number)]


def draft(case, as_of="2014-02-28", audience="public", **more):
    return stating.draft_statement(case, Request("operation", as_of, audience, **more), author="ann")


def released(case, as_of="2014-02-28", **more):
    made = draft(case, as_of, **more)
    for person in ("bo", "chen"):
        made = stating.release(case, made.id, by=person)
    return made


def shown(drafted):
    return {line.key: line.shown for line in drafted.statement.lines}


def test_small_counts_and_what_gives_them_away_are_not_printed(case, tmp_path):
    keep(case, rescues("510000", 13) + rescues("340000", 3) + rescues("320000", 40))
    made = draft(case)
    assert shown(made) == {
        "children|rescued|": "exact", "children|rescued|320000": "exact",
        "children|rescued|340000": "withheld", "children|rescued|510000": "withheld",
    }  # fmt: skip
    files = stating.write_files(case, made, tmp_path / "out")
    pages = {path.name: path.read_bytes() for path in files}
    assert set(pages) == {"statement.zh.txt", "statement.en.txt", "statement.html", "statement.pdf", "internal.html"}
    assert pages["statement.pdf"].startswith(b"%PDF")
    zh, en = pages["statement.zh.txt"].decode(), pages["statement.en.txt"].decode()
    assert "解救儿童：56" in zh and "不予公布" in zh and "草稿" in zh
    assert "Children rescued: 56" in en and "not published" in en and "DRAFT" in en
    html = pages["statement.html"].decode()
    assert "<script" not in html and "record-" not in html and "child-" not in html
    inside = pages["internal.html"].decode()
    for line in made.statement.lines:
        assert f'id="{line.figure}"' in inside
    assert inside.count('<tr id="r') == 56 and inside.count("record-") == 56


def test_two_different_people_release_and_nothing_may_change_in_between(case):
    keep(case, rescues("510000", 30))
    made = draft(case)
    assert draft(case).id == made.id
    once = stating.release(case, made.id[:15], by="bo")
    assert not once.released
    with pytest.raises(UsageError, match="second person"):
        stating.release(case, made.id, by="bo")
    late = keep(case, rescues("340000", 20))
    with pytest.raises(UsageError, match="records behind"):
        stating.release(case, made.id, by="chen")
    recording.undo(case, late.batch, author="ann", reason="too late")
    before = len(case.evidence.log.events())
    assert stating.release(case, made.id, by="chen").people == ("bo", "chen")
    acts = case.evidence.log.events()[before:]
    assert [(act["event"], act["what"], act["to"], act["by"]) for act in acts] == [
        ("disclose", f"statement {made.id}", "public", "chen")
    ]
    with pytest.raises(UsageError, match="released before"):
        stating.release(case, made.id, by="dai")
    with pytest.raises(UsageError, match="no drafts"):
        stating.release(case, "statement-x", by="dai")
    text = text_page(write_page(made.statement, made.id, ("bo", "chen"), "en"))
    assert "Released by bo, chen." in text and "DRAFT" not in text


def test_no_difference_of_two_releases_tells_of_a_single_child(case):
    keep(case, rescues("510000", 30) + rescues("340000", 20) + rescues("320000", 25))
    first = released(case)
    assert set(shown(first).values()) == {"exact"}
    keep(case, rescues("510000", 1, "2014-03-05", 900))
    second = draft(case, "2014-03-10")
    assert shown(second)["children|rescued|510000"] == "earlier"
    unprinted = [key for key, how in shown(second).items() if how != "exact"]
    assert len(unprinted) > 1
    page = text_page(write_page(second.statement, "x", (), "en"))
    assert "30 (as of 2014-02-28; a later count is not published)" in page and "31" not in page and "76" not in page


def test_a_correction_is_a_release_of_its_own_and_may_mend_a_total(case):
    keep(case, rescues("510000", 30) + rescues("340000", 20))
    first = released(case)
    with pytest.raises(UsageError, match="no released statement"):
        draft(case, corrects="statement-none")
    wrong = keep(case, rescues("320000", 15))
    second = released(case, "2014-03-01")
    recording.undo(case, wrong.batch, author="ann", reason="counted twice")
    mended = released(case, "2014-03-01", corrects=second.id)
    assert {line.key: line.value for line in mended.statement.lines}["children|rescued|"] == 50
    assert first.id != mended.id and "corrects" in text_page(write_page(mended.statement, mended.id, (), "en"))


def test_partners_get_unprotected_counts_and_no_chain(case):
    keep(case, rescues("510000", 13) + rescues("340000", 3))
    made = released(case, audience="partner", embargo="2014-03-01")
    assert set(shown(made).values()) == {"exact"}
    text = text_page(write_page(made.statement, made.id, made.people, "zh"))
    assert "限时发布：2014-03-01" in text and "仅供协作单位" in text
    assert shown(draft(case))["children|rescued|340000"] == "withheld"


def own(quantity, status, place, value):
    return Figure(
        f"figure-{quantity}-{status}-{place}", "ledger", quantity, "person", status, "", place, "2014-02-19",
        "2014-02-19", "2014-02-28", "exact", str(value), None,
    )  # fmt: skip


def press(quantity, status, place, value, source="a", bound="exact"):
    span = Span(source * 64, "", 0, 1)
    return Figure(
        f"public-{source}-{quantity}-{status}-{place}-{value}", "public", quantity, "person", status, "", place,
        "2014-02-19", "2014-02-19", "2014-02-28", bound, str(value), span,
    )  # fmt: skip


def test_what_was_published_is_printed_and_set_against_ours():
    ours = [
        own("suspects", "arrested", "", 1094), own("suspects", "arrested", "510000", 27),
        own("suspects", "arrested", "340000", 43), own("suspects", "arrested", "320000", 1024),
        own("suspects", "detained", "", 870), own("children", "rescued", "", 382), own("children", "rescued", "510000", 3),
        own("children", "rescued", "340000", 11), own("children", "rescued", "320000", 368),
    ]  # fmt: skip
    theirs = [
        press("suspects", "arrested", "", 1094), press("suspects", "arrested", "510000", 27), press("suspects", "detained", "", 1094, "b"),
        press("suspects", "arrested", "340000", 44, "b"), press("suspects", "arrested", "", 1000, "c", "at_least"),
        press("children", "rescued", "", 382), press("children", "rescued", "510000", 3),
        press("children", "found", "", 382, "b"), press("suspects", "arrested", "", 12, "d"),
    ]  # fmt: skip
    made = compose(Request("c", "2014-02-28", "public"), ours, theirs, [])
    told = {(row.verdict, row.key, row.value): row for row in made.against}
    assert ("agrees", "suspects|arrested|", "1094") in told and ("agrees", "suspects|arrested|", "1000") in told
    assert ("differs", "suspects|arrested|340000", "44") in told
    assert ("differs", "suspects|arrested|", "12") not in told
    assert ("not_comparable", "children|rescued|", "382") in told
    assert told["unplaced", "suspects|arrested|", "1094"].left == str(1094 - 27 - 44)
    assert told["unplaced", "suspects|arrested|", "1094"].own == "1094"
    lines = {line.key: line.shown for line in made.lines}
    assert lines["children|rescued|510000"] == "exact"  # an issuer printed these three
    for language in LANGUAGES:
        page = write_page(made, "statement-1", (), language)
        assert len(page.public) == len(made.against) and "{" not in text_page(page) + html_pages([page])[2000:]
    told_in_words = {
        language: "\n".join(write_page(made, "statement-1", (), language).public) for language in LANGUAGES
    }
    assert "in all: at least 1,000 published (one source)" in told_in_words["en"]
    assert "in all: 1,094 published (2 sources, which may be copies" in told_in_words["en"]
    assert "at least 1,000 published, our" not in told_in_words["en"]
    assert "in Anhui: 44 published, our records count 43" in told_in_words["en"]
    assert "已公开至少1,000名（1个来源）" in told_in_words["zh"]


@pytest.mark.parametrize("before", ["about", "at_least"])
def test_an_exact_published_count_is_known_whatever_else_is_published_of_it(before):
    ours = [own("children", "rescued", "", 382), own("children", "rescued", "510000", 13)]
    theirs = [press("children", "rescued", "510000", 12, "a", before), press("children", "rescued", "510000", 13, "b")]
    total = [press("children", "rescued", "", 382, source) for source in "ab"]
    assert set_against(ours, [*total, *theirs])[0].values["children|rescued|510000"] == 13


def test_what_no_source_places_is_not_told_where_a_part_is_only_bounded():
    ours = [own("suspects", "arrested", "", 1094), own("suspects", "arrested", "510000", 27)]
    total = press("suspects", "arrested", "", 1094)
    told = {
        bound: [row.left for row in set_against(ours, [total, press("suspects", "arrested", "510000", 20, "b", bound)])[1]
                if row.verdict == "unplaced"]
        for bound in ("exact", "at_least", "about")
    }  # fmt: skip
    assert told == {"exact": ["1074"], "at_least": [], "about": []}


def test_a_public_statement_prints_no_true_count_that_it_withholds(case):
    keep(case, rescues("510000", 137) + rescues("340000", 4) + rescues("320000", 59))
    made = draft(case)
    hidden = {str(line.value) for line in made.statement.lines if line.shown != "exact"}
    assert hidden == {"4", "59"}
    page = write_page(made.statement, "x", (), "en")
    printed = " ".join([*(c.text for c in page.lines), *(c.text for _, cells in page.rows for c in cells)])
    assert not hidden & set(printed.split())


@pytest.mark.slow
def test_a_statement_over_a_hundred_thousand_events_takes_under_two_seconds(case):
    places = [
        f"{code}0000"
        for code in (11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 50, 51)
    ]
    rows = []
    for n in range(50_000):
        place = places[n * n % 22]
        rows += [("suspect", n, "seized", "2014-02-19", place), ("suspect", n, "detained", "2014-02-20", place)]
    assert keep(case, rows).records == 100_000
    clock = time.process_time()
    made = draft(case)
    spent = time.process_time() - clock
    assert {line.key: line.value for line in made.statement.lines}["suspects|arrested|"] == 50_000
    assert spent < 2, spent


def test_the_synthetic_mark_travels_with_the_evidence(case, tmp_path):
    note = tmp_path / "note.txt"
    note.write_text("nothing", "utf-8")
    plain = stating.draft_statement(case, Request("c", "2014-02-28", "public"), author="ann")
    add(case, [note], "Synthetic, made by the demo", lambda done, total: None)
    shutil.copytree(case.folder, tmp_path / "another name")  # never analysed, and of another name
    copied = stating.draft_statement(
        Case(tmp_path / "another name"), Request("c", "2014-03-01", "public"), author="ann"
    )
    assert (plain.statement.synthetic, copied.statement.synthetic) == (False, True)


def test_the_command_speaks(case, tmp_path):
    keep(case, rescues("510000", 30))
    run, folder = CliRunner().invoke, str(case.folder)
    made = run(
        app, ["statement", folder, "--as-of", "2014-02-28", "--for", "public", "--json", "--out", str(tmp_path / "o")]
    )
    assert made.exit_code == 0, made.output
    key = json.loads(made.stdout)["id"]
    for person in ("bo", "chen"):
        assert run(app, ["statement", folder, "release", key[:16], "--by", person]).exit_code == 0
    listed = run(app, ["statement", folder, "list"]).stdout
    assert "released by bo and chen" in listed
    assert run(app, ["statement", folder, "write", key, "--out", str(tmp_path / "p")]).exit_code == 0
    assert "Released by bo, chen." in (tmp_path / "p" / "statement.en.txt").read_text("utf-8")
    for wrong in (
        ["--as-of", "28.2.2014"],
        ["--as-of", "2014-02-28", "--for", "all"],
        ["publish"],
        ["release", "nothing"],
    ):
        assert isinstance(run(app, ["statement", folder, *wrong]).exception, UsageError)


def figure(status, place, value, origin="ledger", bound="exact", quantity="children"):
    """A figure of the ledger, or one that somebody published."""
    span = Span("0" * 64, "", 0, 1) if origin == "public" else None
    return Figure(f"{origin}-{status}-{place}-{value}", origin, quantity, "person", status, "", place, "2014-02-19",
                  "2014-02-19", "2014-02-19", bound, str(value), span)  # fmt: skip


def lines_of(figures, public=(), within=None, released=()):
    request = Request("c", "2014-02-28", "public", within=within or {})
    return {line.key: line.shown for line in compose(request, figures, public, released).lines}


def test_ten_provinces_with_a_child_each_do_not_follow_from_their_total():
    figures = [figure("rescued", "", 10), *(figure("rescued", f"{n}0000", 1) for n in range(11, 21))]
    assert set(lines_of(figures).values()) == {"withheld"}


def test_a_lower_bound_that_somebody_published_gives_nothing_away():
    figures = [figure("rescued", "", 20), figure("rescued", "340000", 3), figure("rescued", "510000", 17)]
    assert lines_of(figures)["children|rescued|"] == "exact"
    public = [
        figure("rescued", "510000", 15, "public", "at_least"),
        figure("rescued", "510000", 15, "public", "at_least"),
    ]
    assert lines_of(figures, public)["children|rescued|"] == "withheld"
    cities = [figure("rescued", f"5101{n:02}"[:4] + "00", 8, "public") for n in (0,)] + [
        figure("rescued", "510700", 8, "public")
    ]
    assert lines_of(figures, cities)["children|rescued|"] == "withheld"


def test_a_status_within_another_gives_nothing_away_and_may_lack_its_beginning():
    figures = [figure("rescued", "", 15), figure("rescued", "510000", 12), figure("rescued", "340000", 3),
               figure("reunited", "", 12), figure("reunited", "510000", 12)]  # fmt: skip
    within = {("children", "reunited"): "rescued"}
    shown_ = lines_of(figures, within=within)
    assert shown_["children|rescued|"] == "withheld" or shown_["children|reunited|510000"] == "withheld"
    odd = [figure("rescued", "", 11), figure("reunited", "", 14)]  # three were recorded from their return on only
    assert set(lines_of(odd, within=within).values()) == {"exact"}


def test_what_the_editor_leaves_out_is_told_nowhere_and_protects_the_others(case):
    keep(case, rescues("510000", 13) + rescues("340000", 3) + rescues("320000", 40))
    left = frozenset({"children|rescued|510000"})
    checked = stating.check_statement(case, Request("operation", "2014-02-28", "public", left_out=left))
    made = draft(case, left_out=left)
    assert checked.statement.lines == made.statement.lines and stating.drafts_of(case) == [made]
    assert shown(made) == {
        "children|rescued|": "exact", "children|rescued|320000": "exact",
        "children|rescued|340000": "withheld", "children|rescued|510000": "left",
    }  # fmt: skip
    assert {key: reason.kind for key, reason in checked.reasons.items()} == {
        "children|rescued|340000": "small", "children|rescued|510000": "left",
    }  # fmt: skip
    text = text_page(write_page(made.statement, "statement", (), "en"))
    assert not re.search(r"\b13\b", text) and "not told here" in text and re.search(r"\b56\b", text)
    for person in ("bo", "chen"):
        made = stating.release(case, made.id, by=person)
    assert made.released, "what was left out is left out when it is composed again"


def test_the_check_says_of_every_count_that_is_not_printed_why(case):
    keep(case, rescues("510000", 13) + rescues("340000", 3) + rescues("320000", 40))
    checked = stating.check_statement(case, Request("operation", "2014-02-28", "public"))
    told = {key: (reason.kind, reason.about) for key, reason in checked.reasons.items()}
    assert told == {
        "children|rescued|340000": ("small", ()),
        "children|rescued|510000": ("protects", ("children|rescued|340000",)),
    }
    released(case)
    keep(case, rescues("320000", 4, "2014-03-05", first=40))
    later = stating.check_statement(case, Request("operation", "2014-03-31", "public"))
    reason = later.reasons["children|rescued|320000"]
    assert (reason.kind, reason.value, reason.limit) == ("near", 40, 10)
    assert {line.key for line in later.statement.lines if line.shown != "exact"} == set(later.reasons)
    assert len(stating.drafts_of(case)) == 1, "a check records nothing"
