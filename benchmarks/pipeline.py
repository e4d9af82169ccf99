"""Measures the main job on simulated evidence: CPU seconds and peak memory per stage, one process.

python benchmarks/pipeline.py [PRESET] [AUTHORS]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from ringtrace.evaluation.scores import evaluate
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.simulator.stage import simulate
from ringtrace.store.case import Case


def main() -> None:
    preset, authors = ([*sys.argv[1:], "seed", "eval"][:2]) if len(sys.argv) < 3 else sys.argv[1:3]
    with tempfile.TemporaryDirectory() as folder:
        evidence = Path(folder) / "evidence"
        clock = time.process_time()

        def lap(what: str) -> None:
            nonlocal clock
            now = time.process_time()
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
            print(f"{what:24} {now - clock:8.1f} s CPU   peak so far {peak:.2f} GiB", flush=True)
            clock = now

        simulate(evidence, preset, 20140219, authors)
        lap("simulate")
        case = Case.create(Path(folder) / "case")
        add(case, [evidence / "evidence"], "synthetic", lambda done, total: None)
        lap("add")

        def progress(what: str, done: int, total: int) -> None:
            if done >= total:
                lap(what)

        analyse(case, 1, progress)
        scores = evaluate(case.analysis, evidence / "truth")
        lap("evaluate")
        print("\n".join(scores.lines()))


if __name__ == "__main__":
    main()
