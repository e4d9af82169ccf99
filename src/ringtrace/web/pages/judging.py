"""Verdicts of people: given, seen and taken back; each is an event in the ledger and none is ever erased."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, cast, get_args

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from ringtrace.errors import UsageError
from ringtrace.model.ring import Judgement, Verdict
from ringtrace.store.ledger import Ledger, subject_of
from ringtrace.web.visit import Answer, Guest, Visit

_REASON = 1_000
_PAGE = 100


@get("/judgements", sync_to_thread=True)
def judgements(visit: Guest, before: FromQuery[int | None] = None) -> Answer:
    """All verdicts, the latest first; before: event number of the last one on the page before."""
    undone = visit.desk.ledger.undone()
    rows = [_row(visit, n, verdict, undone) for n, verdict in visit.desk.ledger.verdicts() if not before or n < before]
    rows = rows[::-1]
    last = rows[_PAGE - 1]["number"] if len(rows) > _PAGE else None
    return visit.show("judgements.html.j2", {"judgements": rows[:_PAGE], "next": last})


@post("/judge", status_code=303)
async def judge(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Record whether two accounts are one person, or whether a post offers, seeks or goes between.

    Fields: left and right (account ids) or post (post id); verdict (yes, no, unsure); reason; version (how often the
    thing was judged when it was seen); next.
    """
    form = await request.form()
    verdict, reason = str(form.get("verdict", "")), str(form.get("reason") or "")
    if verdict not in get_args(Verdict):
        raise UsageError("a verdict is yes, no or unsure")
    if len(reason) > _REASON:
        raise UsageError(f"a reason may have {_REASON:,} characters")
    subject = _subject(visit, {key: str(form.get(key) or "") for key in ("left", "right", "post")})
    judgement = Judgement(subject, cast(Verdict, verdict), visit.session.user, time.time_ns() // 1000, reason.strip())
    seen = visit.seen_version(str(form.get("version") or ""))
    number = await anyio.to_thread.run_sync(lambda: visit.desk.ledger.judge(judgement, seen))
    return visit.back(str(form.get("next") or "/judgements"), f"recorded:{verdict}", number)


@post("/judgements/{number:int}/undo", status_code=303)
async def undo(visit: Guest, request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    """Take a verdict back; what held before it holds again."""
    form = await request.form()
    await anyio.to_thread.run_sync(lambda: visit.desk.ledger.undo_verdict(number, visit.session.user))
    return visit.back(str(form.get("next") or "/judgements"), "undone")


def verdicts_on(ledger: Ledger, subject: tuple[str, ...]) -> tuple[list[dict[str, Any]], int]:
    """Return every verdict on ``subject``, oldest first, the ones that were taken back marked; and its version."""
    changes = ledger.history(subject_of(subject))
    undone = {int(change.payload["number"]) for change in changes if change.kind != "judgement"}
    rows = [
        {"number": change.number, "verdict": change.payload["verdict"], "analyst": change.author, "at": _at(change.at),
         "reason": change.payload["reason"], "undone": change.number in undone}
        for change in changes if change.kind == "judgement"
    ]  # fmt: skip
    return rows, len(changes)


def _subject(visit: Visit, told: dict[str, str]) -> tuple[str, ...]:
    """("link", left, right) or ("post", id), of things that are in the analysis. Raises UsageError otherwise."""
    if told["post"]:
        if visit.view.row("stances", "post_id", told["post"]) is None:
            raise UsageError(f"{told['post']} is not a post of this case")
        return ("post", told["post"])
    left, right = sorted((told["left"], told["right"]))
    known = visit.view.room.naming.accounts
    if left == right or left not in known or right not in known:
        raise UsageError("a verdict on a link names two accounts of this case")
    return ("link", left, right)


def _row(visit: Visit, number: int, given: Judgement, undone: frozenset[int]) -> dict[str, Any]:
    naming = visit.view.room.naming if visit.desk.analysed() else None
    subject = [{"id": key, "name": naming.of(key) if naming else key} for key in given.subject[1:]]
    return {
        "number": number, "kind": given.subject[0], "subject": subject, "verdict": given.verdict,
        "reason": given.reason, "analyst": given.analyst, "at": _at(given.at), "undone": number in undone,
    }  # fmt: skip


def _at(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)


HANDLERS = [judgements, judge, undo]
