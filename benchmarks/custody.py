"""Measures intake and proof: what `add` takes in and `verify` reads again, by processor time, custody log on.

python benchmarks/custody.py [MEGABYTES] [FILES]: one large file of noise (default 400 MB), then small documents
(default 10,000, about 1 KB each), each kind in a case of its own. Processor seconds of this process, user and system
together; the start of the program is not counted. Time by the clock, which depends on disk and load, stands beside it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ringtrace.pipeline.intake.adding import add
from ringtrace.store.case import Case


def timed(work: Callable[[], object]) -> tuple[float, float, object]:
    """Return (processor seconds, seconds by the clock, what ``work`` gave)."""
    used, clock = time.process_time(), time.perf_counter()
    given = work()
    return time.process_time() - used, time.perf_counter() - clock, given


def measure(folder: Path, evidence: Path, files: int, size: float) -> None:
    case = Case.create(folder)
    for what, work in (
        ("add", lambda: add(case, [evidence], "synthetic", lambda done, total: None)),
        ("verify", case.evidence.verify),
    ):
        used, clock, given = timed(work)
        if what == "verify" and given:
            raise SystemExit(f"verify found {given}")
        print(
            f"{what:6} {files:7,} files {size:7.1f} MB  {size / used:7.0f} MB and {files / used:8,.0f} files"
            f" a processor second  ({clock:.1f} s by the clock)", flush=True,
        )  # fmt: skip


def main() -> None:
    size = int(float(sys.argv[1] if len(sys.argv) > 1 else "400") * 1e6)
    files = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "large.bin").open("wb") as file:
            for at in range(0, size, 1 << 24):
                file.write(os.urandom(min(1 << 24, size - at)))
        measure(folder / "one", folder / "large.bin", 1, size / 1e6)
        (folder / "small").mkdir()
        total = sum((folder / "small" / f"{n}.txt").write_text(f"synthetic {n} " * (40 + n % 60)) for n in range(files))
        measure(folder / "many", folder / "small", files, total / 1e6)


if __name__ == "__main__":
    main()
