"""Deconfliction: what others look at, too, and what they released, as the commands told it. Asks nothing itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from litestar import get
from litestar.params import FromQuery

from ringtrace.operation.masking import MASK
from ringtrace.pipeline.alerting import masker_of
from ringtrace.pipeline.deconflicted import Deconflicted, Hit, Move, read_deconflicted
from ringtrace.report.words import place_name
from ringtrace.web.visit import Answer, Guest, Visit

_PAGE = 200
_MOVES = 200
_STEPS = {
    "asked": "We asked", "answered": "We answered", "hits found": "We found hits",
    "hit": "The partner proved hits", "pointers read": "We read whom to call",
    "compared within the house": "Compared with other cases of the house",
}  # fmt: skip


@get("/operation/deconfliction", sync_to_thread=True)
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
    }  # fmt: skip
    return visit.show("deconfliction.html.j2", document)


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


HANDLERS = [deconfliction]
