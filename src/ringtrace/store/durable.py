"""Writes that survive a power cut: data first, then names, then the word that they are there."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def sync_filesystem(folder: Path) -> None:
    """Make everything written so far on ``folder``'s file system durable; raises OSError if it is not."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if _LIBC is None:
            os.sync()
        elif _LIBC.syncfs(descriptor) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(folder))
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, data: bytes) -> None:
    """Give ``path`` the content ``data``, whole or not at all, durable on return."""
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def append_line(path: Path, data: bytes) -> None:
    """Append ``data`` to ``path`` and make it durable before returning."""
    existed = path.exists()
    with path.open("ab") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    if not existed:
        sync_folder(path.parent)
