"""What is waited for: identifiers on the watch list with their alerts, and searches that are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath

from ringtrace.errors import UsageError
from ringtrace.model.mention import IDENTITY_KINDS
from ringtrace.pipeline.analysis.alerting import Wish, alert_document, masker_of, open_alerts, watch
from ringtrace.store.lookup import FACETS, PostIndex, Query
from ringtrace.store.searches import Search, drop_search, keep_search, read_searches
from ringtrace.store.watches import mark_seen, read_watches, remove_watch
from ringtrace.web.visit import Answer, Guest

PLACE = (25, "Watch list", "/watch", "w")
_ALERTS = 200
_WISHES = 200
_WORDS = 500
_ASKED = ("q", "handle", "handles", "container", "platform", "direction", "kind", "account", "exact", "oldest")
_LONGEST = 20_000


@get("/watch", sync_to_thread=True)
def watched(visit: Guest) -> Answer:
    """Identifiers that are watched, alerts that nobody has seen, searches that are kept."""
    desk = visit.desk
    mask = masker_of(desk.case)
    alerts = open_alerts(desk.case, desk.ledger)
    index = desk.index() if desk.analysed() else None
    found = [alert_document(one, mask) | {"quotes": visit.quotes(_spans(one))} for one in alerts[:_ALERTS]]
    document = {
        "alerts": found, "alert_total": len(alerts),
        "kinds": sorted(IDENTITY_KINDS, key=lambda kind: (kind != "phone", kind)),
        "watches": [
            {"number": one.number, "kind": one.kind, "value": mask(one.value), "reason": mask(one.reason),
             "author": one.author, "at": _at(one.at), "posts": _posts(index, one.kind, one.value)}
            for one in read_watches(desk.ledger)
        ],
        "searches": [_search(one, index) for one in read_searches(desk.ledger)],
    }  # fmt: skip
    return visit.show("watch.html.j2", document)


@post("/watch/add", status_code=303)
async def add(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Watch identifiers. Fields: kind, values (one a line), reason."""
    form = await request.form()
    kind, reason = str(form.get("kind") or ""), str(form.get("reason") or "").strip()[:_WORDS]
    values = [line.strip()[:100] for line in str(form.get("values") or "").splitlines() if line.strip()]
    if not values or not reason:
        raise UsageError("say what is watched and why")
    if len(values) > _WISHES:
        raise UsageError(f"{_WISHES} at a time; split the list")
    wishes = [Wish(kind, value, reason) for value in values]
    outcomes = await anyio.to_thread.run_sync(lambda: watch(visit.desk.case, wishes, visit.session.user))
    refused = [one for one in outcomes if one.status == "refused"]
    if refused:
        told = f"{len(outcomes) - len(refused)} of {len(outcomes)} are on the list"
        raise UsageError(f"{told}; {refused[0].wish.value}: {refused[0].why}")
    return visit.back("/watch", "on the watch list; the next analysis looks for it everywhere")


@post("/watch/{number:int}/remove", status_code=303)
async def remove(visit: Guest, request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    """Watch something no longer. Field: reason."""
    reason = str((await request.form()).get("reason") or "").strip()[:_WORDS]
    if not reason:
        raise UsageError("say why it is no longer watched")
    await _in_thread(lambda: remove_watch(visit.desk.ledger, number, visit.session.user, reason))
    return visit.back("/watch", "no longer watched; that it was stays on record")


@post("/watch/seen", status_code=303)
async def seen(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Say that alerts were seen. Field: alert, once for each."""
    told = {str(value) for value in (await request.form()).getall("alert", [])}
    known = {one.id for one in open_alerts(visit.desk.case, visit.desk.ledger)}
    if not told or not told <= known:
        raise UsageError("these alerts are not open; look at the list again")
    await _in_thread(lambda: mark_seen(visit.desk.ledger, visit.session.user, sorted(told)))
    return visit.back("/watch", "seen")


@post("/searches", status_code=303)
async def keep(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Keep a search. Fields: name, purpose (else the session's), and those of the search page, or handles."""
    form = await request.form()
    asked = {key: str(form.get(key) or "") for key in _ASKED if form.get(key)}
    name, purpose = (str(form.get(key) or "").strip()[:_WORDS] for key in ("name", "purpose"))
    purpose = purpose or visit.session.purpose
    if not name or not asked or not purpose:
        raise UsageError("a search is kept with a name and the purpose that it serves")
    if sum(map(len, asked.values())) > _LONGEST:
        raise UsageError("this list is too long to be kept; split it")
    mask = await anyio.to_thread.run_sync(lambda: masker_of(visit.desk.case))
    if any(mask(text) != text for text in (name, purpose, *asked.values())):
        raise UsageError("it is part of an identity under seal and cannot be kept in clear")
    index = visit.desk.index()
    ledger, user = visit.desk.ledger, visit.session.user
    await _in_thread(lambda: keep_search(ledger, user, name, asked, purpose, count(index, asked)))
    return visit.back("/watch", "kept; the list says when it finds more")


@post("/searches/{number:int}/drop", status_code=303)
async def drop(visit: Guest, request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    """Keep a search no longer."""
    await _in_thread(lambda: drop_search(visit.desk.ledger, visit.session.user, number))
    return visit.back("/watch", "no longer kept")


def count(index: PostIndex | None, asked: dict[str, str]) -> int:
    """How many posts a kept search finds now; 0 while there is no index."""
    if index is None:
        return 0
    if handles := asked.get("handle") or asked.get("handles"):
        lines = dict.fromkeys(line.strip() for line in handles.splitlines() if line.strip())
        return sum(row["posts"] for line in lines for row in index.contacts(line[:100]))
    facets = tuple((name, asked[name]) for name in FACETS if asked.get(name))
    query = Query(asked.get("q", ""), bool(asked.get("exact")), facets, asked.get("account", ""))
    return index.search(query, 0, 1).total


def _search(one: Search, index: PostIndex | None) -> dict[str, Any]:
    now = count(index, dict(one.asked))
    return {
        "number": one.number, "name": one.name, "asked": dict(one.asked), "purpose": one.purpose, "then": one.posts,
        "posts": now, "author": one.author, "at": _at(one.at), "more": max(0, now - one.posts),
    }  # fmt: skip


def _posts(index: PostIndex | None, kind: str, value: str) -> int:
    found = index.contacts(value) if index else []
    return sum(row["posts"] for row in found if (row["kind"], row["value"]) == (kind, value))


def _spans(alert: Any) -> list[dict[str, Any]]:  # noqa: ANN401  model.watch.Alert
    return [
        {"evidence_id": span.evidence, "member": span.member, "start": span.start, "stop": span.stop}
        for span in alert.spans[:1]
    ]


def _at(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)


async def _in_thread(act: Callable[[], object]) -> None:
    await anyio.to_thread.run_sync(act)


HANDLERS = [watched, add, remove, seen, keep, drop]
