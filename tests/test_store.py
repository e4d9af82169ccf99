"""Evidence with custody: what is acknowledged is there, and whatever is changed is named."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.errors import CaseError
from ringtrace.pipeline.intake.adding import add
from ringtrace.store import merkle
from ringtrace.store.analysis import read_table
from ringtrace.store.case import Case
from ringtrace.store.keys import Checkpoint, open_key, public_bytes, read_checkpoint, sign_checkpoint


@pytest.fixture
def case(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    return Case.create(tmp_path / "case")


def take(case, *paths):
    return add(case, list(paths), "a test", lambda done, total: None)


def fill(folder, number=5):
    folder.mkdir(exist_ok=True)
    for index in range(number):
        (folder / f"f{index}.txt").write_bytes(b"content %d" % index)
    return folder


def test_what_is_added_is_held_under_its_hash(case, tmp_path):
    receipts = take(case, fill(tmp_path / "in"))
    assert [r.status for r in receipts] == ["added"] * 5
    for held in case.evidence.held():
        data = case.evidence.object_path(held.evidence_id).read_bytes()
        assert hashlib.sha256(data).hexdigest() == held.evidence_id
    assert case.evidence.verify() == []
    done = subprocess.run(["sha256sum", "-c", "--quiet", "objects.sha256"], cwd=case.evidence.folder, check=False)
    assert done.returncode == 0


def test_the_same_file_twice_is_said_and_held_once(case, tmp_path):
    folder = fill(tmp_path / "in", 1)
    take(case, folder)
    (folder / "again.txt").write_bytes(b"content 0")
    receipts = {r.name: r for r in take(case, folder)}
    assert receipts["f0.txt"].status == "known"
    assert receipts["again.txt"].status == "copy" and "f0.txt" in receipts["again.txt"].reason
    assert [h.names for h in case.evidence.held()] == [("again.txt", "f0.txt")]


def test_what_cannot_be_read_is_named_and_the_rest_goes_in(case, tmp_path):
    folder = fill(tmp_path / "in", 2)
    (folder / "link.txt").symlink_to("/etc/hostname")
    os.mkfifo(folder / "pipe")
    receipts = {r.name: r for r in take(case, folder, tmp_path / "nowhere")}
    assert receipts["f0.txt"].status == receipts["f1.txt"].status == "added"
    assert "symbolic link" in receipts["link.txt"].reason
    assert "regular" in receipts["pipe"].reason
    assert "no such file" in receipts["nowhere"].reason


def test_names_never_become_paths(case, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "..%2f..\\evil.txt").write_bytes(b"x")
    take(case, folder)
    assert {p.name for p in case.folder.rglob("*evil*")} == set()


@pytest.mark.parametrize("what", ["object", "object gone", "extra object", "log line", "log cut", "checkpoint", "key"])
def test_whatever_is_changed_is_found_and_placed(case, tmp_path, what):
    take(case, fill(tmp_path / "in"))
    held = case.evidence.held()[2]
    path = case.evidence.object_path(held.evidence_id)
    log = case.evidence.log.path
    if what == "object":
        path.chmod(0o644)
        path.write_bytes(b"Content 2")
        expected = held.names[0]
    elif what == "object gone":
        path.unlink()
        expected = held.names[0]
    elif what == "extra object":
        (path.parent / ("0" * 64)).write_bytes(b"planted")
        expected = "0" * 64
    elif what == "log line":
        lines = log.read_bytes().splitlines()
        lines[3] = lines[3].replace(b"a test", b"a lie!")
        log.write_bytes(b"\n".join(lines) + b"\n")
        expected = "line 4"
    elif what == "log cut":
        log.write_bytes(b"\n".join(log.read_bytes().splitlines()[:-1]) + b"\n")
        expected = "log.jsonl"
    elif what == "checkpoint":
        checkpoint = log.parent / "checkpoint"
        checkpoint.write_bytes(checkpoint.read_bytes().replace(b"\n5\n", b"\n4\n"))
        expected = "checkpoint"
    else:
        (log.parent / "key.pem").write_bytes(b"no key")
        expected = "key.pem"
    findings = case.evidence.verify()
    assert any(expected in f.where for f in findings), findings


def test_nothing_is_added_to_a_log_that_was_changed(case, tmp_path):
    folder = fill(tmp_path / "in")
    take(case, folder)
    log = case.evidence.log.path
    log.write_bytes(log.read_bytes().replace(b"a test", b"a lie!", 1))
    (folder / "new.txt").write_bytes(b"new")
    with pytest.raises(CaseError, match="verify"):
        take(case, folder)


def test_a_torn_last_line_is_set_aside_and_said(case, tmp_path):
    folder = fill(tmp_path / "in")
    take(case, folder)
    with case.evidence.log.path.open("ab") as handle:
        handle.write(b'{"event":"coll')
    (folder / "new.txt").write_bytes(b"new")
    assert [r.status for r in take(case, folder) if r.name == "new.txt"] == ["added"]
    assert "recover" in [event["event"] for event in case.evidence.log.events()]
    assert (case.evidence.log.folder / "torn-1").read_bytes() == b'{"event":"coll'
    assert case.evidence.verify() == []


@pytest.mark.slow
def test_killing_add_anywhere_and_running_it_again_ends_in_the_same_objects(case, tmp_path):
    folder = fill(tmp_path / "in", 3000)
    command = [sys.executable, "-m", "ringtrace", "add", str(case.folder), str(folder)]
    for delay in (0.6, 0.9, 1.3):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
        child.wait()
    take(case, folder)
    assert len(case.evidence.held()) == 3000
    assert case.evidence.verify() == []
    assert not any((case.evidence.folder / "incoming").iterdir())


def test_only_one_process_writes_a_case(case, tmp_path):
    with case.locked(), pytest.raises(CaseError, match="another process"):
        take(case, fill(tmp_path / "in"))


def test_decisions_are_append_only(case):
    from sqlalchemy import text
    from sqlalchemy.exc import DatabaseError

    ledger = case.open_ledger()
    ledger.record("note", "ann", {"text": "first"})
    with ledger.engine.begin() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text("UPDATE events SET author = 'bob'"))
    with ledger.engine.begin() as connection, pytest.raises(DatabaseError, match="append-only"):
        connection.execute(text("DELETE FROM events"))
    ledger.close()


@settings(deadline=None)
@given(st.lists(st.binary(max_size=8), max_size=40), st.data())
def test_every_leaf_and_every_prefix_can_be_proven(entries, data):
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    assert merkle.root_hash(leaves) == reference_root(entries)
    if entries:
        index = data.draw(st.integers(0, len(entries) - 1))
        proof = merkle.inclusion_proof(leaves, index)
        assert merkle.root_from_inclusion(leaves[index], index, len(leaves), proof) == merkle.root_hash(leaves)
        wrong = merkle.leaf_hash(b"another")
        assert wrong == leaves[index] or merkle.root_from_inclusion(
            wrong, index, len(leaves), proof
        ) != merkle.root_hash(leaves)


def reference_root(entries):
    """RFC 6962 section 2.1, word for word."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = next(1 << i for i in count() if 1 << (i + 1) >= len(entries))
    return hashlib.sha256(b"\1" + reference_root(entries[:k]) + reference_root(entries[k:])).digest()


def test_a_checkpoint_is_signed_and_a_changed_one_is_refused(tmp_path):
    key = open_key(tmp_path / "keys")
    note = sign_checkpoint(Checkpoint("ringtrace/x", 7, b"r" * 32), key)
    assert read_checkpoint(note, public_bytes(key)).size == 7
    with pytest.raises(CaseError):
        read_checkpoint(note.replace(b"\n7\n", b"\n8\n"), public_bytes(key))
    assert oct((tmp_path / "keys" / "ed25519.pem").stat().st_mode & 0o777) == "0o600"


def test_the_log_is_plain_json_lines(case, tmp_path):
    take(case, fill(tmp_path / "in", 1))
    event = json.loads(case.evidence.log.path.read_text().splitlines()[0])
    assert event["event"] == "collect" and event["source"] == "a test" and event["by"] and event["tool"]


def test_a_table_that_an_older_version_did_not_make_is_told_as_that(tmp_path):
    with pytest.raises(CaseError, match=r"is not there; run .* first"):
        read_table(tmp_path, "near")
    (tmp_path / "rings.parquet").write_bytes(b"")
    with pytest.raises(CaseError, match=r"older version made this analysis, without the table near; run .* again"):
        read_table(tmp_path, "near")
