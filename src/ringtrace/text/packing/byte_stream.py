"""A source's bytes as a seekable stream, for libraries that want a file."""

from __future__ import annotations

import io


class ByteStream(io.RawIOBase):
    """A seekable view of bytes or an mmap, without a copy."""

    def __init__(self, data: bytes) -> None:
        self._view = memoryview(data)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        base = (0, self._at, len(self._view))[whence]
        if base + offset < 0:
            raise OSError("seek before the start")
        self._at = base + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        stop = len(self._view) if size is None or size < 0 else self._at + size
        piece = bytes(self._view[self._at : stop])
        self._at += len(piece)
        return piece
