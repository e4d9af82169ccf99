"""The door of a team's workbench: passkeys, the office's sign-in, sessions that the database holds."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ringtrace.errors import UsageError
from ringtrace.model.person import Person
from ringtrace.store.case import Case, TeamSettings
from ringtrace.store.ledger import Ledger
from ringtrace.store.people import People
from ringtrace.store.sessions import SessionStore, digest
from ringtrace.web.office import Office
from ringtrace.web.passkeys import Passkeys
from ringtrace.web.session import Session

_KEPT = 2_000
"""Browsers whose language and purpose are remembered; who comes later finds theirs forgotten, not their session."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sign-in that has begun. about: what it is for; until: seconds since 1970."""

    about: tuple[str, ...]
    until: float


class Begun:
    """Sign-ins that have begun, each to be ended once and within minutes. now: seconds since 1970."""

    MINUTES = 5
    MOST = 5_000

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._waiting: dict[str, Waiting] = {}

    def begin(self, key: str, *about: str) -> None:
        """Remember ``about`` under ``key``; the oldest gives way when too many wait."""
        with self._lock:
            while len(self._waiting) >= self.MOST:
                del self._waiting[next(iter(self._waiting))]
            self._waiting[key] = Waiting(about, self._now() + 60 * self.MINUTES)

    def end(self, key: str) -> tuple[str, ...]:
        """Return what was remembered, once. Raises UsageError when there is nothing, or it is too long ago."""
        with self._lock:
            found = self._waiting.pop(key, None)
        if found is None or found.until < self._now():
            raise UsageError("this sign-in took too long or was ended before; begin again")
        return found.about


class Team:
    """Who is signed in, and how one signs in. settings: as case.toml has them; now: seconds since 1970."""

    entrance = "/sign-in"

    def __init__(
        self, case: Case, settings: TeamSettings, ledger: Ledger, now: Callable[[], float] = time.time
    ) -> None:
        self.settings = settings
        self.address = settings.address
        self.secure = settings.address.startswith("https://")
        self.cookie = "__Host-ringtrace" if self.secure else "ringtrace"
        self.people = People(ledger, now)
        self.sessions = SessionStore(ledger, now)
        self.begun = Begun(now)
        self.passkeys = Passkeys(str(urlsplit(settings.address).hostname), settings.address, case.settings.name)
        self.office = Office(settings, case.folder, now) if settings.issuer else None
        self._lock = threading.Lock()
        self._browsers: dict[str, Session] = {}

    def find(self, key: str) -> Session | None:
        """Return the session of a cookie, with the name and roles that its person has at this moment."""
        held = self.sessions.find(key) if key else None
        person = self.people.all().get(held.person) if held else None
        if held is None or person is None or person.closed:
            return None
        with self._lock:
            while len(self._browsers) > _KEPT:
                del self._browsers[next(iter(self._browsers))]
            session = self._browsers.setdefault(held.key, Session(person.name, _token(key), person=person.id))
        session.roles = person.roles
        return session

    def enter(self, person: Person, browser: str, before: str) -> str:
        """Begin a session and return its cookie; the one that the browser had before ends."""
        self.leave(before)
        return self.sessions.begin(person.id, browser)

    def leave(self, key: str) -> None:
        if key:
            self.sessions.end(key)
            with self._lock:
                self._browsers.pop(digest(key), None)

    def sign_out(self, person: str) -> None:
        """End every session of a person."""
        self.sessions.end_all(person)

    def invitation(self, token: str) -> str:
        """The address of a one-time link."""
        return f"{self.address}/invitation/{token}"

    def invite(self, name: str, roles: Sequence[str], author: str) -> str:
        """Return the token by which ``name`` comes in: invited, or with a new link and these roles if known already."""
        known = self.people.named(name)
        if known is None:
            return self.people.invite(name, roles, author)[1]
        self.people.give_roles(known.id, roles, author, known.version)
        return self.people.new_link(known.id, author)

    def first_invitation(self, user: str) -> str:
        """Return the address by which the first admin comes in, "" once there is one."""
        admins = [person for person in self.people.all().values() if "admin" in person.roles and not person.closed]
        if any(person.joined for person in admins):
            return ""
        if admins:
            return self.invitation(self.people.new_link(admins[0].id, user))
        name = user if self.people.named(user) is None else f"{user} {secrets.token_hex(2)}"
        return self.invitation(self.people.invite(name, ["admin"], user)[1])


def _token(key: str) -> str:
    """What the forms of a session carry: worked out from its cookie, so that a restart changes nothing."""
    return urlsafe_b64encode(hashlib.sha256(b"ringtrace form " + key.encode()).digest()).decode()
