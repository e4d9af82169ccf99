"""Counts the rings that are found where there are none: after what ties people has been shuffled.

python benchmarks/nulls.py [--runs N] NAME=CASE:TRUTH ...    N runs of each null, 20 unless told

CASE is a case after ``ringtrace analyse``; its truth is not read. Two nulls, each with its own seed a run:

flags    what posts do (frame, direction, probability) is dealt anew among the posts of each container: as much
         trade in every group, said by anybody. Whoever answers whom stays.
ties     the right ends of the ties are dealt anew within each layer: everybody keeps the number of ties. The program
         deals ties itself to tell rings from chance (``rings.dealing``), by other seeds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from known_cases import read_case
from ringtrace.pipeline.reading.answering import find_answers
from ringtrace.rings.activity import Scene, scene
from ringtrace.rings.address import find_calls
from ringtrace.rings.assembly import find_members, operators
from ringtrace.rings.dealing import dealt
from ringtrace.rings.graph import build

TABLES = (
    "posts",
    "evidence",
    "mentions",
    "stances",
    "facts",
    "accounts",
    "actors",
    "templates",
    "identifiers",
    "links",
)
RUNS = 20


class Nulls:
    """One analysed case, and what is found in it when it is shuffled."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self.tables = tables
        self.answers = find_answers(tables["posts"])
        self.running = operators(tables["posts"])
        self.stage = self._scene(tables["stances"])
        self.ties = self._ties(self.stage)

    def rings(self) -> int:
        """Return the rings of the case as it is."""
        return self._count(self.stage, self.ties)

    def flags(self, seed: int) -> int:
        """Return the rings found when flags are dealt anew within each container."""
        stage = self._scene(deal_flags(self.tables["stances"], self.tables["posts"], seed))
        return self._count(stage, self._ties(stage))

    def rewired(self, seed: int) -> int:
        """Return the rings found when the right ends of ties are dealt anew."""
        return self._count(self.stage, dealt(self.ties, seed))

    def _scene(self, stances: pa.Table) -> Scene:
        tables = self.tables
        return scene(tables["posts"], stances, tables["facts"], tables["actors"], self.answers)

    def _ties(self, stage: Scene) -> pa.Table:
        names = ("mentions", "accounts", "templates", "identifiers", "links")
        return build(stage, *(self.tables[name] for name in names), find_calls(stage, self.tables["accounts"]))

    def _count(self, stage: Scene, ties: pa.Table) -> int:
        return len(set(find_members(stage, ties, self.running).members["ring_id"].to_pylist()))


def deal_flags(stances: pa.Table, posts: pa.Table, seed: int) -> pa.Table:
    """Return ``stances`` with what posts do dealt anew among the posts of each container."""
    at = pc.index_in(stances["post_id"], posts["post_id"].combine_chunks())
    container = posts["container"].take(at).dictionary_encode().combine_chunks().indices.to_numpy()
    rng = np.random.default_rng(seed)
    shuffled = rng.permutation(len(stances))
    source = np.empty(len(stances), np.int64)
    source[np.argsort(container, kind="stable")] = shuffled[np.argsort(container[shuffled], kind="stable")]
    moved = stances.take(pa.array(source))
    return moved.set_column(moved.schema.get_field_index("post_id"), "post_id", stances["post_id"])


def told(counts: list[int]) -> str:
    return f"{sum(counts)} rings in {len(counts)} runs, {sum(counts) / len(counts):.2f} a run, at most {max(counts)}"


def main(arguments: list[str]) -> None:
    runs = int(arguments[arguments.index("--runs") + 1]) if "--runs" in arguments else RUNS
    for one in (argument for argument in arguments if "=" in argument):
        case = read_case(one, TABLES)
        nulls = Nulls(case.tables)
        print(f"{case.name}: {nulls.rings()} rings as it is", flush=True)
        kinds: dict[str, Callable[[int], int]] = {"flags": nulls.flags, "ties": nulls.rewired}
        for name, null in kinds.items():
            print(f"    {name}: {told([null(seed) for seed in range(runs)])}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
