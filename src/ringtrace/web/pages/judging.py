"""Verdicts of people: given, seen and taken back; each is an event in the ledger and none is ever erased."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast, get_args

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from ringtrace.errors import UsageError
from ringtrace.model.ring import Judgement, Verdict
from ringtrace.pipeline.judging.second_looks import Opinion, SecondLooks, give, take_back
from ringtrace.web.visit import Answer, Guest, Visit

JUDGE = "POST /judge"
_REASON = 1_000
_PAGE = 100


@get("/judgements", sync_to_thread=True)
def judgements(visit: Guest, before: FromQuery[int | None] = None) -> Answer:
    """All verdicts, the latest first; before: event number of the last one on the page before."""
    looks = visit.looks
    each = {one.number: one for one in reversed(looks.opinions())}  # of a group its first pair
    given = [one for one in each.values() if not before or one.number < before]
    rows = [_row(visit, one, looks) for one in given[:_PAGE]]
    last = rows[-1]["number"] if len(given) > _PAGE else None
    return visit.show("judgements.html.j2", {"judgements": rows, "next": last})


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
    seen = visit.seen_version(str(form.get("version") or ""))
    record = partial(_record, visit, subject, cast(Verdict, verdict), reason.strip(), seen)
    number, bound = await anyio.to_thread.run_sync(record)
    return visit.back(str(form.get("next") or "/judgements"), f"recorded:{verdict}", 0 if bound else number)


def _record(
    visit: Visit, subject: tuple[str, ...], verdict: Verdict, reason: str, seen: int | None
) -> tuple[int, bool]:
    """Return the verdict's event, and whether its author is bound by it: then it cannot be taken back."""
    given = Judgement(subject, verdict, visit.session.user, time.time_ns() // 1000, reason)
    number = give(visit.desk.ledger, given, seen)
    return number, visit.desk.verdicts.now().is_bound(subject, visit.session.user)


@post("/judgements/{number:int}/undo", status_code=303)
async def undo(visit: Guest, request: Request[Any, Any, Any], number: FromPath[int]) -> Response[Any]:
    """Take a verdict back; what held before it holds again."""
    form = await request.form()
    await anyio.to_thread.run_sync(_take_back, visit, number)
    return visit.back(str(form.get("next") or "/judgements"), "undone")


def _take_back(visit: Visit, number: int) -> None:
    """Raises UsageError for a verdict that the visitor must not know, and for one of two who have judged it blind."""
    looks = visit.desk.verdicts.now()
    take_back(visit.desk.ledger, number, visit.session.user, looks, hides=visit.may(JUDGE))


def verdicts_on(visit: Visit, subject: tuple[str, ...]) -> tuple[list[dict[str, Any]], int]:
    """Return every verdict on ``subject``, oldest first, the ones that were taken back marked; and its version.

    None, and version 0, as long as the visitor is to give a second look without knowing of the first.
    """
    looks = visit.looks
    if is_kept(visit, subject):
        return [], 0
    rows = [{**opinion_told(one), "undone": one.number in looks.undone} for one in looks.given.get(subject, ())]
    return rows, looks.versions.get(subject, 0)


def opinion_told(one: Opinion) -> dict[str, Any]:
    """A verdict as pages tell it."""
    return {
        "number": one.number, "verdict": one.given.verdict, "analyst": one.given.analyst, "at": _at(one.given.at),
        "reason": one.given.reason,
    }  # fmt: skip


def is_kept(visit: Visit, subject: tuple[str, ...]) -> bool:
    """Whether what was said of this one thing is kept from the visitor."""
    return subject in visit.looks.given and is_hidden(visit, subject, visit.looks)


def is_hidden(visit: Visit, subject: tuple[str, ...], looks: SecondLooks) -> bool:
    """Whether what was said of ``subject`` is kept from the visitor until they have judged it themselves."""
    return visit.may(JUDGE) and looks.is_dealt(subject, visit.session.user)


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


def _row(visit: Visit, one: Opinion, looks: SecondLooks) -> dict[str, Any]:
    naming = visit.view.room.naming if visit.desk.analysed() else None
    given = one.given
    group = looks.subjects[one.number]
    hidden = any(is_hidden(visit, each, looks) for each in group)
    subject = [{"id": key, "name": naming.of(key) if naming else key} for key in given.subject[1:]]
    return {
        "number": one.number, "kind": given.subject[0], "subject": subject, "verdict": "" if hidden else given.verdict,
        "reason": "" if hidden else given.reason, "analyst": given.analyst, "at": _at(given.at),
        "undone": one.number in looks.undone, "hidden": hidden, "blind": given.blind,
        "pairs": len(group),
    }  # fmt: skip


def _at(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)


HANDLERS = [judgements, judge, undo]
