"""Intake under power cuts, failing system calls and kills: what was acknowledged is there, the rest ends cleanly."""

import ctypes
import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import time
from pathlib import Path

import pytest

from ringtrace.errors import RingtraceError
from ringtrace.model.custody import Circumstances
from ringtrace.store import custody, evidence
from ringtrace.store.evidence import EvidenceStore
from ringtrace.store.keys import open_key
from ringtrace.store.merkle import leaf_hash, root_hash

FULL = bool(os.environ.get("RINGTRACE_SOAK"))
CUTS = 300 if FULL else 3
FAULTS = 500 if FULL else 16
KILLS = 50 if FULL else 4
SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN (linux/ext4.h)
NO_FLUSH = 2  # EXT4_GOING_FLAGS_NOLOGFLUSH: what is not on disk yet is gone
CALLS = "write pwrite64 fsync syncfs rename renameat2 unlink unlinkat ftruncate mkdir mkdirat chmod fchmodat openat"
MOMENT = "2013-06-01T00:00:00.000000+00:00"


@pytest.fixture
def key(tmp_path):
    return open_key(tmp_path / "keys")


def fill(folder, number, seed=1):
    folder.mkdir(exist_ok=True)
    rng = random.Random(seed)
    for index in range(number):
        (folder / f"f{index:04}.bin").write_bytes(rng.randbytes(rng.randint(1, 20_000)))
    return sorted((path.name, path) for path in folder.iterdir())


def take_in(store, key, files, acknowledge=lambda receipt: None):
    for receipt in store.take_in(
        files, key, origin="ringtrace/test", circumstances=Circumstances(), by="test", tool="test"
    ):
        acknowledge(receipt)


