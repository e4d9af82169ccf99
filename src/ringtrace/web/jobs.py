"""Long work in the background: one command of the program at a time, with progress, stopped by a click.

The work is a process of its own (``python -m ringtrace analyse CASE --json``): the server stays quick,
a crash of either does not harm the other, and an analysis replaces the old one whole or not at all.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ringtrace.errors import UsageError

Command = Literal["analyse", "verify"]
_PROGRESS = re.compile(r"([^:]{1,60}): ([0-9,]{1,20}) of ([0-9,]{1,20})")
_KEPT = 50
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
        self.broken = _read_memory(memory)

    def start(self, command: Command) -> Job:
        """Begin ``command``; raises UsageError while another job runs."""
        with self._lock:
            if self.jobs and self.jobs[-1].running:
                raise UsageError(f"{self.jobs[-1].command} is running; wait for it or stop it")
            process = subprocess.Popen(  # noqa: S603  our own program with fixed words
                [sys.executable, "-m", "ringtrace", command, str(self._case.resolve()), "--json"],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
            job = Job(len(self.jobs) + 1, command, process)
            self.jobs.append(job)
            self.broken = ""
            self._memory.parent.mkdir(exist_ok=True)
            self._memory.write_text(json.dumps({"command": command}), "utf-8")
        threading.Thread(target=_follow, args=(job,), daemon=True).start()
        threading.Thread(target=self._collect, args=(job,), daemon=True).start()
        return job

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


def _read_memory(path: Path) -> str:
    """The command that a server was running when it was killed, "" for none."""
    try:
        command = json.loads(path.read_text("utf-8")).get("command")
    except (OSError, ValueError, AttributeError):
        return ""
    return command if command in ("analyse", "verify") else ""
