"""The people of a case: invited, joined, given roles, closed. Each step is an event in the ledger; none is erased."""

from __future__ import annotations

import hashlib
import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from ringtrace.errors import UsageError
from ringtrace.model.person import ROLES, Passkey, Person
from ringtrace.store.ledger import Change, Ledger

LINK_SECONDS = 3 * 86400
"""How long an invitation is open."""
_NAME = 60
_LIST = "people"
KINDS = (
    "person_invited", "person_link", "person_joined", "passkey_added", "passkey_removed", "person_roles",
    "person_closed", "signed_in",
)  # fmt: skip


class People:
    """Who works on a case, as its ledger tells; shared by threads. now: seconds since 1970."""

    def __init__(self, ledger: Ledger, now: Callable[[], float]) -> None:
        self._ledger = ledger
        self._now = now
        self._lock = threading.Lock()
        self._last = 0
        self._known: dict[str, Person] = {}

    def all(self) -> dict[str, Person]:
        """Return id -> person, in the order of invitation, as the ledger has it at this moment."""
        with self._lock:
            for change in self._ledger.changes(KINDS, self._last):
                self._last = change.number
                _apply(self._known, change)
            return dict(self._known)

    def get(self, key: str) -> Person:
        """Raises UsageError when nobody has this id."""
        found = self.all().get(key)
        if found is None:
            raise UsageError("this case knows nobody by that id")
        return found

    def named(self, name: str) -> Person | None:
        wanted = _folded(name)
        return next((person for person in self.all().values() if _folded(person.name) == wanted), None)

    def invite(self, name: str, roles: Iterable[str], author: str) -> tuple[Person, str]:
        """Enter a person and return them with the one-time link's token. Raises UsageError for a name that is taken."""
        name, given = _clean(name), check_roles(roles)
        seen = self._ledger.version(_LIST)
        if self.named(name) is not None:
            raise UsageError(f"there is a {name} already; names in the log must tell people apart")
        key, (token, told) = f"person-{secrets.token_hex(8)}", self._link()
        payload = {"id": key, "name": name, "roles": sorted(given), **told}
        self._ledger.record("person_invited", author, payload, subject=_LIST, seen=seen)
        return self.get(key), token

    def new_link(self, key: str, author: str) -> str:
        """Return the token of a new one-time link for somebody who lost their passkey; the one before ends."""
        token, told = self._link()
        person = self._open(key)
        self._ledger.record("person_link", author, {"id": key, **told}, subject=key, seen=person.version)
        return token

    def give_roles(self, key: str, roles: Iterable[str], author: str, seen: int) -> None:
        """Replace somebody's roles. Raises ConflictError when they were changed since version ``seen``."""
        payload = {"id": self._open(key).id, "roles": sorted(check_roles(roles))}
        self._ledger.record("person_roles", author, payload, subject=key, seen=seen)

    def close(self, key: str, author: str) -> None:
        """Let somebody in no more; what they did stays under their name."""
        person = self._open(key)
        self._ledger.record("person_closed", author, {"id": key}, subject=key, seen=person.version)

    def invited(self, token: str) -> Person | None:
        """Return whose open invitation ``token`` is."""
        wanted, now = _digest(token), self._now()
        open_links = (person for person in self.all().values() if person.link and not person.closed)
        return next((one for one in open_links if one.until > now and secrets.compare_digest(one.link, wanted)), None)

    def join(self, person: Person, passkey: Passkey | None, account: tuple[str, ...] = ()) -> None:
        """Use an invitation up: somebody has shown by a passkey or the office's account that it is them.

        Raises ConflictError when the link was used meanwhile, UsageError when somebody else has that account.
        """
        if account and (other := self.by_account(account)) is not None and other.id != person.id:
            raise UsageError(f"this account belongs to {other.name}")
        payload = {"id": person.id, "passkey": _told(passkey), "account": list(account)}
        self._ledger.record("person_joined", person.name, payload, subject=person.id, seen=person.version)

    def add_passkey(self, person: Person, passkey: Passkey) -> None:
        payload = {"id": person.id, "passkey": _told(passkey)}
        self._ledger.record("passkey_added", person.name, payload, subject=person.id, seen=person.version)

    def remove_passkey(self, person: Person, passkey: str) -> None:
        """Raises UsageError when it is the last way in."""
        left = [held for held in person.passkeys if held.id != passkey]
        if len(left) == len(person.passkeys):
            raise UsageError("you have no such passkey")
        if not left and not person.account:
            raise UsageError("this is your only passkey; add another one first")
        payload = {"id": person.id, "passkey": passkey}
        self._ledger.record("passkey_removed", person.name, payload, subject=person.id, seen=person.version)

    def sign_in(self, person: Person, by: str, passkey: str = "", count: int = 0) -> None:
        """Record a sign-in. by: passkey or office."""
        self._ledger.record("signed_in", person.name, {"id": person.id, "by": by, "passkey": passkey, "count": count})

    def by_passkey(self, passkey: str) -> tuple[Person, Passkey] | None:
        """Return who holds a passkey, of those who are let in."""
        for person in self.all().values():
            for held in person.passkeys:
                if held.id == passkey and not person.closed:
                    return person, held
        return None

    def by_account(self, account: tuple[str, ...]) -> Person | None:
        """Return who has (issuer, subject) at the office's sign-in, of those who are let in."""
        return next((one for one in self.all().values() if one.account == account and not one.closed), None)

    def _open(self, key: str) -> Person:
        person = self.get(key)
        if person.closed:
            raise UsageError(f"the account of {person.name} is closed")
        return person

    def _link(self) -> tuple[str, dict[str, Any]]:
        token = secrets.token_urlsafe(32)
        return token, {"link": _digest(token), "until": int(self._now()) + LINK_SECONDS}


