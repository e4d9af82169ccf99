"""The child process that parses evidence: ``python -m ringtrace.pipeline.reading.reader_process IN OUT BOARD``.

It answers each request (a ``Request``, MessagePack) with Arrow streams of posts while it reads, a few megabytes
each, and at the end three: evidence, the last posts, gaps; or with the bytes of one member, a byte 1 before
them, nothing where there is none.
It notes in its board which item of which source it is about to look for, so that its parent knows
where it died.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from functools import partial
from multiprocessing.connection import Connection
from types import TracebackType

import msgspec
import pyarrow as pa

from ringtrace import registry
from ringtrace.engines import confinement
from ringtrace.engines.crew import LAST, MORE, READY, Board
from ringtrace.engines.startup import spare_pandas
from ringtrace.model.source import Source
from ringtrace.pipeline.reading.boundary import OUT_OF_MEMORY
from ringtrace.pipeline.reading.files import Keep, Task, read_files
from ringtrace.pipeline.reading.members import find_member
from ringtrace.pipeline.reading.originals import Take, read_source
from ringtrace.pipeline.reading.posts import post_table
from ringtrace.pipeline.reading.readings import Reading
from ringtrace.pipeline.reading.watching import Stop, Watch

_ITEM_BITS, _SOURCE_BITS = 24, 24
_MOST_ITEMS, _MOST_SOURCES = (1 << _ITEM_BITS) - 1, (1 << _SOURCE_BITS) - 1
_MOST_KEPT = 96 * 2**20
"""Bytes of memory that caches and tables of earlier files may take in a child that goes on reading."""
_OUTGROWN = "has grown too large"
_COLLECT = (20_000, 50, 20)
"""Thresholds of the cycle collector: pages are cycles, posts are none and there are many."""


class Allowance(msgspec.Struct, frozen=True):
    """What reading one file may use: its bytes count, and what is unpacked from it up to ``unpacked`` times
    its size (text packs 5 to 20 times).

    seconds are of processor time; wall time may be ``patience`` times as long. memory is bytes of
    address space on top of what the child takes before. The slowest reader on a slow machine still reads
    about 1 MB/s; a post in memory and then in a table takes about 10 times its bytes.
    """

    seconds: float = 4.0
    bytes_per_second: int = 256 * 2**10
    seconds_per_member: float = 0.005
    patience: float = 8.0
    memory: int = 304 * 2**20
    memory_per_byte: int = 16
    unpacked: int = 32


class Request(msgspec.Struct, frozen=True):
    """Files to read. stops: evidence id -> where earlier attempts died.

    member: instead of reading, give the bytes of this member of the one file, see ``members``.
    """

    task: Task
    stops: Mapping[str, list[Stop]] = {}
    allowance: Allowance = Allowance()
    member: str = ""


def main() -> None:
    """Serve requests until the parent closes its end."""
    given, answers, shared = (int(word) for word in sys.argv[1:4])
    inbound, outbound = Connection(given, writable=False), Connection(answers, readable=False)
    board = Board(shared)
    spare_pandas()
    registry.scan("ringtrace.readers")
    pa.set_memory_pool(pa.system_memory_pool())
    post_table([])
    outbound.send_bytes(READY)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.excepthook = partial(_leave_words, board)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT)
    reader = _Reader(board, confinement.private_memory())
    confinement.enclose()
    decoder = msgspec.msgpack.Decoder(Request)
    while True:
        try:
            request = decoder.decode(inbound.recv_bytes())
        except EOFError:
            return
        parts = reader.answer(request, partial(_send_more, outbound))
        confinement.rest()
        for part in (LAST, *parts):
            outbound.send_bytes(part)


def _send_more(outbound: Connection, table: pa.Table) -> None:
    outbound.send_bytes(MORE)
    outbound.send_bytes(_packed(table))


def _leave_words(board: Board, kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """Leave the parent the reason of an end that nobody foresaw."""
    board.words = OUT_OF_MEMORY if issubclass(kind, MemoryError) else f"{kind.__name__}: {error}"


def _packed(table: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


class _Reader:
    """Reads the files of one request after another under the allowance of each.

    idle: bytes of memory that an idle child takes.
    """

    def __init__(self, board: Board, idle: int) -> None:
        self._board = board
        self._idle = idle
        self._request: Request
        self._files = 0

    def answer(self, request: Request, keep: Keep) -> list[bytes | pa.Buffer]:
        """Return the last parts of the answer; a child that has grown too large says so on its board."""
        self._request, self._files = request, 0
        if request.member:
            confinement.lift()
            found = self._member(request.task.source(request.task.held[0]), request.member)
            parts: list[bytes | pa.Buffer] = [b"" if found is None else b"\1" + found]
        else:
            parts = [_packed(table) for table in read_files(request.task, self.read, self.ready, keep)]
        if self._outgrown():
            self._board.words = _OUTGROWN
        return parts

    def ready(self) -> bool:
        """Prepare for the next file; False when what the ones before left would come short of it."""
        if self._files and self._outgrown():
            return False
        self._board.mark = place(self._files, 0, 0)
        confinement.lift()
        return True

    def read(self, source: Source, take: Take) -> Reading:
        return read_source(source, 0, self._guard(source), take)

    def _member(self, source: Source, path: str) -> bytes | None:
        return find_member(source, path, self._guard(source))

    def _guard(self, source: Source) -> _Guard:
        stops = {stop.source: stop for stop in self._request.stops.get(source.evidence, ())}
        watch = _Guard(source, stops, self._board, self._files, self._request.allowance)
        self._files += 1
        return watch

    def _outgrown(self) -> bool:
        if confinement.private_memory() - self._idle > _MOST_KEPT:
            confinement.release()
        return confinement.private_memory() - self._idle > _MOST_KEPT


class _Guard(Watch):
    """A watch that notes every step where the parent sees it, and sets the process its limits."""

    def __init__(
        self, source: Source, stops: Mapping[int, Stop], board: Board, file: int, allowance: Allowance
    ) -> None:
        super().__init__(source.limits, stops)
        self._board, self._allowance = board, allowance
        self._file = file
        self._size = len(source.data)
        self._base = confinement.address_space()
        self._opened = self._unpacked = 0
        self._started = confinement.processor_time()

    def note(self, source: int, items: int) -> None:
        self._board.mark = place(self._file, source, items)

    def grant(self, size: int) -> None:
        if self._opened:
            self._unpacked += size
        self._opened += 1
        given = self._allowance
        weight = self._size + min(self._unpacked, given.unpacked * self._size)
        seconds = given.seconds + weight / given.bytes_per_second + self._opened * given.seconds_per_member
        memory = self._base + given.memory + given.memory_per_byte * weight
        confinement.allow(memory, self._started + seconds, seconds * given.patience)


def place(file: int, source: int, items: int) -> int:
    """Return the mark of an item, see ``place_of``."""
    return file << (_ITEM_BITS + _SOURCE_BITS) | min(source, _MOST_SOURCES) << _ITEM_BITS | min(items, _MOST_ITEMS)


def place_of(mark: int) -> tuple[int, int, int]:
    """Return (number of the file, of the source in it, of the item in that) where a child died."""
    return mark >> (_ITEM_BITS + _SOURCE_BITS), mark >> _ITEM_BITS & _MOST_SOURCES, mark & _MOST_ITEMS


if __name__ == "__main__":
    main()
