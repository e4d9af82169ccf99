"""Several accounts or whole actors made one person by one act, after a look at what it would change."""

from __future__ import annotations

from functools import partial
from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromQuery

from ringtrace.errors import UsageError
from ringtrace.pipeline.judging.merging import choose, merge, plan_merger
from ringtrace.store.records import read_entries
from ringtrace.web.pages.effects import told_effect
from ringtrace.web.visit import Answer, Guest, Visit

_REASON = 1_000
_CHARS = 400_000
_FOUND, _SHOWN = 50, 100


@get("/merge")
async def choosing(visit: Guest, who: FromQuery[list[str] | None] = None, find: FromQuery[str] = "") -> Answer:
    """Choose who is one person. who: ids of accounts or actors, native ids, names; find: a part of a name."""
    words = [line for one in who or () for line in one.splitlines()]
    return await anyio.to_thread.run_sync(_choice, visit, words, find)


@post("/merge/preview", status_code=200)
async def trial(visit: Guest, request: Request[Any, Any, Any]) -> Answer:
    """The consequences of the act on actors and rings, and what stands against it; nothing is recorded.

    Fields: who (ids of accounts or actors, native ids or names, one a line).
    """
    words = _words(str((await request.form()).get("who") or ""))
    return await anyio.to_thread.run_sync(_tried, visit, words)


@post("/merge", status_code=303)
async def join(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Record as one act that these accounts are one person; it is taken back as one.

    Fields: who, as of the preview; reason; next.
    """
    form = await request.form()
    words, reason = _words(str(form.get("who") or "")), str(form.get("reason") or "")
    if len(reason) > _REASON:
        raise UsageError(f"a reason may have {_REASON:,} characters")
    number = await anyio.to_thread.run_sync(partial(_record, visit, words, reason))
    return visit.back("/judgements", "recorded:yes", number)


def _words(told: str) -> list[str]:
    if len(told) > _CHARS:
        raise UsageError(f"a list may have {_CHARS:,} characters")
    return told.splitlines()


def _record(visit: Visit, words: list[str], reason: str) -> int:
    chosen = choose(words, visit.view.room.naming.accounts.values())
    for word in (*chosen.unknown, *chosen.several):
        raise UsageError(f"{word} names no one account or actor of this case")
    ledger, person = visit.desk.ledger, visit.session.user
    return merge(ledger, plan_merger(ledger, chosen.accounts, person), person, reason)


def _choice(visit: Visit, words: list[str], find: str) -> Answer:
    return visit.show("merge.html.j2", {**_chosen(visit, words), "find": find, "found": _found(visit, find.strip())})


def _tried(visit: Visit, words: list[str]) -> Answer:
    document = _chosen(visit, words)
    ledger = visit.desk.ledger
    keys = choose(words, visit.view.room.naming.accounts.values()).accounts
    merger = plan_merger(ledger, keys, visit.session.user)
    obstacles = merger.obstacles()
    effect = None
    if not obstacles and merger.pairs:
        tried = visit.view.preview(ledger.judgements(), read_entries(ledger)).group(merger.pairs)
        effect = told_effect(visit, tried)
    return visit.show("merged.html.j2", {**document, "obstacles": obstacles, "effect": effect})


def _chosen(visit: Visit, words: list[str]) -> dict[str, Any]:
    naming = visit.view.room.naming
    chosen = choose(words, naming.accounts.values())
    actors = sorted({naming.accounts[key]["actor_id"] for key in chosen.accounts})
    return {
        "who": [word.strip() for word in words if word.strip()], "accounts": len(chosen.accounts),
        "actors": [{"id": key, "name": naming.actor(key)} for key in actors[:_SHOWN]], "actor_total": len(actors),
        "unknown": list(chosen.unknown),
        "several": [
            {"word": word, "accounts": [{"id": key, "name": naming.account(key)} for key in keys[:_FOUND]]}
            for word, keys in chosen.several.items()
        ],
    }  # fmt: skip


def _found(visit: Visit, part: str) -> list[dict[str, Any]]:
    """Accounts whose name or native id holds ``part``, the busiest first."""
    naming = visit.view.room.naming
    rows = [
        row for row in naming.accounts.values()
        if part and any(part.casefold() in name.casefold() for name in (row["native_id"] or "", *row["names"]))
    ]  # fmt: skip
    rows.sort(key=lambda row: (-row["posts"], row["account_id"]))
    return [
        {"id": row["account_id"], "name": naming.account(row["account_id"]), "posts": row["posts"],
         "actor_id": row["actor_id"], "actor": naming.actor(row["actor_id"])}
        for row in rows[:_FOUND]
    ]  # fmt: skip


HANDLERS = [choosing, trial, join]
