"""Deconfliction: whom to call before anybody acts, the rounds with other houses, and every hit.

A round is a message out and a message in, carried by people; this page writes and reads them and sends nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery

from ringtrace.errors import UsageError
from ringtrace.operation.masking import MASK
from ringtrace.pipeline.analysis.alerting import masker_of
from ringtrace.pipeline.intake.custodian import Asked, log_disclosure
from ringtrace.pipeline.operation.deconflicted import Deconflicted, Hit, Move, read_deconflicted
from ringtrace.report.words import place_name
from ringtrace.web.visit import Answer, Guest, Visit

_PAGE = 200
_MOVES, _SENT = 200, 20
_HERE = "/operation/deconfliction"
_STEPS = {
    "asked": "We asked", "answered": "We answered", "hits found": "We found hits",
    "hit": "The partner proved hits", "pointers read": "We read whom to call",
    "compared within the house": "Compared with other cases of the house",
}  # fmt: skip


@get(_HERE, sync_to_thread=True)
def deconfliction(visit: Guest, offset: FromQuery[int] = 0) -> Answer:
    """Every hit with whom it is shared and what they released, and every step of a round; offset: the first hit."""
    visit.records = True  # cells are made of records of suspects
    found = read(visit)
    offset = max(0, min(offset, len(found.hits)))
    shown = found.hits[offset : offset + _PAGE]
    document = {
        "hits": [_hit(hit) for hit in shown], "hit_total": len(found.hits), "unread": found.unread, "offset": offset,
        "next_offset": offset + _PAGE if len(found.hits) > offset + _PAGE else None,
        "moves": [_move(move) for move in found.moves[:_MOVES]], "move_total": len(found.moves),
        "calls": _calls(found.hits), "rounds": _rounds(visit) if visit.may(f"POST {_HERE}/ask") else None,
    }  # fmt: skip
    return visit.show("deconfliction.html.j2", document)


@post(_HERE + "/ask", status_code=303)
async def ask(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Write the ask to a partner. Field: to, the partner's name in case.toml."""
    from ringtrace.pipeline.operation import rounds

    partner = str((await request.form()).get("to") or "")
    name = await anyio.to_thread.run_sync(lambda: rounds.ask(visit.desk.case, partner, _asked(visit)))
    return visit.back(f"{_HERE}#out", f"written: {name}")


@post(_HERE + "/messages", status_code=303)
async def take_in(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Lay down what a partner sent; nothing is answered yet. Field: message, a file."""
    from ringtrace.pipeline.operation import rounds

    item = (await request.form()).get("message")
    if not isinstance(item, UploadFile):
        raise UsageError("choose the file that the partner sent")
    data = await item.read(rounds.LARGEST + 1)
    await anyio.to_thread.run_sync(lambda: rounds.take_in(visit.desk.case, data))
    return visit.back(f"{_HERE}#rounds")


@post(_HERE + "/messages/{name:str}", status_code=303)
async def advance(visit: Guest, request: Request[Any, Any, Any], name: FromPath[str]) -> Response[Any]:
    """Take the next step with a message that waits, or throw it away. Field: act (next or drop)."""
    from ringtrace.pipeline.operation import rounds

    act, case = str((await request.form()).get("act") or ""), visit.desk.case
    if act == "drop":
        await anyio.to_thread.run_sync(lambda: rounds.drop(case, name))
        return visit.back(f"{_HERE}#rounds", "thrown away")
    if act != "next":
        raise UsageError("what can be done with a message is next or drop")
    made = await anyio.to_thread.run_sync(lambda: rounds.advance(case, name, _asked(visit)))
    return visit.back(f"{_HERE}#out" if made else _HERE, f"written: {made}" if made else "read")


@get(_HERE + "/messages/{name:str}", sync_to_thread=True)
def message(visit: Guest, name: FromPath[str]) -> Response[bytes]:
    """A message to hand over; that it was taken is in the custody log first."""
    from ringtrace.pipeline.operation import rounds

    path = rounds.file_of(visit.desk.case, name)
    if path is None:
        raise visit.missing(f"there is no message {name}")
    data = path.read_bytes()
    hashes = {name: hashlib.sha256(data).hexdigest()}
    log_disclosure(
        visit.desk.case, "message of deconfliction", f"{visit.session.user}, by download", _asked(visit), written=hashes
    )
    headers: dict[str, Any] = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


def _asked(visit: Visit) -> Asked:
    return Asked(by=visit.session.user, why=visit.session.purpose)


def _rounds(visit: Visit) -> dict[str, Any]:
    """What can be done now: partners to ask, messages that wait for a step, messages to hand over."""
    from ringtrace.pipeline.operation import rounds
    from ringtrace.pipeline.operation.deconflicting import read_terms

    case, terms = visit.desk.case, read_terms(visit.desk.case)
    return {
        "partners": sorted(terms.partners), "key": rounds.our_key(), "level": terms.level,
        "agency": terms.agency or case.settings.name, "contact": terms.contact,
        "waiting": [asdict(letter) for letter in rounds.waiting(case)],
        "out": [asdict(letter) for letter in rounds.sent(case)[:_SENT]],
    }  # fmt: skip


def _calls(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    """With whom hits are shared, most first: how many, and whom to call where that was released."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for hit in hits:
        for other in hit.others or ("",):
            one = found.setdefault(
                (hit.way, other), {"other": other, "way": hit.way, "hits": 0, "unread": 0, "released": []}
            )
            one["hits"] += 1
            one["unread"] += hit.way == "found at a partner" and hit.told is None
            if hit.told and hit.told not in one["released"]:
                one["released"].append(hit.told)
    return sorted(found.values(), key=lambda one: (-one["hits"], one["other"], one["way"]))


def read(visit: Visit) -> Deconflicted:
    """What deconfliction told the case, with what is sealed blotted out."""
    return read_deconflicted(visit.desk.ledger, masker_of(visit.desk.case))


def _hit(hit: Hit) -> dict[str, Any]:
    kind, _, value = hit.what.partition(" ")
    place, _, week = value.partition(" ") if kind == "cell" else ("", "", "")
    return {
        "what": hit.what, "kind": kind, "value": value, "place": place_name(place) if place else "", "week": week,
        "monday": _monday(week), "way": hit.way, "others": list(hit.others), "at": _at(hit.at), "by": hit.by,
        "released": hit.told, "searchable": kind != "cell" and MASK not in hit.what,
    }  # fmt: skip


def _move(move: Move) -> dict[str, Any]:
    step = _STEPS.get(move.what, move.what)
    return {"what": move.what, "step": step, "other": move.other, "number": move.number, "at": _at(move.at),
            "by": move.by}  # fmt: skip


def _monday(week: str) -> str:
    """The first day of a week "2014-W08", "" for what is none."""
    try:
        return date.fromisoformat(f"{week}-1").isoformat()
    except ValueError:
        return ""


def _at(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1e6, UTC)


HANDLERS = [deconfliction, ask, take_in, advance, message]
