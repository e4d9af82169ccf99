"""The order of the calls themselves: bytes, names, log, checkpoint, receipt; each durable before the next."""

import os
import re
import shutil

import pytest
from intake_runs import fill, store_at, take_in
from system_calls import traced

from ringtrace.store import custody, evidence
from ringtrace.store.keys import open_key

pytestmark = pytest.mark.slow

PLACE = re.compile(r"<([^<>]*)>")


def events(trace):
    """Yield the steps that matter out of a trace with paths (strace -y), in order."""
    for line in trace.splitlines():
        call = line.partition("(")[0]
        path = (PLACE.search(line) or ["", ""])[1]
        if call == "syncfs":
            yield "sync"
        elif call in ("rename", "renameat2") and "/objects/" in line:
            yield "name"
        elif call == "write" and "/incoming/" in path:
            yield "bytes"
        elif call == "write" and path.endswith("/log.jsonl"):
            yield "log"
        elif call == "fsync" and path.endswith("/log.jsonl"):
            yield "log synced"
        elif call == "fsync" and "checkpoint" in path:
            yield "checkpoint synced"
        elif call in ("rename", "renameat2") and "checkpoint" in line:
            yield "checkpoint"
        elif call == "write" and "pipe:" in path:
            yield "receipt"


def broken(steps):
    """Return what is out of order, in words."""
    unsynced, unlogged, wrong = set(), False, []
    for step in steps:
        if step == "name" and "bytes" in unsynced:
            wrong.append("an object is named before its bytes are durable")
        if step == "log" and "name" in unsynced:
            wrong.append("the log speaks of names that are not durable")
        if step == "checkpoint" and "log" in unsynced:
            wrong.append("a checkpoint covers lines that are not durable")
        if step == "checkpoint" and "checkpoint" in unsynced:
            wrong.append("a checkpoint takes its place before its bytes are durable")
        if step == "receipt" and (unsynced or unlogged):
            wrong.append("a receipt is given before all is durable")
        if step == "sync":
            unsynced -= {"bytes", "name"}
        elif step in ("bytes", "name", "log"):
            unsynced.add(step)
        unlogged = (unlogged or step == "name") and step != "checkpoint"
        if step == "log synced":
            unsynced.discard("log")
            unsynced.add("checkpoint")
        elif step == "checkpoint synced":
            unsynced.discard("checkpoint")
    return sorted(set(wrong))


def intake_order(tmp_path, sabotage):
    if not shutil.which("strace"):
        (pytest.fail if os.environ.get("RINGTRACE_REQUIRE_ALL") else pytest.skip)("no strace to see the calls with")
    key, files = open_key(tmp_path / "keys"), fill(tmp_path / "in", 3)
    (tmp_path / "evidence").mkdir()

    def deed(pipe):
        sabotage()
        take_in(store_at(tmp_path), key, files, lambda receipt: os.write(pipe, receipt.evidence_id.encode()))

    code, ids, trace = traced(deed, "-y")
    if code != 0 or len(ids) != 3:
        pytest.skip(f"strace cannot attach here: {trace[:200]}")
    return [*events(trace)]


def test_every_step_is_durable_before_the_next(tmp_path):
    steps = intake_order(tmp_path, lambda: None)
    assert {"bytes", "name", "sync", "log", "log synced", "checkpoint", "checkpoint synced", "receipt"} <= set(steps)
    assert broken(steps) == []


def without_first_sync(sync=evidence.sync_filesystem):
    seen = []
    evidence.sync_filesystem = lambda folder: sync(folder) if (seen.append(1), len(seen) % 2 == 0)[1] else None


def without_second_sync(sync=evidence.sync_filesystem):
    seen = []
    evidence.sync_filesystem = lambda folder: sync(folder) if (seen.append(1), len(seen) % 2 == 1)[1] else None


def without_log_sync():
    custody.append_line = evidence.append_line = lambda path, data: path.open("ab").write(data) and None


@pytest.mark.parametrize(
    ("bug", "told"),
    [
        (without_first_sync, "an object is named before its bytes are durable"),
        (without_second_sync, "the log speaks of names that are not durable"),
        (without_log_sync, "a checkpoint covers lines that are not durable"),
    ],
)
def test_an_order_bug_shows_in_the_calls(tmp_path, bug, told):
    assert told in broken(intake_order(tmp_path, bug))
