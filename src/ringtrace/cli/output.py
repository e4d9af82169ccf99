"""How the commands speak: plain lines or JSON on standard output, progress on standard error."""

from __future__ import annotations

import getpass
import json
import sys
import threading
import time
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self, TextIO

import typer

CasePath = Annotated[Path, typer.Argument(help="The case folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
By = Annotated[str, typer.Option(help="Who does this; your login name when left out.", show_default=False)]
Why = Annotated[str, typer.Option(help="Why; the custody log keeps it.", show_default=False)]

_HIDDEN = (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000))
_SPELT = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in _HIDDEN}

PARTIAL = 3
CHANGED = 4
ALERTS = 5


def emit(as_json: bool, document: Any, lines: Iterable[str]) -> None:  # noqa: ANN401  any JSON value
    """Print ``document`` as JSON, or ``lines`` as text."""
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))
    else:
        for line in lines:
            print(visible(line))


def who(by: str) -> str:
    """Return who acts: ``by``, else the login name."""
    return by or getpass.getuser()


def visible(text: str) -> str:
    """Return ``text`` with control and direction characters spelt out: evidence may hold terminal commands."""
    return text.translate(_SPELT)


class Progress:
    """Says on standard error how far long work has come.

    On a terminal one line is written over; elsewhere (a log, a pipe) plain lines come, at most one
    in ``every`` seconds, also while a stage is silent. Use it as a context manager: leaving it ends
    the lines.
    """

    def __init__(self, stream: TextIO | None = None, every: float = 4.0) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._every = every
        self._state = ""
        self._width = 0
        self._ended = threading.Event()
        self._began = time.monotonic()

    def __enter__(self) -> Self:
        if not self._terminal:
            threading.Thread(target=self._beat, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def __call__(self, what: str, done: int, total: int) -> None:
        self._state = f"{what} ..." if total <= 1 and done < total else f"{what}: {done:,} of {total:,}"
        if self._terminal:
            said, end = visible(self._state), "\n" if done >= total else ""
            print(f"\r{said:<{self._width}}", end=end, file=self._stream, flush=True)
            self._width = 0 if end else len(said)

    def _beat(self) -> None:
        """Print where the work stands until it ends; a reader of a log sees that it goes on."""
        pause = self._every / 2
        while not self._ended.wait(pause):
            pause = self._every
            if self._state:
                seconds = time.monotonic() - self._began
                print(f"{visible(self._state)} ({seconds:.0f} s)", file=self._stream, flush=True)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
