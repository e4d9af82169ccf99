"""One original copied into the store: hashed as it is written, with the times and attributes of the file that came."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

_CHUNK = 1 << 20


def copy_original(path: Path, target: str, watch: Callable[[int], None]) -> tuple[str, int, str]:
    """Copy ``path`` to ``target``; return (SHA-256 hex, size, the file's own time), hashing what was written.

    watch(bytes): called after each chunk.

    The copy is read-only, with the times and the extended attributes of the original. Descriptors and not
    file objects: what comes in may be a million small files.
    """
    source = os.open(path, os.O_RDONLY | _CLOSED_ON_EXEC)
    try:
        sink = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _CLOSED_ON_EXEC, 0o600)
        try:
            digest, size = _pour(source, sink, watch)
            state = os.fstat(source)
            if _list_attributes is not None and _list_attributes(source):
                shutil.copystat(path, target)
            os.utime(sink, ns=(state.st_atime_ns, state.st_mtime_ns))
            os.fchmod(sink, 0o444)
        finally:
            os.close(sink)
    finally:
        os.close(source)
    return digest, size, datetime.fromtimestamp(state.st_mtime, UTC).isoformat(timespec="seconds")


_list_attributes = getattr(os, "listxattr", None)
_CLOSED_ON_EXEC = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def _pour(source: int, sink: int, watch: Callable[[int], None]) -> tuple[str, int]:
    """Write all that can be read from one descriptor to another; return its SHA-256 (hex) and size."""
    digest, size = hashlib.sha256(), 0
    while chunk := os.read(source, _CHUNK):
        digest.update(chunk)
        size += len(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(sink, rest) :]
        watch(size)
    return digest.hexdigest(), size
