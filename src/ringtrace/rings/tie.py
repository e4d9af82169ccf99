"""One observation of a tie, before those of a pair are put together."""

from __future__ import annotations

from typing import NamedTuple

from ringtrace.rings.activity import Span


class Tie(NamedTuple):
    """One observation of a tie between two actors. said: how surely all posts that it rests on trade by themselves."""

    left: str
    right: str
    layer: str
    weight: float
    basis: tuple[Span, ...]
    said: float
