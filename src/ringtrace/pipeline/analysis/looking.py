"""Observes posts, each only where nobody has looked at it so before.

What company says of a post (its lift and lean) drifts a little for thousands of posts with every addition. The
text is not read again for that: what it says by itself is remembered, and the rest is arithmetic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.digests import row_digests
from ringtrace.engines.engine import Engine, Frame
from ringtrace.engines.local import Local
from ringtrace.engines.tables import from_rows
from ringtrace.model.stance import Alone
from ringtrace.pipeline.analysis.observing import ALONE, observe, observe_apart, stance_row
from ringtrace.pipeline.analysis.recalling import Progress, silent
from ringtrace.stances.assess import FACT_FLOOR, in_company
from ringtrace.store.cache import Cache
from ringtrace.store.packs import Part, Places, in_order

_COMPANY = ["lift", "lean"]
_OBSERVED = ("mentions", "stances", "facts")


class Look:
    """Observes posts on an engine. secret: the case's key for digests of what must not be stored as it is."""

    def __init__(self, engine: Engine, lexicons: Path | None, secret: bytes, cache: Cache) -> None:
        self.engine = engine
        self._observe = partial(observe, lexicons=lexicons, secret=secret)
        self._observe_apart = partial(observe_apart, lexicons=lexicons, secret=secret)
        self.besides = hashlib.sha256(secret).hexdigest()
        self._shelf = cache.shelf("observing", self.besides)
        self._heard = Heard(cache, self.besides)
        self._asked: list[pa.Table] = []

    def at(self, wanted: Frame, progress: Progress = silent) -> tuple[Frame, ...]:
        """Return frames (mentions, stances, facts) of ``wanted``, whose columns are as ``observe`` asks for them."""
        engine = self.engine
        if not isinstance(engine, Local):
            return engine.map(self._observe, wanted, told=lambda done: progress("posts", done, wanted.rows))
        table = engine.table(wanted)
        keys = row_digests(table)
        self._asked.append(pa.table({"post_id": table["post_id"], "key": keys}))
        return tuple(map(engine.frame, self._shelf.complete(keys, partial(self._observed, engine, table, progress))))

    def in_company(self, wanted: Frame) -> tuple[Frame, ...]:
        """Return what ``at`` does of posts that all have a lift."""
        engine = self.engine
        if not isinstance(engine, Local):
            return engine.map(self._observe, wanted)
        table = engine.table(wanted)
        heard = self._heard.recall(table)
        parts = [heard]
        numbers = np.delete(np.arange(len(table)), heard.inputs)
        if len(numbers):
            for batch, (*tables, alone) in engine.stream(self._observe_apart, table.take(pa.array(numbers))):
                own, numbers = numbers[: len(batch)], numbers[len(batch) :]
                parts.append(Part(own, tuple(tables), tuple(own[one] for one in _places(batch, tables))))
                self._heard.keep(batch, alone, *tables)
        return tuple(map(engine.frame, in_order(parts)))

    def _observed(self, engine: Local, table: pa.Table, progress: Progress, numbers: Places) -> Iterator[Part]:
        """Yield what posts of ``table`` show."""
        unknown = table.take(pa.array(numbers))
        done = len(table) - len(unknown)
        yield Part(numbers[:0], tuple(from_rows(name, []) for name in _OBSERVED), (numbers[:0],) * len(_OBSERVED))
        if not len(unknown):  # nor load what observing needs
            return
        for batch, tables in engine.stream(self._observe, unknown):
            own, numbers = numbers[: len(batch)], numbers[len(batch) :]
            yield Part(own, tables, tuple(own[one] for one in _places(batch, tables)))
            done += len(batch)
            progress("posts", done, len(table))

    def asked(self) -> pa.Table:
        """Return Table(post_id, key) of what was asked for since the last call."""
        asked, self._asked = pa.concat_tables(self._asked), []
        return asked

    def touch(self, asked: pa.Table) -> None:
        """Keep what the recalled results of other looks rest on. asked: as ``asked`` gives it."""
        self._shelf.touch(asked["key"].combine_chunks())

    def settle(self) -> None:
        """Let the cache drop what this analysis did not ask for."""
        self._shelf.settle()
        self._heard.settle()


