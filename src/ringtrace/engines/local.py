"""Runs map stages on this machine: in this process, or in a pool when there is enough to do."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

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


def run(function: Callable[[Item], Result], items: Sequence[Item], workers: int) -> Iterator[Result]:
    """Yield ``function(item)`` for each item in order, whatever the number of workers.

    function must be importable by name and depend on its item alone.
    """
    if workers <= 1 or len(items) <= 1:
        yield from map(function, items)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(workers, len(items)), mp_context=context, initializer=gc.set_threshold, initargs=_SELDOM
    ) as pool:
        yield from pool.map(function, items)
