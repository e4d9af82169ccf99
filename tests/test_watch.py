"""The watch list: kept as mentions have it, raised with its bytes, silent once seen, and never a sealed identity."""

import json
import subprocess
import sys

import pytest

from ringtrace.errors import UsageError
from ringtrace.model.mention import IDENTITY_KINDS
from ringtrace.pipeline import analyse
from ringtrace.pipeline.analysis import alerting
from ringtrace.pipeline.analysis.alerting import Wish, open_alerts, read_alerts
from ringtrace.pipeline.intake import recording
from ringtrace.pipeline.intake.adding import add
from ringtrace.store.case import Case
from ringtrace.store.watches import mark_seen, read_watches, remove_watch
from test_incremental import quiet

CHAT = "SYNTHETIC\n2014-02-01 10:00:00 张三(1000001)\n加QQ 1000777 详聊，电话 17000000042\n"
LATER = "SYNTHETIC\n2014-02-02 10:00:00 李四(1000888)\n有事打 170 0000 0042\n"


def write(folder, name, text):
    path = folder / name
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def case(tmp_path, session_keys):
    made = Case.create(tmp_path / "case")
    add(made, [write(tmp_path, "first.txt", CHAT)], "synthetic", quiet)
    return made


def alerts_in(case):
    ledger = case.open_ledger()
    found = open_alerts(case, ledger)
    ledger.close()
    return found


def run(case, *words):
    done = subprocess.run([sys.executable, "-m", "ringtrace", *words], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("phone", "170 0000 0042", "+8617000000042"), ("phone", "+86-17000000042", "+8617000000042"),
        ("phone", "１７０００００００４２", "+8617000000042"), ("qq", "1000777", "1000777"),
        ("telegram", "@Some_Name99", "some_name99"), ("wechat", "rouya_3278", "rouya_3278"),
        ("email", "A.b@C.example", "a.b@c.example"), ("url", "https://Forum.example/a", "https://forum.example/a"),
    ],
)  # fmt: skip
def test_a_watched_value_is_written_as_mentions_have_it(case, kind, typed, value):
    assert alerting.normalise(case, kind, typed) == value


def test_what_no_post_could_hold_is_refused(case):
    for kind, typed in (("qq", "hello"), ("phone", "12"), ("colour", "red")):
        with pytest.raises(UsageError):
            alerting.normalise(case, kind, typed)
    (done,) = alerting.watch(case, [Wish("qq", "1000777", "")], "ann")
    assert done.status == "refused" and "why" in done.why
    assert {"phone", "qq"} <= IDENTITY_KINDS


def test_alerts_come_with_their_bytes_and_go_when_seen(case, tmp_path):
    done = alerting.watch(
        case, [Wish("phone", "170 0000 0042", "named by a caller"), Wish("qq", "1000888", "met")], "ann"
    )
    assert [one.status for one in done] == ["added", "added"] and all(one.number for one in done)
    assert [one.status for one in alerting.watch(case, [Wish("phone", "17000000042", "again")], "bo")] == ["known"]
    summary = analyse(case, 1, quiet)
    (first,) = alerts_in(case)
    (span,) = first.spans
    assert bytes(case.evidence.open(span.evidence))[span.start : span.stop] == b"17000000042"
    assert first.fresh and first.watch.author == "ann" and first.watch.reason == "named by a caller"
    assert len(summary.alerts) == 1 and "first.txt bytes" in summary.alerts[0]["text"]
    assert "Alerts of the watch list" in (case.analysis / "report.html").read_text("utf-8")
    assert any(line.startswith("ALERT: new: phone +8617000000042") for line in summary.sentences())

    add(case, [write(tmp_path, "later.txt", LATER)], "synthetic", quiet)
    analyse(case, 1, quiet)
    found = alerts_in(case)
    assert sorted((one.watch.kind, one.fresh) for one in found) == [("phone", False), ("phone", True), ("qq", True)]
    (own,) = (one for one in found if one.watch.kind == "qq")
    assert (
        own.account
        and own.owner == "self"
        and "is the id of an account" in alerting.alert_sentence(own, lambda span: ("", ""), str)
    )

    ledger = case.open_ledger()
    mark_seen(ledger, "bo", [first.id])
    ledger.close()
    assert first.id not in {one.id for one in alerts_in(case)}
    analyse(case, 1, quiet)
    assert len(read_alerts(case.analysis)) == 2 and not any(one.fresh for one in read_alerts(case.analysis))
    ledger = case.open_ledger()
    remove_watch(ledger, own.watch.number, "bo", "a mistake")
    with pytest.raises(UsageError):
        remove_watch(ledger, own.watch.number, "bo", "twice")
    assert [one.kind for one in read_watches(ledger)] == ["phone"]
    kinds = [kind for _, _, kind, _, _ in ledger.all_events()]
    ledger.close()
    assert kinds.count("watch") == 2 and "watch_removed" in kinds and "alert_seen" in kinds
    assert [one.watch.kind for one in alerts_in(case)] == ["phone"]


