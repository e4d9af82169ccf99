"""What a person points at, as named files: folders walked in order, links and devices refused."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from ringtrace.store.evidence import Receipt

SPOOL = ".workbench"
"""The workbench's folder in a case; uploads and tips wait in it."""


def list_files(
    paths: list[Path], barred: Mapping[Path, str] | None = None, spool: Path | None = None
) -> tuple[list[tuple[str, Path]], list[Receipt]]:
    """Return (evidence name, path) of every regular file below ``paths``, and what is refused.

    A file given by itself is named by its base name; one in a folder by its path relative to it.
    barred: folders that are no evidence wherever they lie, each with the reason. spool: a folder within one of them
    where uploads and tips wait to be taken in: what is given from there is.
    """
    files: list[tuple[str, Path]] = []
    refused: list[Receipt] = []
    shut = {folder.resolve(): reason for folder, reason in (barred or {}).items()}
    for path in paths:
        if reason := _barred(path.resolve(), shut, spool):
            refused.append(Receipt(path.name or str(path), "failed", reason=reason))
        elif path.is_dir():
            for name, found in _walk(path, shut):
                reason = shut.get(found) or _refusal(found)
                if reason:
                    refused.append(Receipt(name, "failed", reason=reason))
                else:
                    files.append((name, found))
        elif reason := _refusal(path):
            refused.append(Receipt(path.name or str(path), "failed", reason=reason))
        else:
            files.append((_printable(path.name), path))
    return files, refused


def _barred(path: Path, shut: Mapping[Path, str], spool: Path | None) -> str:
    if spool is not None and path.is_relative_to(spool.resolve()):
        return ""
    return next((shut[one] for one in (path, *path.parents) if one in shut), "")


def _walk(root: Path, shut: Mapping[Path, str]) -> Iterator[tuple[str, Path]]:
    """Yield name and path of every file; a folder in ``shut`` is yielded itself, resolved, and not entered."""
    for folder, folders, names in os.walk(root):
        folders.sort()
        closed = {name: whole for name in folders if (whole := Path(folder, name).resolve()) in shut}
        folders[:] = [name for name in folders if name not in closed or os.path.islink(os.path.join(folder, name))]
        within = Path(folder).relative_to(root).as_posix()
        before = "" if within == "." else f"{within}/"
        for name in sorted(names + [f for f in folders if os.path.islink(os.path.join(folder, f))]):
            yield _printable(before + name), Path(folder, name)
        yield from ((_printable(before + name), whole) for name, whole in closed.items() if name not in folders)


def _refusal(path: Path) -> str:
    try:
        if stat.S_ISREG(path.lstat().st_mode):
            return ""
    except (FileNotFoundError, NotADirectoryError):
        return "there is no such file"
    except OSError as error:
        return f"cannot be looked at: {error.strerror or error}"
    if path.is_symlink():
        return "a symbolic link is not followed; add the file that it points to"
    return "not a regular file"


def _printable(name: str) -> str:
    """File names that are not UTF-8 keep their odd bytes as \\xNN."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
