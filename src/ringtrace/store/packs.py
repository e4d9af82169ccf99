"""Files of the cache: results of many inputs, each under a key, written whole or not at all.

analysis/cache/KIND/NUMBER.pack    SHA-256 of all that follows (32 bytes), then Arrow streams, each
                                   behind its length (8 bytes): the keys, then the tables of the stage
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

LENGTH = struct.Struct("<Q")
"""What stands before each piece of a pack: its bytes."""
PLACE = "cache_place"
"""The column of each table that says to which input a row belongs."""
_CHUNK = 2**20
_LARGE = 512 * 2**20
"""Bytes of a table from which on it is not compressed: it is then used where it lies, and never held in memory."""
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


class Pack:
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
            place = table[PLACE].to_numpy()
            chosen = wanted[place]
            own = table.drop_columns([PLACE])
            tables.append(own if chosen.all() else own.filter(pa.array(chosen)))
            at.append(numbers[place[chosen]])
        return self.keys.take(pa.array(entries)), Part(numbers[entries], tuple(tables), tuple(at))


def lasting_only(part: Part) -> Part:
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


def put_away(path: Path, edition: bytes, tables: Sequence[pa.Table]) -> list[memoryview]:
    """Write a pack whole or not at all; return the streams of all tables but the first, mapped.

    Losing a pack in a power cut costs a recomputation, so nothing is synced.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(f".new-{os.getpid()}")
    digest = hashlib.sha256()
    with temporary.open("w+b") as handle:
        handle.write(bytes(digest.digest_size) + LENGTH.pack(len(edition)) + edition)
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
    handle.write(LENGTH.pack(0))
    compression = "lz4" if table.nbytes < _LARGE else None
    with pa.ipc.new_stream(handle, table.schema, options=pa.ipc.IpcWriteOptions(compression=compression)) as stream:
        stream.write_table(table)
    stop = handle.tell()
    handle.seek(start)
    handle.write(LENGTH.pack(stop - start - LENGTH.size))
    handle.seek(stop)


def read_pack(path: Path, edition: bytes) -> Pack | None:
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
    return Pack(path, keys, streams, np.zeros(len(keys), bool))


def _cut(view: memoryview, at: int) -> Iterator[memoryview]:
    while at < len(view):
        (size,) = LENGTH.unpack_from(view, at)
        at += LENGTH.size
        yield view[at : at + size]
        at += size
