"""Measures what adding evidence costs beside a full run: CPU seconds of both, and whether their tables are equal.

python benchmarks/incremental.py [AUTHORS] [POSTS] [--share SHARE] [--evidence FOLDER]

Of POSTS of preset seed (default dev, 100000), or of FOLDER as it is, all but files with about SHARE of the bytes
(default .01; which, is decided by the hash of their names) are analysed, then those files are added, then nothing
is, then everything is worked out in full. Prints posts and CPU seconds (children counted) of each; exits with 1
where the last two give other tables.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.stage import Summary, lay_out, write_script
from ringtrace.store.case import Case


def cpu() -> float:
    """Seconds of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def run(case: Case, evidence: Path | None, what: str, fresh: bool = False) -> tuple[int, float]:
    """Add ``evidence`` and analyse; print and return (posts of the case, CPU seconds of the analysis)."""
    if evidence is not None:
        add(case, [evidence], "synthetic", lambda done, total: None)
    before = cpu()
    posts = analyse(case, 1, lambda *_: None, fresh=fresh).counts["posts"]
    seconds = cpu() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{what}: {posts:,} posts, {seconds:.1f} s CPU, peak so far {peak:.2f} GiB", flush=True)
    return posts, seconds


def hold_back(evidence: Path, later: Path, share: float) -> None:
    """Move files with at most ``share`` of the bytes from ``evidence`` to ``later``."""
    files = [path for path in evidence.rglob("*") if path.is_file()]
    left = share * sum(path.stat().st_size for path in files)
    for path in sorted(files, key=lambda path: hashlib.sha256(path.name.encode()).digest()):
        if path.stat().st_size <= left:
            left -= path.stat().st_size
            target = later / path.relative_to(evidence)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.rename(target)


def tables(case: Case) -> dict[str, str]:
    paths = sorted(case.analysis.glob("*.parquet"))
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("authors", nargs="?", default="dev")
    parser.add_argument("posts", nargs="?", type=int, default=100_000)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--evidence", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        evidence = Path(folder) / "evidence"
        if asked.evidence:
            shutil.copytree(asked.evidence, evidence)
        else:
            spec = replace(load_preset("seed", 20140219), posts=asked.posts)
            told = Summary("seed", 0, asked.authors, *[0] * 7, {})
            lay_out(evidence, spec, write_script(asked.authors, spec), told, "SYNTHETIC")
            evidence = evidence / "evidence"
        later = Path(folder) / "later"
        hold_back(evidence, later, asked.share)
        case = Case.create(Path(folder) / "case")
        run(case, evidence, "at first")
        _, part = run(case, later, "with the addition")
        run(case, None, "with nothing new")
        found = tables(case)
        _, full = run(case, None, "in full", fresh=True)
        differing = [name for name, digest in tables(case).items() if found[name] != digest]
        print(f"the addition costs {part / full:.1%} of a full run ({full / part:.1f} times less)")
        print(f"tables that differ: {', '.join(differing) or 'none'}", flush=True)
        raise SystemExit(bool(differing))


if __name__ == "__main__":
    main()
