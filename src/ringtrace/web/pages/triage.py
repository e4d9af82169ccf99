"""Triage: what the program is unsure of, one thing at a time, one key a verdict."""

from __future__ import annotations

from typing import Any

from litestar import get
from litestar.params import FromQuery

from ringtrace.errors import UsageError
from ringtrace.web.pages.actors import link_told
from ringtrace.web.pages.posts import told
from ringtrace.web.visit import Answer, Guest, Visit

PLACE = (30, "Triage", "/triage", "t")
_AHEAD = 50


@get("/triage", sync_to_thread=True)
def posts(visit: Guest, after: FromQuery[str] = "") -> Answer:
    """The next post that may offer, seek or go between; after: "probability,n" of the one before."""
    index = visit.desk.index()
    if index is None:
        done, count = visit.desk.indexed
        return visit.show("notyet.html.j2", {"indexed": {"done": done, "posts": count}, "trouble": visit.desk.trouble})
    judged = _judged(visit, "post")
    key = _key(after)
    while rows := index.queue("review", key, _AHEAD):
        row = next((row for row in rows if (row["post_id"],) not in judged), None)
        key = (rows[-1]["probability"], rows[-1]["n"])
        if row is not None:
            break
    else:
        row = None
    document: dict[str, Any] = {
        "waiting": max(0, index.waiting("review") - len(judged)), "judged": len(judged), "next": "", "what": "posts",
    }  # fmt: skip
    if row is None:
        return visit.show("triage.html.j2", document)
    found = visit.view.row("posts", "post_id", row["post_id"])
    assert found is not None  # noqa: S101  the index is made of the same posts
    item, texts = told(visit, found)
    document |= {"item": item, "next": f"/triage?after={row['probability']},{row['n']}"}
    return visit.show("triage.html.j2", document, pictures=texts)


@get("/triage/links", sync_to_thread=True)
def links(visit: Guest, after: FromQuery[str] = "") -> Answer:
    """The next pair of accounts that were joined without much certainty; after: "left,right" of the one before."""
    judged = _judged(visit, "link")
    doubted = visit.view.doubted
    left, _, right = after.partition(",")
    at = next((n for n, pair in enumerate(doubted, start=1) if pair == (left, right)), 0) if after else 0
    pair = next((pair for pair in doubted[at:] if pair not in judged), None)
    document: dict[str, Any] = {
        "waiting": sum(pair not in judged for pair in doubted), "judged": sum(pair in judged for pair in doubted),
        "next": "", "what": "links",
    }  # fmt: skip
    if pair is None:
        return visit.show("triage.html.j2", document)
    link = next(row for row in visit.view.only("links", "left", [pair[0]]).to_pylist() if row["right"] == pair[1])
    document |= {"link": link_told(visit, link), "next": f"/triage/links?after={pair[0]},{pair[1]}"}
    return visit.show("triage.html.j2", document)


def _judged(visit: Visit, kind: str) -> set[tuple[str, ...]]:
    return {given.subject[1:] for given in visit.desk.ledger.judgements() if given.subject[0] == kind}


def _key(after: str) -> tuple[float, int] | None:
    if not after:
        return None
    probability, _, n = after.partition(",")
    try:
        return float(probability), int(n)
    except ValueError as error:
        raise UsageError("after is a probability and a number, as in the link to the next one") from error


HANDLERS = [posts, links]
