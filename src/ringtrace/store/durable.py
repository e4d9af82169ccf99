"""Writes that survive a power cut: data first, then names, then the word that they are there."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import sys
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


_NO_LINKS = frozenset((errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL))
"""What systems say of a hard link on a file system that has none: exFAT, FAT, some network and user-space ones."""


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


def publish_file(temporary: Path, path: Path) -> None:
    """Give ``temporary``, a whole and durable file, the name ``path`` unless that is taken: the first to come stays.

    ``temporary`` is gone afterwards. Where the file system has no hard links, those who come at once wait for each
    other at a lock in the folder; raises OSError, ``path`` untouched, where it has no locks either.
    """
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _publish_locked(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def _publish_locked(temporary: Path, path: Path) -> None:
    descriptor = os.open(path.parent / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # given up when the process ends, however it does
        if not path.exists():
            temporary.rename(path)
    finally:
        os.close(descriptor)


def append_line(path: Path, data: bytes) -> None:
    """Append ``data`` to ``path`` and make it durable before returning."""
    existed = path.exists()
    with path.open("ab") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    if not existed:
        sync_folder(path.parent)