def in_child(deed):
    """Run ``deed(write end)`` in a fork; return (process id, read end). It ends with 0, 1 refused, 2 unclean."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    code = 2
    try:
        os.close(read)
        deed(write)
        code = 0
    except (RingtraceError, OSError):
        code = 1
    finally:
        os._exit(code)


def acknowledged(descriptor):
    """Return the evidence ids that a child wrote, 64 digits each."""
    with os.fdopen(descriptor, "rb") as pipe:
        data = pipe.read()
    return {data[at : at + 64].decode() for at in range(0, len(data) - 63, 64)}


# Power cuts


@pytest.fixture
def disk(tmp_path):
    """(mount, unmount) of an ext4 file system that can be cut off."""
    if os.geteuid() != 0 or not shutil.which("mkfs.ext4") or not Path("/dev/loop-control").exists():
        pytest.skip("power cuts need root, mkfs.ext4 and loop devices")
    image, place = tmp_path / "image", tmp_path / "disk"
    place.mkdir()
    with image.open("wb") as handle:
        handle.truncate(96 << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)

    def mount():
        done = subprocess.run(["mount", "-o", "loop,noauto_da_alloc", image, place], check=False, capture_output=True)
        if done.returncode:
            pytest.skip(f"no loop device can be mounted: {done.stderr.decode(errors='replace')}")
        return place

    def unmount():
        subprocess.run(["umount", place], check=True)

    yield mount, unmount
    subprocess.run(["umount", "-q", place], check=False)


def cut_power(place):
    descriptor = os.open(place, os.O_RDONLY)
    fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_FLUSH))
    os.close(descriptor)


def store_at(place):
    return EvidenceStore(place / "evidence", lambda: MOMENT)


def one_cut(disk, key, files, rng, sabotage=lambda: None):
    """Cut the power during an intake of ``files`` by threes; return what went wrong, in words."""
    mount, unmount = disk
    place = mount()
    store = store_at(place)
    store.folder.mkdir(exist_ok=True)

    def intake(pipe):
        sabotage()
        for at in range(0, len(files), 3):
            ids: list[str] = []
            take_in(store, key, files[at : at + 3], lambda receipt, ids=ids: ids.append(receipt.evidence_id))
            os.write(pipe, "".join(ids).encode())

    child, pipe = in_child(intake)
    time.sleep(rng.uniform(0.002, 0.25))
    cut_power(place)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    promised = acknowledged(pipe)
    unmount()
    store = store_at(mount())
    try:
        store.recover(key, "ringtrace/test")
        held = {item.evidence_id for item in store.held()}
        lost = promised - held
        wrong = [f"{finding.where}: {finding.what}" for finding in store.verify() if "no log line" not in finding.what]
        return [f"{len(lost)} acknowledged records are not in the log"] * bool(lost) + wrong
    except RingtraceError as error:
        return [str(error)]
    finally:
        shutil.rmtree(place / "evidence")
        unmount()


@pytest.mark.timeout(3600)
def test_a_power_cut_loses_nothing_that_was_acknowledged(disk, tmp_path, key):
    files = fill(tmp_path / "in", 60)
    rng = random.Random(11)
    for number in range(CUTS):
        assert one_cut(disk, key, files, rng) == [], f"cut {number}"


def no_sync(_folder):
    """The order bug "names before data": nothing waits for the disk."""


def lazy_append(path, data):
    """The order bug "acknowledged before the log is on disk"."""
    with path.open("ab") as handle:
        handle.write(data)


def late_log(log, events, key, origin, *, append=custody.CustodyLog.append, waiting=[]):  # noqa: B006  kept on purpose
    """The order bug "acknowledged before it is logged": events are written one batch late."""
    append(log, waiting[:], key, origin)
    waiting[:] = events


BUGS = {
    "sync": [(evidence, "sync_filesystem", no_sync)],
    "append": [(custody, "append_line", lazy_append), (evidence, "append_line", lazy_append)],
    "log": [(custody.CustodyLog, "append", late_log)],
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("bug", BUGS)
def test_planted_order_bugs_are_caught_by_power_cuts(disk, tmp_path, key, bug):
    files = fill(tmp_path / "in", 60)
    rng = random.Random(12)

    def sabotage():
        for module, name, function in BUGS[bug]:
            setattr(module, name, function)

    assert any(one_cut(disk, key, files, rng, sabotage) for _ in range(40)), "the campaign does not see this bug"


# Failing system calls


def traced(deed, *injections):
    """Run ``deed`` in a fork under strace; return (exit code, acknowledged ids, trace)."""

    def waiting(pipe):
        os.kill(os.getpid(), signal.SIGSTOP)
        deed(pipe)

    ctypes.CDLL(None).prctl(0x59616D61, -1, 0, 0, 0)  # PR_SET_PTRACER: Yama lets strace attach
    child, pipe = in_child(waiting)
    os.waitpid(child, os.WUNTRACED)
    command = ["strace", "-p", str(child), "-e", f"trace={CALLS.replace(' ', ',')}", *injections]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE)
    first = tracer.stderr.readline()
    os.kill(child, signal.SIGCONT)
    trace = first + tracer.stderr.read()
    tracer.wait()
    ids = acknowledged(pipe)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), ids, trace.decode(errors="replace")


@pytest.mark.timeout(3600)
def test_a_failing_system_call_ends_in_a_clean_error_or_success(tmp_path, key):
    if not shutil.which("strace"):
        pytest.skip("no strace to make system calls fail with")
    files = fill(tmp_path / "in", 4)
    place = tmp_path / "store"

    def deed(pipe):
        def acknowledge(receipt):
            if receipt.status != "failed":
                os.write(pipe, receipt.evidence_id.encode())

        take_in(store_at(place), key, files, acknowledge)

    def fresh():
        shutil.rmtree(place, ignore_errors=True)
        (place / "evidence").mkdir(parents=True)

    fresh()
    code, ids, trace = traced(deed)
    if code != 0 or len(ids) != 4:
        pytest.skip(f"strace cannot attach here: {trace[:200]}")
    counts = {call: trace.count(f"{call}(") - trace.count(f"p{call}(") for call in CALLS.split()}
    points = [(c, n, e) for c, most in counts.items() for n in range(1, most + 1) for e in ("EIO", "ENOSPC")]
    rng = random.Random(13)
    chosen = (points * (1 + FAULTS // len(points)))[:FAULTS] if FULL else rng.sample(points, min(FAULTS, len(points)))
    for call, number, error in chosen:
        fresh()
        width = rng.choice(["", "+"]) if FULL else ""  # this call alone, or it and all after it
        code, ids, _ = traced(deed, "-e", f"inject={call}:error={error}:when={number}{width}")
        where = f"{call} no. {number}{width}: {error}"
        assert code in (0, 1), f"{where}: ended with {code}"
        store = store_at(place)
        take_in(store, key, files)
        held = {item.evidence_id for item in store.held()}
        assert ids <= held and len(held) == 4, where
        assert store.verify() == [], where


# Kills


def root(store):
    return root_hash([leaf_hash(line) for line in store.log.lines()])


@pytest.mark.timeout(1800)
def test_killed_intakes_end_in_the_same_objects_and_the_same_root(tmp_path, key):
    files = fill(tmp_path / "in", 1_500 if FULL else 300)
    calm = store_at(tmp_path / "calm")
    calm.folder.mkdir(parents=True)
    started = time.perf_counter()
    take_in(calm, key, files)
    whole = time.perf_counter() - started
    rng = random.Random(14)
    for number in range(KILLS):
        store = store_at(tmp_path / "killed")
        store.folder.mkdir(parents=True)
        child, pipe = in_child(lambda _, store=store: take_in(store, key, files))
        time.sleep(rng.uniform(0, whole))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(pipe)
        take_in(store, key, files)
        assert [item.evidence_id for item in store.held()] == [item.evidence_id for item in calm.held()]
        assert store.verify() == []
        torn = list((store.folder / "custody").glob("torn-*"))  # a torn line is an event of the log
        assert torn or root(store) == root(calm), f"kill {number}"
        shutil.rmtree(tmp_path / "killed")
