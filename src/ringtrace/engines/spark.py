"""Runs stages on Spark: the same functions over the same Arrow tables, carried as blocks.

Spark sees no column of ours but four: which of a stage's tables a block belongs to, its place in the order,
its rows, and the block itself, an Arrow stream. So no type is translated on the way, a shuffle moves
compressed blocks and not rows, and each function sees exactly what it would see on one machine. Every frame
is kept by Spark (in memory, else on the executors' disks) until the engine is closed; what is lost with
an executor is made anew from what it was made of.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from ringtrace.engines.engine import BATCH, Frame, Stage, Tables, Told, sorted_by, untold
from ringtrace.engines.shards import split
from ringtrace.errors import RingtraceError

# Spark asks for an older pandas by a warning; no frame of pandas is ever made here.
warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)

BLOCKS = "out int, part long, rows long, bytes long, data binary"
SHARDS = "shard int, frame int, part long, data binary"
SHARD_BYTES = 64 * 2**20
"""Compressed bytes of one call of a grouping: what they unpack to, and the objects made of it, fit a worker."""
_FLUSH_BYTES = 64 * 2**20
"""Bytes of rows that a task gathers before it cuts them into shards."""
_PARALLEL = 3
"""Parts of a frame for each core: what takes long is made up for by what does not."""
_MOST_SHARDS = 20_000
_LOCAL = {
    # A Spark of our own on this machine: no page served, nothing that leaves it.
    "spark.ui.enabled": "false",
    "spark.driver.memory": "4g",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.log.level": "FATAL",
}
_ANYWHERE = {"spark.ui.showConsoleProgress": "false", "spark.driver.maxResultSize": "0"}
_SETTINGS = {
    # Blocks are large: few of them at a time go to Python, and into one batch of what Spark keeps.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "8",
    "spark.sql.inMemoryColumnarStorage.batchSize": "8",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.adaptive.enabled": "false",
}
_PACKING = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True, slots=True)
class _Held:
    """blocks: the data frame (part, rows, bytes, data); parts: a number above all of its parts."""

    blocks: DataFrame
    parts: int


class Spark:
    """An engine on Spark. master: as Spark writes it, "" for what the environment sets."""

    def __init__(self, master: str = "") -> None:
        self._master = master
        self._session: SparkSession | None = None
        self._kept: list[DataFrame] = []

    def __enter__(self) -> Self:
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._kept:
            one.unpersist()
        self._kept.clear()

    def stop(self) -> None:
        """End the session too; another engine of this process then starts anew."""
        if self._session is not None:
            self._session.stop()
            self._session = None

    def frame(self, table: pa.Table, rows: int = BATCH) -> Frame:
        slices = [table.slice(at, rows) for at in range(0, len(table), rows)]
        columns = {
            "part": pa.array(range(len(slices)), pa.int64()),
            "rows": pa.array([len(one) for one in slices], pa.int64()),
            "data": pa.array([pack(one) for one in slices], pa.binary()),
        }
        with _told("hold a table"):
            blocks = self._open().createDataFrame(pa.table(columns))
            blocks = self._spread(blocks.withColumn("bytes", sf.length("data").cast("long")), len(slices))
        return Frame(table.schema, len(table), table.nbytes, _Held(blocks, len(slices)))

    def map(
        self, stage: Stage, frame: Frame, rows: int = BATCH, *, apart: bool = False, told: Told = untold
    ) -> tuple[Frame, ...]:
        found = frame.held.blocks.select("part", "data").mapInArrow(partial(_map_blocks, stage, rows), BLOCKS)
        frames = self._keep(stage, (frame.schema,), found)
        told(frame.rows)
        return frames

    def group(
        self, stage: Stage, frames: Sequence[Frame], keys: Sequence[str], order: Sequence[str]
    ) -> tuple[Frame, ...]:
        schemas = tuple(frame.schema for frame in frames)
        size = sum(frame.size for frame in frames)
        count = min(max(self._cores(), size // SHARD_BYTES + 1), _MOST_SHARDS)
        cut = [
            frame.held.blocks.select("part", "data").mapInArrow(partial(_cut_blocks, tuple(keys), count, at), SHARDS)
            for at, frame in enumerate(frames)
        ]
        whole = cut[0]
        for other in cut[1:]:
            whole = whole.unionByName(other)
        placed = whole.repartitionById(count, "shard").sortWithinPartitions("shard", "frame", "part")
        return self._keep(
            stage, schemas, placed.mapInArrow(partial(_group_blocks, stage, schemas, tuple(order)), BLOCKS)
        )

    def aside(self, stage: Stage, *tables: pa.Table) -> Callable[[], Tables]:
        return partial(stage, *tables)

    def joined(self, frames: Sequence[Frame]) -> Frame:
        whole, parts = frames[0].held.blocks, frames[0].held.parts
        for frame in frames[1:]:
            more = frame.held.blocks.withColumn("part", sf.col("part") + sf.lit(parts))
            whole, parts = whole.unionByName(more), parts + frame.held.parts
        return Frame(
            frames[0].schema, sum(one.rows for one in frames), sum(one.size for one in frames), _Held(whole, parts)
        )

    def table(self, frame: Frame, order: Sequence[str] = ()) -> pa.Table:
        with _told("bring a table here"):
            blocks = frame.held.blocks.select("part", "data").toArrow().sort_by("part")
        return sorted_by(pa.concat_tables([frame.schema.empty_table(), *map(unpack, blocks["data"])]), order)

    def _open(self) -> SparkSession:
        if self._session is None:
            builder: Any = SparkSession.builder.appName("ringtrace")
            if self._master:
                builder = builder.master(self._master)
            if self._master.startswith("local"):
                os.environ["PYSPARK_PYTHON"] = sys.executable
                os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
            for name, value in (_ANYWHERE | (_LOCAL if self._master.startswith("local") else {})).items():
                builder = builder.config(name, value)
            with _told("start"):
                session: SparkSession = builder.getOrCreate()
            for name, value in _SETTINGS.items():
                session.conf.set(name, value)
            self._session = session
        return self._session

    def _cores(self) -> int:
        return max(1, int(self._open().sparkContext.defaultParallelism))

    def _spread(self, blocks: DataFrame, count: int) -> DataFrame:
        """Share out blocks evenly over parts; their order is kept by their numbers."""
        parts = max(1, min(count, self._cores() * _PARALLEL))
        place = sf.floor(sf.col("part") * parts / max(1, count)).cast("int")
        return blocks.repartitionById(parts, place).sortWithinPartitions("part")

    def _keep(self, stage: Stage, schemas: Sequence[pa.Schema], blocks: DataFrame) -> tuple[Frame, ...]:
        """Run what ``blocks`` asks for, keep it, and return its frames, one for each table of the stage."""
        formed = [table.schema for table in stage(*(schema.empty_table() for schema in schemas))]
        blocks = blocks.persist(StorageLevel.MEMORY_AND_DISK)
        self._kept.append(blocks)
        self._open().sparkContext.setJobDescription(_name(stage))
        with _told(f"run {_name(stage)}"):
            counts = blocks.select("out", "part", "rows", "bytes").toArrow()
        frames = []
        for out, schema in enumerate(formed):
            told = counts.filter(pc.equal(counts["out"], out))
            rows, size = (pc.sum(told[name]).as_py() or 0 for name in ("rows", "bytes"))
            own = blocks.where(sf.col("out") == out).select("part", "rows", "data", "bytes")
            frames.append(Frame(schema, rows, size, _Held(own, (pc.max(told["part"]).as_py() or 0) + 1)))
        return tuple(frames)


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Turn what Spark raises into an error that says what was being done."""
    try:
        yield
    except PySparkException as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise RingtraceError(f"Spark could not {what}: {lines[-1] if lines else type(error).__name__}") from error


