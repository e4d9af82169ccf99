"""Actors: the list, and one actor: which accounts, why they are one person, what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from litestar import get
from litestar.params import FromPath, FromQuery

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.report.conduct import Conduct, Reason
from ringtrace.report.waterfall import waterfall
from ringtrace.report.words import child_words, price_words, role_name
from ringtrace.web.desk import View
from ringtrace.web.pages.judging import is_kept, verdicts_on
from ringtrace.web.visit import Answer, Guest, Visit

PLACE = (50, "Actors", "/actors", "a")
_PAGE = 50
_JOINED = 0.5
_LINKS, _NEAR, _POSTS, _CONTACTS = 30, 10, 12, 24


@get("/actors", sync_to_thread=True)
def actors(visit: Guest, after: FromQuery[str] = "") -> Answer:
    """Actors, those with most posts that offer, seek or go between first; after: the last one of the page before."""
    found = visit.view.actors
    at = next((n for n, row in enumerate(found, start=1) if row["actor_id"] == after), 0) if after else 0
    rows = [_line(visit.view, row) for row in found[at : at + _PAGE]]
    last = rows[-1]["actor_id"] if at + _PAGE < len(found) else ""
    document = {"actors": rows, "total": len(found), "first": at + 1, "next": last}
    return visit.show("actors.html.j2", document, pictures={"ring_numbers": visit.view.ring_numbers})


@get("/actors/{actor_id:str}", sync_to_thread=True)
def actor(visit: Guest, actor_id: FromPath[str]) -> Answer:
    """One actor, with what holds its accounts together and what does not."""
    view = visit.view
    row = view.row("actors", "actor_id", actor_id)
    if row is None:
        raise visit.missing(f"this analysis has no actor {actor_id}; ids change when evidence or verdicts do")
    keys = view.room.naming.accounts_of[actor_id]
    conduct = view.conduct([actor_id])
    links = _links(view, keys)
    inside = [link for link in links if {link["left"], link["right"]} <= set(keys) and link["probability"] >= _JOINED]
    apart = [link for link in links if link not in inside]
    inside.sort(key=lambda link: (link["probability"], link["left"], link["right"]))
    apart.sort(key=lambda link: (-link["probability"], link["left"], link["right"]))
    document = {
        "actor_id": actor_id, "name": view.room.naming.actor(actor_id), "probability": row["probability"],
        "accounts": [_account(view, key) for key in keys],
        "conduct": _reasons(visit, conduct.of(actor_id)), "memberships": _memberships(visit, conduct, actor_id),
        "links": _told(visit, inside[:_LINKS]), "link_total": len(inside),
        "apart": _told(visit, apart[:_NEAR]), "apart_total": len(apart),
        "contacts": _contacts(visit, keys), "deals": _deals(visit, actor_id), "posts": _posts(visit, keys),
    }  # fmt: skip
    visit.about = f"actor:{actor_id}"
    return visit.show("actor.html.j2", document, pictures={"ring_numbers": view.ring_numbers})


def link_told(visit: Visit, link: Mapping[str, Any]) -> dict[str, Any]:
    """A link between two accounts for people: its waterfall with both quotes, and the verdict in force."""
    naming = visit.view.room.naming
    told = waterfall(link, visit.quotes, naming)
    subject = ("link", *sorted((link["left"], link["right"])))
    verdicts, version = verdicts_on(visit, subject)
    kept = is_kept(visit, subject)  # an analysis since then has made one actor of the two, or has not
    weighty = [row for row in told["rows"] if row["without"] is not None and row["value"] > 0]
    return {
        "left_id": link["left"], "right_id": link["right"], "left": naming.account(link["left"]),
        "right": naming.account(link["right"]), "probability": link["probability"], **told,
        "left_actor": "" if kept else naming.accounts[link["left"]]["actor_id"],
        "right_actor": "" if kept else naming.accounts[link["right"]]["actor_id"],
        "strongest": max(weighty, key=lambda row: row["value"], default=None),
        "verdicts": verdicts, "verdict_version": version,
    }  # fmt: skip


def _told(visit: Visit, links: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [link_told(visit, link) for link in links]


def _line(view: View, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "actor_id": row["actor_id"], "name": view.room.naming.actor(row["actor_id"]), "accounts": len(row["accounts"]),
        "trade_posts": row["trade_posts"], "posts": row["posts"], "rings": row["rings"],
    }  # fmt: skip


def _account(view: View, key: str) -> dict[str, Any]:
    row = view.room.naming.accounts[key]
    return {**row, "name": view.room.naming.account(key)}


def _links(view: View, accounts: Sequence[str]) -> list[dict[str, Any]]:
    """Rows of ``links`` with one of these accounts on either side."""
    links, wanted = view.room.table("links"), pa.array(sorted(accounts), pa.string())
    found: list[dict[str, Any]] = links.filter(
        pc.or_(pc.is_in(links["left"], wanted), pc.is_in(links["right"], wanted))
    ).to_pylist()
    return found


def _reasons(visit: Visit, reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    return [{"text": reason.text, "quotes": visit.quotes(reason.basis[:2])} for reason in reasons]


def _memberships(visit: Visit, conduct: Conduct, actor: str) -> list[dict[str, Any]]:
    found = []
    for member in visit.view.only("members", "actor_id", [actor]).to_pylist():
        roles = [
            {"role": role_name(held.role), "probability": held.probability, "known": held.role != "unknown",
             "because": _reasons(visit, held.because), "against": _reasons(visit, held.against)}
            for held in conduct.roles(member)
        ]  # fmt: skip
        found.append({"ring_id": member["ring_id"], "stability": member["stability"], "roles": roles})
    return found


def _contacts(visit: Visit, accounts: Sequence[str]) -> list[dict[str, Any]]:
    """Handles in the posts of these accounts, with how often and whose they are held to be."""
    posts = visit.view.only("posts", "account_id", accounts)["post_id"].to_pylist()
    mentions = visit.view.only("mentions", "post_id", posts)
    wanted = pc.and_(
        pc.is_in(mentions["kind"], pa.array(sorted(CONTACT_KINDS))), pc.greater_equal(mentions["probability"], 0.5)
    )
    grouped = mentions.filter(wanted).group_by(["kind", "value", "owner"]).aggregate([("post_id", "count_distinct")])
    rows = grouped.rename_columns({"post_id_count_distinct": "posts"}).to_pylist()
    return sorted(rows, key=lambda row: (-row["posts"], row["kind"], row["value"], row["owner"]))[:_CONTACTS]


def _deals(visit: Visit, actor: str) -> list[dict[str, Any]]:
    deals = visit.view.room.table("deals")
    mine = [pc.equal(deals[party], actor) for party in ("supplier", "broker", "buyer")]
    found = deals.filter(pc.fill_null(pc.or_kleene(pc.or_kleene(mine[0], mine[1]), mine[2]), False)).to_pylist()
    naming = visit.view.room.naming
    return [
        {"deal_id": row["deal_id"], "status": row["status"], "probability": row["probability"],
         "child": child_words(row), "price": price_words(row["price"]), "quotes": visit.quotes(row["basis"][:2]),
         **{party: {"id": row[party] or "", "name": naming.actor(row[party]) if row[party] else ""}
            for party in ("supplier", "broker", "buyer")}}
        for row in sorted(found, key=lambda row: (-row["probability"], row["deal_id"]))[:_POSTS]
    ]  # fmt: skip


def _posts(visit: Visit, accounts: Sequence[str]) -> list[dict[str, Any]]:
    """The surest posts with a direction of these accounts, from the index once it is there."""
    index = visit.desk.index()
    rows = index.telling(accounts, _POSTS) if index else []
    visit.see(rows)
    return rows


HANDLERS = [actors, actor]
