"""Originals, never changed: content-addressed by SHA-256, with custody.

evidence/objects/ab/ab12...   the files, named by their hash, read-only
evidence/objects.sha256       for ``cd evidence && sha256sum -c objects.sha256``
evidence/incoming/            half-written files; what is left here was never acknowledged
evidence/custody/             see ``custody``
"""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ringtrace.errors import CaseError
from ringtrace.store.custody import CustodyLog, Finding
from ringtrace.store.durable import append_line, sync_filesystem

_CHUNK = 1 << 20
_BATCH_FILES = 1024


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one file: added, known (same bytes, same name), copy (same bytes under
    another name) or failed with a reason."""

    name: str
    status: Literal["added", "known", "copy", "failed"]
    evidence_id: str = ""
    size: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """One original in the store. names: every name it came in under, sorted; source: the first's."""

    evidence_id: str
    size: int
    names: tuple[str, ...]
    received_at: str
    source: str


class EvidenceStore:
    """The evidence folder of one case."""

    def __init__(self, folder: Path, now: Callable[[], str]) -> None:
        self.folder = folder
        self.log = CustodyLog(folder / "custody", now)

    def object_path(self, evidence_id: str) -> Path:
        return self.folder / "objects" / evidence_id[:2] / evidence_id

    def open(self, evidence_id: str) -> bytes:
        """Return the original's bytes, mapped read-only; raises CaseError when it is gone.

        The map slices, finds and measures like bytes, which is all that readers do with it.
        """
        path = self.object_path(evidence_id)
        try:
            with path.open("rb") as handle:
                if os.fstat(handle.fileno()).st_size == 0:
                    return b""
                return cast(bytes, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))
        except OSError as error:
            raise CaseError(f"evidence {evidence_id[:12]} cannot be opened: {error}; run `ringtrace verify`") from error

    def held(self) -> list[Held]:
        """Return what is in the store, by evidence id, as the custody log says."""
        found: dict[str, Held] = {}
        for event in self.log.events():
            if event.get("event") != "collect":
                continue
            name, key = str(event["name"]), str(event["evidence"])
            old = found.get(key)
            if old is None:
                found[key] = Held(key, int(event["size"]), (name,), str(event["at"]), str(event.get("source", "")))
            else:
                names = tuple(sorted({*old.names, name}))
                found[key] = Held(key, old.size, names, old.received_at, old.source)
        return [found[key] for key in sorted(found)]

    def take_in(
        self,
        files: Iterable[tuple[str, Path]],
        key: Ed25519PrivateKey,
        *,
        origin: str,
        source: str,
        by: str,
        tool: str,
    ) -> Iterator[Receipt]:
        """Store files and yield a receipt for each; a receipt is given only for durable bytes.

        files: (evidence name, path). One file that fails is reported and the rest goes in.
        """
        self.recover(key, origin)
        known = {item.evidence_id: set(item.names) for item in self.held()}
        stream = iter(files)
        while batch := list(islice(stream, _BATCH_FILES)):
            yield from self._take_batch(batch, known, key, origin, {"source": source, "by": by, "tool": tool})

    def recover(self, key: Ed25519PrivateKey, origin: str) -> None:
        """Clear half-written files and bring the log to rest after a crash; refuse a tampered log."""
        for folder in (self.folder / "incoming", self.folder / "objects"):
            folder.mkdir(parents=True, exist_ok=True)
        if problems := self.log.problems():
            raise CaseError(f"{problems[0].where}: {problems[0].what}; nothing was added; run `ringtrace verify`")
        for leftover in (self.folder / "incoming").iterdir():
            leftover.unlink()
        self.log.append([], key, origin)

    def _take_batch(
        self,
        batch: Sequence[tuple[str, Path]],
        known: dict[str, set[str]],
        key: Ed25519PrivateKey,
        origin: str,
        circumstances: dict[str, str],
    ) -> list[Receipt]:
        receipts: list[Receipt] = []
        waiting: list[tuple[Path, str]] = []
        for number, (name, path) in enumerate(batch):
            temporary = self.folder / "incoming" / f"{os.getpid()}-{number}"
            try:
                digest, size = _copy(path, temporary)
            except OSError as error:
                temporary.unlink(missing_ok=True)
                receipts.append(Receipt(name, "failed", reason=f"cannot be read: {error.strerror or error}"))
                continue
            receipts.append(self._receipt(name, digest, size, known))
            waiting.append((temporary, digest))
        self._place(waiting)
        events = [
            {"event": "collect", "name": r.name, "evidence": r.evidence_id, "size": r.size, **circumstances}
            for r in receipts
            if r.status in ("added", "copy")
        ]
        if events:
            self.log.append(events, key, origin)
        return receipts

    def _receipt(self, name: str, digest: str, size: int, known: dict[str, set[str]]) -> Receipt:
        names = known.setdefault(digest, set())
        if name in names:
            return Receipt(name, "known", digest, size, "the same bytes are already in the case under this name")
        first = min(names) if names else ""
        names.add(name)
        if first:
            return Receipt(name, "copy", digest, size, f"the same bytes are already in the case as {first}")
        return Receipt(name, "added", digest, size)

    def _place(self, waiting: Sequence[tuple[Path, str]]) -> None:
        """Data durable, then names, then names durable: only after this may the log speak of them."""
        if not waiting:
            return
        sync_filesystem(self.folder)
        fresh = []
        for temporary, digest in waiting:
            target = self.object_path(digest)
            if target.exists():
                temporary.unlink()
                continue
            target.parent.mkdir(exist_ok=True)
            temporary.chmod(0o444)
            temporary.rename(target)
            fresh.append(f"{digest}  {target.relative_to(self.folder).as_posix()}\n")
        sync_filesystem(self.folder)
        if fresh:
            append_line(self.folder / "objects.sha256", "".join(fresh).encode())

    def verify(self, progress: Callable[[int], None] = lambda size: None) -> list[Finding]:
        """Re-read every byte and return what is missing, changed, added or unsigned."""
        problems = self.log.problems()
        try:
            held = {item.evidence_id: item for item in self.held()}
        except (CaseError, KeyError, TypeError, ValueError) as error:
            return [*problems, Finding("custody/log.jsonl", f"not readable as a custody log: {error}")]
        if not problems and (count := self.log.unsigned()):
            problems.append(Finding("custody/checkpoint", f"{count} log lines are not covered by it yet"))
        for item in held.values():
            problems.extend(self._check(item, progress))
        for path in sorted((self.folder / "objects").glob("*/*")):
            if path.name not in held:
                where = path.relative_to(self.folder).as_posix()
                problems.append(Finding(where, "this file is in the store but no log line speaks of it"))
        return problems

    def _check(self, item: Held, progress: Callable[[int], None]) -> list[Finding]:
        path = self.object_path(item.evidence_id)
        where = f"{path.relative_to(self.folder).as_posix()} ({item.names[0]})"
        digest = hashlib.sha256()
        size = 0
        try:
            with path.open("rb") as handle:
                while chunk := handle.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    progress(len(chunk))
        except OSError as error:
            return [Finding(where, f"cannot be read: {error.strerror or error}")]
        if digest.hexdigest() != item.evidence_id:
            return [Finding(where, f"its bytes were changed: now SHA-256 {digest.hexdigest()}, {size} bytes")]
        if size != item.size:
            return [Finding(where, f"the log says {item.size} bytes, the file has {size}")]
        return []


def _copy(path: Path, target: Path) -> tuple[str, int]:
    """Copy ``path`` to ``target`` and return (SHA-256 hex, size), hashing what was written."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as source, target.open("wb") as sink:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            sink.write(chunk)
            size += len(chunk)
    shutil.copystat(path, target)
    return digest.hexdigest(), size
