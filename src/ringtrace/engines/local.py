"""Runs map stages on this machine: in this process, or in a pool when there is enough to do."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


_SELDOM = (50_000, 50, 50)


@contextmanager
def seldom_collecting() -> Iterator[None]:
    """Let the cycle collector look through memory less often: rows and texts by the million hold no cycles."""
    before = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Workers:
    """Runs map stages in this process, or in a pool that is started when there is enough to do, and kept.

    A worker loads the vocabularies of a stage once, however often batches come.
    """

    def __init__(self, size: int) -> None:
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

    def run(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """Yield ``function(item)`` for each item in order, whatever the number of workers.

        function must be importable by name and depend on its item alone.
        """
        if self._size <= 1 or (len(items) <= 1 and self._pool is None):
            yield from map(function, items)
            return
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self._size, mp_context=context, initializer=gc.set_threshold, initargs=_SELDOM
            )
        yield from self._pool.map(function, items)