class Heard:
    """What posts with a lift show apart from it, by their words and those above them.

    Two shelves: what a text says by itself; and, under that with frame, direction and whether the probability reaches
    ``FACT_FLOOR``, which is all that they hang on beside the text (``assess.in_company``), its mentions and facts.
    """

    def __init__(self, cache: Cache, besides: str) -> None:
        self._alone, self._told = cache.shelf("alone", besides), cache.shelf("told", besides)

    def recall(self, wanted: pa.Table) -> Part:
        """Return mentions, stances and facts of the posts that were heard before and read then as they are now."""
        keys = _keys(wanted)
        alone = self._alone.recall(keys, pa.table({name: [] for name in _SAID}, pa.schema(_FIELDS)))
        here = wanted.select(["post_id", *_COMPANY]).take(pa.array(alone.inputs)).to_pylist()
        rows = [
            stance_row(post["post_id"], in_company(Alone(tuple(one["shares"]), one["probability"]), *_company(post)))
            for post, one in zip(here, alone.tables[0].to_pylist(), strict=True)
        ]
        stances = from_rows("stances", rows)
        read = _read_so(keys.take(pa.array(alone.inputs)), stances)
        told = self._told.recall(read, from_rows("mentions", []), from_rows("facts", []))
        mentions, facts = told.tables
        at = told.at[0], told.inputs, told.at[1]
        places = alone.inputs
        tables = mentions, stances.take(pa.array(told.inputs)), facts
        return Part(places[told.inputs], tables, tuple(places[one] for one in at))

    def keep(self, batch: pa.Table, alone: pa.Table, mentions: pa.Table, stances: pa.Table, facts: pa.Table) -> None:
        """Remember what a look at ``batch`` gave; alone: as ``observe_apart`` gives it."""
        if not len(alone):
            return
        ids = alone["post_id"].combine_chunks()
        keys = _keys(batch.take(pc.index_in(ids, batch["post_id"].combine_chunks())))
        numbers = np.arange(len(alone))
        self._alone.keep(keys, Part(numbers, (alone.select(_SAID),), (numbers,)))
        own = [table.filter(pc.is_in(table["post_id"], ids)) for table in (mentions, facts)]
        read = _read_so(keys, stances.take(pc.index_in(ids, stances["post_id"].combine_chunks())))
        self._told.keep(read, Part(numbers, tuple(own), tuple(_places(alone, own))))

    def settle(self) -> None:
        self._alone.settle()
        self._told.settle()


_FIELDS = [field for field in ALONE if field.name != "post_id"]
_SAID = [field.name for field in _FIELDS]


def _keys(wanted: pa.Table) -> pa.Array:
    return row_digests(wanted.drop_columns(_COMPANY))


def _company(row: dict[str, Any]) -> tuple[float, tuple[float, ...]]:
    return row["lift"], tuple(row["lean"])


def _read_so(keys: pa.Array, stances: pa.Table) -> pa.Array:
    """Return a digest for each post read so; stances: a row for each of ``keys``."""
    stated = pc.greater_equal(stances["probability"], FACT_FLOOR)
    columns = {"key": _hex(keys), "frame": stances["frame"], "direction": stances["direction"], "stated": stated}
    return row_digests(pa.table(columns))


def _hex(keys: pa.Array) -> pa.Array:
    return pa.array([key.hex() for key in keys.to_pylist()], pa.string())


def _places(batch: pa.Table, tables: Sequence[pa.Table]) -> Iterator[Places]:
    """Yield for each table the place in ``batch`` of the post of each row."""
    ids = batch["post_id"].combine_chunks()
    return (pc.index_in(table["post_id"], ids).to_numpy().astype(np.int64) for table in tables)