def _name(stage: Stage) -> str:
    return stage.func.__name__ if isinstance(stage, partial) else stage.__name__


def pack(table: pa.Table) -> bytes:
    """Return ``table`` as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_PACKING) as stream:
        stream.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def unpack(block: pa.Scalar) -> pa.Table:
    """Return the table that ``pack`` made a block of."""
    with pa.ipc.open_stream(block.as_buffer()) as stream:
        return stream.read_all()


def _blocks(tables: Iterable[tuple[int, pa.Table]], part: int) -> pa.RecordBatch:
    """Return a batch of ``BLOCKS``; tables without rows are left out."""
    rows = [(out, part, len(table), pack(table)) for out, table in tables if len(table)]
    columns = zip(*rows, strict=True) if rows else ((), (), (), ())
    out, parts, counts, data = (list(column) for column in columns)
    return pa.RecordBatch.from_arrays(
        [pa.array(out, pa.int32()), pa.array(parts, pa.int64()), pa.array(counts, pa.int64()),
         pa.array(list(map(len, data)), pa.int64()), pa.array(data, pa.binary())],
        names=["out", "part", "rows", "bytes", "data"],
    )  # fmt: skip


def _map_blocks(stage: Stage, rows: int, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for part, data in zip(batch["part"].to_pylist(), batch["data"], strict=True):
            table = unpack(data)
            found = [stage(table.slice(at, rows)) for at in range(0, len(table), rows)]
            yield _blocks(((out, pa.concat_tables(each)) for out, each in enumerate(zip(*found, strict=True))), part)


def _cut_blocks(
    keys: Sequence[str], count: int, frame: int, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Cut the blocks of a task into shards; blocks that follow each other are cut together."""
    waiting: list[pa.Table] = []
    first = last = -1
    size = 0
    for batch in batches:
        for part, data in sorted(zip(batch["part"].to_pylist(), batch["data"], strict=True), key=lambda one: one[0]):
            if waiting and (part != last + 1 or size >= _FLUSH_BYTES):
                yield _shards(pa.concat_tables(waiting), keys, count, frame, first)
                waiting, size = [], 0
            if not waiting:
                first = part
            waiting.append(unpack(data))
            last, size = part, size + waiting[-1].nbytes
    if waiting:
        yield _shards(pa.concat_tables(waiting), keys, count, frame, first)