def check_roles(roles: Iterable[str]) -> frozenset[str]:
    """Raises UsageError for an unknown role, or for an admin with another: who gives rights has none to evidence."""
    given = frozenset(roles)
    if unknown := given - set(ROLES):
        raise UsageError(f"{sorted(unknown)[0]!r} is no role; roles are {', '.join(ROLES)}")
    if "admin" in given and len(given) > 1:
        raise UsageError("an admin has no other role: who gives rights sees no evidence")
    return given


def _apply(known: dict[str, Person], change: Change) -> None:
    told = change.payload
    if change.kind == "person_invited":
        known[told["id"]] = Person(
            told["id"], told["name"], frozenset(told["roles"]), link=told["link"], until=told["until"]
        )
        return
    person = known[told["id"]]
    if change.kind == "signed_in":
        keys = tuple(replace(k, count=told["count"]) if k.id == told["passkey"] else k for k in person.passkeys)
        known[person.id] = replace(person, passkeys=keys, seen=change.at)
        return
    known[person.id] = replace(person, version=change.version, **_step(person, change))


def _step(person: Person, change: Change) -> dict[str, Any]:
    """What a change of a person changes."""
    told = change.payload
    if change.kind == "person_link":
        return {"link": told["link"], "until": told["until"]}
    if change.kind == "person_roles":
        return {"roles": frozenset(told["roles"])}
    if change.kind == "person_closed":
        return {"closed": True, "link": ""}
    if change.kind == "passkey_removed":
        return {"passkeys": tuple(held for held in person.passkeys if held.id != told["passkey"])}
    key = told.get("passkey")
    keys = (*person.passkeys, Passkey(key["id"], key["key"], key["name"], key["count"], change.at)) if key else ()
    found: dict[str, Any] = {"passkeys": keys or person.passkeys}
    if change.kind == "person_joined":
        found |= {"link": "", "account": tuple(told["account"]) or person.account}
    return found


def _told(passkey: Passkey | None) -> dict[str, Any] | None:
    if passkey is None:
        return None
    return {"id": passkey.id, "key": passkey.key, "name": passkey.name, "count": passkey.count}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _clean(name: str) -> str:
    name = " ".join(unicodedata.normalize("NFC", name).split())
    if not name or len(name) > _NAME or any(unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs") for c in name):
        raise UsageError(f"a name has 1 to {_NAME} characters that can be seen")
    if "@" in name or "," in name:
        raise UsageError("a name holds no @ and no comma")
    return name
