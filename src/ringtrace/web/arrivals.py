"""Files on their way into the case: what was uploaded goes in in the background, and each can be followed."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringtrace.errors import CaseError, RingtraceError, UsageError
from ringtrace.model.custody import Circumstances
from ringtrace.pipeline.adding import add
from ringtrace.store.case import Case
from ringtrace.store.evidence import Receipt

_KEPT = 50
"""Arrivals that can still be looked at; of older ones the custody log tells."""
_PAUSE = 0.5


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
    """Files that were brought in together. error: why they did not go in; waits: for a job that has the case."""

    def __init__(self, number: int, files: dict[str, Arriving]) -> None:
        self.number = number
        self.files = files
        self.error = ""
        self.waits = False
        self.ended = threading.Event()

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
    """The arrivals of one server. busy: whether a job of ours has the case, for which an arrival waits."""

    def __init__(self, case: Case, busy: Callable[[], bool]) -> None:
        self._case = case
        self._busy = busy
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        self._count = 0
        self._known: dict[int, Arrival] = {}

    def begin(self, folder: tempfile.TemporaryDirectory[str], told: Circumstances) -> Arrival:
        """Take in what lies in ``folder``, which is removed after it. Names are relative to it."""
        root = Path(folder.name)
        paths = sorted(path for path in root.rglob("*") if path.is_file())
        files = {(name := path.relative_to(root).as_posix()): Arriving(name, path.stat().st_size) for path in paths}
        with self._lock:
            self._count += 1
            arrival = Arrival(self._count, files)
            self._known[arrival.number] = arrival
            self._known.pop(arrival.number - _KEPT, None)
        threading.Thread(target=self._take, args=(arrival, folder, told), daemon=True).start()
        return arrival

    def get(self, number: int) -> Arrival | None:
        return self._known.get(number)

    def last(self) -> Arrival | None:
        return self._known.get(self._count)

    def _take(self, arrival: Arrival, folder: tempfile.TemporaryDirectory[str], told: Circumstances) -> None:
        try:
            with self._turn, folder:
                for receipt in self._add(arrival, Path(folder.name), told):
                    arrival.files.setdefault(receipt.name, Arriving(receipt.name, receipt.size)).receipt = receipt
        except (RingtraceError, OSError) as error:
            arrival.error = str(error)
        finally:
            arrival.ended.set()

    def _add(self, arrival: Arrival, folder: Path, told: Circumstances) -> list[Receipt]:
        """Take files in; while a job of ours has the case, wait for it to end."""

        def watch(name: str, done: int) -> None:
            arrival.files[name].done = done

        while True:
            arrival.waits = self._busy()
            if not arrival.waits:
                try:
                    return add(self._case, [folder], told, lambda done, total: None, watch)
                except UsageError:
                    raise
                except CaseError:
                    if not self._busy():
                        raise
            time.sleep(_PAUSE)