def _shards(table: pa.Table, keys: Sequence[str], count: int, frame: int, part: int) -> pa.RecordBatch:
    pieces = [(shard, pack(rows)) for shard, rows in split(table, keys, count)]
    size = len(pieces)
    return pa.RecordBatch.from_arrays(
        [pa.array([shard for shard, _ in pieces], pa.int32()), pa.array([frame] * size, pa.int32()),
         pa.array([part] * size, pa.int64()), pa.array([data for _, data in pieces], pa.binary())],
        names=["shard", "frame", "part", "data"],
    )  # fmt: skip


def _group_blocks(
    stage: Stage, schemas: Sequence[pa.Schema], order: Sequence[str], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Call the stage once for each shard with all of its rows."""
    current = -1
    pieces: list[list[pa.Table]] = [[] for _ in schemas]

    def called() -> pa.RecordBatch:
        tables = [
            sorted_by(pa.concat_tables([schema.empty_table(), *found]), order)
            for schema, found in zip(schemas, pieces, strict=True)
        ]
        found: Tables = stage(*tables)
        return _blocks(enumerate(found), current)

    for batch in batches:
        columns = (batch[name] for name in ("shard", "frame", "data"))
        for shard, frame, data in zip(*columns, strict=True):
            if shard.as_py() != current:
                if current >= 0:
                    yield called()
                current, pieces = shard.as_py(), [[] for _ in schemas]
            pieces[frame.as_py()].append(unpack(data))
    if current >= 0:
        yield called()
