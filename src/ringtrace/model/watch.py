"""Identifiers that somebody waits for, and where they turned up."""

from __future__ import annotations

from dataclasses import dataclass

from ringtrace.model.span import Span


@dataclass(frozen=True, slots=True)
class Watch:
    """number: of the event that began it; at: microseconds UTC. value: as mentions have it, see the table contract."""

    number: int
    kind: str
    value: str
    reason: str
    author: str
    at: int


@dataclass(frozen=True, slots=True)
class Alert:
    """A watched identifier in one post, or as the id of an account in its app.

    post: where it stands; of an account, its first post. spans: the identifier's own bytes, of an account
    the post's. fresh: the run before did not have it.
    """

    id: str
    watch: Watch
    post: str
    account: str
    owner: str
    probability: float
    spans: tuple[Span, ...]
    fresh: bool = True
