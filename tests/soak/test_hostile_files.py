"""Bombs and malformed files one by one: each ends in time and memory with its bytes accounted and a reason."""

import hashlib
import os
import resource
from pathlib import Path

import pytest
from hostile_files import bombs, malformed

from ringtrace.engines.crew import Crew
from ringtrace.pipeline.reading.confined import MODULE, read_task
from ringtrace.pipeline.reading.files import Task
from ringtrace.pipeline.reading.reader_process import Allowance
from ringtrace.store.evidence import Held

pytestmark = pytest.mark.slow

FULL = bool(os.environ.get("RINGTRACE_SOAK"))
SECONDS, MEMORY = 5.0, 512 * 2**20
SMALL = 3 * 2**20  # what the sample in the normal tests takes of the bombs


def stored(folder, name, data):
    key = hashlib.sha256(data).hexdigest()
    path = folder / "objects" / key[:2] / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Task(str(folder), (Held(key, len(data), (name,), "2013-06-01T00:00:00+00:00", "test"),))


def children():
    return [pid for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()]


def processor_time(pids):
    """Seconds of processor time that children took, the living and those that have ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    living = sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")
    return ended.ru_utime + ended.ru_stime + living


def peak(pids):
    """Highest resident size of the living children since the last call, bytes."""
    most = 0
    for pid in pids:
        status = Path(f"/proc/{pid}/status").read_text()
        most = max([most, *(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))])
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    return most


def campaign(folder, files):
    """Read each file by itself; return name -> (seconds of processor time, peak bytes, row of evidence, gaps).

    The peak is without the original itself, whose pages are mapped and belong to the system's cache.
    """
    found = {}
    with Crew(MODULE, 1) as crew:
        read_task(crew, Allowance(), stored(folder, "first.txt", b"words\n"))
        for name, data in files.items():
            task = stored(folder, name, data)
            started = processor_time(children())
            evidence, _, gaps = read_task(crew, Allowance(), task)
            found[name] = (
                processor_time(children()) - started,
                max(0, peak(children()) - len(data)),
                evidence.to_pylist()[0],
                gaps.to_pylist(),
            )
            (folder / "objects" / task.held[0].evidence_id[:2] / task.held[0].evidence_id).unlink()
    return found


def check(found):
    faults = []
    for name, (seconds, memory, row, gaps) in found.items():
        if os.environ.get("RINGTRACE_TELL"):
            print(f"{seconds:6.2f} s {memory >> 20:4d} MiB {row['posts']:6d} posts  {name}: {row['note'][:90]}")
        if row["post_bytes"] + row["gap_bytes"] + row["structure_bytes"] != row["size"]:
            faults.append(f"{name}: bytes are not accounted: {row}")
        if seconds > SECONDS or memory > MEMORY:
            faults.append(f"{name}: {seconds:.1f} s, {memory >> 20} MiB")
        if any(not gap["reason"] for gap in gaps):
            faults.append(f"{name}: a gap without a reason")
    assert not faults, "\n".join(faults)


@pytest.mark.timeout(1800)
def test_bombs_end_in_time_and_memory(tmp_path):
    files = bombs()
    assert len(files) >= 60
    check(campaign(tmp_path, files if FULL else dict([(n, d) for n, d in files.items() if len(d) < SMALL][::4])))


@pytest.mark.timeout(1800)
def test_malformed_files_end_in_time_and_memory(tmp_path):
    check(campaign(tmp_path, malformed(200 if FULL else 30)))
