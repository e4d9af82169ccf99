"""Files on their way into the case: what was uploaded goes in in the background, and each can be followed.

An upload is laid down durably, with what was said of how it came, before it is answered; a server that ends, or dies,
leaves it there and the next one takes it in.
"""

from __future__ import annotations

import json
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ringtrace.errors import CaseError, RingtraceError, UsageError
from ringtrace.model.custody import Circumstances
from ringtrace.pipeline.intake.adding import add
from ringtrace.store.case import Case
from ringtrace.store.durable import sync_filesystem, sync_folder
from ringtrace.store.evidence import Receipt

_KEPT = 50
"""Arrivals that can still be looked at; of older ones the custody log tells."""
_PAUSE = 0.5
_NEW, _FILES, _TOLD = ".new-", "files", "told.json"
_FORGOTTEN = 86_400
"""Seconds after which what is left of an upload that never was whole is removed."""
_LAST_WAIT = 30.0
"""Seconds that a server that ends waits for a file that is just being copied."""
_KEPT_FOR = "; it is kept, and tried again when the workbench is opened next"


@dataclass(slots=True)
class Arriving:
    """One file. done: bytes copied so far; receipt: what became of it, once it is durable."""

    name: str
    size: int
    done: int = 0
    receipt: Receipt | None = None

    def document(self) -> dict[str, Any]:
        found = self.receipt
        copied = "copied" if self.done >= self.size > 0 else "copying" if self.done else "waiting"
        state = found.status if found else copied
        return {
            "name": self.name, "size": self.size, "done": self.size if found else self.done, "state": state,
            "evidence_id": found.evidence_id if found else "", "reason": found.reason if found else "",
        }  # fmt: skip


class Arrival:
    """Files that were brought in together.

    error: why they did not go in; waits: for a job that has the case; promised: nobody is there any more to bring them
    once again, so that they stay until they are in.
    """

    def __init__(self, number: int, files: dict[str, Arriving], promised: bool) -> None:
        self.number = number
        self.files = files
        self.error = ""
        self.waits = False
        self.promised = promised
        self.ended = threading.Event()

    def fail(self, why: str) -> None:
        self.error = why
        self.ended.set()

    def document(self) -> dict[str, Any]:
        """What is known of it, for a page and its JSON twin."""
        files = [one.document() for one in self.files.values()]
        counts = {state: sum(one["state"] == state for one in files) for state in ("added", "copy", "known", "failed")}
        return {
            "number": self.number, "running": not self.ended.is_set(), "waits": self.waits, "error": self.error,
            "files": files, "counts": counts, "size": sum(one["size"] for one in files),
            "done": sum(one["done"] for one in files),
        }  # fmt: skip


class Arrivals:
    """The arrivals of one server. spool: the folder where uploads wait; busy: whether a job of ours has the case,
    for which an arrival waits."""

    def __init__(self, case: Case, spool: Path, busy: Callable[[], bool]) -> None:
        self._case = case
        self._spool = spool
        self._busy = busy
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._count = 0
        self._known: dict[int, Arrival] = {}
        self._ending = threading.Event()
        self._threads: list[threading.Thread] = []

    def lay_out(self) -> Path:
        """Return a new folder to write an upload into, for ``begin``; who does not begin it removes its parent."""
        folder = self._spool / f"{_NEW}{time.time_ns():020}-{secrets.token_hex(4)}" / _FILES
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def begin(self, files: Path, told: Circumstances) -> Arrival:
        """Take in what lies in ``files``, a folder of ``lay_out``; durable on return. Names are relative to it."""
        written = files.parent
        (written / _TOLD).write_text(json.dumps(asdict(told), ensure_ascii=False), "utf-8")
        sync_filesystem(written)
        folder = written.with_name(written.name.removeprefix(_NEW))
        written.rename(folder)
        sync_folder(self._spool)
        return self._start(folder, told, promised=False)

    def resume(self) -> None:
        """Take in what an earlier server was given and has left, the oldest first."""
        for folder in sorted(self._spool.iterdir()) if self._spool.exists() else ():
            if folder.name.startswith(_NEW):
                if time.time() - folder.stat().st_mtime > _FORGOTTEN:
                    shutil.rmtree(folder, ignore_errors=True)
                continue
            try:
                told = Circumstances(**json.loads((folder / _TOLD).read_text("utf-8")))
            except (OSError, ValueError, TypeError) as error:
                self._note(folder, promised=True).fail(f"{folder / _TOLD} cannot be read: {error}{_KEPT_FOR}")
                continue
            self._start(folder, told, promised=True)

    def end(self) -> None:
        """Leave what still waits to the next opening of the case; a file that is being copied is waited for."""
        self._ending.set()
        until = time.monotonic() + _LAST_WAIT
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def get(self, number: int) -> Arrival | None:
        return self._known.get(number)

    def last(self) -> Arrival | None:
        return self._known.get(self._count)

    def _note(self, folder: Path, promised: bool) -> Arrival:
        root = folder / _FILES
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        files = {(name := path.relative_to(root).as_posix()): Arriving(name, path.stat().st_size) for path in paths}
        with self._lock:
            self._count += 1
            arrival = Arrival(self._count, files, promised)
            self._known[arrival.number] = arrival
            self._known.pop(arrival.number - _KEPT, None)
        return arrival

    def _start(self, folder: Path, told: Circumstances, promised: bool) -> Arrival:
        arrival = self._note(folder, promised)
        thread = threading.Thread(target=self._take, args=(arrival, folder, told), daemon=True)
        with self._lock:
            self._threads = [*(one for one in self._threads if one.is_alive()), thread]
            thread.start()
        return arrival

    def _take(self, arrival: Arrival, folder: Path, told: Circumstances) -> None:
        try:
            with self._turn:
                receipts = self._add(arrival, folder / _FILES, told)
            if receipts is None:
                return
            for receipt in receipts:
                arrival.files.setdefault(receipt.name, Arriving(receipt.name, receipt.size)).receipt = receipt
            shutil.rmtree(folder, ignore_errors=True)
        except (RingtraceError, OSError) as error:
            kept = arrival.promised or isinstance(error, OSError)
            arrival.error = f"{error}{_KEPT_FOR if kept else ''}"
            if not kept:
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            arrival.ended.set()

    def _add(self, arrival: Arrival, files: Path, told: Circumstances) -> list[Receipt] | None:
        """Take files in; while a job of ours has the case, wait for it to end. None: the server ends first.

        What was made to wait once has been promised to somebody who is gone; it also waits for other processes.
        """

        def watch(name: str, done: int) -> None:
            arrival.files[name].done = done

        while not self._ending.is_set():
            arrival.waits = self._busy()
            arrival.promised |= arrival.waits
            if not arrival.waits:
                try:
                    return add(self._case, [files], told, lambda done, total: None, watch)
                except UsageError:
                    raise
                except CaseError:
                    if not arrival.promised and not self._busy():
                        raise
                    arrival.waits = True
            self._ending.wait(_PAUSE)
        return None
