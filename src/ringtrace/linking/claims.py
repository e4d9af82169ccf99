"""Who shows which contact: one row for each account and value, the raw material of linking."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.tables import microseconds
from ringtrace.linking.model import limits
from ringtrace.model.mention import IDENTITY_KINDS

QUOTING = frozenset({"quote", "warning", "news"})
"""Frames in which a contact is hardly ever the writer's own."""
DAY = 86_400_000_000
"""Microseconds."""

_CLAIMS = """
SELECT m.kind, m.value, p.account_id AS account, count(*) AS posts,
       count(*) FILTER (WHERE m.owner = 'self') AS own,
       count(*) FILTER (WHERE m.owner = 'unknown') AS unknown,
       count(*) FILTER (WHERE m.owner = 'hotline') AS hotline,
       count(*) FILTER (WHERE m.owner = 'quoted') AS quoted,
       count(*) FILTER (WHERE m.owner = 'doubtful') AS doubtful,
       count(DISTINCT p.container) AS containers,
       min(p.sent) AS first_at, max(p.sent) AS last_at,
       arg_min(m.row, (CASE m.owner WHEN 'self' THEN 0 WHEN 'unknown' THEN 1 ELSE 2 END, p.post_id, m.row)) AS row
FROM m JOIN p USING (post_id)
WHERE p.account_id <> ''
GROUP BY ALL ORDER BY ALL
"""


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


def sql(query: str, **tables: pa.Table) -> pa.Table:
    """Run ``query`` on Arrow tables in a private DuckDB with one thread; nothing is kept."""
    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        for name, table in tables.items():
            connection.register(name, table)
        return connection.sql(query).to_arrow_table()


def timed_posts(posts: pa.Table) -> pa.Table:
    """Return (post_id, account_id, container, platform, reply_to, row, sent) of all but system posts."""
    kept = posts.append_column("row", pa.array(range(len(posts)), pa.int64()))
    kept = kept.filter(pc.not_equal(kept["kind"], "system"))
    at = microseconds(kept["sent_at"])
    names = ["post_id", "account_id", "container", "platform", "reply_to", "row"]
    return kept.select(names).append_column("sent", at)


def find_claims(
    posts: pa.Table, mentions: pa.Table, accounts: pa.Table, stances: pa.Table | None = None
) -> list[Claim]:
    """Return the claims of all accounts, in order of kind, value, account.

    With ``stances``, what a doubtful post presents as its own is a doubtful claim: exposures and
    warnings that quote another's offer are the costliest error of linking.
    """
    if stances is not None:
        mentions = _doubt(mentions, stances)
    rows = mentions.append_column("row", pa.array(range(len(mentions)), pa.int64()))
    wanted = pc.and_(
        pc.greater_equal(rows["probability"], 0.5), pc.is_in(rows["kind"], pa.array(sorted(IDENTITY_KINDS)))
    )
    rows = rows.filter(wanted)
    found = sql(_CLAIMS, m=rows.select(["post_id", "kind", "value", "owner", "row"]), p=timed_posts(posts)).to_pylist()
    spans = mentions["spans"].take(pa.array([row["row"] for row in found], pa.int64())).to_pylist()
    claims = {}
    for row, span in zip(found, spans, strict=True):
        del row["row"]
        claims[row["kind"], row["value"], row["account"]] = Claim(**row, span=span[0] if span else None)
    for claim in _native_claims(accounts):
        key = (claim.kind, claim.value, claim.account)
        told = claims.get(key)
        claims[key] = claim if told is None else _joined(claim, told)
    return [claims[key] for key in sorted(claims)]


def _doubt(mentions: pa.Table, stances: pa.Table) -> pa.Table:
    """Return mentions with owner "doubtful" where the post's stance makes "self" unsure."""
    names = ("post_id", "frame", "direction", "probability")
    unsure = {
        post
        for post, frame, direction, probability in zip(*(stances[n].to_pylist() for n in names), strict=True)
        if frame in QUOTING or (direction != "none" and probability < limits()["doubtful"])
    }
    columns = (mentions[name].to_pylist() for name in ("post_id", "owner"))
    owners = [
        "doubtful" if post in unsure and owner in ("self", "unknown") else owner
        for post, owner in zip(*columns, strict=True)
    ]
    return mentions.set_column(mentions.schema.get_field_index("owner"), "owner", pa.array(owners, pa.string()))


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
