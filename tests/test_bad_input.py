"""Hostile and damaged input through the real command line: told by name and reason, the rest goes in, nothing lost."""

import gzip
import hashlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import time
import zipfile
from collections import defaultdict

import pytest

from ringtrace.pipeline.telling.explaining import explain
from ringtrace.store.analysis import read_table
from ringtrace.store.case import Case

pytestmark = pytest.mark.slow

PARTIAL = 3
QQ = (
    "消息记录（此消息记录为文本格式，不支持重新导入）\n\n" + "=" * 64 + "\n消息分组:我的QQ群\n" + "=" * 64
    + "\n消息对象:闲聊\n" + "=" * 64 + "\n\n2013-06-01 8:00:01 甲(170001)\n{}\n\n2013-06-01 8:00:09 乙(170002)\n{}\n\n"
)  # fmt: skip
HTML = "<!DOCTYPE html><html><head><title>页</title></head><body><p>这是一个测试页面的正文。</p></body></html>".encode()


def ringtrace(*words):
    command = [sys.executable, "-m", "ringtrace", *map(str, words)]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, errors="surrogateescape", timeout=240
    )  # fmt: skip


def document(done):
    assert "Traceback" not in done.stderr, done.stderr
    return json.loads(done.stdout)


def telegram(number, texts, name="群"):
    messages = [
        {"id": i, "type": "message", "date": f"2013-06-01T08:00:{i:02d}", "date_unixtime": str(1370044800 + i),
         "from": "甲", "from_id": f"user{number}{i}", "text": text, "text_entities": []}
        for i, text in enumerate(texts)
    ]  # fmt: skip
    chat = {"name": f"{name}{number}", "type": "private_group", "id": number, "messages": messages}
    return json.dumps(chat, ensure_ascii=False, indent=1).encode()


def warc(number):
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + HTML
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nContent-Length: {len(block)}\r\n"
        f"WARC-Target-URI: http://site.example/{number}\r\nContent-Type: application/http; msgtype=response\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def zipped(members, method=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def bad_files():
    """Evidence name -> bytes."""
    noise = random.Random(1)
    cut = telegram(3, ["一", "二", "三", "四", "五", "六"])
    deep = telegram(4, ["浅一", "浅二"])[:-4] + b', {"id": 9, "type": "message", "date": "2013-06-01T09:00:00", '
    deep += b'"from_id": "user9", "text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}"
    tie = {"type": "private_group", "text": "字", "messages": [{"id": 1, "text": "甲话"}]}
    return {
        "good.json": telegram(1, ["大家好", "今天天气不错", "是的"]),
        "good-qq.txt": QQ.format("早上好", "早").encode(),
        "empty.json": b"",
        "cut.json": cut[: cut.rfind(b'"date_unixtime"') + 8],
        "群聊.txt": QQ.format("中午好", "吃了吗").encode("gb18030"),
        "utf16.txt": QQ.format("晚上好", "晚安").encode("utf-16"),
        "telegram-as.txt": telegram(6, ["改名一", "改名二"]),
        "html-as.json": HTML,
        "noise.bin": noise.randbytes(300_000),
        "deep.json": b"[" * 100_000 + b"]" * 100_000,
        "deep-open.json": b'{"a":' * 100_000,
        "deep-message.json": deep,
        "sub/..odd..json": telegram(7, ["点"]),
        "sub/a\nb\x1b[2J\x07.json": telegram(8, ["控"]),
        "/".join(("长" * 80, "路" * 80, "径" * 40 + ".json")): telegram(9, ["径"]),
        "same-1.json": telegram(10, ["同"]),
        "same-2.json": telegram(10, ["同"]),
        "tie.jsonl": json.dumps(tie, ensure_ascii=False).encode(),
        "bomb.zip": zipped({"bomb.txt": b"\0" * 30_000_000, "ok.json": telegram(11, ["包"])}, zipfile.ZIP_DEFLATED),
        "bomb.json.gz": gzip.compress(b"a" * 20_000_000, mtime=0),
        "slip.zip": zipped({"../../slipped.json": telegram(12, ["外"]), "/slipped.json": telegram(13, ["根"])}),
        "bang.zip": zipped({"a!b.zip": zipped({"c!d.json": telegram(14, ["叹"])}), "\x1b.json": telegram(15, ["义"])}),
        "cut.zip": zipped({"a.json": telegram(16, ["断"])})[:-60],
        "line.txt": b"x" * 30_000_000,
        "wrong.csv": "正文,时间\n有人说话,2013-06-01 08:00\n".encode(),
        "wrong.csv.mapping.toml": '[columns]\ntext = "没有这一列"\n'.encode(),
        "tip.mapping.toml": QQ.format("不是映射", "是证据").encode(),
        "cut.warc": (warc(1) + warc(2) + warc(3))[:-90],
        "cut.warc.gz": (gzip.compress(warc(4), mtime=0) + gzip.compress(warc(5), mtime=0))[:-40],
        "surrogate.json": telegram(17, ["X", "好"]).replace(b'"X"', b'"\\ud83d\\udc00a\\ud800b\\udfffc"'),
        "surrogate-name.json": telegram(18, ["名"]).replace("甲".encode(), b"\\ud800"),
        "nul.json": telegram(19, ["X"]).replace(b'"X"', b'"\\u0000a\\u0000"'),
        "nul-qq.txt": QQ.format("大\0家", "嗯").encode(),
        "divs.html": b"<html><body>" + "<div>话".encode() * 20_000,
        "escapes.json": telegram(20, ["\x1b[31m红\x07\u202e反"]),
    }  # fmt: skip


