"""The tip desk: receipts, leads by website, what is missing, and reporters who are nowhere in the open."""

import csv
import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.errors import UsageError
from ringtrace.model.custody import Circumstances
from ringtrace.model.source import Source
from ringtrace.operation.leads import Tip, bundle, missing_in, read_addition, say_addition, site_of, sites_of
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake import recording
from ringtrace.pipeline.intake.custodian import Asked
from ringtrace.pipeline.intake.tip_desk import find_tip, leads_of, open_original, take_tips
from ringtrace.store.case import Case
from ringtrace.text.tables.tip_rows import separate

LIN, WU = ("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu")
ANN = Asked("ann", "hotline")
HEAD = "编号,举报时间,举报人,联系电话,地点,网址,举报内容\n"
ROWS = [
    "1,2014-02-13 10:20,欧阳甲乙,17000099991,成都,http://www.bad.example/t/1,我是欧阳甲乙 看到这个网站有人发帖 电话17000099991 请核实这件事情",
    '2,2014-02-14 11:00,欧阳甲乙,17000099991,,https://bad.example:8080/t/2,"同一个网站又有新的帖子,请你们尽快处理一下"',
    "3,,,,,,群里有人",
    "4,2014-02-15 09:00,司徒丙丁,17000099992,重庆,,在 http://m.bad.example/t/3 还有 www.other.example/x 看到收养的信息很可疑",
]
NAMES = ("欧阳甲乙", "17000099991", "司徒丙丁", "17000099992")


@pytest.fixture
def case(tmp_path, monkeypatch, decisions):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    made = Case.create(tmp_path / "case", decisions)
    recording.appoint_keepers(made, [LIN, WU], author="ann")
    return made


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "hotline.csv"
    path.write_text(HEAD + "\n".join(ROWS) + "\n", "gb18030")
    return path


def everything(folder):
    """Every byte of a case, as any charset that a name may be written in."""
    data = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return [data.decode(charset, "replace") for charset in ("utf-8", "gb18030", "utf-16-le")]


def test_each_tip_is_answered_with_a_receipt_that_finds_it(case, file):
    answers = take_tips(case, file, Circumstances("hotline"), ANN)
    receipts = [answer.receipt for answer in answers]
    assert len(set(receipts)) == 4 and all(len(text.replace("-", "")) == 16 for text in receipts)
    tip, lead = find_tip(case, receipts[1].replace("-", " "), ANN)
    assert tip == answers[1].tip and lead.id == answers[1].lead
    with pytest.raises(UsageError, match="no tip"):
        find_tip(case, "0000-0000-0000-0000", ANN)
    again = take_tips(case, file, Circumstances("hotline"), ANN)
    assert [answer.receipt for answer in again] == receipts and all(answer.known for answer in again)
    assert len(leads_of(case)[0].tips) == 3


def test_reports_of_one_website_are_one_lead(case, file):
    take_tips(case, file, Circumstances("hotline"), ANN)
    first, second = leads_of(case)
    assert first.site == "bad.example" and len(first.tips) == 3 and first.reporters == 2
    assert first.pages == ("http://m.bad.example/t/3", "http://www.bad.example/t/1", "https://bad.example:8080/t/2")
    assert second.site == "" and len(second.tips) == 1 and second.reporters == 0


def test_what_a_tip_does_not_say_is_named(case, file):
    answers = take_tips(case, file, Circumstances("hotline"), ANN)
    assert answers[0].tip.missing == ()
    assert answers[1].tip.missing == ("no place is given",)
    assert set(answers[2].tip.missing) == {
        "no website is named", "no account, number or handle is named", "no time is given", "no place is given",
        "the text is too short to act on", "nobody can be asked back: the report is anonymous",
    }  # fmt: skip


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_no_reporter_is_anywhere_in_the_open(case, file, tmp_path, ending):
    if ending == ".jsonl":
        names = HEAD.strip().split(",")
        lines = [
            json.dumps(dict(zip(names, row.split(","), strict=False)), ensure_ascii=n % 2 == 0)
            for n, row in enumerate(ROWS)
        ]
        file = tmp_path / "hotline.jsonl"
        file.write_text("\n".join(lines) + "\n")
    take_tips(case, file, Circumstances("hotline"), ANN)
    file.unlink()
    analyse(case, 1, lambda *args: None)
    for text in everything(case.folder):
        for name in NAMES:
            assert name not in text and json.dumps(name)[1:-1] not in text
    assert case.evidence.verify() == []


