"""Long work in the background: one command of the program at a time, with progress, stopped by a click.

The work is a process of its own (``python -m ringtrace analyse CASE --json``): the server stays quick,
a crash of either does not harm the other, and an analysis replaces the old one whole or not at all.
Work that outlives a killed server keeps the case locked: it is ended when a job is started anew.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from ringtrace.errors import UsageError

Command = Literal["analyse", "verify"]
_PROGRESS = re.compile(r"([^:]{1,60}): ([0-9,]{1,20}) of ([0-9,]{1,20})")
_KEPT = 50
_PATIENCE = 10.0
"""Seconds that work has to end when asked to, before it is killed."""
_PROCESSES = Path("/proc")
_ENDS = {0: "done", 3: "done in part", 4: "changes were found"}


@dataclass(slots=True)
class Job:
    """One run. words, done, total: how far it is; result: what the command printed, once it ended."""

    number: int
    command: Command
    process: subprocess.Popen[bytes]
    words: str = ""
    done: int = 0
    total: int = 0
    stopped: bool = False
    result: Mapping[str, Any] = field(default_factory=dict)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=_KEPT))

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def document(self) -> dict[str, Any]:
        """What is known of the job, for a page and its JSON twin."""
        code = self.process.poll()
        state = "running" if code is None else "stopped" if self.stopped else _ENDS.get(code, "failed")
        return {
            "number": self.number, "command": self.command, "running": code is None, "state": state,
            "words": self.words, "done": self.done, "total": self.total, "result": dict(self.result),
            "error": self.lines[-1] if state == "failed" and self.lines else "",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Left:
    """What a server noted of its job: command ("" for none), number of its process and of the server's own."""

    command: str = ""
    process: int = 0
    server: int = 0


class Jobs:
    """The jobs of one server on one case; at most one runs.

    broken: the command that a server which was killed left unfinished, "" for none.
    """

    def __init__(self, case: Path, memory: Path) -> None:
        """memory: a file that holds what runs, so that a server that was killed is told of by the next one."""
        self._case = case
        self._memory = memory
        self._lock = threading.Lock()
        self.jobs: list[Job] = []
        self._left = _read_memory(memory)
        self.broken = self._left.command

    def start(self, command: Command) -> Job:
        """Begin ``command``; raises UsageError while another job runs."""
        with self._lock:
            if self.jobs and self.jobs[-1].running:
                raise UsageError(f"{self.jobs[-1].command} is running; wait for it or stop it")
            self._end_left()
            process = subprocess.Popen(  # noqa: S603  our own program with fixed words
                [sys.executable, "-m", *self._words(command)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
            job = Job(len(self.jobs) + 1, command, process)
            self.jobs.append(job)
            self._left, self.broken = _Left(), ""
            self._memory.parent.mkdir(exist_ok=True)
            told = _Left(command, process.pid, os.getpid())
            self._memory.write_text(json.dumps(asdict(told)), "utf-8")
        threading.Thread(target=_follow, args=(job,), daemon=True).start()
        threading.Thread(target=self._collect, args=(job,), daemon=True).start()
        return job

    def _words(self, command: str) -> list[str]:
        return ["ringtrace", command, str(self._case.resolve()), "--json"]

    def _end_left(self) -> None:
        """End what a killed server left running on this case, with its own processes, so that the case is free."""
        words = self._words(self._left.command)
        for number, patience in ((signal.SIGTERM, _PATIENCE), (signal.SIGKILL, _PATIENCE)):
            if not _goes_on(self._left, words):
                return
            os.killpg(self._left.process, number)
            until = time.monotonic() + patience
            while time.monotonic() < until and _goes_on(self._left, words):
                time.sleep(0.05)

    def _collect(self, job: Job) -> None:
        """Read what it printed; a job that was stopped printed nothing. It no longer runs once that is read."""
        assert job.process.stdout is not None  # noqa: S101  it was asked for
        data = job.process.stdout.read()
        job.process.wait()
        self._memory.unlink(missing_ok=True)
        try:
            found = json.loads(data)
        except ValueError:
            return
        job.result = found if isinstance(found, dict) else {}

    def last(self, command: Command | None = None) -> Job | None:
        """Return the latest job, or the latest of ``command``."""
        return next((job for job in reversed(self.jobs) if command in (None, job.command)), None)

    def busy(self) -> bool:
        """Whether something runs that keeps the case for itself."""
        job = self.last()
        return job is not None and job.running and job.command == "analyse"

    def stop(self) -> None:
        """End what runs; the analysis before it stays as it was."""
        job = self.last()
        if job is not None and job.running:
            job.stopped = True
            job.process.terminate()
            try:
                job.process.wait(10)
            except subprocess.TimeoutExpired:
                job.process.kill()
                job.process.wait(10)


def _follow(job: Job) -> None:
    """Read how far it is from standard error."""
    assert job.process.stderr is not None  # noqa: S101  it was asked for
    for raw in job.process.stderr:
        line = raw.decode("utf-8", "replace").strip()
        job.lines.append(line)
        job.words = line or job.words
        if (hit := _PROGRESS.match(line)) is not None:
            job.done, job.total = (int(number.replace(",", "")) for number in hit.groups()[1:])


def _goes_on(left: _Left, words: list[str]) -> bool:
    """Whether the job of a server that is gone still runs; never true of a job whose server lives.

    Known by its words, since a number is given to another process in time; only where the system tells (Linux).
    """
    if left.process <= 1:
        return False
    try:
        told = (_PROCESSES / str(left.process) / "cmdline").read_bytes().split(b"\0")
        parent = int((_PROCESSES / str(left.process) / "stat").read_bytes().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return False
    return told[-len(words) - 1 : -1] == [os.fsencode(word) for word in words] and parent != left.server


def _read_memory(path: Path) -> _Left:
    """What a server was running when it was killed."""
    try:
        told = json.loads(path.read_text("utf-8"))
        command, numbers = told.get("command"), [told.get(name) for name in ("process", "server")]
    except (OSError, ValueError, AttributeError):
        return _Left()
    if command not in ("analyse", "verify"):
        return _Left()
    process, server = (number if type(number) is int else 0 for number in numbers)
    return _Left(command, process, server)
