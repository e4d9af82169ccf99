"""Who handed evidence in, read it, passed it on, corrected or erased it: logged first, done afterwards."""

import json
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.errors import CaseError, UsageError
from ringtrace.model.custody import Circumstances
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake import custodian
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.intake.custodian import Asked
from ringtrace.pipeline.telling import provenance
from ringtrace.pipeline.telling.explaining import explain, listed
from ringtrace.store.case import Case
from ringtrace.store.custody import CustodyLog
from ringtrace.store.keys import key_folder, open_key

RUN = CliRunner()
TOLD = Circumstances(
    "hotline desk", "Officer Lin", "Analyst Wu", "order 2014/17", "Exporter 3.1", "2014-02-19", "sealed", "2030-01-01"
)


@pytest.fixture
def case(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    (tmp_path / "in").mkdir()
    for name in "abc":
        (tmp_path / "in" / f"{name}.txt").write_text(f"content of {name}\n")
    made = Case.create(tmp_path / "case")
    add(made, [tmp_path / "in"], TOLD, lambda done, total: None)
    return made


@pytest.fixture
def analysed(tiny_case, tmp_path):
    """A copy of the analysed case, to be written to."""
    shutil.copytree(tiny_case[0].folder, tmp_path / "copy")
    return Case(tmp_path / "copy")


def acts(case, act):
    return [event for event in case.evidence.log.events() if event["event"] == act]


def test_intake_records_who_what_when_and_under_which_authority(case):
    reception = case.evidence.receptions()[0]
    assert reception.circumstances == TOLD
    assert reception.name == "a.txt" and reception.size == 13 and reception.by and reception.modified
    assert TOLD.unstated() == [] and "authority" in Circumstances(source="x").unstated()
    shown = RUN.invoke(app, ["custody", str(case.folder)]).output
    for words in ("Officer Lin", "Analyst Wu", "order 2014/17", "Exporter 3.1", "2014-02-19", "sealed", "2030-01-01"):
        assert words in shown


def test_add_names_what_was_not_stated(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    (tmp_path / "f.txt").write_text("words")
    Case.create(tmp_path / "case")
    done = RUN.invoke(app, ["add", str(tmp_path / "case"), str(tmp_path / "f.txt"), "--submitted-by", "Lin"])
    assert "Not stated: source, received by, authority" in done.output and "submitted by" not in done.output


def test_the_same_file_handed_in_by_another_is_logged_once_more(case, tmp_path):
    other = Circumstances("hotline desk", "Officer Bai")
    for _ in range(2):
        receipts = add(case, [tmp_path / "in"], other, lambda done, total: None)
        assert {receipt.status for receipt in receipts} == {"known"}
    assert [r.circumstances.submitted_by for r in case.evidence.receptions() if r.name == "a.txt"] == [
        "Officer Lin",
        "Officer Bai",
    ]
    assert len(case.evidence.held()) == 3 and case.evidence.verify() == []


def test_what_show_quotes_is_logged_as_read_before_it_is_shown(analysed):
    before = len(acts(analysed, "consult"))
    post = listed(analysed, "posts", 1).document["posts"][0]
    place = [post["evidence_id"], post["member"], post["start"], post["stop"]]
    assert [event["spans"] for event in acts(analysed, "consult")[before:]] == [[place]]  # the one line that is printed
    listed(analysed, "posts", 1, Asked(whole=True))
    assert len(acts(analysed, "consult")[-1]["evidence"]) > 1  # all of it, for --json
    explain(analysed, post["post_id"], Asked("ann", "case 7"))
    event = acts(analysed, "consult")[-1]
    assert event["by"] == "ann" and event["why"] == "case 7" and post["evidence_id"] in event["evidence"]
    assert place in event["spans"]
    assert analysed.evidence.verify() == []


def test_what_cannot_be_logged_is_not_shown_nor_exported(analysed, tmp_path, monkeypatch):
    post = listed(analysed, "posts", 1).document["posts"][0]["post_id"]
    (analysed.evidence.log.folder / "checkpoint").write_bytes(b"no checkpoint")
    with pytest.raises(CaseError):
        explain(analysed, post)
    done = RUN.invoke(app, ["export", str(analysed.folder), str(tmp_path / "out")])
    assert isinstance(done.exception, CaseError) and not (tmp_path / "out").exists()


def test_an_export_is_logged_before_a_byte_leaves(analysed, tmp_path, monkeypatch):
    seen = []

    def log(self, events, *rest, append=CustodyLog.append):
        seen.extend((event["event"], (tmp_path / "out").exists()) for event in events)
        append(self, events, *rest)

    monkeypatch.setattr(CustodyLog, "append", log)
    done = RUN.invoke(app, ["export", str(analysed.folder), str(tmp_path / "out"), "--recipient", "Prosecutor Wu"])
    assert done.exit_code == 0, done.output
    assert seen == [("disclose", False)] and (tmp_path / "out").exists()
    event = acts(analysed, "disclose")[-1]
    assert event["to"] == "Prosecutor Wu" and event["files"] == len(analysed.evidence.held())


def test_an_analysis_is_logged_as_a_combination(case):
    analyse(case, 1, lambda *args: None)
    assert [event["files"] for event in acts(case, "combine")] == [3]


def test_a_file_explains_itself(analysed):
    name = analysed.evidence.held()[0].names[0]
    told = "\n".join(explain(analysed, name).lines)
    assert "SHA-256" in told and "received by" in told and "source synthetic" in told


def test_a_correction_stands_beside_the_first_statement(case):
    key = provenance.find_evidence(case, "b.txt")
    custodian.amend(case, key, {"authority": "order 2014/18"}, Asked("ann", "wrong number"))
    told = [provenance.act_line(row) for row in provenance.history(case, key)]
    assert "order 2014/17" in told[0] and "order 2014/18" in told[1] and "because wrong number" in told[1]
    with pytest.raises(UsageError, match="say what"):
        custodian.amend(case, key, {"size": "7"}, Asked("ann", "no"))
    with pytest.raises(UsageError, match="why"):
        custodian.amend(case, key, {"authority": "x"}, Asked("ann"))


def test_what_is_erased_is_gone_and_the_log_says_why(case, tmp_path):
    key = provenance.find_evidence(case, "b.txt")
    with pytest.raises(UsageError, match="authority"):
        custodian.erase(case, key, "", Asked("ann", "over"))
    custodian.erase(case, key, "court order 3", Asked("ann", "retention ended"))
    assert not case.evidence.object_path(key).exists() and len(case.evidence.held()) == 2
    assert key not in (case.evidence.folder / "objects.sha256").read_text()
    assert case.evidence.verify() == []
    assert "court order 3" in provenance.act_line(provenance.history(case, key)[-1])
    case.evidence.object_path(key).parent.mkdir(exist_ok=True)
    case.evidence.object_path(key).write_text("content of b\n")  # somebody puts it back
    assert any(key in finding.where for finding in case.evidence.verify())
    add(case, [tmp_path / "in"], TOLD, lambda done, total: None)  # or hands it in anew
    assert len(case.evidence.held()) == 3


def test_a_crash_between_log_and_erasing_is_finished_by_the_next_intake(case, tmp_path):
    key = provenance.find_evidence(case, "b.txt")
    case.evidence.log.append([{"event": "erase", "evidence": key}], open_key(key_folder()), case.origin)
    assert case.evidence.object_path(key).exists()
    (tmp_path / "d.txt").write_text("another")
    add(case, [tmp_path / "d.txt"], TOLD, lambda done, total: None)
    assert not case.evidence.object_path(key).exists() and case.evidence.verify() == []


def test_no_later_event_signs_a_changed_line(case):
    log = case.evidence.log
    log.path.write_bytes(log.path.read_bytes().replace(b"Officer Lin", b"Officer Lie", 1))
    custodian.log_consultation(Case(case.folder), [("0" * 64, "", 0, 1)], Asked("ann"))
    assert [finding.where for finding in case.evidence.verify()] == ["custody/log.jsonl line 1"]


@pytest.mark.parametrize("change", ["deleted", "garbage", "another log's"])
def test_the_frontier_is_only_used_where_it_leads_to_the_signed_root(case, change):
    path = case.evidence.log.folder / "frontier"
    if change == "deleted":
        path.unlink()
    else:
        path.write_text("9 zz" if change == "garbage" else path.read_text().replace("1", "2"))
    custodian.log_consultation(Case(case.folder), [("0" * 64, "", 0, 1)], Asked("ann"))
    assert case.evidence.verify() == [] and len(case.evidence.log.lines()) == 4


def test_many_processes_may_append_at_once(case):
    code = (
        "import sys; from pathlib import Path; from ringtrace.store.case import Case; "
        "from ringtrace.pipeline.intake.custodian import Asked, log_consultation\n"
        "case = Case(Path(sys.argv[1]))\n"
        "for n in range(20): log_consultation(case, [('0' * 64, '', n, n + 1)], Asked(sys.argv[2]))"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, str(case.folder), f"p{n}"]) for n in range(3)]
    custodian.log_consultation(case, [("0" * 64, "", 0, 1)], Asked("here"))
    assert [child.wait() for child in children] == [0, 0, 0]
    custodian.log_consultation(case, [("0" * 64, "", 0, 1)], Asked("here"))
    assert len(case.evidence.log.lines()) == 3 + 62 and case.evidence.verify() == []


