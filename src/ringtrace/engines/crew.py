"""Child processes that answer requests, one at a time each; one that dies is replaced and why is told.

One that leaves words on its board and answers all the same is replaced, too: it has grown too large.

The child is a fresh interpreter with an empty environment: no memory, secret or open file of this
process. It answers in bytes that the caller must check, never in pickles.
"""

from __future__ import annotations

import mmap
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import TracebackType
from typing import Self, TypeVar

from ringtrace.errors import RingtraceError

Item = TypeVar("Item")
Result = TypeVar("Result")
READY = b"ready"
MORE, LAST = b"+", b"."
"""What a child sends before a part that is given on as it comes, and before the parts that end its answer."""
_START_SECONDS = 120.0
_LONGEST_SILENCE = 1_000_000.0
"""Seconds: a wait of more than 24 days is more milliseconds than the system call takes."""
_BOARD = 512  # bytes shared with a child: its mark, then its last words
_CAUSES = {
    signal.SIGXCPU: "more processor time than allowed",
    signal.SIGALRM: "more time than allowed",
    signal.SIGKILL: "killed from outside, as when memory runs out",
}


@dataclass(frozen=True, slots=True)
class Died:
    """A child was gone before it had answered. mark: what it noted last, 0 from the start of a request."""

    reason: str
    mark: int


class Board:
    """What a child leaves for its parent to see even when it is killed: one mark and its last words."""

    def __init__(self, descriptor: int) -> None:
        self._shared = mmap.mmap(descriptor, _BOARD)
        self._marks = memoryview(self._shared).cast("Q")
        self._words = memoryview(self._shared)[8:]

    @property
    def mark(self) -> int:
        return self._marks[0]

    @mark.setter
    def mark(self, value: int) -> None:
        self._marks[0] = value

    @property
    def words(self) -> str:
        return bytes(self._words).rstrip(b"\0").decode("utf-8", "replace")

    @words.setter
    def words(self, text: str) -> None:
        data = text.encode("utf-8", "replace")[: _BOARD - 8]
        self._words[:] = data.ljust(_BOARD - 8, b"\0")


def _ignore(_part: bytes) -> None:
    """Drop what comes before the end of an answer."""


class Crew:
    """Up to ``size`` children that run ``python -m module``; each is started when it is first needed.

    The module gets three descriptors as arguments: requests in, answers out, its ``Board``.
    """

    def __init__(self, module: str, size: int) -> None:
        self._module = module
        self._size = max(1, size)
        self._idle: SimpleQueue[_Child | None] = SimpleQueue()
        for _ in range(self._size):
            self._idle.put(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the children that wait for work."""
        for _ in range(self._idle.qsize()):
            child = self._idle.get()
            if child is not None:
                child.end()
            self._idle.put(None)

    def ask(
        self, request: bytes, parts: int, seconds: float, take: Callable[[bytes], None] | None = None
    ) -> list[bytes] | Died:
        """Return the last ``parts`` of the answer to ``request``, or why and where the child died.

        take: gets the parts before them as they come, those of a child that dies later, too. seconds: most that
        the child may be silent. Raises RingtraceError when no child can be started at all.
        """
        child, kept = self._idle.get(), None
        try:
            child = child or _Child(self._module)
            answer = child.ask(request, parts, seconds, take or _ignore)
            if not isinstance(answer, Died) and not child.spent:
                kept = child
        finally:  # one that has not answered whole is of no more use
            if child is not None and kept is None:
                child.end()
            self._idle.put(kept)
        return answer

    def map(self, function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Yield ``function(item)`` in order, as many at a time as there are children."""
        threads = ThreadPoolExecutor(self._size)
        try:
            yield from threads.map(function, items)
        finally:
            threads.shutdown(cancel_futures=True)


class _Child:
    """One running child."""

    def __init__(self, module: str) -> None:
        their_in, our_out = os.pipe()
        our_in, their_out = os.pipe()
        with tempfile.TemporaryFile() as shared:
            shared.truncate(_BOARD)
            self._board = Board(shared.fileno())
            given = (their_in, their_out, shared.fileno())
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and module
                [sys.executable, "-m", module, *map(str, given)],
                pass_fds=given, env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )  # fmt: skip
        os.close(their_in)
        os.close(their_out)
        self._out = Connection(our_out, readable=False)
        self._in = Connection(our_in, writable=False)
        self._await_ready()

    def _await_ready(self) -> None:
        words = b""
        try:
            if self._in.poll(_START_SECONDS) and self._in.recv_bytes(len(READY)) == READY:
                return
        except (EOFError, OSError):
            self._process.kill()
            words = self._process.communicate()[1]
        self.end()
        last = words.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise RingtraceError(f"the process that reads evidence cannot be started: {last or 'it does not answer'}")

    def ask(self, request: bytes, parts: int, seconds: float, take: Callable[[bytes], None]) -> list[bytes] | Died:
        self._board.mark, self._board.words = 0, ""
        try:
            self._out.send_bytes(request)
            while self._in.poll(min(seconds, _LONGEST_SILENCE)):
                if self._in.recv_bytes(len(MORE)) != MORE:
                    return [self._in.recv_bytes() for _ in range(parts)]
                take(self._in.recv_bytes())
            self.end()
            return Died(f"no answer within {seconds:.0f} s", self._board.mark)
        except (EOFError, OSError):
            reason = self._board.words or _cause(self._leave())
            return Died(reason, self._board.mark)

    @property
    def spent(self) -> bool:
        """Whether it left words though it answered: it wants to be replaced."""
        return bool(self._board.words)

    def _leave(self) -> int:
        """Close the pipes, wait for the end and return the exit code."""
        self._out.close()
        self._in.close()
        if self._process.stderr:
            self._process.stderr.close()
        return self._process.wait()

    def end(self) -> None:
        self._process.kill()
        self._leave()


def _cause(code: int) -> str:
    if code >= 0:
        return f"the reading process ended with code {code}"
    known = _CAUSES.get(signal.Signals(-code))
    return known or f"the reading process crashed ({signal.Signals(-code).name})"


def _environment() -> dict[str, str]:
    """Return what a child needs to import this program and nothing else; its hash order is fixed."""
    return {
        "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
