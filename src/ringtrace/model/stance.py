"""What a post does: its frame, its direction, and the observed facts behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from ringtrace.model.mention import Owner

Frame = Literal["plain", "quote", "warning", "appeal", "news", "question", "joke", "lawful", "other"]
Direction = Literal["offer", "seek", "broker", "none"]
Band = Literal["yes", "review", "no"]

FRAMES: tuple[Frame, ...] = (
    "plain", "quote", "warning", "appeal", "news", "question", "joke", "lawful", "other",
)  # fmt: skip
DIRECTIONS: tuple[Direction, ...] = ("offer", "seek", "broker", "none")


@dataclass(frozen=True, slots=True)
class FactFound:
    """An observed fact in one text; pieces are code-point ranges as in ``Candidate``."""

    fact: str
    pieces: tuple[tuple[int, int], ...]
    probability: float


class Alone(NamedTuple):
    """What a text says before its company is heard. shares: of each class; probability: of any direction."""

    shares: tuple[float, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """What one text does, before ids and bytes are attached. owners[i] belongs to candidates[i].

    probability: that direction is anything but none, also where direction is none.
    leanings: shares of offer, seek and broker, 0..1 together 1: which direction it would be, if any.
    alone: what the text says by itself, None where nothing of it was read.
    """

    frame: Frame
    direction: Direction
    probability: float
    band: Band
    facts: tuple[FactFound, ...]
    owners: tuple[Owner, ...]
    leanings: tuple[float, float, float] = (1 / 3, 1 / 3, 1 / 3)
    alone: Alone | None = None
