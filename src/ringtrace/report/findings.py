"""What was found beside rings: posts that offer, seek or go between, contacts and who uses them, actors."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.report.naming import Tables
from ringtrace.rings.model import PROTECTIVE, TRADE_FACTS, number

_USING = ("self", "unknown")
_OPEN_TO_ALL = frozenset({"hotline", "generic", "business"})
_SHOWN = (
    "post_id", "evidence_id", "member", "start", "stop", "container", "account_id", "sent_at", "sent_text", "text",
    "title", "kind",
)  # fmt: skip


def trade_posts(table: Tables) -> list[dict[str, Any]]:
    """Posts with a direction: rows of ``posts`` (part) with frame, direction, probability, band; surest first.

    Band "review" stands behind band "yes", whatever its likeliest direction: what the program is
    unsure of is shown as such.
    """
    stances = table("stances")
    sure = pc.and_(pc.not_equal(stances["direction"], "none"), pc.equal(stances["band"], "yes"))
    wanted = pc.or_(sure, pc.equal(stances["band"], "review"))
    stance = {row["post_id"]: row for row in stances.filter(wanted).to_pylist()}
    posts = table("posts")
    kept = posts.filter(pc.is_in(posts["post_id"], pa.array(sorted(stance), pa.string()))).select(_SHOWN).to_pylist()
    rows = [{**row, **stance[row["post_id"]]} for row in kept]
    return sorted(rows, key=lambda row: (row["band"] != "yes", -row["probability"], row["post_id"]))


def contacts(table: Tables) -> list[dict[str, Any]]:
    """Contacts with the accounts that use them: those in most trade posts first, services open to all last.

    A row: kind, value, use, reason (as in ``identifiers``, "" when there is none), users (list of
    account, posts), named (how many other accounts only mention it), posts, trade_posts (those of
    its users that offer, seek or go between).
    """
    mentions = table("mentions")
    wanted = pc.and_(
        pc.is_in(mentions["kind"], pa.array(sorted(CONTACT_KINDS))), pc.greater_equal(mentions["probability"], 0.5)
    )
    author = _authors(table)
    trading = {post for post, does in ring_posts(table).items() if does != "other"}
    trade: Counter[tuple[str, str]] = Counter()
    users: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    named: dict[tuple[str, str], set[str]] = defaultdict(set)
    columns = ("kind", "value", "post_id", "owner")
    kept = mentions.filter(wanted).select(columns)
    for kind, value, post, owner in zip(*(kept[name].to_pylist() for name in columns), strict=True):
        account = author.get(post, "")
        if owner in _USING and account:
            users[kind, value][account] += 1
            trade[kind, value] += post in trading
        else:
            named[kind, value].add(account or post)
    use = _uses(table)
    rows = [
        {
            "kind": kind, "value": value, "use": use.get((kind, value), ("", ""))[0],
            "reason": use.get((kind, value), ("", ""))[1],
            "users": [{"account": a, "posts": n} for a, n in sorted(users[kind, value].items(), key=_busiest)],
            "named": len(named[kind, value] - set(users[kind, value])), "posts": users[kind, value].total(),
            "trade_posts": trade[kind, value],
        }
        for kind, value in sorted({*users, *named})
    ]  # fmt: skip
    return sorted(rows, key=_telling)


def _telling(row: dict[str, Any]) -> tuple[bool, int, int, str, str]:
    return row["use"] in _OPEN_TO_ALL, -row["trade_posts"], -len(row["users"]), row["kind"], row["value"]


def active_actors(table: Tables) -> list[dict[str, Any]]:
    """Actors with their number of trade posts and rings, those with most first; silent ones behind."""
    trading = Counter(row["account_id"] for row in trade_posts(table) if row["band"] == "yes")
    posts = dict(zip(*(table("accounts")[name].to_pylist() for name in ("account_id", "posts")), strict=True))
    rings: dict[str, list[str]] = defaultdict(list)
    for actor, ring in zip(*(table("members")[name].to_pylist() for name in ("actor_id", "ring_id")), strict=True):
        rings[actor].append(ring)
    rows = [
        {**row, "trade_posts": sum(trading[key] for key in row["accounts"]),
         "posts": sum(posts.get(key, 0) for key in row["accounts"]), "rings": sorted(rings[row["actor_id"]])}
        for row in table("actors").select(["actor_id", "accounts", "probability"]).to_pylist()
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (-row["trade_posts"], -row["posts"], row["actor_id"]))


def rings_by_size(table: Tables) -> list[dict[str, Any]]:
    """Rows of ``rings``, largest first."""
    rows: list[dict[str, Any]] = table("rings").to_pylist()
    return sorted(rows, key=lambda row: (-row["actors"], -row["accounts"], row["ring_id"]))


def deals_by_weight(table: Tables) -> list[dict[str, Any]]:
    """Rows of ``deals``: those with most parties first, then the surest."""
    rows: list[dict[str, Any]] = table("deals").to_pylist()
    parties = ("supplier", "broker", "buyer")
    return sorted(rows, key=lambda row: (-sum(bool(row[p]) for p in parties), -row["probability"], row["deal_id"]))


def ring_posts(table: Tables) -> dict[str, str]:
    """Post -> "offer", "seek", "broker" or "other": the posts that rings count as theirs when a member wrote them.

    The same test as ``ringtrace.rings.activity``: a direction at or above the bar outside protective
    frames, or a fact of the trade.
    """
    facts = table("facts")
    told = pc.and_(pc.greater_equal(facts["probability"], 0.5), pc.is_in(facts["fact"], pa.array(sorted(TRADE_FACTS))))
    with_fact = set(facts.filter(told)["post_id"].to_pylist())
    found = {}
    stances = table("stances")
    columns = (stances[name].to_pylist() for name in ("post_id", "frame", "direction", "probability"))
    bar = number("trade")
    for post, frame, direction, probability in zip(*columns, strict=True):
        if frame in PROTECTIVE:
            continue
        if direction != "none" and probability >= bar:
            found[post] = direction
        elif post in with_fact:
            found[post] = "other"
    return found


def _authors(table: Tables) -> dict[str, str]:
    posts = table("posts")
    return dict(zip(posts["post_id"].to_pylist(), posts["account_id"].to_pylist(), strict=True))


def _uses(table: Tables) -> dict[tuple[str, str], tuple[str, str]]:
    columns = (table("identifiers")[name].to_pylist() for name in ("kind", "value", "use", "reason"))
    return {(kind, value): (use, reason) for kind, value, use, reason in zip(*columns, strict=True)}


def _busiest(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]
