"""What an analysis changed beside the one before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Turn = Literal["new", "gone", "grew", "shrank", "changed", "merged", "split", "mixed"]
"""merged: several became one; split: one became several; mixed: both at once; changed: some left, others came."""


@dataclass(frozen=True, slots=True)
class Descent:
    """Actors or rings of the run before and those that hold their accounts now.

    before, now: ids, sorted; accounts_before, accounts_now: how many accounts they hold in all.
    """

    turn: Turn
    before: tuple[str, ...]
    now: tuple[str, ...]
    accounts_before: int
    accounts_now: int


@dataclass(frozen=True, slots=True)
class Changes:
    """first: there is no run before, and nothing else is filled in.

    counts: what is counted -> (before, now), of those that differ. files, posts_new: what came in;
    files_gone, posts_gone: what went; trading: direction -> new posts read so. turns: "actor new" -> how often.
    actors: those of several accounts on either side, largest first, up to ``MOST``; rings: all.
    figures, figures_gone: in words. rules: another program, library or word list than before;
    verdicts: how many were in force (before, now).
    """

    first: bool = False
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    files_gone: tuple[str, ...] = ()
    posts_new: int = 0
    posts_gone: int = 0
    trading: Mapping[str, int] = field(default_factory=dict)
    turns: Mapping[str, int] = field(default_factory=dict)
    actors: tuple[Descent, ...] = ()
    rings: tuple[Descent, ...] = ()
    figures: tuple[str, ...] = ()
    figures_gone: tuple[str, ...] = ()
    rules: bool = False
    verdicts: tuple[int, int] = (0, 0)

    @property
    def none(self) -> bool:
        """Whether nothing at all came out otherwise."""
        return not (
            self.counts or self.files or self.files_gone or self.posts_new or self.posts_gone
            or self.turns or self.figures or self.figures_gone
        )  # fmt: skip


MOST = 200
