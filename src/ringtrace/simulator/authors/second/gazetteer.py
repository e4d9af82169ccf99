"""Places that people name: code, Chinese name, English name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from ringtrace.simulator.authors.second.phrase import load_table


@dataclass(frozen=True, slots=True)
class Spot:
    """A division of China. english is "" where the name in letters would be ambiguous."""

    code: str
    chinese: str
    english: str


@cache
def spots() -> tuple[Spot, ...]:
    rows = (line.split() for line in load_table("places")["table"].splitlines() if line.strip())
    return tuple(Spot(row[0], row[1], row[2] if len(row) > 2 else "") for row in rows)


@cache
def spots_of(province: str, language: str) -> tuple[Spot, ...]:
    """Those in a province (any, when there is none) that can be named in a language."""
    known = [spot for spot in spots() if language == "zh" or spot.english]
    inside = [spot for spot in known if spot.code[:2] == province[:2]]
    return tuple(inside or known)
