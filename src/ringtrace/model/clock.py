"""A time as written, how it was read, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Basis = Literal["stated", "assumed", "ambiguous", "none"]


@dataclass(frozen=True, slots=True)
class Clock:
    """When something was said.

    text:        the time as written in the source.
    at:          the reading, microseconds since 1970 UTC, or None.
    basis:       stated (zone in the source), assumed (zone from the case), ambiguous (day and
                 month order unproven), none (no time).
    zone:        zone name or offset used for the reading.
    why:         one sentence: where zone and order come from.
    alternative: the other reading (microseconds UTC) when ambiguous.
    """

    text: str = ""
    at: int | None = None
    basis: Basis = "none"
    zone: str = ""
    why: str = ""
    alternative: int | None = None


NO_CLOCK = Clock()
