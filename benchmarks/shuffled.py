"""Counts what the groupings of an analysed case move between workers, without a cluster.

python benchmarks/shuffled.py CASE [SHARE ...]: the stages that group run again over the tables of CASE, on a half and a
quarter of its conversations as well (shares of 4, default 1 2 4). For each: bytes packed as the Spark engine packs
them, bytes a post, how they grow, and the largest of 64 shards as a share of all (1/64 = .016 is even).
"""

from __future__ import annotations

import sys
from collections import defaultdict
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.engine import Frame, Stage
from ringtrace.engines.local import Local
from ringtrace.engines.shards import shards_of, split
from ringtrace.engines.spark import pack
from ringtrace.engines.tables import schema
from ringtrace.linking.ground import Ground
from ringtrace.pipeline.analysis import stages
from ringtrace.pipeline.analysis.handles import join_messages, know_again
from ringtrace.pipeline.reading.posts import merge_frames
from ringtrace.store.analysis import read_table

SHARDS = 64


class Counting(Local):
    """A local engine that counts what a shuffle of 64 shards would move."""

    def __init__(self) -> None:
        super().__init__(1)
        self.moved: dict[str, list[int]] = defaultdict(lambda: [0] * SHARDS)

    def group(
        self, stage: Stage, frames: tuple[Frame, ...], keys: tuple[str, ...], order: tuple[str, ...]
    ) -> tuple[Frame, ...]:
        name = (stage.func if isinstance(stage, partial) else stage).__name__
        for frame in frames:
            for shard, rows in split(frame.held, keys, SHARDS):
                self.moved[name][shard] += len(pack(rows))
        return super().group(stage, frames, keys, order)


def _as_now(name: str, table: pa.Table) -> pa.Table:
    """Return a table of an older analysis with the columns that came since, empty."""
    for field in schema(name):
        if field.name not in table.column_names:
            empty = pa.nulls(len(table), field.type)
            table = table.append_column(field, pc.fill_null(empty, "") if field.type == pa.string() else empty)
    return table


def count(case: Path, share: int) -> tuple[int, dict[str, list[int]]]:
    """Return (posts, stage -> bytes by shard) for ``share`` quarters of the conversations."""
    names = ("posts", "mentions", "stances", "facts", "templates")
    tables = (_as_now(name, read_table(case / "analysis", name)) for name in names)
    posts, mentions, stances, facts, templates = tables
    posts = posts.filter(pa.array(shards_of(posts, ("container",), 4) < share))
    ids = posts["post_id"].combine_chunks()
    parts = [table.filter(pc.is_in(table["post_id"], ids)) for table in (mentions, stances, facts)]
    engine = Counting()
    raw = posts.append_column("reply_native", pa.nulls(len(posts), pa.string()))
    said, replies, _ = merge_frames(engine, engine.frame(raw))
    found = tuple(map(engine.frame, parts))
    _, places = engine.group(stages._beneath, (said, replies), ("container",), ("post_id",))
    (directed,) = engine.group(stages._directed, (found[1], places), ("post_id",), ("post_id",))
    engine.group(stages._beneath_trade, (said, replies, directed), ("container",), ("post_id",))
    stages._replaced(engine, found, [engine.frame(part.slice(0, len(part) // 20)) for part in parts])
    know_again(engine, join_messages(engine, said, found[0], None))
    stages.accounts_of(engine, said)
    ground = Ground.gather(engine, said, *found[:2])
    ground.rare(templates.filter(pc.is_in(templates["post_id"], ids)))
    return len(posts), dict(engine.moved)


def main() -> None:
    case, *shares = sys.argv[1:]
    before: tuple[int, dict[str, list[int]]] | None = None
    for share in map(int, shares or ("1", "2", "4")):
        posts, moved = count(Path(case), share)
        print(f"{posts:,} posts" + (f", x{posts / before[0]:.2f}" if before else ""))
        moved["all"] = [sum(column) for column in zip(*moved.values(), strict=True)]
        for name, shards in moved.items():
            size = sum(shards)
            grown = f"  x{size / max(1, sum(before[1][name])):.2f}" if before else ""
            largest = max(shards) / max(1, size)
            print(f"    {name:20} {size:>13,} bytes {size / posts:8.1f} a post  largest {largest:.3f}{grown}")
        before = posts, moved
        sys.stdout.flush()


if __name__ == "__main__":
    main()
