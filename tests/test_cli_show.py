"""What the commands say: lists, overview, nearest ids, roles with reasons; also where no ring is found."""

import io
import json
import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.cli.output import Progress
from ringtrace.errors import UsageError
from ringtrace.model.contract import TABLES
from ringtrace.pipeline.telling.explaining import LISTS, candidates, explain, listed, overview
from ringtrace.pipeline.telling.subjects import nearest
from ringtrace.report.words import age_words, counted, figure_words, moment, place_name, price_words
from ringtrace.store.analysis import read_table

RUN = CliRunner()
COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands]


def run(*words):
    done = subprocess.run(
        [sys.executable, "-m", "ringtrace", *map(str, words)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def lone_case(tmp_path_factory, session_keys):
    """Two people, a contact and an offer, an answer: nothing that is a ring."""
    from ringtrace.pipeline import analyse
    from ringtrace.pipeline.intake.adding import add
    from ringtrace.store.case import Case

    folder = tmp_path_factory.mktemp("lone")
    said = [("甲一", "1", "有女宝要送人 补偿20000元 加QQ 2684852694"), ("乙二", "2", "我想要 是四川的吗 多少钱"),
            ("甲一", "1", "四川的 20000元 电话 17000123456"), ("丙三", "3", "今天下雨了")]  # fmt: skip
    messages = [
        {"id": n, "type": "message", "date": f"2014-01-05T10:0{n}:00", "date_unixtime": str(1388916000 + 60 * n),
         "from": name, "from_id": f"user{key}", "text": text}
        for n, (name, key, text) in enumerate(said)
    ]  # fmt: skip
    (folder / "in").mkdir()
    chat = {"name": "小组", "type": "private_group", "id": 77, "messages": messages}
    (folder / "in" / "result.json").write_text(json.dumps(chat, ensure_ascii=False), "utf-8")
    case = Case.create(folder / "case")
    add(case, [folder / "in"], "test", lambda done, total: None)
    analyse(case, 1, lambda *args: None)
    return case


@pytest.mark.slow
def test_every_command_has_help_with_an_example_and_its_exit_codes():
    assert len(COMMANDS) >= 12
    for name in COMMANDS:
        shown = " ".join(RUN.invoke(app, [name, "--help"], terminal_width=100).output.split())
        assert f"Example: ringtrace {name}" in shown, name
        assert "Exit codes: 0 done" in shown, name


def test_overview_of_a_case_without_rings_lists_what_there_is(lone_case):
    text = "\n".join(overview(lone_case).lines)
    assert "No ring was found" in text
    for words in ("2684852694", "甲一 (Telegram)", "offers", "20,000 CNY", "UTC+8", "finding about a person"):
        assert words in text, words
    report = (lone_case.analysis / "report.html").read_text("utf-8")
    for words in ("No ring was found", "2684852694", "甲一 (Telegram)", "20,000 CNY"):
        assert words in report, words


@pytest.mark.parametrize("kind", LISTS)
def test_lists_count_what_they_leave_out(tiny_case, kind):
    case, _ = tiny_case
    whole, some = listed(case, kind, 0), listed(case, kind, 1)
    rows = whole.document[kind]
    assert whole.document == some.document, "--json gives all, whatever is printed"
    if len(rows) > 1:
        assert f"and {len(rows) - 1:,} more" in some.lines[-1]
        assert len(whole.lines) > len(some.lines) - 1
    json.dumps(whole.document, default=str)


def test_rings_come_by_size(tiny_case):
    case, _ = tiny_case
    sizes = [row["actors"] for row in listed(case, "rings", 0).document["rings"]]
    assert sizes == sorted(sizes, reverse=True) and sizes


def test_a_deal_a_contact_a_name_and_a_container_are_explained_with_bytes(tiny_case):
    case, _ = tiny_case
    deal = read_table(case.analysis, "deals")["deal_id"].to_pylist()[0]
    contact = next(row for row in listed(case, "contacts", 0).document["contacts"] if row["users"])
    container = read_table(case.analysis, "containers")["container_id"].to_pylist()[0]
    for subject in (deal, contact["value"], f"{contact['kind']}:{contact['value']}"):
        text = "\n".join(explain(case, subject).lines)
        assert " bytes " in text and "“" in text, subject
    assert container in explain(case, container).lines[0]
    accounts = read_table(case.analysis, "accounts").to_pylist()
    names = [name for row in accounts for name in row["names"]]
    single = next(row for row in accounts if row["names"] and names.count(row["names"][0]) == 1)
    assert single["account_id"] in explain(case, single["names"][0]).lines[0]


def test_roles_come_with_reasons_and_with_what_speaks_against_them(tiny_case):
    case, _ = tiny_case
    ring = read_table(case.analysis, "rings")["ring_id"].to_pylist()[0]
    found = explain(case, ring)
    text = "\n".join(found.lines)
    told = "\n".join(
        "\n".join(explain(case, one).lines) for one in read_table(case.analysis, "rings")["ring_id"].to_pylist()
    )
    assert "role: supplier (p 0." in told or "role: buyer (p 0." in told
    assert "because it posted" in told and "        but" in told
    for words in ("traded in", "supplier in", "acts as", "trafficker"):
        assert words not in text
    for member in found.document["members"]:
        for role in member["explained"]:
            assert role["because"], "a role without its evidence"
    assert "Possible deals:" in text and "What would disprove it:" in text
    assert " 1 posts" not in text and " 1 accounts" not in text


def test_claims_state_what_was_observed(tiny_case):
    case, _ = tiny_case
    claims = read_table(case.analysis, "claims").to_pylist()
    assert not {row["predicate"] for row in claims} & {"traded_in", "supplier_in", "broker_in", "buyer_in", "acts_as"}
    offers = [row["object"] for row in claims if row["predicate"] == "posted_offers"]
    assert any(" with a price" in words and "group" in words for words in offers)


@pytest.mark.parametrize(
    ("subject", "hint"),
    [("ring-zzzz", "the nearest: ring-"), ("account-zz", "the nearest: account-"), ("nobody at all", "overview"),
     ("deal-", "is the start of")],
)  # fmt: skip
def test_errors_name_the_nearest(tiny_case, subject, hint):
    case, _ = tiny_case
    with pytest.raises(UsageError, match=hint):
        explain(case, subject)


def test_an_error_is_one_line_and_exit_code_1(tiny_case):
    code, out, err = run("show", tiny_case[0].folder, "ring-zzzz")
    assert code == 1 and out == "" and err.startswith("ringtrace: ") and err.count("\n") == 1


def test_show_prints_json_that_holds_the_same(tiny_case):
    case, _ = tiny_case
    for words in ([], ["deals"], ["account"], [read_table(case.analysis, "deals")["deal_id"][0].as_py()]):
        done = RUN.invoke(app, ["show", str(case.folder), *words, "--json"])
        assert done.exit_code == 0 and json.loads(done.stdout)


def test_views_hand_out_times_without_a_further_library(tiny_case):
    import duckdb

    from ringtrace.store.analysis import connect

    case, _ = tiny_case
    want = min(at for at in read_table(case.analysis, "posts")["sent_at"].to_pylist() if at).replace(tzinfo=None)
    query = "SELECT min(sent_at) FROM posts"
    assert connect(case.analysis).execute(query).fetchall() == [(want,)]
    views = (case.analysis / "views.sql").read_text("utf-8").replace("FROM '", f"FROM '{case.analysis}/")
    session = duckdb.connect()
    session.execute(views)
    assert session.execute(query).fetchall() == [(want,)]


def test_completion_offers_lists_and_ids(tiny_case):
    case, _ = tiny_case
    assert {"rings", "deals", "contacts", "posts"} <= set(candidates(case, ""))
    rings = read_table(case.analysis, "rings")["ring_id"].to_pylist()
    assert candidates(case, "ring-") == sorted(rings)
    words = f"ringtrace show {case.folder} ring-"
    asked = {
        **os.environ, "_RINGTRACE_COMPLETE": "complete_bash", "_TYPER_COMPLETE_ARGS": words, "COMP_WORDS": words,
        "COMP_CWORD": "3",
    }  # fmt: skip
    code = "import sys; sys.argv[0] = 'ringtrace'; from ringtrace.cli import app; app(prog_name='ringtrace')"
    done = subprocess.run([sys.executable, "-c", code], env=asked, capture_output=True, text=True, check=False)
    assert rings[0] in done.stdout


def test_progress_reaches_a_log_in_plain_lines_but_seldom():
    stream = io.StringIO()
    with Progress(stream, every=0.05) as progress:
        progress("linking", 0, 1)
        time.sleep(0.18)
        for done in range(1000):
            progress("posts", done, 1000)
    lines = stream.getvalue().splitlines()
    assert 1 <= len(lines) <= 5, lines
    assert lines[0].startswith("linking ...") and "\r" not in stream.getvalue()
    time.sleep(0.1)
    assert len(stream.getvalue().splitlines()) <= len(lines) + 1, "leaving ends the lines"


def test_the_summary_warns(tiny_case, lone_case):
    from ringtrace.report.caution import cautions

    case, _ = tiny_case
    told = " ".join(cautions(lambda name: read_table(case.analysis, name)))
    assert "candidates to be checked" in told and "zone was assumed" in told
    alone = " ".join(cautions(lambda name: read_table(lone_case.analysis, name)))
    assert "does not show that there is none" in alone


def test_caution_counts_gaps_ambiguous_dates_and_unread_files():
    from ringtrace.engines.tables import from_rows
    from ringtrace.pipeline.analysis.figures import NOT_READ
    from ringtrace.pipeline.analysis.shortfalls import unread, unread_for_figures
    from ringtrace.report.caution import cautions

    blank = {"media_type": "", "reader_version": "", "source": "", "posts": 0, "post_bytes": 0, "structure_bytes": 0}
    rows = {
        "evidence": [{**blank, "evidence_id": "a", "name": "x.bin", "size": 9, "gap_bytes": 9, "reader": "",
                      "note": "", "names": []}],
        "gaps": [{"evidence_id": "a", "member": "", "start": 0, "stop": 9, "reason": "no reader"},
                 {"evidence_id": "a", "member": "p.txt", "start": 2, "stop": 7, "reason": NOT_READ}],
        "posts": [{"post_id": "post-1", "sent_basis": "ambiguous"}],
    }  # fmt: skip
    told = cautions(lambda name: from_rows(name, rows.get(name, [])))
    text = " ".join(told)
    assert "1 gap in 1 file: 9 bytes could not be read." in text
    assert "1 gap in 1 file: 5 bytes were read, but not for figures." in text
    gaps = from_rows("gaps", rows["gaps"])
    assert unread(rows["evidence"], gaps) == ("x.bin: 9 of 9 bytes: no reader",)
    (line,) = unread_for_figures(rows["evidence"], gaps)
    assert line.startswith("x.bin [p.txt]: bytes 2 to 7 were read, but not read for figures: a report is read up to")
    assert "1 file could not be read at all." in text
    assert "1 post with an ambiguous date" in text


def test_caution_says_which_clock_is_off_by_how_much_and_why():
    from ringtrace.engines.tables import from_rows
    from ringtrace.report.caution import cautions

    clock = {"evidence_id": "a", "reference_id": "b", "container": "c", "messages": 24, "agreeing": 23}
    rows = {
        "evidence": [{"evidence_id": "a", "name": "phone.txt"}, {"evidence_id": "b", "name": "result.json"}],
        "clocks": [{**clock, "offset_seconds": 425, "kind": "clock"}, {**clock, "offset_seconds": -3600, "kind": "zone"},
                   *[{**clock, "offset_seconds": 60, "kind": "clock"}] * 5],
    }  # fmt: skip
    text = " ".join(cautions(lambda name: from_rows(name, rows.get(name, []))))
    assert (
        "phone.txt: times are 7 minutes 5 seconds behind those of result.json "
        "(23 of 24 common messages say so; a clock that was off)" in text
    )
    assert "phone.txt: times are 1 hour ahead of those of result.json" in text and "as if of another zone" in text
    assert "2 further files with a clock that is off" in text


@given(number=st.integers(0, 10**7), noun=st.sampled_from(["post", "group or site", "child", "wish", "copy"]))
def test_plurals(number, noun):
    words = counted(number, noun)
    assert words.replace(",", "").startswith(f"{number} ")
    assert (words.partition(" ")[2] == noun) == (number == 1)


def test_words_of_codes():
    from datetime import UTC, datetime

    assert counted(2, "group or site") == "2 groups or sites"
    assert counted(3, "child") == "3 children" and counted(2, "wish") == "2 wishes"
    assert price_words("20000 CNY") == "20,000 CNY" and price_words("2.50 USD") == "2.50 USD"
    assert age_words("P1Y6M") == "1 year 6 months" and age_words("P10M") == "10 months"
    assert place_name("510000").startswith("Sichuan") and place_name("XX-9") == "XX-9"
    assert moment(datetime(2014, 2, 4, 7, 11, tzinfo=UTC), "Asia/Shanghai") == "2014-02-04 15:11 UTC+8"
    assert moment(datetime(2014, 2, 4, 7, 11, tzinfo=UTC), "Asia/Kolkata").endswith("UTC+5:30")
    figure = dict.fromkeys(TABLES["figures"].columns, "")
    figure |= {"bound": "at_least", "value": "1094", "quantity": "suspects", "status": "arrested", "place": "510000"}
    assert figure_words({**figure, "period_start": "2014-02-19"}) == (
        "at least 1,094 suspects arrested in Sichuan 四川省 on 2014-02-19"
    )
    one = {**figure, "bound": "exact", "value": "1", "quantity": "children", "status": "rescued"}
    assert figure_words(one) == "1 child rescued in Sichuan 四川省"


@given(st.lists(st.text("abcdef0123456789", min_size=4, max_size=8), min_size=1, max_size=20, unique=True), st.data())
def test_the_nearest_id_of_a_cut_id_is_itself(keys, data):
    ids = [f"ring-{key}" for key in keys]
    wanted = data.draw(st.sampled_from(ids))
    assert wanted in nearest(wanted, ids)
    assert len(nearest("ring-zzzz", ids)) <= 3


def test_the_version_is_told_and_the_systems_refusal_names_its_file(lone_case):
    from ringtrace import __version__

    assert RUN.invoke(app, ["--version"]).output == f"ringtrace {__version__}\n"
    assert RUN.invoke(app, []).exit_code == 2
    code, _, told = run("record", lone_case.folder, "import", "no-such-table.csv")
    assert (code, told) == (1, "ringtrace: no-such-table.csv: No such file or directory\n")


def test_a_plan_and_a_statement_without_anything_say_so(tmp_path, session_keys):
    from ringtrace.pipeline import analyse
    from ringtrace.store.case import Case

    case = Case.create(tmp_path / "case")
    analyse(case, 1, lambda *args: None)
    board = RUN.invoke(app, ["plan", str(case.folder)]).output.splitlines()
    assert board[0] == "Action day: not set" and board[1].startswith("No actor has a place yet") and len(board) == 2
    told = RUN.invoke(app, ["statement", str(case.folder), "--as-of", "2014-02-28"]).output
    assert "It holds no count" in told and "100%" not in told


def test_on_a_terminal_a_shorter_stage_leaves_nothing_of_a_longer_one():
    stream = io.StringIO()
    stream.isatty = lambda: True
    with Progress(stream) as progress:
        progress("finding rings", 0, 1)
        progress("writing", 0, 1)
        progress("writing", 1, 1)
    assert stream.getvalue() == "\rfinding rings ...\rwriting ...      \rwriting: 1 of 1\n"


def test_an_id_that_stands_in_the_header_is_told_beside_the_words_quoted(tiny_case):
    case, _ = tiny_case
    accounts = {row["account_id"]: row for row in read_table(case.analysis, "accounts").to_pylist()}
    links = [
        link for link in read_table(case.analysis, "links").to_pylist()
        if accounts[link["left"]]["actor_id"] == accounts[link["right"]]["actor_id"]
        and any(w["feature"] == "contact_native" and w["log2_odds"] for w in link["weights"])
    ]  # fmt: skip
    assert links, "the tiny case links nobody by the id of an app"
    link = links[0]
    told = explain(case, accounts[link["left"]]["actor_id"]).lines
    native = [accounts[link[side]]["native_id"] for side in ("left", "right") if accounts[link[side]]["native_id"]]
    assert native
    for number in native:
        assert any(line.strip().startswith("not in these words") and line.endswith(number) for line in told)


def test_what_was_not_read_is_listed_by_file_with_its_bytes(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    broken = tmp_path / "tips" / "list.csv"
    broken.parent.mkdir()
    broken.write_bytes(b"no tip at all\x00\x01\x02" * 40)
    case = str(tmp_path / "case")
    for command in (["init", case], ["add", case, str(broken.parent)], ["analyse", case]):
        RUN.invoke(app, command)
    document = json.loads(RUN.invoke(app, ["show", case, "gaps", "--json"]).output)["gaps"]
    said = RUN.invoke(app, ["show", case, "gaps"]).output
    assert document and all(row["name"] == "list.csv" and row["stop"] > row["start"] for row in document)
    assert f"list.csv  bytes {document[0]['start']:,}-{document[0]['stop']:,}: {document[0]['reason']}" in said