@pytest.fixture(scope="module")
def bad(tmp_path_factory, session_keys):
    """The folder of bad files in a case, with what `add` and `analyse` answered, as text and as JSON."""
    root = tmp_path_factory.mktemp("bad")
    folder, case = root / "in", root / "case"
    for name, data in bad_files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    (folder / os.fsdecode(b"\xff\xfe.json")).write_bytes(telegram(21, ["坏名"]))
    (folder / "loop").symlink_to(".")
    (folder / "dangling\x1b[2J").symlink_to("nowhere")
    os.mkfifo(folder / "pipe")
    assert ringtrace("init", case).returncode == 0
    added = ringtrace("add", case, folder, folder / "gone.txt", "--json")
    told = ringtrace("add", case, folder / "dangling\x1b[2J")
    analysed = ringtrace("analyse", case, "--engine", "local:1", "--json")
    return Case(case), added, told, analysed


def rows(case, table):
    return read_table(case.analysis, table).to_pylist()


def test_what_cannot_be_taken_in_is_named_with_its_reason_and_the_rest_goes_in(bad):
    case, added, told, _ = bad
    answer = document(added)
    assert added.returncode == PARTIAL
    failed = {r["name"]: r["reason"] for r in answer["receipts"] if r["status"] == "failed"}
    assert failed == {
        "loop": "a symbolic link is not followed; add the file that it points to",
        "dangling\x1b[2J": "a symbolic link is not followed; add the file that it points to",
        "pipe": "not a regular file",
        "gone.txt": "there is no such file",
    }
    (copy,) = (r for r in answer["receipts"] if r["status"] == "copy")
    assert copy["name"] == "same-2.json" and "same-1.json" in copy["reason"]
    held = {name: item for item in case.evidence.held() for name in item.names}
    for name, data in bad_files().items():
        assert held[name].evidence_id == hashlib.sha256(data).hexdigest(), name
    assert r"\xff\xfe.json" in held
    assert told.returncode == PARTIAL and r"dangling\x1b[2J: a symbolic link" in told.stdout


def test_every_byte_is_a_posts_structure_or_a_gap(bad):
    case, *_ = bad
    found = {row["name"]: row for row in rows(case, "evidence")}
    assert len(found) == len(bad_files())  # one copy less, one odd name more
    for row in found.values():
        assert row["post_bytes"] + row["gap_bytes"] + row["structure_bytes"] == row["size"], row["name"]


def test_complete_posts_come_out_of_damaged_and_misnamed_files(bad):
    case, *_ = bad
    texts = defaultdict(set)
    names = {row["evidence_id"]: row["name"] for row in rows(case, "evidence")}
    for post in rows(case, "posts"):
        texts[names[post["evidence_id"]]].add(post["text"])
    expected = {
        "good.json": {"大家好", "今天天气不错", "是的"},
        "good-qq.txt": {"早上好", "早"},
        "cut.json": {"一", "二", "三", "四", "五"},
        "群聊.txt": {"中午好", "吃了吗"},
        "utf16.txt": {"晚上好", "晚安"},
        "telegram-as.txt": {"改名一", "改名二"},
        "sub/..odd..json": {"点"},
        "sub/a\nb\x1b[2J\x07.json": {"控"},
        "same-1.json": {"同"},
        "tie.jsonl": {"甲话"},
        "tip.mapping.toml": {"不是映射", "是证据"},
        "bomb.zip": {"包"},
        "slip.zip": {"外", "根"},
        "bang.zip": {"叹", "义"},
        "surrogate-name.json": {"名"},
        r"\xff\xfe.json": {"坏名"},
    }
    assert {name: texts[name] for name in expected} == expected
    assert {"浅一", "浅二"} <= texts["deep-message.json"]
    assert any("测试页面的正文" in text for text in texts["html-as.json"])
    assert len(texts["cut.warc"]) >= 1 and len(texts["divs.html"]) == 1
    assert "好" in texts["surrogate.json"] and any(
        "🐀a" in text or "\U0001f400a" in text for text in texts["surrogate.json"]
    )
    assert any("a" in text for text in texts["nul.json"]) and len(texts["nul-qq.txt"]) == 2


