"""Rows as a child sends them: held in memory while they are few, in a file of the case when they are many."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa

from ringtrace.errors import CaseError

_HELD = 64 * 2**20
"""Bytes of rows that stay in memory."""


class Received:
    """Tables of one schema, one after the other. Nothing of them stays on disk under a name once they are read.

    room: the folder for those that are too many; without one all are held.
    """

    def __init__(self, like: pa.Table, room: str) -> None:
        self._like, self._room = like, room
        self._tables: list[pa.Table] = []
        self._size = 0
        self._file: tuple[Path, pa.OSFile, pa.RecordBatchStreamWriter] | None = None
        self.fault = ""

    def take(self, part: bytes) -> None:
        """Take what another process packed; what is unsound is left out and told in ``fault``.

        Raises CaseError when the case's disk does not take it.
        """
        if self.fault:
            return
        try:
            table = unpacked(part, self._like)
        except (pa.ArrowException, ValueError) as error:
            self.fault = str(error) or type(error).__name__
            return
        self._size += table.nbytes
        self._tables.append(table)
        if self._room and (self._file or self._size > _HELD):
            try:
                self._put_away()
            except OSError as error:
                raise CaseError(f"rows cannot be kept in {self._room}: {error}") from error

    def _put_away(self) -> None:
        if self._file is None:
            Path(self._room).mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(prefix="rows-", dir=self._room, delete=False) as made:
                path = Path(made.name)
            sink = pa.OSFile(str(path), "wb")
            self._file = path, sink, pa.ipc.new_stream(sink, self._like.schema)
        for table in self._tables:
            self._file[2].write_table(table)
        self._tables = []

    def tables(self) -> list[pa.Table]:
        """Return all that came, in order; the file loses its name and lasts as long as its rows are used.

        Raises CaseError as ``take`` does.
        """
        if self._file is None:
            return self._tables
        path, sink, stream = self._file
        try:
            stream.close()
            sink.close()
        except OSError as error:
            raise CaseError(f"rows cannot be kept in {self._room}: {error}") from error
        with pa.memory_map(str(path)) as mapped:
            found = pa.ipc.open_stream(mapped).read_all()
        path.unlink()
        self._file = None
        return [found]

    def drop(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file[0].unlink(missing_ok=True)
            self._file = None


def unpacked(part: bytes, like: pa.Table) -> pa.Table:
    """Return a table that another process packed; raises ValueError unless it is sound and formed as ``like``."""
    with pa.ipc.open_stream(pa.py_buffer(part)) as stream:
        table = stream.read_all()
    if not table.schema.equals(like.schema):
        raise ValueError("a table of another form")
    table.validate(full=True)
    return table
