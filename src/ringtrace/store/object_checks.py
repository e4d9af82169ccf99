"""What does not agree among the stored originals: bytes that changed, lines of the list of hashes that do not fit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from ringtrace.model.custody import Finding

_CHUNK = 1 << 20


def inspect_object(
    path: Path, evidence_id: str, size: int, where: str, progress: Callable[[int], None]
) -> list[Finding]:  # fmt: skip
    """Re-read one original and return what is wrong with it. size: as the log says; progress: told of each chunk."""
    digest = hashlib.sha256()
    found = 0
    try:
        with path.open("rb") as handle:
            while chunk := handle.read(_CHUNK):
                digest.update(chunk)
                found += len(chunk)
                progress(len(chunk))
    except OSError as error:
        return [Finding(where, f"cannot be read: {error.strerror or error}")]
    if digest.hexdigest() != evidence_id:
        return [Finding(where, f"its bytes were changed: now SHA-256 {digest.hexdigest()}, {found} bytes")]
    if found != size:
        return [Finding(where, f"the log says {size} bytes, the file has {found}")]
    return []


def inspect_hash_list(path: Path, wanted: Sequence[bytes]) -> list[Finding]:
    """Return the lines of ``objects.sha256`` that are not those of what is held, in order, and those it lacks."""
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    lacking, found = set(wanted), []
    for number, line in enumerate(lines, start=1):
        if line not in lacking:
            found.append(Finding(f"objects.sha256 line {number}", "this line belongs to nothing that is held"))
        lacking.discard(line)
    if lacking:
        told = f"{len(lacking)} lines are missing, one of {min(lacking)[:12].decode()}..."
        return [*found, Finding("objects.sha256", told)]
    moved = [n for n, (line, other) in enumerate(zip(lines, wanted, strict=False), start=1) if line != other]
    return found or [Finding(f"objects.sha256 line {n}", "this line is not in the order of the log") for n in moved]
