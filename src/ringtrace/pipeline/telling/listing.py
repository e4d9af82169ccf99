"""Lists of what an analysis holds, and the overview: useful also where no ring was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ringtrace.pipeline.telling.room import Explanation, Room, cut
from ringtrace.report import findings
from ringtrace.report.words import (
    child_words,
    counted,
    day,
    direction_words,
    place_name,
    platform_name,
    price_words,
    shorten,
    stretch,
)

_OVERVIEW = 5
Row = Mapping[str, Any]


def overview(room: Room) -> Explanation:
    """Say what was found, a few of each kind, and how to see more."""
    lines, document = [], {}
    folder = room.case.folder
    for kind in ("rings", "posts", "contacts", "deals", "actors"):
        rows, told, heading = _LISTS[kind](room)
        if kind == "actors":
            rows = [row for row in rows if row["trade_posts"]]
        document[kind] = rows
        lines += [heading, *(f"  {line}" for row in rows[:_OVERVIEW] for line in told(row))]
        lines += cut(rows, _OVERVIEW, f"ringtrace show {folder} {kind}")
    first = next((row["ring_id"] for row in document["rings"]), "") or next(
        (row["deal_id"] for row in document["deals"]), ""
    )
    lines.append("What a post was read as is no finding about a person; rings are candidates to be checked.")
    lines += [f"Explain one: ringtrace show {folder} {first}"] if first else []
    return Explanation(document, lines)


def listing(room: Room, kind: str, most: int) -> Explanation:
    """List all things of ``kind`` (see ``LISTS``); ``most`` lines are printed, 0 for all."""
    rows, told, heading = _LISTS[kind](room)
    most = most or len(rows)
    lines = [heading, *(f"  {line}" for row in rows[:most] for line in told(row))]
    return Explanation({kind: rows}, lines + cut(rows, most, "--limit 0 prints all, --json gives all"))


def _rings(room: Room) -> tuple[list[dict[str, Any]], Callable[[Row], list[str]], str]:
    rows = findings.rings_by_size(room.table)
    head = f"{counted(len(rows), 'ring')}, largest first (candidates to be checked):" if rows else "No ring was found."
    return rows, lambda row: [ring_line(room, row)], head


def _posts(room: Room) -> tuple[list[dict[str, Any]], Callable[[Row], list[str]], str]:
    rows = findings.trade_posts(room.table)
    sure = [row["direction"] for row in rows if row["band"] == "yes"]
    told = ", ".join(
        [counted(sure.count("offer"), "post") + " read as offering a child", f"{sure.count('seek'):,} as seeking one",
         f"{sure.count('broker'):,} as offering to go between", f"{len(rows) - len(sure):,} more to be reviewed"]
    )  # fmt: skip
    return rows, lambda row: post_lines(room, row), f"{told}; surest first:"


def _contacts(room: Room) -> tuple[list[dict[str, Any]], Callable[[Row], list[str]], str]:
    rows = findings.contacts(room.table)
    head = f"{counted(len(rows), 'contact')}, those in posts that offer, seek or go between first:"
    return rows, lambda row: [contact_line(room, row)], head


def _deals(room: Room) -> tuple[list[dict[str, Any]], Callable[[Row], list[str]], str]:
    rows = findings.deals_by_weight(room.table)
    head = f"{counted(len(rows), 'possible deal')}, those with most parties first:"
    return rows, lambda row: [deal_line(room, row)], head


def _actors(room: Room) -> tuple[list[dict[str, Any]], Callable[[Row], list[str]], str]:
    rows = findings.active_actors(room.table)
    active = sum(bool(row["trade_posts"]) for row in rows)
    head = f"{counted(len(rows), 'actor')}, {active:,} of them with posts that offer, seek or go between:"
    return rows, lambda row: [_actor_line(room, row)], head


def _accounts(room: Room) -> tuple[list[dict[str, Any]], Callable[[Row], list[str]], str]:
    rows = sorted(room.naming.accounts.values(), key=lambda row: (-row["posts"], row["account_id"]))
    return rows, lambda row: [_account_line(room, row)], f"{counted(len(rows), 'account')}, busiest first:"


def _containers(room: Room) -> tuple[list[dict[str, Any]], Callable[[Row], list[str]], str]:
    rows = sorted(room.naming.containers.values(), key=lambda row: (-row["posts"], row["container_id"]))
    return rows, lambda row: [_container_line(room, row)], f"{counted(len(rows), 'group or site')}, busiest first:"


def _claims(room: Room) -> tuple[list[dict[str, Any]], Callable[[Row], list[str]], str]:
    rows = sorted(room.claims, key=lambda row: (-row["probability"], row["claim_id"]))
    head = f"{counted(len(rows), 'claim')}, surest first:"
    return rows, lambda row: [f"{row['claim_id']}  {room.told(row)}  (p {row['probability']:.2f})"], head


def _gaps(room: Room) -> tuple[list[dict[str, Any]], Callable[[Row], list[str]], str]:
    names = dict(zip(*(room.table("evidence")[column].to_pylist() for column in ("evidence_id", "name")), strict=True))
    rows = [
        {**row, "name": names.get(row["evidence_id"], row["evidence_id"])} for row in room.table("gaps").to_pylist()
    ]
    rows.sort(key=lambda row: (row["name"], row["member"], row["start"], row["stop"], row["reason"]))
    missed, files = sum(row["stop"] - row["start"] for row in rows), len({row["evidence_id"] for row in rows})
    head = f"{counted(len(rows), 'byte range')} of {counted(files, 'file')} not read ({missed:,} bytes), by file:"
    head = head if rows else "Every byte of every file was read."
    return rows, lambda row: [gap_line(row)], head


def gap_line(row: Row) -> str:
    """What was not read: file, member of an archive, byte range, reason."""
    member = f" [{row['member']}]" if row["member"] else ""
    return f"{row['name']}{member}  bytes {row['start']:,}-{row['stop']:,}: {row['reason']}"


def ring_line(room: Room, row: Row) -> str:
    """One line on a ring: size, places, time, probability."""
    where = counted(len(row["containers"]), "group or site")
    named = [place_name(code) for code in row["provinces"]]
    places = f"; names {', '.join(named[:3])}{f' and {len(named) - 3} more' if len(named) > 3 else ''}" if named else ""
    return (
        f"{row['ring_id']}: {counted(row['actors'], 'actor')} with {counted(row['accounts'], 'account')}, "
        f"{counted(row['posts'], 'post')} in {where} {stretch(row['first_at'], row['last_at'], room.zone)}{places}; "
        f"p {row['probability']:.2f}"
    )


def post_lines(room: Room, row: Row) -> list[str]:
    """A post with a direction: who, where, when, how sure; then its words."""
    sure = f"p {row['probability']:.2f}" + (", to be reviewed" if row["band"] == "review" else "")
    who = room.naming.account(row["account_id"]) if row["account_id"] else "nobody named"
    text = shorten(room.read(row), 120)
    return [
        f"{row['post_id']}  {direction_words(row['direction'])} ({sure})  {room.when(row)}  {who} in "
        f"{room.naming.container(row['container'])}",
        f"    “{text}”",
    ]


def contact_line(room: Room, row: Row) -> str:
    """A contact: how it is used and by which accounts."""
    users = room.naming.users(row["users"])
    shown = ", ".join(users[:4]) + (f" and {len(users) - 4} more" if len(users) > 4 else "")
    named = f"; only named by {counted(row['named'], 'other account')}" if row["named"] else ""
    use = f" ({row['use'].replace('_', ' ')})" if row["use"] else ""
    trade = f" (that offer, seek or go between: {row['trade_posts']:,})" if row["trade_posts"] else ""
    extent = f"{counted(len(row['users']), 'account')} in {counted(row['posts'], 'post')}{trade}"
    used = f"used by {extent}: {shown}" if users else "used by nobody"
    return f"{platform_name(row['kind'])} {row['value']}{use}  {used}{named}"


def deal_line(room: Room, row: Row) -> str:
    """A possible deal: parties, child, price, places, time."""
    party = {"supplier": "offered by", "broker": "go-between", "buyer": "sought by"}
    parts = [f"{words} {room.naming.actor(row[key])}" for key, words in party.items() if row[key]]
    parts += [child_words(row)]
    parts += [price_words(row["price"])] if row["price"] else []
    parts += [f"from {place_name(row['place_from'])}"] if row["place_from"] else []
    parts += [f"to {place_name(row['place_to'])}"] if row["place_to"] else []
    parts += [day(row["first_at"], room.zone)]
    return f"{row['deal_id']}  {row['status']} (p {row['probability']:.2f}): {'; '.join(parts)}"


def _actor_line(room: Room, row: Row) -> str:
    ring = f", in {', '.join(row['rings'])}" if row["rings"] else ""
    return (
        f"{row['actor_id']}  {room.naming.actor(row['actor_id'])}: {counted(len(row['accounts']), 'account')}, "
        f"{counted(row['posts'], 'post')} (that offer, seek or go between: {row['trade_posts']:,}){ring}"
    )


def _account_line(room: Room, row: Row) -> str:
    seen = stretch(row["first_at"], row["last_at"], room.zone)
    return f"{row['account_id']}  {room.naming.account(row['account_id'])}  {counted(row['posts'], 'post')} {seen}"


def _container_line(room: Room, row: Row) -> str:
    seen = stretch(row["first_at"], row["last_at"], room.zone)
    operators = ", ".join(room.naming.account(key) for key in row["operators"][:3])
    run = f"; run by {operators}" if operators else ""
    name = room.naming.container(row["container_id"])
    return f"{row['container_id']}  {name}  {counted(row['posts'], 'post')} {seen}{run}"


_LISTS: Mapping[str, Callable[[Room], tuple[list[dict[str, Any]], Callable[[Row], list[str]], str]]] = {
    "rings": _rings, "actors": _actors, "deals": _deals, "contacts": _contacts, "posts": _posts,
    "accounts": _accounts, "containers": _containers, "claims": _claims, "gaps": _gaps,
}  # fmt: skip
LISTS = tuple(_LISTS)
