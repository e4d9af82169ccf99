"""Campaigns against the store: tampering and kills. A sample in `make test`, the full count in `make soak`."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from ringtrace.pipeline.adding import add
from ringtrace.store.case import Case

FULL = bool(os.environ.get("RINGTRACE_SOAK"))
MUTATIONS = 1000 if FULL else 25
KILLS = 50 if FULL else 2


@pytest.fixture
def filled(tmp_path, session_keys):
    folder = tmp_path / "in"
    folder.mkdir()
    rng = random.Random(4)
    for index in range(12):
        (folder / f"f{index}.bin").write_bytes(rng.randbytes(rng.randint(1, 400)))
    case = Case.create(tmp_path / "case")
    add(case, [folder], "soak", lambda done, total: None)
    assert case.evidence.verify() == []
    return case


def mutate(path, rng):
    """Change one thing about one file: flip a bit, cut, append, insert or delete."""
    data = bytearray(path.read_bytes())
    kind = rng.choice(["flip", "cut", "append", "insert", "delete"])
    if kind == "delete":
        path.unlink()
        return kind
    at = rng.randrange(len(data))
    if kind == "flip":
        data[at] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del data[at:]
    elif kind == "append":
        data += rng.randbytes(rng.randint(1, 20)).replace(b"\n", b"x") + b"\n"
    else:
        data[at:at] = rng.randbytes(rng.randint(1, 20)).replace(b"\n", b"x")
    path.chmod(0o644)
    path.write_bytes(data)
    return kind


def test_every_single_mutation_is_found_and_placed(filled, tmp_path):
    rng = random.Random(5)
    store = filled.evidence.folder
    targets = sorted(
        p
        for p in (*(store / "objects").rglob("*"), store / "custody/log.jsonl", store / "custody/checkpoint")
        if p.is_file()
    )
    for number in range(MUTATIONS):
        copy = tmp_path / "copy"
        shutil.copytree(filled.folder, copy)
        target = rng.choice(targets)
        kind = mutate(copy / "evidence" / target.relative_to(store), rng)
        findings = Case(copy).evidence.verify()
        named = (
            target.name if target.parent.name != "custody" else ("log.jsonl" if "log" in target.name else "checkpoint")
        )
        if target.name == "log.jsonl" and kind == "append":
            named = "custody/"
        assert any(named in f.where for f in findings), (number, kind, target.name, findings)
        shutil.rmtree(copy)


def test_killed_intakes_end_in_the_same_objects(tmp_path, session_keys):
    folder = tmp_path / "in"
    folder.mkdir()
    for index in range(2500):
        (folder / f"f{index}.txt").write_bytes(b"content %d" % index)
    rng = random.Random(6)
    case = Case.create(tmp_path / "case")
    command = [sys.executable, "-m", "ringtrace", "add", str(case.folder), str(folder)]
    acknowledged = set()
    for _ in range(KILLS):
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
