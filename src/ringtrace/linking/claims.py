"""Who shows which contact: one row for each account and value, the raw material of linking."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa

from ringtrace.engines.tables import microseconds
from ringtrace.linking.ground import Ground

DAY = 86_400_000_000
"""Microseconds."""
_NAMES = 1 << 17
"""Names that are remembered: each is asked for by several steps."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One account and one contact value. Times in microseconds UTC or None.

    own, unknown, hotline, quoted: posts by owner of the mention; doubtful: posts that present it as
    their own, but whose frame is protective or whose direction is unsure; native: the value is the
    account's own id in its app (its posts then need not name it). span: the best quote.
    """

    kind: str
    value: str
    account: str
    posts: int
    own: int
    unknown: int
    hotline: int
    quoted: int
    doubtful: int
    containers: int
    first_at: int | None
    last_at: int | None
    span: Mapping[str, Any] | None
    native: bool = False

    @property
    def strength(self) -> str:
        """native, own, unknown, doubtful, or "" when the account only names the value."""
        if self.native:
            return "native"
        return "own" if self.own else "unknown" if self.unknown else "doubtful" if self.doubtful else ""

    @property
    def claims(self) -> bool:
        """Whether the account presents the value as its own, as far as its posts can be trusted."""
        return self.strength in ("native", "own", "unknown")


def find_claims(ground: Ground, accounts: pa.Table) -> list[Claim]:
    """Return the claims of all accounts, in order of kind, value, account."""
    claims = {(row["kind"], row["value"], row["account"]): Claim(**row) for row in ground.claims.to_pylist()}
    for claim in _native_claims(accounts):
        key = (claim.kind, claim.value, claim.account)
        told = claims.get(key)
        claims[key] = claim if told is None else _joined(claim, told)
    return [claims[key] for key in sorted(claims)]


def _joined(native: Claim, told: Claim) -> Claim:
    values = {name: getattr(told, name) for name in Claim.__dataclass_fields__}
    return Claim(**{**values, "native": True, "first_at": native.first_at, "last_at": native.last_at})


def _native_claims(accounts: pa.Table) -> Iterable[Claim]:
    """Accounts whose id or name in the app is itself a contact: QQ numbers, phones, WeChat ids."""
    columns = accounts.select(["account_id", "platform", "native_id", "names", "first_at", "last_at"])
    times = ("first_at", "last_at")
    for name in times:
        at = microseconds(columns[name])
        columns = columns.set_column(columns.schema.get_field_index(name), name, at)
    for row in columns.to_pylist():
        for kind, value in native_contacts(row["platform"], row["native_id"] or "", row["names"] or []):
            yield Claim(
                kind, value, row["account_id"], 0, 0, 0, 0, 0, 0, 0, row["first_at"], row["last_at"], None, native=True
            )


def native_contacts(platform: str, native: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """Return (kind, value) of the contacts that an account's id or name in its app is."""
    found = set()
    if platform in ("qq", "wechat") and native:
        found.add(("email" if "@" in native else platform, native.lower()))
    if platform in ("whatsapp", "signal"):
        found |= {("phone", phone) for phone in map(phone_number, [native, *names]) if phone}
    return sorted(found)


@lru_cache(maxsize=_NAMES)
def phone_number(name: str) -> str:
    """Return a display name that is nothing but a phone number in E.164, else ""."""
    kept = [char for char in unicodedata.normalize("NFKC", name) if not _is_filler(char)]
    text = "".join(kept)
    digits = text.removeprefix("+")
    if not digits.isdecimal() or not digits.isascii():
        return ""
    if text.startswith("+"):
        return text if 8 <= len(digits) <= 15 else ""
    return "+86" + digits if len(digits) == 11 and digits[0] == "1" else ""


def _is_filler(char: str) -> bool:
    return char in "-() ." or unicodedata.category(char) in ("Cf", "Zs", "Pd")


@lru_cache(maxsize=_NAMES)
def fold_name(name: str) -> str:
    """Return a display name for comparison: NFKC, lower case, without blanks and invisibles.

    Ornaments stay: people who find a name taken add one, so they tell two people apart.
    """
    folded = unicodedata.normalize("NFKC", name).lower()
    return "".join(char for char in folded if unicodedata.category(char) not in ("Cf", "Cc", "Zs"))


def called(accounts: pa.Table) -> dict[str, tuple[str, ...]]:
    """Return account -> its folded display names in order, phone numbers that stand for a name left out."""
    columns = (accounts[name].to_pylist() for name in ("account_id", "names"))
    return {
        account: tuple(sorted({fold_name(name) for name in names or () if not phone_number(name)} - {""}))
        for account, names in zip(*columns, strict=True)
    }


def identity_keys(accounts: pa.Table) -> dict[str, str]:
    """Return account -> what the app shows as its identity: the native id, else the folded name.

    Accounts with one key in several containers are counted once when a contact's users are counted.
    """
    keys = {}
    for row in accounts.select(["account_id", "platform", "native_id", "names"]).to_pylist():
        names = [name for name in map(fold_name, row["names"] or []) if name]
        native = row["native_id"] or ""
        keys[row["account_id"]] = f"{row['platform']} {native}" if native else names[0] if names else row["account_id"]
    return keys