def test_the_analysis_says_which_file_is_not_read_and_why(bad):
    case, *_, analysed = bad
    answer = document(analysed)
    assert analysed.returncode == PARTIAL
    told = answer["not read"]
    for name, reason in {
        "cut.json": "damaged message",
        "noise.bin": "no reader recognises",
        "deep.json": "no reader recognises",
        "deep-open.json": "no reader recognises",
        "bomb.zip": "expands more than",
        "bomb.json.gz": "expands more than",
        "cut.zip": "zip without a readable directory",
        "line.txt": "is not read further",
        "wrong.csv": "has no column '没有这一列'",
        "cut.warc": "record is cut",
        "cut.warc.gz": "gzip member is cut",
    }.items():
        assert any(line.startswith(f"{name}: ") and reason in line for line in told), (name, told)
    with_gaps = {gap["evidence_id"] for gap in rows(case, "gaps")}
    assert len(told) == len(with_gaps)
    for name in ("good.json", "good-qq.txt", "群聊.txt", "utf16.txt", "telegram-as.txt", "slip.zip"):
        assert not any(line.startswith(f"{name}: ") for line in told), name
    assert any(line.startswith("empty.json: the file is empty") for line in answer["remarks"])


def test_no_member_name_writes_outside_the_case(bad):
    case, *_ = bad
    assert {path.name for path in case.folder.parent.iterdir()} == {"in", "case"}
    assert not list(case.folder.rglob("slipped*"))
    assert case.evidence.verify() == []


def test_every_post_of_bad_files_opens_to_its_bytes(bad):
    case, *_ = bad
    posts = rows(case, "posts")
    for post in posts:
        explanation = explain(case, post["post_id"])
        assert explanation.document["cited"][0]["quote"] == post["text"]
        "\n".join(explanation.lines).encode()


def test_show_sends_no_terminal_command_and_no_turned_text(bad):
    case, *_ = bad
    (post,) = (post for post in rows(case, "posts") if "反" in post["text"])
    done = ringtrace("show", case.folder, post["post_id"])
    assert done.returncode == 0 and r"\x1b[31m红\x07\u202e反" in done.stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)


def test_show_refuses_unknown_and_ambiguous_ids(bad):
    case, *_ = bad
    for subject, words in (("post-zz", "no post has the id post-zz; the nearest: post-"), ("post-", "give more of it")):
        done = ringtrace("show", case.folder, subject, "--json")
        assert done.returncode == 1 and words in done.stderr and not done.stdout
        assert "Traceback" not in done.stderr


def test_verify_and_export_work_over_bad_files_and_refuse_in_words(bad, tmp_path):
    case, *_ = bad
    verified = ringtrace("verify", case.folder, "--json")
    assert verified.returncode == 0 and document(verified)["problems"] == []
    exported = ringtrace("export", case.folder, tmp_path / "out", "--json")
    assert exported.returncode == 0
    for path in document(exported)["files"]:
        assert os.path.getsize(path)
    (tmp_path / "file").write_text("in the way")
    refused = ringtrace("export", case.folder, tmp_path / "file" / "out")
    assert refused.returncode == 1 and "Traceback" not in refused.stderr and "file" in refused.stderr


def test_a_case_may_have_any_folder_name_and_an_empty_one_gives_a_report(tmp_path, session_keys):
    place = tmp_path / 'odd\n"\\\x7f\x1b名'
    assert ringtrace("init", place).returncode == 0
    assert Case(place).settings.name == place.name
    done = ringtrace("analyse", place, "--json")
    answer = document(done)
    assert done.returncode == 0 and answer["files"] == answer["posts"] == 0 and answer["not read"] == []
    for name in ("evidence", "posts", "gaps", "rings", "claims", "figures", "reconciliation"):
        assert rows(Case(place), name) == []
    assert (place / "analysis" / "report.html").read_bytes().startswith(b"<!")


