"""Who is signed in at a team's workbench: kept in the database, so that signing out ends it on every server at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, insert, select, update

from ringtrace.store.database import appending, reading
from ringtrace.store.ledger import Ledger
from ringtrace.store.tables import SignedIn

IDLE_SECONDS, LONGEST_SECONDS = 2 * 3600, 12 * 3600
"""A session ends when nobody clicked for so long, and in any case after a night's work."""
_TOUCH = 60
_BROWSER = 200


@dataclass(frozen=True, slots=True)
class Held:
    """An open session. key: SHA-256 of its cookie, hex; begun, seen: seconds since 1970."""

    key: str
    person: str
    begun: int
    seen: int
    browser: str


class SessionStore:
    """Sessions in a ledger's database. now: seconds since 1970."""

    def __init__(self, ledger: Ledger, now: Callable[[], float]) -> None:
        self._engine = ledger.engine
        self._now = now

    def begin(self, person: str, browser: str) -> str:
        """Open a session and return the cookie's value; the database holds only its hash."""
        cookie, now = secrets.token_urlsafe(32), int(self._now())
        row = {"key": digest(cookie), "person": person, "begun": now, "seen": now, "ended": 0,
               "browser": browser[:_BROWSER].encode("utf-8", "replace").decode().replace("\0", "")}  # fmt: skip
        with appending(self._engine) as connection:
            connection.execute(insert(SignedIn), row)
        return cookie

    def find(self, cookie: str) -> Held | None:
        """Return the open session of a cookie."""
        now = int(self._now())
        wanted = self._open(now).where(SignedIn.key == digest(cookie))
        with reading(self._engine) as connection:
            row = connection.execute(wanted).one_or_none()
        if row is None:
            return None
        if now - row.seen >= _TOUCH:
            with appending(self._engine) as connection:
                connection.execute(update(SignedIn).where(SignedIn.key == row.key).values(seen=now))
        return Held(*row)

    def end(self, cookie: str) -> None:
        self._end(SignedIn.key == digest(cookie))

    def end_all(self, person: str) -> None:
        """Sign somebody out everywhere."""
        self._end(SignedIn.person == person)

    def of(self, person: str) -> list[Held]:
        """Return somebody's open sessions, the latest first."""
        wanted = self._open(int(self._now())).where(SignedIn.person == person).order_by(SignedIn.begun.desc())
        with reading(self._engine) as connection:
            return [Held(*row) for row in connection.execute(wanted)]

    def _open(self, now: int) -> Select[str, str, int, int, str]:
        return select(SignedIn.key, SignedIn.person, SignedIn.begun, SignedIn.seen, SignedIn.browser).where(
            SignedIn.ended == 0, SignedIn.seen > now - IDLE_SECONDS, SignedIn.begun > now - LONGEST_SECONDS
        )

    def _end(self, which: ColumnElement[bool]) -> None:
        now = int(self._now())
        with appending(self._engine) as connection:
            connection.execute(update(SignedIn).where(which, SignedIn.ended == 0).values(ended=now))


def digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