@pytest.mark.slow
def test_the_command_takes_tables_and_tells_by_its_exit_code(case, tmp_path):
    table = write(
        tmp_path, "wanted.csv", "kind,value,reason\nphone,170-0000-0042,caller\nqq,nobody,caller\nqq,1000777,\n"
    )
    code, out, _ = run(case, "watch", str(case.folder), "import", str(table), "--by", "ann", "--json")
    told = json.loads(out)
    assert code == 3 and (told["added"], told["refused"]) == (1, 2)
    assert [row["status"] for row in told["identifiers"]] == ["added", "refused", "refused"]
    assert run(case, "watch", str(case.folder), "alerts")[0] == 0
    code, out, _ = run(case, "analyse", str(case.folder), "--engine", "local:1")
    assert code in (0, 3) and "ALERT: new: phone +8617000000042" in out
    code, out, _ = run(case, "watch", str(case.folder), "alerts", "--json")
    assert code == 5 and json.loads(out)["alerts"][0]["value"] == "+8617000000042"
    assert case.evidence.log.events()[-1]["event"] == "consult"
    code, out, _ = run(case, "watch", str(case.folder))
    assert code == 0 and "+8617000000042 (ann: caller)" in out and "1 alert open" in out
    assert run(case, "watch", str(case.folder), "seen", "--by", "bo")[0] == 0
    assert run(case, "watch", str(case.folder), "alerts")[0] == 0
    code, _, err = run(case, "watch", str(case.folder), "add", "qq", "hello", "--reason", "x")
    assert code == 1 and "no qq" in err


def test_a_sealed_identity_is_neither_taken_nor_told(case, monkeypatch):
    recording.appoint_keepers(case, [("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu")], author="ann")
    alerting.watch(case, [Wish("phone", "17000000042", "named by a caller")], "ann")
    rows = "类别,编号,状态,日期,解救地,来源,姓名,电话\n儿童,1,解救,2014-02-19,510000,笔录,王小花,17000000042\n"
    assert recording.import_records(case, rows.encode(), "a.csv", None, author="ann", today="2014-06-30").records == 1
    for wish in (Wish("phone", "170 0000 0042", "x"), Wish("qq", "1000888", "uncle of 王小花")):
        (done,) = alerting.watch(case, [wish], "ann")
        assert done.status == "refused" and "王小花" not in str(done) and "0042" not in str(done)
    summary = analyse(case, 1, quiet)
    assert len(summary.alerts) == 1
    said = json.dumps(list(summary.alerts), ensure_ascii=False) + "\n".join(one["text"] for one in summary.alerts)
    assert "17000000042" not in said and "***" in said
    monkeypatch.setattr(alerting, "children_masker", no_masks)
    (one,) = alerts_in(case)
    assert "0042" not in alerting.alert_sentence(one, lambda span: ("17000000042", "f"), alerting.masker_of(case))


def no_masks(case, entries):
    from ringtrace.errors import CaseError

    raise CaseError("these keys cannot know them")
