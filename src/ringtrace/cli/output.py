"""How the commands speak: plain lines or JSON on standard output, progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

CasePath = Annotated[Path, typer.Argument(help="The case folder.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]

_HIDDEN = (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xD800, 0xE000))
_SPELT = {code: f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" for code in _HIDDEN}

PARTIAL = 3
CHANGED = 4


def emit(as_json: bool, document: Any, lines: Iterable[str]) -> None:  # noqa: ANN401  any JSON value
    """Print ``document`` as JSON, or ``lines`` as text."""
    if as_json:
        print(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))
    else:
        for line in lines:
            print(visible(line))


def visible(text: str) -> str:
    """Return ``text`` with control and direction characters spelt out: evidence may hold terminal commands."""
    return text.translate(_SPELT)


class Progress:
    """Says on standard error how far long work has come; silent when that is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __call__(self, what: str, done: int, total: int) -> None:
        if self._shown:
            end = "\n" if done >= total else ""
            print(f"\r{what}: {done:,} of {total:,}   ", end=end, file=sys.stderr, flush=True)


def moment(value: datetime | None) -> str:
    """A time for people, UTC."""
    return value.strftime("%Y-%m-%d %H:%M") if value else "undated"


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