def test_two_keepers_can_ask_back(case, file):
    answers = take_tips(case, file, Circumstances("hotline"), ANN)
    assert answers[0].tip.reporter == answers[1].tip.reporter != answers[3].tip.reporter
    subject = answers[3].tip.reporter
    recording.approve(case, subject, LIN, "Wu", author="lin", reason="a question")
    found = recording.unseal_approved(case, subject, WU, author="wu", reason="a question")
    assert found == [{"举报人": "司徒丙丁", "联系电话": "17000099992"}]


def test_the_file_as_it_came_is_sealed_and_its_hash_is_in_custody(case, file):
    data = file.read_bytes()
    take_tips(case, file, Circumstances("hotline"), ANN)
    take_tips(case, file, Circumstances("hotline"), ANN)
    altered = [event for event in case.evidence.log.events() if event["event"] == "alter"]
    assert len(altered) == 1 and altered[0]["columns"] == ["举报人", "联系电话"] and altered[0]["size"] == len(data)
    assert open_original(case, altered[0]["original"][:12], [LIN, WU], Asked("ann", "court asks")) == data
    with pytest.raises(UsageError):
        open_original(case, altered[0]["original"], [LIN, LIN], Asked("ann", "court asks"))


def test_reporters_need_keepers(tmp_path, file, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    made = Case.create(tmp_path / "other")
    with pytest.raises(UsageError, match="no two keepers"):
        take_tips(made, file, Circumstances(), ANN)
    assert made.evidence.held() == []
    (tmp_path / "plain.csv").write_text("text,url\nsomething was seen there,http://a.example/\n")
    assert take_tips(made, tmp_path / "plain.csv", Circumstances(), ANN)[0].tip.site == "a.example"


def test_the_command_answers_and_lists(case, file):
    done = CliRunner().invoke(app, ["tips", str(case.folder), "take", str(file), "--source", "hotline"])
    assert done.exit_code == 0 and "4 tips in 2 leads" in done.output, done.output
    listed = CliRunner().invoke(app, ["tips", str(case.folder)]).output
    assert "bad.example: 3 tips, 2 reporters who can be asked" in listed and "not said by any" in listed
    receipt = done.output.split()[0]
    assert "bad.example" in CliRunner().invoke(app, ["tips", str(case.folder), "find", receipt]).output


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("http://WWW.Bad.example/a?b", "bad.example"), ("bad.example:81", "bad.example"),
        ("https://user@m.bad.example./x", "bad.example"), ("http://例子.example", "xn--fsqu00a.example"),
        ("www.example", "www.example"), ("not an address", ""), ("http://[::1", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_site_is_its_host(address, site):
    assert site_of(address) == site


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_gives_sites_and_questions(text, url):
    for site, _ in sites_of({"text": text, "url": url}):
        assert site == site.lower() and "." in site
    assert isinstance(missing_in({"text": text}, [], anonymous=True), tuple)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "a.example", "b.example"]), st.integers(0, 99)), unique=True))
def test_every_tip_is_in_one_lead(pairs):
    tips = [Tip("e", start, site, (), (), "") for site, start in pairs]
    leads = bundle(tips)
    assert sorted((tip.site, tip.start) for lead in leads for tip in lead.tips) == sorted(pairs)
    assert sum(lead.site == "a.example" for lead in leads) <= 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "", "a.example", "b.example"]), st.integers(0, 9)), max_size=10))
def test_what_was_added_goes_with_its_tip_whatever_titles_say(said):
    tips = [Tip("e" * 64, start, site, (), (), "", adds_to=f"{'e' * 16}@{to}") for start, (site, to) in enumerate(said)]
    leads = bundle(tips)
    assert sorted(tip.start for lead in leads for tip in lead.tips) == list(range(len(tips)))
    of = {tip.start: lead for lead in leads for tip in lead.tips}
    for start, (site, to) in enumerate(said):
        assert site in ("", of[start].site)
        if not site and to < len(said) and not said[to][0]:
            assert of[start] == of[to]
    assert len({lead.id for lead in leads}) == len(leads)


