"""Search: words of any length, exact or folded, handles, facets, and a pasted list of handles at once."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from litestar import get
from litestar.params import FromQuery

from ringtrace.errors import UsageError
from ringtrace.report.words import platform_name
from ringtrace.store.lookup import FACETS, PostIndex, Query, terms_of
from ringtrace.web.hits import shown
from ringtrace.web.visit import Answer, Guest, Visit

PLACE = (20, "Search", "/search", "s")
_PAGE = 40
_BATCH = 200
_BATCH_CHARS = 20_000
_FACET = 12


@get("/search", sync_to_thread=True)
def search(
    visit: Guest,
    q: FromQuery[str] = "",
    handle: FromQuery[str] = "",
    container: FromQuery[str] = "",
    platform: FromQuery[str] = "",
    direction: FromQuery[str] = "",
    kind: FromQuery[str] = "",
    account: FromQuery[str] = "",
    exact: FromQuery[bool] = False,
    oldest: FromQuery[bool] = False,
    offset: FromQuery[int] = 0,
    table: FromQuery[bool] = False,
) -> Answer:
    """Posts that hold every word of q, or in which a handle is read; facets narrow them down.

    table: a line each, to be scrolled through from end to end, instead of whole posts.
    """
    index = visit.desk.index()
    if index is None:
        return _not_yet(visit)
    chosen = {"container": container, "platform": platform, "direction": direction, "kind": kind}
    asked = {**chosen, "q": q, "account": account, "exact": exact or "", "oldest": oldest or "", "table": table or ""}
    begun = time.perf_counter()
    if handle:
        document = _by_handle(visit, index, handle, max(0, offset))
    else:
        facets = tuple((name, value) for name, value in chosen.items() if value)
        found = index.search(Query(q, exact, facets, account, not oldest), max(0, offset), _PAGE)
        counted = {name: _named(visit, name, values) for name, values in found.facets.items()}
        document = {"rows": found.rows, "total": found.total, "facets": counted, "next": found.next, "contacts": []}
    visit.see(document["rows"])
    words = [handle] if handle else terms_of(q)
    hits = {row["post_id"]: shown(row["title"], row["text"], words, exact=exact) for row in document["rows"]}
    document |= {
        "asked": asked, "handle": handle, "offset": max(0, offset), "seconds": round(time.perf_counter() - begun, 4),
        "account_name": visit.view.room.naming.account(account) if account else "", "purpose": visit.session.purpose,
    }  # fmt: skip
    return visit.show("search.html.j2", document, pictures={"facet_names": FACETS, "hits": hits})


@get("/search/batch", sync_to_thread=True)
def batch(visit: Guest, handles: FromQuery[str] = "") -> Answer:
    """Look many handles up at once: one a line, as pasted."""
    index = visit.desk.index()
    if index is None:
        return _not_yet(visit)
    if len(handles) > _BATCH_CHARS:
        raise UsageError(f"a list may have {_BATCH_CHARS:,} characters; split it")
    wanted = list(dict.fromkeys(line.strip() for line in handles.splitlines() if line.strip()))
    if len(wanted) > _BATCH:
        raise UsageError(f"a list may have {_BATCH} handles; split it")
    if wanted:
        visit.desk.consult_handles(visit.session.user, wanted, visit.session.purpose)
    rows = [_looked_up(index, line) for line in wanted]
    return visit.show("batch.html.j2", {"rows": rows, "handles": handles, "purpose": visit.session.purpose})


def _not_yet(visit: Visit) -> Answer:
    done, posts = visit.desk.indexed
    return visit.show("notyet.html.j2", {"indexed": {"done": done, "posts": posts}, "trouble": visit.desk.trouble})


def _by_handle(visit: Visit, index: PostIndex, handle: str, after: int) -> dict[str, Any]:
    contacts = index.contacts(handle)
    values = list(dict.fromkeys(row["value"] for row in contacts))
    rows = index.mentioning(values[0], after - 1, _PAGE + 1) if values else []
    following = rows[_PAGE]["n"] if len(rows) > _PAGE else None
    total = sum(row["posts"] for row in contacts if row["value"] == values[0]) if values else 0
    uses = {(row["kind"], row["value"]): row for row in visit.view.only("identifiers", "value", values).to_pylist()}
    for row in contacts:
        use = uses.get((row["kind"], row["value"]))
        row |= {"use": use["use"] if use else "", "why": use["reason"] if use else ""}
    return {"rows": rows[:_PAGE], "total": total, "facets": {}, "next": following, "contacts": contacts}


def _named(visit: Visit, facet: str, values: list[tuple[str, int]]) -> list[dict[str, Any]]:
    name = {"container": visit.view.room.naming.container, "platform": platform_name}.get(facet, str)
    return [{"value": value, "name": name(value), "posts": posts} for value, posts in values[:_FACET]]


def _looked_up(index: PostIndex, line: str) -> Mapping[str, Any]:
    contacts = index.contacts(line[:100])
    try:
        words = index.count(f'"{line[:100]}"')
    except UsageError:
        words = 0
    return {"handle": line, "contacts": contacts, "words": words}


HANDLERS = [search, batch]