def test_damaged_tables_and_ledger_are_told_in_words(tiny_case, tmp_path):
    case = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, case)
    (case / "analysis" / "rings.parquet").write_bytes(b"PAR1 broken")
    shown = ringtrace("show", case)
    assert shown.returncode == 1 and "rings.parquet is damaged" in shown.stderr
    for path in case.glob("ledger.db*"):
        path.unlink()
    (case / "ledger.db").write_bytes(b"not a database at all" * 200)
    analysed = ringtrace("analyse", case)
    assert analysed.returncode == 1 and "ledger" in analysed.stderr and "Traceback" not in analysed.stderr


def fingerprints(folder):
    """Of the tables and the report; what is remembered, and what changed since the last run, depend on the runs."""
    files = [path for path in sorted(folder.iterdir()) if path.is_file()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_an_analysis_killed_at_any_moment_is_made_again_to_the_byte(tmp_path, session_keys):
    case = tmp_path / "case"
    (tmp_path / "a.json").write_bytes(telegram(1, [f"出行 {i} 电话 1700000{i:04d}" for i in range(40)]))
    (tmp_path / "b.txt").write_bytes(QQ.format("早上好", "早").encode())
    assert ringtrace("init", case).returncode == 0
    assert ringtrace("add", case, tmp_path / "a.json", tmp_path / "b.txt").returncode == 0
    started = time.perf_counter()
    assert ringtrace("analyse", case, "--engine", "local:1").returncode == 0
    whole = time.perf_counter() - started
    undisturbed = fingerprints(case / "analysis")
    shutil.rmtree(case / "analysis")
    for share in (0.4, 0.7, 0.9):
        job = subprocess.Popen(
            [sys.executable, "-m", "ringtrace", "analyse", case, "--engine", "local:1"], stdout=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(whole * share)
        job.kill()
        job.wait()
    for renames in (0, 1):  # the moments around the exchange of the old folder for the new
        crash = (
            "import os, sys; from pathlib import Path; from ringtrace.cli import main\n"
            f"rename, left = Path.rename, [{renames}]\n"
            "def dying(self, target):\n"
            "    if 'analysis' in self.name:\n"
            "        left[0] -= 1\n"
            "        if left[0] < 0: os.kill(os.getpid(), 9)\n"
            "    return rename(self, target)\n"
            f"Path.rename = dying; sys.argv = ['ringtrace', 'analyse', {str(case)!r}, '--engine', 'local:1']; main()"
        )
        (case / "analysis").mkdir(exist_ok=True)
        assert subprocess.run([sys.executable, "-c", crash], check=False, stdout=subprocess.DEVNULL).returncode == -9
    assert ringtrace("analyse", case, "--engine", "local:1").returncode == 0
    assert fingerprints(case / "analysis") == undisturbed
    assert not list(case.glob(".analysis.*"))


def test_a_verdict_of_no_keeps_two_accounts_apart_in_every_later_run(tiny_case, tmp_path):
    place = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, place)
    case = Case(place)
    actor = next(row for row in rows(case, "actors") if len(row["accounts"]) > 1)
    left, right = actor["accounts"][:2]
    judged = ringtrace("judge", place, left, right, "--verdict", "no", "--reason", "two brothers", "--json")
    assert judged.returncode == 0 and document(judged)["event"] >= 1
    for _ in range(2):
        shutil.rmtree(case.analysis)
        assert ringtrace("analyse", place).returncode in (0, PARTIAL)
        actors = {row["account_id"]: row["actor_id"] for row in rows(case, "accounts")}
        assert actors[left] != actors[right]
    refused = ringtrace("judge", place, left, "account-none", "--verdict", "no")
    assert refused.returncode == 1 and "account-none is not an account" in refused.stderr


def test_a_file_that_two_readers_claim_alike_is_told(monkeypatch):
    from types import SimpleNamespace

    from ringtrace import registry
    from ringtrace.model.source import Source
    from ringtrace.pipeline.reading.reader_choice import choose_reader

    parts = {name: SimpleNamespace(sniff=lambda head, name: 0.7) for name in ("alpha", "beta")}
    monkeypatch.setattr(registry, "scan", lambda package: parts)
    notes: list[str] = []
    assert choose_reader(Source("0" * 64, "", "x.txt", b"words"), notes) is parts["alpha"]
    assert notes == ["alpha and beta claim this file alike; read as alpha"]