def test_another_persons_key_signs_nothing(case, tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "others"))
    with pytest.raises(CaseError, match="another key"):
        custodian.log_consultation(case, [("0" * 64, "", 0, 1)], Asked("eve"))


def test_a_consultation_is_one_line_however_much_is_read(case):
    spans = [(f"{n:064x}", "", 0, 1) for n in range(1000)]
    custodian.log_consultation(case, spans, Asked("ann"))
    event = json.loads(case.evidence.log.lines()[-1])
    assert len(event["evidence"]) == 1000 and "spans" not in event


def test_a_case_does_not_take_itself_in_nor_its_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "desk" / "keys"))
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "f.txt").write_text("words")
    (tmp_path / "desk" / "link").symlink_to(tmp_path / "desk" / "case")
    case = Case.create(tmp_path / "desk" / "case")
    for _ in range(2):  # the second time the case and the keys hold files
        done = RUN.invoke(app, ["add", str(case.folder), str(tmp_path / "desk")])
        assert done.exit_code == 3 and "case: the case's own folder" in done.output
        assert "link: a symbolic link is not followed" in done.output
    assert "keys: the folder of this machine's signing keys" in done.output
    for inside in (case.folder, case.folder / "case.toml", tmp_path / "desk" / "link"):
        assert "no evidence" in RUN.invoke(app, ["add", str(case.folder), str(inside)]).output
    assert [name for item in case.evidence.held() for name in item.names] == ["f.txt"]


def test_adding_again_says_little_and_an_empty_folder_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    folder, case = tmp_path / "in", str(Case.create(tmp_path / "case").folder)
    folder.mkdir()
    empty = RUN.invoke(app, ["add", case, str(folder)]).output
    assert empty.startswith("No file was found there.") and "Not stated" not in empty and "Next" not in empty
    for number in range(30):
        (folder / f"{number}.txt").write_text(str(number))
    assert f"Next: ringtrace analyse {case}" in RUN.invoke(app, ["add", case, str(folder)]).output
    again = RUN.invoke(app, ["add", case, str(folder)]).output.splitlines()
    assert len(again) == 12 and again[10] == "... and 20 more already held; --json lists all"
