"""Who is at the workbench: sessions kept on the server, begun by a link that works once."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

COOKIE = "ringtrace"
IDLE_SECONDS = 12 * 3600
"""A night's work; after so long without a click one comes in by a new link."""


@dataclass(slots=True)
class Session:
    """One browser. csrf: what every form must carry; purpose: why evidence is read, as the log has it.

    roles, person: of somebody in a team; None and "" for the one person of a workbench that has no team.
    """

    user: str
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    language: str = ""
    theme: str = "auto"
    purpose: str = ""
    said: str = ""
    undo: int = 0
    seen: float = field(default_factory=time.monotonic)
    roles: frozenset[str] | None = None
    person: str = ""


class Doorkeeper(Protocol):
    """Who knows the sessions of a workbench, be it one person's or a team's."""

    cookie: str
    address: str
    entrance: str

    def find(self, key: str) -> Session | None: ...

    def leave(self, key: str) -> None: ...


class Sessions:
    """All browsers of one server. user: the operating system's; tell(link): prints a link."""

    cookie = COOKIE
    address = ""
    entrance = "/enter"

    def __init__(self, user: str, tell: Callable[[str], None] = lambda link: None) -> None:
        self.user = user
        self._tell = tell
        self._link = ""
        self._open: dict[str, Session] = {}

    def offer(self) -> str:
        """Make a fresh one-time link, tell it and return it; the one before no longer works."""
        self._link = secrets.token_urlsafe(24)
        self._tell(self._link)
        return self._link

    def enter(self, link: str) -> str | None:
        """Return the key of a new session when ``link`` is the one that is open, and offer the next."""
        if not self._link or not secrets.compare_digest(link.encode(), self._link.encode()):
            return None
        key = secrets.token_urlsafe(32)
        self._open[key] = Session(self.user)
        self.offer()
        return key

    def find(self, key: str) -> Session | None:
        """Return the session of a cookie, unless it has been idle for too long."""
        found = self._open.get(key)
        if found is None:
            return None
        if time.monotonic() - found.seen > IDLE_SECONDS:
            del self._open[key]
            return None
        found.seen = time.monotonic()
        return found

    def leave(self, key: str) -> None:
        self._open.pop(key, None)
