"""Measures how the analysis grows: CPU seconds and peak memory at several numbers of posts, one process.

python benchmarks/scaling.py [AUTHORS] [POSTS ...]: each size in a process of its own (default eval, 50000
100000 200000 posts of preset seed); prints seconds without simulation and intake, and the growth from one
size to the next.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.stage import Summary, lay_out, write_script
from ringtrace.store.case import Case


def _processor_time() -> float:
    """Seconds of this process and of its children that have ended: reading takes place in those."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(authors: str, posts: int) -> dict[str, float]:
    """Return posts read, CPU seconds of the analysis, wall seconds, peak memory in GiB."""
    spec = replace(load_preset("seed", 20140219), posts=posts)
    with tempfile.TemporaryDirectory() as folder:
        evidence = Path(folder) / "evidence"
        lay_out(evidence, spec, write_script(authors, spec), Summary("seed", 0, authors, *[0] * 7, {}), "SYNTHETIC")
        case = Case.create(Path(folder) / "case")
        add(case, [evidence / "evidence"], "synthetic", lambda done, total: None)
        before, clock = _processor_time(), time.perf_counter()
        found = analyse(case, 1, lambda what, done, total: None)
        return {
            "posts": found.counts["posts"], "cpu": _processor_time() - before, "wall": time.perf_counter() - clock,
            "GiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        }  # fmt: skip


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]))))
        return
    authors, *sizes = sys.argv[1:] or ["eval"]
    last = None
    for posts in map(int, sizes or ("50000", "100000", "200000")):
        done = subprocess.run(
            [sys.executable, __file__, "--one", authors, str(posts)], check=True, capture_output=True, text=True
        )
        found = json.loads(done.stdout.splitlines()[-1])
        grown = f"  x{found['cpu'] / last['cpu']:.2f} for x{found['posts'] / last['posts']:.2f} posts" if last else ""
        print(f"{found['posts']:>8,} posts  {found['cpu']:6.1f} s CPU  {found['GiB']:.2f} GiB{grown}", flush=True)
        last = found


if __name__ == "__main__":
    main()
