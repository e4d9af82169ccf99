"""What the map stages gave for an input before, so that an analysis works out only what is new.

analysis/cache/KIND/NUMBER.pack    SHA-256 of all that follows (32 bytes), then Arrow streams, each
                                   behind its length (8 bytes): the keys, then the tables of the stage

A key is the digest of everything that the result depends on. A pack that is cut short, changed or of
another edition is thrown away and its results are worked out anew; so is the whole folder by a person.
What the last analysis did not ask for is dropped as soon as it outweighs the rest.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

FOLDER = "cache"
_MOST_PACKS = 8
_WAVE_BYTES = 64 * 2**20
"""Results are put away whenever so much has gathered: what a killed analysis had done is not lost."""
_LENGTH = struct.Struct("<Q")
_CHUNK = 2**20
_LARGE = 512 * 2**20
"""Bytes of a table from which on it is not compressed: it is then used where it lies, and never held in memory."""
_PLACE = "cache_place"
_KEY = pa.binary(32)

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Part:
    """Results of some inputs. at: for each row of each table the number of its input among the keys asked for.

    inputs: the numbers of all inputs that the part answers. lasting: which of them may be kept, None for all.
    """

    inputs: Places
    tables: tuple[pa.Table, ...]
    at: tuple[Places, ...]
    lasting: Mask | None = None


Compute = Callable[[Places], Iterator[Part]]


class Cache:
    """The shelves of one analysis folder. edition: see ``engines.edition``."""

    def __init__(self, analysis: Path | None, edition: str) -> None:
        """analysis: None for a cache that knows nothing and keeps nothing."""
        self._folder, self._edition = analysis and analysis / FOLDER, edition

    def shelf(self, kind: str, besides: str = "") -> Shelf:
        """Return the results of stage ``kind``; besides: what all of them depend on beside keys and edition."""
        return Shelf(self._folder and self._folder / kind, f"{kind} {self._edition} {besides}")

    def clear(self) -> None:
        """Forget everything."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


NOTHING = Cache(None, "")


