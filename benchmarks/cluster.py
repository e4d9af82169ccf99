"""Measures the analysis on one process and on a Spark of this machine: CPU seconds, bytes shuffled, stage by stage.

python benchmarks/cluster.py [AUTHORS] [POSTS ...]: each size and engine in a process of its own (default second, 5000
10000 20000 posts of preset seed, engines local:1 and spark-local[2]). CPU is that of all processes of the run (Java and
workers too); bytes are what Spark's event log says that shuffles wrote. Prints the growth from one size to the next,
and the largest share of a stage's shuffled bytes that one task read (skew).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ringtrace.engines.opening import open_engine
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.stage import Summary, lay_out, write_script
from ringtrace.store.case import Case

ENGINES = ("local:1", "spark-local[2]")
_TICK = os.sysconf("SC_CLK_TCK")


def _processor_time() -> float:
    """Seconds of all processes of this session, and of those that they have waited for."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(") ")[2].split()
            if int(fields[3]) == os.getsid(0):
                total += sum(map(int, fields[11:15]))
    return total / _TICK


def _shuffled(log: Path) -> dict[str, dict[str, float]]:
    """Return stage of ours -> bytes that its shuffles wrote, and the largest share of them that one task read."""
    of_stage: dict[int, str] = {}
    wrote: dict[str, int] = defaultdict(int)
    reads: dict[str, list[int]] = defaultdict(list)
    for path in sorted(log.rglob("events_*")):
        for line in path.open(encoding="utf-8"):
            event = json.loads(line)
            if event["Event"] == "SparkListenerJobStart":
                name = event.get("Properties", {}).get("spark.job.description", "")
                of_stage.update(dict.fromkeys(event["Stage IDs"], name))
            elif event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
                name, metrics = of_stage.get(event["Stage ID"], ""), event["Task Metrics"]
                wrote[name] += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
                read = metrics["Shuffle Read Metrics"]
                reads[name].append(read["Remote Bytes Read"] + read["Local Bytes Read"])
    most = {name: max(found) / max(1, sum(found)) for name, found in reads.items()}
    return {name: {"bytes": size, "most": most[name]} for name, size in wrote.items() if size}


def measure(authors: str, posts: int, engine: str) -> dict[str, object]:
    """Return posts read, CPU and wall seconds, peak memory of this process in GiB, and what was shuffled."""
    spec = replace(load_preset("seed", 20140219), posts=posts)
    with tempfile.TemporaryDirectory() as folder:
        evidence, log = Path(folder) / "evidence", Path(folder) / "log"
        log.mkdir()
        settings = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": log.as_uri()}
        settings |= {"spark.driver.memory": "3g", "spark.eventLog.compress": "false"}
        words = " ".join(f"--conf {name}={value}" for name, value in settings.items())
        os.environ["PYSPARK_SUBMIT_ARGS"] = f"{words} pyspark-shell"
        lay_out(evidence, spec, write_script(authors, spec), Summary("seed", 0, authors, *[0] * 7, {}), "SYNTHETIC")
        case = Case.create(Path(folder) / "case")
        add(case, [evidence / "evidence"], "synthetic", lambda done, total: None)
        before, clock = _processor_time(), time.perf_counter()
        running = open_engine(engine)
        found = analyse(case, running, lambda what, done, total: None, fresh=True)
        told = {
            "posts": found.counts["posts"], "cpu": _processor_time() - before, "wall": time.perf_counter() - clock,
            "GiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        }  # fmt: skip
        if hasattr(running, "stop"):
            running.stop()
        return {**told, "shuffled": _shuffled(log)}


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]), sys.argv[4])))
        return
    authors, *sizes = sys.argv[1:] or ["second"]
    last: dict[str, dict[str, float]] = {}
    for posts in map(int, sizes or ("5000", "10000", "20000")):
        for engine in ENGINES:
            done = subprocess.run(
                [sys.executable, __file__, "--one", authors, str(posts), engine], check=True, stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, text=True, start_new_session=True,
            )  # fmt: skip
            found = json.loads(done.stdout.splitlines()[-1])
            _print(engine, found, last.get(engine))
            last[engine] = found


def _print(engine: str, found: dict[str, float], before: dict[str, float] | None) -> None:
    grown = f"  x{found['cpu'] / before['cpu']:.2f} for x{found['posts'] / before['posts']:.2f} posts" if before else ""
    print(
        f"{engine:15} {found['posts']:>8,} posts  {found['cpu']:7.1f} s CPU  {found['wall']:7.1f} s  "
        f"{found['GiB']:.2f} GiB here{grown}"
    )
    for name, one in found["shuffled"].items():
        grown = ""
        if before and name in before["shuffled"]:
            grown = f"  x{one['bytes'] / before['shuffled'][name]['bytes']:.2f}"
        told = f"{one['bytes'] / found['posts']:7.1f} a post, {one['most']:.2f} by one task{grown}"
        print(f"    {name:20} {one['bytes']:>13,} bytes shuffled, {told}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
