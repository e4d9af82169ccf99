"""Folded layers for lookup; the original is never rewritten."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Folded:
    """A folded text and the way back to the original.

    text:  the folded text, for matching only.
    ``origin(start, stop)`` gives the original's code-point range behind ``text[start:stop]``.
    """

    original: str
    text: str

    @cached_property
    def _starts(self) -> list[int] | None:
        return None

    def origin(self, start: int, stop: int) -> tuple[int, int]:
        return start, stop


def fold(text: str) -> Folded:
    """Return the folded layer of ``text`` (placeholder until the folding tables land)."""
    return Folded(text, text.lower() if len(text.lower()) == len(text) else text)
