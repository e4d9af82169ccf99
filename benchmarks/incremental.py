"""Measures what adding evidence costs beside a full run: CPU seconds of both, and whether their tables are equal.

python benchmarks/incremental.py [AUTHORS] [POSTS] [ADDED] [--evidence FOLDER]

POSTS of preset seed (default dev, 100000), or FOLDER as it is, are analysed in full; then in a second case all
but files with about ADDED posts (default 1 %), and last those files are added. Which files is decided by the
hash of their names. Prints posts, CPU seconds (children counted) of the full run and of the addition, and their
ratio; exits with 1 where a table differs, receipts aside.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq

from ringtrace.pipeline import analyse
from ringtrace.pipeline.adding import add
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.stage import Summary, lay_out, write_script
from ringtrace.store.case import Case


def cpu() -> float:
    """Seconds of this process and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def run(case: Case, evidence: Path) -> tuple[int, float]:
    """Add ``evidence`` and analyse; return (posts of the case, CPU seconds of the analysis)."""
    add(case, [evidence], "synthetic", lambda done, total: None)
    before = cpu()
    found = analyse(case, 1, lambda *_: None)
    return found.counts["posts"], cpu() - before


def hold_back(case: Case, evidence: Path, later: Path, posts: int) -> int:
    """Move files with about ``posts`` posts from ``evidence`` to ``later``; return how many posts they hold."""
    rows = pq.read_table(case.analysis / "evidence.parquet").select(["name", "posts"]).to_pylist()
    moved = 0
    for row in sorted(rows, key=lambda row: hashlib.sha256(row["name"].encode()).digest()):
        if row["posts"] and moved + row["posts"] <= posts * 1.1 and (evidence / row["name"]).is_file():
            target = later / row["name"]
            target.parent.mkdir(parents=True, exist_ok=True)
            (evidence / row["name"]).rename(target)
            moved += row["posts"]
    return moved


def tables(case: Case) -> dict[str, str]:
    found = {}
    for path in sorted(case.analysis.glob("*.parquet")):
        table = pq.read_table(path)
        data = path.read_bytes()
        if path.stem == "evidence":
            data = str(table.drop_columns(["received_at"]).to_pylist()).encode()
        found[path.stem] = hashlib.sha256(data).hexdigest()
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("authors", nargs="?", default="dev")
    parser.add_argument("posts", nargs="?", type=int, default=100_000)
    parser.add_argument("added", nargs="?", type=int)
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
        whole = Case.create(Path(folder) / "whole" / "case")
        posts, full = run(whole, evidence)
        print(f"{posts:,} posts in full: {full:.1f} s CPU", flush=True)
        later = Path(folder) / "later"
        added = hold_back(whole, evidence, later, asked.added or posts // 100)
        parts = Case.create(Path(folder) / "parts" / "case")
        run(parts, evidence)
        _, part = run(parts, later)
        print(f"{added:,} posts added: {part:.1f} s CPU, {full / part:.1f} times less than the full run", flush=True)
        again, nothing = run(parts, later)
        print(f"nothing added: {nothing:.1f} s CPU ({again:,} posts)", flush=True)
        differing = [name for name, digest in tables(whole).items() if tables(parts)[name] != digest]
        print(f"tables that differ: {', '.join(differing) or 'none'}", flush=True)
        raise SystemExit(bool(differing))


if __name__ == "__main__":
    main()
