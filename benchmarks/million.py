"""Measures every stage after the searching of posts on a case of any size: CPU seconds and memory of each.

python benchmarks/million.py COPIES CASE...: CASE are folders of analysed cases (best of different authors); ten
copies of 100,000 posts make a million (``replicas.py``). The run is ``pipeline.analyse`` itself with reading and the
searching of single texts left out, which work post by post (``benchmarks/reading.py`` has their speed). Then verdicts
are previewed.
"""

from __future__ import annotations

import importlib
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from functools import wraps
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from replicas import multiply
from ringtrace.engines.engine import Engine
from ringtrace.linking.slots import find_patterns
from ringtrace.linking.templates import find_templates
from ringtrace.pipeline import analyse
from ringtrace.pipeline.analysis import gathering
from ringtrace.pipeline.analysis.handles import join_messages, know_again
from ringtrace.pipeline.analysis.stages import accounts_of, answers_of, look_around
from ringtrace.pipeline.judging.previewing import Preview
from ringtrace.store.case import Case

STAGES = {
    "ringtrace.linking.ground": ("Ground.gather",),
    "ringtrace.linking.identifiers": ("classify",),
    "ringtrace.linking.pairs": ("link_accounts",),
    "ringtrace.linking.actors": ("cluster",),
    "ringtrace.pipeline.analysis.cuts": ("find_rings",),
    "ringtrace.pipeline.analysis.figures": ("figure_tables",),
    "ringtrace.pipeline.analysis.changes": ("compare",),
    "ringtrace.pipeline.analysis.alerting": ("raise_alerts",),
    "ringtrace.pipeline.analysis.summary": ("Summary.of", "quoting"),
    "ringtrace.report.render": ("render",),
    "ringtrace.store.analysis": ("write_tables",),
}
"""Where the timed steps of ``analyse`` stand."""
_rows: list[tuple[str, float, float]] = []


def memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def timed(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``step`` telling what it cost."""

    @wraps(step)
    def run(*args: Any, **kwargs: Any) -> Any:
        began = time.process_time()
        try:
            return step(*args, **kwargs)
        finally:
            _rows.append((name, time.process_time() - began, memory()))
            print(f"{name:28} {_rows[-1][1]:8.1f} s CPU  peak {_rows[-1][2]:.2f} GiB", flush=True)

    return run


def watch() -> None:
    """Let the steps of ``analyse`` tell what they cost."""
    for module, names in STAGES.items():
        owner: Any = importlib.import_module(module)
        for name in names:
            kind, _, method = name.rpartition(".")
            if kind:
                bound = getattr(getattr(owner, kind), method)
                setattr(getattr(owner, kind), method, staticmethod(timed(name, bound)))
            else:
                setattr(owner, name, timed(name, getattr(owner, name)))


def gather_from(tables: dict[str, pa.Table]) -> Callable[..., Any]:
    """Return what stands in for ``gathering.gather``: all that it does beside reading and searching single texts."""

    def gather(_case: Case, engine: Engine, *_: Any) -> Any:
        said = engine.frame(tables["posts"])
        (answers,) = (timed("who answers whom", answers_of)(engine, said),)
        timed("company and wording", look_around)(
            tables["posts"], engine.table(answers, ("post_id",)), tables["mentions"], tables["stances"]
        )
        mentions = timed("handles over messages", join_messages)(engine, said, engine.frame(tables["mentions"]), None)
        mentions = timed("handles known elsewhere", know_again)(engine, mentions)
        accounts = timed("accounts", accounts_of)(engine, said)
        templates = timed("templates", find_templates)(tables["posts"])
        templates, patterns = timed("slots", find_patterns)(templates, tables["posts"])
        told = {
            **tables, "answers": engine.table(answers, ("post_id",)), "mentions": engine.table(mentions, ("post_id",)),
            "accounts": accounts, "templates": templates, "patterns": patterns,
        }  # fmt: skip
        return told, (said, mentions, engine.frame(tables["stances"]))

    return gather


def main() -> None:
    copies, *cases = sys.argv[1:]
    tables = multiply(list(map(Path, cases)), int(copies))
    print(f"{len(tables['posts']):,} posts, {len(tables['mentions']):,} mentions; {memory():.2f} GiB", flush=True)
    gathering.gather = gather_from(tables)
    watch()
    with tempfile.TemporaryDirectory() as folder:
        case = Case.create(Path(folder) / "case")
        before = time.process_time()
        found = analyse(case, 1, lambda *_: None)
        print(f"all: {time.process_time() - before:.1f} s CPU, peak {memory():.2f} GiB")
        print(", ".join(f"{what} {count:,}" for what, count in found.counts.items()), flush=True)
        judge(case)


def judge(case: Case) -> None:
    """Preview verdicts on the people of rings: splits and merges, each told with its CPU seconds."""
    kept: dict[str, pa.Table] = {}

    def table(name: str) -> pa.Table:
        return kept.setdefault(name, pq.read_table(case.analysis / f"{name}.parquet"))

    preview = Preview(table, [])
    timed("preview: gathered once", preview.warm)()
    actors = table("actors")
    accounts = dict(zip(actors["actor_id"].to_pylist(), actors["accounts"].to_pylist(), strict=True))
    members = sorted(set(table("members")["actor_id"].to_pylist()))
    several = [actor for actor in members if len(accounts[actor]) > 1]
    for actor in several[:: max(1, len(several) // 3)][:3]:
        timed("preview: a split", preview.verdict)(*accounts[actor][:2], "no")
    for one, other in list(pairwise(members))[:: max(1, len(members) // 3)][:3]:
        timed("preview: a merge", preview.verdict)(accounts[one][0], accounts[other][0], "yes")


if __name__ == "__main__":
    main()
