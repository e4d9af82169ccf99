"""Originals, never changed: content-addressed by SHA-256, with custody.

evidence/objects/ab/ab12...   the files, named by their hash, read-only
evidence/objects.sha256       for ``cd evidence && sha256sum -c objects.sha256``
evidence/incoming/            half-written files; what is left here was never acknowledged
evidence/custody/             see ``custody``

An original that was erased stays in the log with its hash and the authority; its file is gone.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ringtrace.errors import CaseError, UsageError
from ringtrace.model.custody import FIELDS, Circumstances, Finding, Reception
from ringtrace.store.copying import copy_original
from ringtrace.store.custody import CustodyLog
from ringtrace.store.durable import append_line, replace_file, sync_filesystem
from ringtrace.store.inspection import inspect_log, inspect_signed
from ringtrace.store.object_checks import inspect_hash_list, inspect_object
from ringtrace.store.timestamps import inspect_timestamps

_BATCH_FILES = 1024
_PARTS = ("objects", "objects.sha256", "incoming", "custody")


Watch = Callable[[str, int], None]


def unwatched(_name: str, _done: int) -> None:
    """Tell nobody how far the copying of a file is."""


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
        found = _held(self.log.events())
        return [found[key] for key in sorted(found)]

    def receptions(self) -> list[Reception]:
        """Return every time that an original came in, in the order of the log, erased ones included."""
        return [
            Reception(
                line, str(event["at"]), str(event["evidence"]), str(event["name"]), int(event["size"]),
                str(event.get("by", "")), str(event.get("tool", "")), str(event.get("modified", "")),
                Circumstances(**{name: str(event.get(name, "")) for name in FIELDS}),
            )
            for line, event in enumerate(self.log.events(), start=1)
            if event.get("event") == "collect"
        ]  # fmt: skip

    def take_in(
        self,
        files: Iterable[tuple[str, Path]],
        key: Ed25519PrivateKey,
        *,
        origin: str,
        circumstances: Circumstances,
        by: str,
        tool: str,
        watch: Watch = unwatched,
    ) -> Iterator[Receipt]:
        """Store files and yield a receipt for each; a receipt is given only for durable bytes.

        files: (evidence name, path). One file that fails is reported and the rest goes in. watch(name, bytes): called
        as a file's bytes are copied.
        """
        self.recover(key, origin)
        known: dict[str, dict[str, set[Circumstances]]] = {item.evidence_id: {} for item in self.held()}
        for reception in self.receptions():
            if reception.evidence_id in known:
                known[reception.evidence_id].setdefault(reception.name, set()).add(reception.circumstances)
        stream = iter(files)
        stated = {**circumstances.stated(), "by": by, "tool": tool}
        while batch := list(islice(stream, _BATCH_FILES)):
            yield from self._take_batch(batch, known, key, origin, circumstances, stated, watch)

    def recover(self, key: Ed25519PrivateKey, origin: str) -> None:
        """Clear half-written files and bring the log to rest after a crash; refuse a tampered log."""
        for folder in (self.folder / "incoming", self.folder / "objects"):
            folder.mkdir(parents=True, exist_ok=True)
        if problems := inspect_signed(self.log):
            raise CaseError(f"{problems[0].where}: {problems[0].what}; nothing was added; run `ringtrace verify`")
        for leftover in (self.folder / "incoming").iterdir():
            leftover.unlink()
        self.log.append([], key, origin)
        self._finish()

    def erase(self, evidence_id: str, event: dict[str, str], key: Ed25519PrivateKey, origin: str) -> None:
        """Delete an original for good: first the log says so, then the file goes. event: by, authority, why.

        Raises UsageError when it is not held.
        """
        if evidence_id not in {item.evidence_id for item in self.held()}:
            raise UsageError(f"no evidence {evidence_id} is held in this case")
        self.recover(key, origin)
        self.log.append([{**event, "event": "erase", "evidence": evidence_id}], key, origin)
        self._finish()

    def _finish(self) -> None:
        """Do what a crash may have left undone: erased files are gone, the list of hashes is that of the rest."""
        events = self.log.events()
        held = _held(events)
        for event in events:
            if event.get("event") == "erase" and event["evidence"] not in held:
                self.object_path(str(event["evidence"])).unlink(missing_ok=True)
        path = self.folder / "objects.sha256"
        wanted = sum(len(self._hash_line(key)) for key in held)
        if (path.stat().st_size if path.exists() else 0) != wanted:
            replace_file(path, b"".join(self._hash_line(key) for key in held))

    def _hash_line(self, evidence_id: str) -> bytes:
        return f"{evidence_id}  objects/{evidence_id[:2]}/{evidence_id}\n".encode()

    def _take_batch(
        self,
        batch: Sequence[tuple[str, Path]],
        known: dict[str, dict[str, set[Circumstances]]],
        key: Ed25519PrivateKey,
        origin: str,
        circumstances: Circumstances,
        stated: dict[str, str],
        watch: Watch,
    ) -> list[Receipt]:
        receipts: list[Receipt] = []
        modified: dict[str, str] = {}
        fresh: list[Receipt] = []  # what the log does not say yet
        waiting: list[tuple[str, str]] = []
        beginning = os.path.join(self.folder, "incoming", f"{os.getpid()}-")
        for number, (name, path) in enumerate(batch):
            temporary = f"{beginning}{number}"
            try:
                digest, size, modified[name] = copy_original(path, temporary, partial(watch, name))
            except OSError as error:
                Path(temporary).unlink(missing_ok=True)
                receipts.append(Receipt(name, "failed", reason=f"cannot be read: {error.strerror or error}"))
                continue
            receipts.append(self._receipt(name, digest, size, known))
            here = known[digest].setdefault(name, set())
            if circumstances not in here:
                here.add(circumstances)
                fresh.append(receipts[-1])
            waiting.append((temporary, digest))
        self._place(waiting)
        events = [
            {"event": "collect", "name": r.name, "evidence": r.evidence_id, "size": r.size,
             "modified": modified[r.name], **stated}
            for r in fresh
        ]  # fmt: skip
        if events:
            self.log.append(events, key, origin)
        hashes = [self._hash_line(r.evidence_id) for r in receipts if r.status == "added"]
        if hashes:
            append_line(self.folder / "objects.sha256", b"".join(hashes))
        return receipts

    def _receipt(self, name: str, digest: str, size: int, known: dict[str, dict[str, set[Circumstances]]]) -> Receipt:
        names = known.setdefault(digest, {})
        if name in names:
            return Receipt(name, "known", digest, size, "the same bytes are already in the case under this name")
        if names:
            return Receipt(name, "copy", digest, size, f"the same bytes are already in the case as {min(names)}")
        return Receipt(name, "added", digest, size)

    def _place(self, waiting: Sequence[tuple[str, str]]) -> None:
        """Data durable, then names, then names durable: only after this may the log speak of them."""
        if not waiting:
            return
        sync_filesystem(self.folder)
        objects, made = os.path.join(self.folder, "objects"), set[str]()
        for temporary, digest in waiting:
            shelf = os.path.join(objects, digest[:2])
            target = os.path.join(shelf, digest)
            if os.path.exists(target):
                os.unlink(temporary)
                continue
            if shelf not in made:
                os.makedirs(shelf, exist_ok=True)
                made.add(shelf)
            os.rename(temporary, target)
        sync_filesystem(self.folder)

    def size(self) -> int:
        """Return the bytes of all originals on disk."""
        return sum(path.stat().st_size for path in (self.folder / "objects").glob("*/*"))

    def verify(self, progress: Callable[[int], None] = lambda size: None) -> list[Finding]:
        """Re-read every byte and return what is missing, changed, added or unsigned."""
        problems = inspect_log(self.log)
        try:
            held = _held(self.log.events())
        except (CaseError, KeyError, TypeError, ValueError) as error:
            return [*problems, Finding("custody/log.jsonl", f"not readable as a custody log: {error}")]
        for item in held.values():
            path = self.object_path(item.evidence_id)
            where = f"{path.relative_to(self.folder).as_posix()} ({item.names[0]})"
            problems.extend(inspect_object(path, item.evidence_id, item.size, where, progress))
        for path in sorted((self.folder / "objects").glob("**/*")):
            if path.is_file() and (path.name not in held or path != self.object_path(path.name)):
                where = path.relative_to(self.folder).as_posix()
                problems.append(Finding(where, "this file is in the store but no log line speaks of it"))
        strange = sorted(path.name for path in self.folder.glob("*") if path.name not in _PARTS)
        problems += [Finding(name, "this file does not belong here") for name in strange]
        wanted = [self._hash_line(key) for key in held]
        return problems + inspect_hash_list(self.folder / "objects.sha256", wanted) + inspect_timestamps(self.log)


def _held(events: Iterable[dict[str, Any]]) -> dict[str, Held]:
    """Return evidence id -> what is held, in the order in which it came."""
    found: dict[str, Held] = {}
    for event in events:
        if event.get("event") == "erase":
            found.pop(str(event["evidence"]), None)
        if event.get("event") != "collect":
            continue
        name, key = str(event["name"]), str(event["evidence"])
        old = found.get(key)
        if old is None:
            found[key] = Held(key, int(event["size"]), (name,), str(event["at"]), str(event.get("source", "")))
        else:
            names = tuple(sorted({*old.names, name}))
            found[key] = Held(key, old.size, names, old.received_at, old.source)
    return found