class Shelf:
    """The results of one stage. Used by one process at a time, under the case's lock."""

    def __init__(self, folder: Path | None, edition: str) -> None:
        edition_bytes = edition.encode()
        aligned = -(-len(edition_bytes) // _LENGTH.size) * _LENGTH.size  # so that streams can be used where they lie
        self._folder, self._edition = folder, edition_bytes.ljust(aligned)
        self._packs: list[_Pack] | None = None
        self.recalled = self.computed = 0

    @property
    def room(self) -> str:
        """A folder of the case for what a stage cannot hold; what is left there is removed. "" where there is none."""
        return str(self._folder) if self._folder else ""

    def complete(self, keys: pa.Array, compute: Compute) -> tuple[pa.Table, ...]:
        """Return the tables of all inputs in the order of ``keys`` (binary of 32 bytes), each row behind its input.

        compute(numbers) gives Parts for the inputs that nothing is known of; it is asked even for none,
        and then gives one Part of empty tables.
        """
        found, known = self._recall(keys)
        missing = np.flatnonzero(~known)
        self.recalled += int(known.sum())
        self.computed += len(missing)
        fresh: list[Part] = []
        waiting: list[Part] = []
        for part in compute(missing):
            fresh.append(part)
            waiting.append(part)
            if sum(table.nbytes for one in waiting for table in one.tables) > _WAVE_BYTES:
                self._keep(keys, waiting)
                waiting = []
        self._keep(keys, waiting)
        return in_order([*found, *fresh])

    def recall(self, keys: pa.Array, *empty: pa.Table) -> Part:
        """Return what is known of these inputs, the tables in their order; like ``empty`` where nothing is."""
        found, known = self._recall(keys)
        parts = [Part(np.zeros(0, np.int64), empty, tuple(np.zeros(0, np.int64) for _ in empty)), *found]
        at = [np.concatenate([part.at[number] for part in parts]) for number in range(len(empty))]
        return Part(np.flatnonzero(known), in_order(parts), tuple(np.sort(one) for one in at))

    def keep(self, keys: pa.Array, part: Part) -> None:
        """Remember the result of those inputs of which nothing is known; the part names them by number in ``keys``."""
        new = np.ones(len(keys), bool)
        for pack in self._load():
            new &= ~pc.is_in(keys, value_set=pack.keys).to_numpy(zero_copy_only=False)
        self._keep(keys, [replace(part, lasting=new[part.inputs])])

    def touch(self, keys: pa.Array) -> None:
        """Count these keys as asked for, for what rests on them was recalled: it is not dropped."""
        for pack in self._load():
            pack.used |= pc.is_in(pack.keys, value_set=keys).to_numpy(zero_copy_only=False)

    def settle(self) -> None:
        """Drop what this analysis did not ask for once it outweighs the rest; join packs when there are many."""
        for pack in (idle := [pack for pack in self._packs or [] if not pack.used.any()]):
            pack.path.unlink(missing_ok=True)
        packs = [pack for pack in self._packs or [] if pack not in idle]
        self._packs = list(packs)
        wanted, held = sum(int(pack.used.sum()) for pack in packs), sum(len(pack.keys) for pack in packs)
        if self._folder is None or (held <= 2 * wanted and len(packs) <= _MOST_PACKS):
            return
        chosen = [pack.part(pack.used) for pack in packs if pack.used.any()]
        if chosen:
            self._write(self._folder, [keys for keys, _ in chosen], [part for _, part in chosen])
        for pack in packs:
            pack.path.unlink(missing_ok=True)
        self._packs = (self._packs or [])[len(packs) :]

    def _load(self) -> list[_Pack]:
        if self._packs is None:
            paths = sorted(self._folder.iterdir()) if self._folder and self._folder.is_dir() else []
            read = [(path, _read(path, self._edition) if path.suffix == ".pack" else None) for path in paths]
            for path, pack in read:
                if pack is None:
                    path.unlink()
            self._packs = [pack for _, pack in read if pack is not None]
        return self._packs

    def _recall(self, keys: pa.Array) -> tuple[list[Part], Mask]:
        known = np.zeros(len(keys), bool)
        found = []
        for pack in self._load():
            at = pc.index_in(pack.keys, value_set=keys)
            inputs = at.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            wanted = inputs >= 0
            wanted[wanted] &= ~known[inputs[wanted]]
            if wanted.any():
                known[inputs[wanted]] = True
                pack.used |= wanted
                found.append(pack.part(wanted, inputs)[1])
        return found, known

    def _keep(self, keys: pa.Array, parts: Sequence[Part]) -> None:
        kept = [part if part.lasting is None else _lasting(part) for part in parts]
        kept = [part for part in kept if len(part.inputs)]
        if kept and self._folder is not None:
            self._write(self._folder, [keys.take(pa.array(part.inputs)) for part in kept], kept)

    def _write(self, folder: Path, keys: Sequence[pa.Array], parts: Sequence[Part]) -> None:
        """Write one pack of ``parts``; keys: of the inputs of each, in their order."""
        packs = self._load()
        starts = np.cumsum([0, *(len(part.inputs) for part in parts)])
        columns: list[pa.Table] = []
        for number in range(len(parts[0].tables)):
            pieces = []
            for start, part in zip(starts, parts, strict=False):
                order = np.argsort(part.inputs)
                own = order[np.searchsorted(part.inputs[order], part.at[number])] + start
                pieces.append(part.tables[number].append_column(_PLACE, pa.array(own, pa.int64())))
            columns.append(pa.concat_tables(pieces))
        number = 1 + max((int(pack.path.stem) for pack in packs), default=0)
        path = folder / f"{number:06}.pack"
        all_keys = pa.concat_arrays(list(keys))
        streams = _put_away(path, self._edition, [pa.table({"key": all_keys}), *columns])
        packs.append(_Pack(path, all_keys, streams, np.ones(len(all_keys), bool)))


class _Pack:
    """One file. used: which of its keys this analysis asked for. streams: of its tables, opened when asked for."""

    def __init__(self, path: Path, keys: pa.Array, streams: Sequence[memoryview], used: Mask) -> None:
        self.path, self.keys, self.used = path, keys, used
        self._streams = streams

    @cached_property
    def tables(self) -> tuple[pa.Table, ...]:
        return tuple(pa.ipc.open_stream(pa.py_buffer(stream)).read_all() for stream in self._streams)

    def part(self, wanted: Mask, numbers: Places | None = None) -> tuple[pa.Array, Part]:
        """Return (keys, results) of the wanted entries; numbers: what entries are called in it, else counted."""
        entries = np.flatnonzero(wanted)
        if numbers is None:
            numbers = np.full(len(wanted), -1, np.int64)
            numbers[entries] = np.arange(len(entries))
        tables, at = [], []
        for table in self.tables:
            place = table[_PLACE].to_numpy()
            chosen = wanted[place]
            own = table.drop_columns([_PLACE])
            tables.append(own if chosen.all() else own.filter(pa.array(chosen)))
            at.append(numbers[place[chosen]])
        return self.keys.take(pa.array(entries)), Part(numbers[entries], tuple(tables), tuple(at))


def _lasting(part: Part) -> Part:
    assert part.lasting is not None  # noqa: S101  the caller's test
    if part.lasting.all():
        return part
    inputs = part.inputs[part.lasting]
    chosen = [np.isin(at, inputs) for at in part.at]
    tables = tuple(table.filter(pa.array(mask)) for table, mask in zip(part.tables, chosen, strict=True))
    return Part(inputs, tables, tuple(at[mask] for at, mask in zip(part.at, chosen, strict=True)))


def in_order(parts: Sequence[Part]) -> tuple[pa.Table, ...]:
    """Return each table with its rows in the order of the inputs, the rows of one input as they came."""
    whole = []
    for number in range(len(parts[0].tables)):
        table = pa.concat_tables([part.tables[number] for part in parts])
        at = np.concatenate([part.at[number] for part in parts])
        if len(at) and (at[1:] < at[:-1]).any():
            table = table.take(pa.array(np.argsort(at, kind="stable")))
        whole.append(table)
    return tuple(whole)


def _put_away(path: Path, edition: bytes, tables: Sequence[pa.Table]) -> list[memoryview]:
    """Write a pack whole or not at all; return the streams of all tables but the first, mapped.

    Losing a pack in a power cut costs a recomputation, so nothing is synced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".new-{os.getpid()}")
    digest = hashlib.sha256()
    with temporary.open("w+b") as handle:
        handle.write(bytes(digest.digest_size) + _LENGTH.pack(len(edition)) + edition)
        for table in tables:
            _stream(table, handle)
        handle.seek(digest.digest_size)
        while piece := handle.read(_CHUNK):
            digest.update(piece)
        handle.seek(0)
        handle.write(digest.digest())
    temporary.replace(path)
    with pa.memory_map(str(path)) as mapped:
        return list(_cut(memoryview(mapped.read_buffer()), digest.digest_size))[2:]


def _stream(table: pa.Table, handle: BinaryIO) -> None:
    """Write a table behind its length, a few rows at a time; large ones as they are, so that they can be mapped."""
    start = handle.tell()
    handle.write(_LENGTH.pack(0))
    compression = "lz4" if table.nbytes < _LARGE else None
    with pa.ipc.new_stream(handle, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as stream:
        stream.write_table(table)
    stop = handle.tell()
    handle.seek(start)
    handle.write(_LENGTH.pack(stop - start - _LENGTH.size))
    handle.seek(stop)


def _read(path: Path, edition: bytes) -> _Pack | None:
    """Return the pack at ``path``; None when it is damaged or of another edition."""
    try:
        with pa.memory_map(str(path)) as mapped:
            data = mapped.read_buffer()
        view = memoryview(data)
        start = hashlib.sha256().digest_size
        if hashlib.sha256(view[start:]).digest() != bytes(view[:start]):
            return None
        pieces = _cut(view, start)
        if bytes(next(pieces)) != edition:
            return None
        first, *streams = pieces
        keys = pa.ipc.open_stream(pa.py_buffer(first)).read_all()["key"].combine_chunks().cast(_KEY)
    except (OSError, ValueError, StopIteration, struct.error, pa.ArrowException):
        return None
    return _Pack(path, keys, streams, np.zeros(len(keys), bool))


def _cut(view: memoryview, at: int) -> Iterator[memoryview]:
    while at < len(view):
        (size,) = _LENGTH.unpack_from(view, at)
        at += _LENGTH.size
        yield view[at : at + size]
        at += size
