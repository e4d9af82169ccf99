"""A person of a team: who they are to the case, what they may do, and how they prove that it is them."""

from __future__ import annotations

from dataclasses import dataclass

ROLES = ("intake", "analyst", "supervisor", "disclosure", "statement editor", "partner", "auditor", "admin")


@dataclass(frozen=True, slots=True)
class Passkey:
    """id and key: base64url; count: of signatures, as the authenticator told last; added: microseconds UTC."""

    id: str
    key: str
    name: str
    count: int
    added: int


@dataclass(frozen=True, slots=True)
class Person:
    """name: unique in the case, the one that the logs hold; version: how often this entry was changed.

    account: (issuer, subject) at the office's sign-in, or (). link: SHA-256 of the open invitation, hex, "" for none;
    until: when it ends, seconds since 1970. seen: last sign-in, microseconds UTC, 0 for none.
    """

    id: str
    name: str
    roles: frozenset[str] = frozenset()
    passkeys: tuple[Passkey, ...] = ()
    account: tuple[str, ...] = ()
    link: str = ""
    until: int = 0
    closed: bool = False
    seen: int = 0
    version: int = 0

    @property
    def joined(self) -> bool:
        return bool(self.passkeys or self.account)
