"""Intakes killed at any moment: repeated, they end in the same objects and, clock and key injected, the same root."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest
from campaign import FULL, count, mine, tell
from intake_runs import fill, in_child, root, store_at, take_in

from ringtrace.pipeline.intake.adding import add
from ringtrace.store.case import Case
from ringtrace.store.keys import open_key

pytestmark = pytest.mark.slow

KILLS = count("KILLS", 50, 4)


@pytest.mark.timeout(3600)
def test_killed_intakes_end_in_the_same_objects_and_the_same_root(tmp_path):
    key = open_key(tmp_path / "keys")
    files = fill(tmp_path / "in", 1_500 if FULL else 300)
    calm = store_at(tmp_path / "calm")
    calm.folder.mkdir(parents=True)
    started = time.perf_counter()
    take_in(calm, key, files)
    whole = time.perf_counter() - started
    same = 0
    for number in mine(range(KILLS)):
        store = store_at(tmp_path / "killed")
        store.folder.mkdir(parents=True)
        child, pipe = in_child(lambda _, store=store: take_in(store, key, files))
        time.sleep(random.Random(1400 + number).uniform(0, whole))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(pipe)
        take_in(store, key, files)
        assert [item.evidence_id for item in store.held()] == [item.evidence_id for item in calm.held()]
        assert store.verify() == []
        torn = list((store.folder / "custody").glob("torn-*"))  # a torn line is an event of the log
        assert torn or root(store) == root(calm), f"kill {number}"
        same += root(store) == root(calm)
        shutil.rmtree(tmp_path / "killed")
    if FULL:
        tell("kills", kills=len(mine(range(KILLS))), same_root=same)


@pytest.mark.timeout(1800)
def test_the_killed_command_loses_nothing_that_was_acknowledged(tmp_path, session_keys):
    folder = tmp_path / "in"
    folder.mkdir()
    for index in range(2500):
        (folder / f"f{index}.txt").write_bytes(b"content %d" % index)
    rng = random.Random(6)
    case = Case.create(tmp_path / "case")
    command = [sys.executable, "-m", "ringtrace", "add", str(case.folder), str(folder)]
    acknowledged = set()
    for _ in range(10 if FULL else 2):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.3, 2.0))
        child.send_signal(signal.SIGKILL)
        child.wait()
        held = {item.evidence_id for item in case.evidence.held()} if case.evidence.log.path.exists() else set()
        assert acknowledged <= held, "an acknowledged file is gone"
        acknowledged = held
    add(case, [folder], "", lambda done, total: None)
    assert len(case.evidence.held()) == 2500
    assert case.evidence.verify() == []