def test_only_a_title_of_the_windows_own_is_an_addition():
    title = say_addition("0123456789abcdef" * 4, 7, "2026-11-27")
    assert read_addition(title) == "0123456789abcdef@7" and read_addition(f"x {title}") == read_addition("") == ""


@settings(deadline=None)
@given(
    st.lists(st.lists(st.text(alphabet='ab ,"\n欧阳1', max_size=12), min_size=3, max_size=3), min_size=1, max_size=6)
)
def test_the_file_without_reporters_has_the_same_rows_and_none_of_their_names(rows):
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["text", "reporter", "place"], *rows])
    found = separate(Source("", "", "t.csv", buffer.getvalue().encode()))
    again = list(csv.reader(io.StringIO(found.data.decode(), newline="")))
    assert len(again) == len(rows) + 1
    assert {row[1] for row in again[1:] if len(row) == 3} <= {""}
    for row, (_, reporter, _) in zip(again[1:], rows, strict=True):
        name = reporter.strip()
        if len(name) > (3 if name.isascii() else 1) and not set(name) & set('",'):
            start, stop = (r"(?<![ab1])" if name[0] in "ab1" else ""), (r"(?![ab1])" if name[-1] in "ab1" else "")
            assert not any(re.search(start + re.escape(name) + stop, cell) for cell in row)


def separated(**row):
    data = separate(Source("", "", "t.jsonl", json.dumps(row, ensure_ascii=False).encode())).data
    told = json.loads(data)
    head = io.StringIO()
    csv.writer(head).writerows([row.keys(), row.values()])
    table = separate(Source("", "", "t.csv", head.getvalue().encode("gb18030"), charset="gb18030")).data
    assert next(csv.DictReader(io.StringIO(table.decode("gb18030")))) == told
    return told


@pytest.mark.parametrize("name", ["no", "QQ", "20", "Ann", "none", "Anonymous", "匿名", "N/A", "无"])
def test_a_short_name_or_none_changes_nothing_in_the_evidence(name):
    row = {"id": f"{name}-7", "text": f"no one knows, QQ 2012034, Anna none {name} 无人 匿名", "date": "2014-02-20",
           "url": f"http://bad.example/{name}/20"}  # fmt: skip
    assert separated(**row, name=name) == {**row, "name": ""}


def test_a_name_is_taken_out_of_prose_alone_and_not_out_of_other_words():
    row = {"id": "Maria-1", "text": 'Maria 说"Mariana"\nMaria，电话17000099991，不是170000999912\t欧阳甲乙的',
           "date": "17000099991", "url": "http://bad.example/u/Maria", "place": "Mariazell Maria"}  # fmt: skip
    told = separated(**row, name="Maria", phone="17000099991", contact="欧阳甲乙")
    assert told == {
        **row, "text": '[reporter] 说"Mariana"\n[reporter]，电话[reporter]，不是170000999912\t[reporter]的',
        "place": "Mariazell [reporter]", "name": "", "phone": "", "contact": "",
    }  # fmt: skip


def test_a_name_in_a_nested_value_or_a_bare_number_is_taken_out_too():
    line = json.dumps({"text": "x", "phone": 17000099991, "name": "欧阳", "more": {"a": ["欧阳"]}, "back": 17000099991})
    told = json.loads(separate(Source("", "", "t.jsonl", line.encode())).data)
    assert told["more"] == {"a": ["[reporter]"]} and told["back"] == "[reporter]"


def test_who_names_nobody_is_nobody():
    found = separate(Source("", "", "t.csv", "text,name\nseen there,Anonymous\nseen,匿名\n".encode()))
    assert [row.reporter for row in found.rows] == [{}, {}] and found.columns == ("name",)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", "text,contact,contact\nseen by 17000123456,17000123456,other line\n"),
        ("t.jsonl", '{"text": "seen by 17000123456", "contact": "17000123456", "contact": "other line"}\n'),
    ],
)
def test_a_column_that_stands_twice_hides_its_reporter_twice(name, data):
    found = separate(Source("", "", name, data.encode()))
    assert b"17000123456" not in found.data and b"other line" not in found.data
    assert set(found.rows[0].reporter.values()) == {"17000123456", "other line"}
    assert found.columns == ("contact",)
