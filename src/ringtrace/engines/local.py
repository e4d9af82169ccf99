"""Runs stages on this machine: in this process, or in a pool when there is enough to do."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import partial
from multiprocessing.reduction import ForkingPickler
from types import TracebackType
from typing import Self, TypeVar

import pyarrow as pa

from ringtrace.engines.engine import BATCH, Frame, Stage, Tables, Told, sorted_by, untold
from ringtrace.engines.shards import split
from ringtrace.engines.startup import spare_pandas

Item = TypeVar("Item")
Result = TypeVar("Result")

_SELDOM = (50_000, 50, 50)
_WORTH_A_POOL = 100_000
"""Rows from which on a grouping is shared out: below, taking rows to another process costs more than it saves."""


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let the cycle collector look through memory less often: rows and texts by the million hold no cycles."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Local:
    """Runs stages in this process, or in a pool that is started when there is enough to do, and kept.

    A worker loads the vocabularies of a stage once, however often batches come.
    """

    def __init__(self, size: int = 1) -> None:
        self._size = size
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def frame(self, table: pa.Table, rows: int = BATCH) -> Frame:
        return Frame(table.schema, len(table), table.nbytes, table)

    def map(
        self, stage: Stage, frame: Frame, rows: int = BATCH, *, apart: bool = False, told: Told = untold
    ) -> tuple[Frame, ...]:
        found = []
        done = 0
        for batch, tables in self.stream(stage, frame.held, rows, apart=apart):
            found.append(tables)
            done += len(batch)
            told(done)
        return self._collected(found)

    def stream(
        self, stage: Stage, table: pa.Table, rows: int = BATCH, *, apart: bool = False
    ) -> Generator[tuple[pa.Table, Tables]]:
        """Yield (batch, what ``stage`` gives for it) in order, one batch where there are no rows; see ``map``."""
        batches = [table.slice(at, rows) for at in range(0, len(table), rows)] or [table]
        with closing(self._threaded(stage, batches) if apart else self._run(stage, batches)) as running:
            yield from zip(batches, running, strict=True)

    def group(
        self, stage: Stage, frames: Sequence[Frame], keys: Sequence[str], order: Sequence[str]
    ) -> tuple[Frame, ...]:
        tables = [frame.held for frame in frames]
        if self._size <= 1 or sum(map(len, tables)) < _WORTH_A_POOL:
            return self._collected([stage(*(sorted_by(table, order) for table in tables))])
        pieces: list[list[pa.Table]] = [[table.slice(0, 0) for table in tables] for _ in range(self._size)]
        for at, table in enumerate(tables):
            for shard, rows in split(table, keys, self._size):
                pieces[shard][at] = rows
        return self._collected(list(self._run(partial(_in_order, stage, tuple(order)), pieces)))

    def aside(self, stage: Stage, *tables: pa.Table) -> Callable[[], Tables]:
        if self._pool is None:  # too little to do for processes of its own
            return partial(stage, *tables)
        return self._pool.submit(stage, *tables).result

    def joined(self, frames: Sequence[Frame]) -> Frame:
        return self.frame(pa.concat_tables([frame.held for frame in frames]))

    def table(self, frame: Frame, order: Sequence[str] = ()) -> pa.Table:
        return sorted_by(frame.held, order)

    def _collected(self, found: Sequence[Tables]) -> tuple[Frame, ...]:
        return tuple(self.frame(pa.concat_tables(part)) for part in zip(*found, strict=True))

    def _run(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Generator[Result]:
        """Yield ``function(item)`` for each item in order, whatever the number of workers."""
        if self._size <= 1 or (len(items) <= 1 and self._pool is None):
            yield from map(function, items)
            return
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._size, mp_context=context, initializer=_start)
        yield from self._pool.map(function, items)

    def _threaded(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Generator[Result]:
        threads = ThreadPoolExecutor(self._size)
        try:
            yield from threads.map(function, items)
        finally:
            threads.shutdown(cancel_futures=True)


def _start() -> None:
    """Make a process ready for batches by the thousand."""
    gc.set_threshold(*_SELDOM)
    spare_pandas()


def _in_order(stage: Stage, order: Sequence[str], tables: Sequence[pa.Table]) -> Tables:
    return stage(*(sorted_by(table, order) for table in tables))


def _as_stream(table: pa.Table) -> tuple[Callable[[pa.Buffer], pa.Table], tuple[pa.Buffer]]:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return _from_stream, (sink.getvalue(),)


def _from_stream(data: pa.Buffer) -> pa.Table:
    return pa.ipc.open_stream(data).read_all()


# To another process a slice goes alone: as pyarrow pickles it, the whole table's rows go with it.
ForkingPickler.register(pa.Table, _as_stream)
