"""A handle as it stands in a text, whichever way it was read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """A handle at ``[start, stop)`` of the layer; value without its disguise."""

    start: int
    stop: int
    pieces: tuple[tuple[int, int], ...]
    value: str
    rule: str
    plain: bool
