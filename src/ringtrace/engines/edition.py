"""What a stage's result depends on besides its input: the program, its word lists, the libraries under it."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_MADE = frozenset({".pyc", ".pyo"})
"""Files that Python makes of others."""


def edition(folders: Iterable[Path] = ()) -> str:
    """Return one hash over the program's own files, the installed libraries by version, and all of ``folders``.

    Readers, extractors, lexicons and their versions are among the program's files, so nothing that was
    worked out by another version is ever taken for this one's.
    """
    digest = hashlib.sha256(_program().encode())
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            _take_in(digest, path.relative_to(folder).as_posix(), path.read_bytes())
    return digest.hexdigest()


@cache
def _program() -> str:
    digest = hashlib.sha256(sys.version.encode())
    home = Path(__file__).parents[1]
    for path in sorted(path for path in home.rglob("*") if path.is_file() and path.suffix not in _MADE):
        _take_in(digest, path.relative_to(home).as_posix(), path.read_bytes())
    for library in sorted({found.name for entry in sys.path for found in Path(entry).glob("*.dist-info")}):
        _take_in(digest, library, b"")
    return digest.hexdigest()


def _take_in(digest: hashlib._Hash, name: str, data: bytes) -> None:
    digest.update(f"{name}\0{len(data)}\0".encode())
    digest.update(data)
