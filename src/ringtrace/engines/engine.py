"""What a stage may ask of an engine: to run a plain function over batches of rows, or over whole groups of them.

A stage is a function that is importable by name, takes Arrow tables and returns a tuple of Arrow tables; it
depends on what it is given alone. Whether it runs in this process, in a pool or on a cluster, it is the
same function, it sees the same groups in the same order, and so it gives the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Tables = tuple[pa.Table, ...]
Stage = Callable[..., Tables]
Told = Callable[[int], None]
"""Is called with the number of rows that a map has done so far."""

BATCH = 4_000
"""Rows of a batch, unless a stage asks for another number."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Rows that an engine holds. size: bytes, as far as the engine knows; held: the engine's own matter."""

    schema: pa.Schema
    rows: int
    size: int
    held: Any


def untold(_rows: int) -> None:
    """Tell nobody how far a map has come."""


class Engine(Protocol):
    """Holds tables and runs stages over them. It is a context: frames live as long as it does."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def frame(self, table: pa.Table, rows: int = BATCH) -> Frame:
        """Hold ``table``; ``rows``: how many of them are worth a trip of their own."""
        ...

    def map(
        self, stage: Stage, frame: Frame, rows: int = BATCH, *, apart: bool = False, told: Told = untold
    ) -> tuple[Frame, ...]:
        """Run ``stage(batch)`` over batches of at most ``rows`` rows; what it gives keeps the order of the rows.

        A stage must give the same rows however its input is cut, and accept a batch of none. apart: it does
        its work in processes of its own, so that waiting for it needs no further one.
        """
        ...

    def group(
        self, stage: Stage, frames: Sequence[Frame], keys: Sequence[str], order: Sequence[str]
    ) -> tuple[Frame, ...]:
        """Run ``stage(*tables)`` so that rows with equal ``keys``, of all ``frames``, come to one call.

        keys: columns of text that every frame has. A call may see many keys, each whole; its tables are
        sorted by the columns of ``order`` that they have, rows that are equal there as they were. What is
        given has no order of its own but that of each call.
        """
        ...

    def aside(self, stage: Stage, *tables: pa.Table) -> Callable[[], Tables]:
        """Begin ``stage(*tables)`` beside other work where a process is to spare; the call returns what it gave."""
        ...

    def joined(self, frames: Sequence[Frame]) -> Frame:
        """Return the rows of all ``frames``, which have one schema, one after the other."""
        ...

    def table(self, frame: Frame, order: Sequence[str] = ()) -> pa.Table:
        """Bring a frame here, sorted by ``order``, rows that are equal there as they were."""
        ...


def sorted_by(table: pa.Table, order: Sequence[str]) -> pa.Table:
    """Return ``table`` sorted by the columns of ``order`` that it has; the sort is stable, nulls come last."""
    keys = [(name, "ascending") for name in order if name in table.column_names]
    if not keys or len(table) < 2:
        return table
    rows = pc.sort_indices(table, sort_keys=keys)
    in_place = pc.all(pc.equal(rows, pa.array(np.arange(len(table), dtype=np.uint64)))).as_py()
    return table if in_place else table.take(rows)
