"""Triage: what the program is unsure of, one thing at a time, one key a verdict; a share of it by two people.

What somebody judged and the queue deals to a second person comes first, and looks like everything else in the queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar import get
from litestar.params import FromQuery

from ringtrace.errors import UsageError
from ringtrace.pipeline.judging.second_looks import Pair, SecondLooks
from ringtrace.web.pages.actors import link_told
from ringtrace.web.pages.judging import JUDGE, opinion_told
from ringtrace.web.pages.posts import told
from ringtrace.web.visit import Answer, Guest, Visit

PLACE = (30, "Triage", "/triage", "t")
_AHEAD = 50
_SECOND = "second"
_KINDS = {"posts": "post", "links": "link"}
_SPLIT = 100
_MOST = 2**62
"""Above every number of a post, within what a column holds."""


@get("/triage", sync_to_thread=True)
def posts(visit: Guest, after: FromQuery[str] = "") -> Answer:
    """The next post that may offer, seek or go between; after: "probability,n" of the one before, or "second,event"."""
    index = visit.desk.index()
    if index is None:
        done, count = visit.desk.indexed
        return visit.show("notyet.html.j2", {"indexed": {"done": done, "posts": count}, "trouble": visit.desk.trouble})
    looks = visit.looks
    judged = {subject[1] for subject in looks.judged("post")}
    dealt = _dealt(visit, looks, "post")
    known = set(visit.view.only("stances", "post_id", [one[1][1] for one in dealt])["post_id"].to_pylist())
    dealt = [one for one in dealt if one[1][1] in known]
    document = _queue("posts", looks, max(0, index.waiting("review") - len(judged)) + len(dealt), len(judged))
    second = _next_dealt(dealt, after)
    if second is not None:
        found, document["next"] = (
            visit.view.row("posts", "post_id", second[1][1]),
            f"/triage?after={_SECOND},{second[0]}",
        )
    else:
        key, row = _key(after), None
        while row is None and (rows := index.queue("review", key, _AHEAD)):
            row = next((row for row in rows if row["post_id"] not in judged), None)
            key = (rows[-1]["probability"], rows[-1]["n"])
        if row is None:
            return visit.show("triage.html.j2", document)
        found = visit.view.row("posts", "post_id", row["post_id"])
        document["next"] = f"/triage?after={row['probability']},{row['n']}"
    assert found is not None  # noqa: S101  the index is made of the same posts
    document["item"], texts = told(visit, found)
    return visit.show("triage.html.j2", document, pictures=texts)


@get("/triage/links", sync_to_thread=True)
def links(visit: Guest, after: FromQuery[str] = "") -> Answer:
    """The next pair of accounts that were joined without being sure; after: "left,right" before, or "second,event"."""
    looks = visit.looks
    judged = {subject[1:] for subject in looks.judged("link")}
    doubted = visit.view.doubted
    dealt = [one for one in _dealt(visit, looks, "link") if one[1][1:] in set(doubted)]
    fresh = [pair for pair in doubted if pair not in judged]
    document = _queue("links", looks, len(fresh) + len(dealt), len(doubted) - len(fresh))
    second = _next_dealt(dealt, after)
    if second is not None:
        pair, document["next"] = second[1][1:], f"/triage/links?after={_SECOND},{second[0]}"
    else:
        left, _, right = after.partition(",")
        at = next((n for n, pair in enumerate(doubted, start=1) if pair == (left, right)), 0)
        pair = next((pair for pair in doubted[at:] if pair not in judged), ())
        document["next"] = f"/triage/links?after={','.join(pair)}"
    if not pair:
        return visit.show("triage.html.j2", {**document, "next": ""})
    link = next(row for row in visit.view.only("links", "left", [pair[0]]).to_pylist() if row["right"] == pair[1])
    return visit.show("triage.html.j2", {**document, "link": link_told(visit, link)})


@get("/triage/disagreements", sync_to_thread=True)
def disagreements(visit: Guest) -> Answer:
    """What two people judged differently without knowing of each other: a third settles it, and sees both."""
    looks = visit.looks
    split = [pair for kind in _KINDS.values() for pair in looks.pairs(kind) if not pair.same]
    split.sort(key=lambda pair: (not pair.open, -pair.second.number))
    document = {
        "agreement": {kind: looks.agreement(kind) for kind in _KINDS.values()},
        "split": [_split(visit, pair) for pair in split[:_SPLIT]], "total": len(split),
    }  # fmt: skip
    return visit.show("disagreements.html.j2", document)


def _queue(what: str, looks: SecondLooks, waiting: int, judged: int) -> dict[str, Any]:
    return {"what": what, "waiting": waiting, "judged": judged, "next": "", "agreement": looks.agreement(_KINDS[what])}


def _dealt(visit: Visit, looks: SecondLooks, kind: str) -> list[tuple[int, tuple[str, ...]]]:
    return looks.dealt(kind, visit.session.user) if visit.may(JUDGE) else []


def _next_dealt(dealt: list[tuple[int, tuple[str, ...]]], after: str) -> tuple[int, tuple[str, ...]] | None:
    """The oldest thing that is dealt behind the one skipped; None once the queue itself is gone through."""
    where, _, number = after.partition(",")
    if after and where != _SECOND:
        return None
    skipped = int(number) if number.isdecimal() and len(number) <= 18 else 0
    return next((one for one in dealt if one[0] > skipped), None)


def _key(after: str) -> tuple[float, int] | None:
    probability, _, n = after.partition(",")
    if not after or probability == _SECOND:
        return None
    try:
        return float(probability), max(-1, min(int(n), _MOST))
    except ValueError as error:
        raise UsageError("after is a probability and a number, as in the link to the next one") from error


def _split(visit: Visit, pair: Pair) -> Mapping[str, Any]:
    kind, *parts = pair.subject
    return {
        "kind": kind, "url": f"/posts/{parts[0]}" if kind == "post" else f"/links/{parts[0]}/{parts[1]}",
        "name": " – ".join(visit.view.room.naming.of(key) if kind == "link" else key for key in parts),
        "first": opinion_told(pair.first), "second": opinion_told(pair.second), "open": pair.open,
        "third": opinion_told(pair.third) if pair.third else None, "mine": visit.session.user in pair.people,
    }  # fmt: skip


HANDLERS = [posts, links, disagreements]
