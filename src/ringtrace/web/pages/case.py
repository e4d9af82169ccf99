"""The first page: what is in, what was found, what needs a decision, what could not be read."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from litestar import Request, get

from ringtrace.pipeline.analysis.alerting import alert_document, masker_of, open_alerts
from ringtrace.pipeline.analysis.changes import read_changes, sentences
from ringtrace.web.desk import View
from ringtrace.web.pages.comments import address_of
from ringtrace.web.visit import Answer, Guest, Visit

PLACE = (10, "Case", "/", "c")
_RINGS = 8
_ALERTS = 50


async def _go_on(request: Request[Any, Any, Any]) -> None:
    """Open the rest of the analysis once this page is out, so that the first page waits for nothing else."""
    request.app.state.desk.warm()


@get("/", sync_to_thread=True, after_response=_go_on)
def case(visit: Guest) -> Answer:
    """What the case holds and what to do next."""
    if not visit.desk.analysed():
        held = len(visit.desk.case.evidence.held())
        return visit.show("empty.html.j2", {"case_name": visit.desk.case.settings.name, "files": held})
    view = visit.view
    done, posts = visit.desk.indexed
    stances = view.room.part("stances", ["band", "direction"])
    document = {
        "case_name": visit.desk.case.settings.name, "zone": view.zone, "synthetic_evidence": view.synthetic,
        "numbers": _numbers(view, stances), "rings": [_ring(visit, ring) for ring in view.rings[:_RINGS]],
        "ring_total": len(view.rings), "cautions": view.doubts, "decide": _decide(visit),
        "review": len(stances.filter(pc.equal(stances["band"], "review"))),
        "indexed": {"done": done, "posts": posts or view.room.size("posts")},
        "index_ready": visit.desk.index_made(), "trouble": visit.desk.trouble,
        "alerts": _alerts(visit),
        "since": sentences(read_changes(visit.desk.case.analysis)),
        "questions": view.room.part("questions", ["question"])["question"].to_pylist(),
    }  # fmt: skip
    if visit.session.person:
        document["needs"] = _needs(visit)
    return visit.show("case.html.j2", document)


def _needs(visit: Visit) -> dict[str, Any]:
    """What colleagues have handed to this person or called them for."""
    mine, called = visit.desk.discussion.needs(visit.session.person)
    return {
        "assignments": [
            {"url": address_of(one.about), "about": one.about, "by": one.by, "note": one.note} for one in mine
        ],
        "mentions": [
            {"url": address_of(one.about), "about": one.about, "by": one.author, "text": one.text, "number": one.number}
            for one in called
        ],
    }  # fmt: skip


def _numbers(view: View, stances: pa.Table) -> list[dict[str, Any]]:
    sure = stances.filter(pc.equal(stances["band"], "yes"))["direction"]
    counts = {row["values"]: row["counts"] for row in pc.value_counts(sure).to_pylist()}
    size = view.room.size
    rows = [
        ("file", size("evidence"), "/intake"), ("post", size("posts"), "/search"),
        ("offer", counts.get("offer", 0), "/search?direction=offer"),
        ("wish", counts.get("seek", 0), "/search?direction=seek"),
        ("go-between", counts.get("broker", 0), "/search?direction=broker"),
        ("account", size("accounts"), ""), ("actor", size("actors"), "/actors"),
        ("ring", len(view.rings), "/rings"),
    ]  # fmt: skip
    return [{"noun": noun, "number": number, "url": url} for noun, number, url in rows]


def _alerts(visit: Visit) -> list[dict[str, Any]]:
    """Alerts of the watch list that nobody has seen, with what is sealed blotted out."""
    found = open_alerts(visit.desk.case, visit.desk.ledger)
    mask = masker_of(visit.desk.case) if found else str
    return [alert_document(one, mask) for one in found[:_ALERTS]]


def _decide(visit: Visit) -> dict[str, int]:
    """What waits for a person: links that are not sure, and verdicts that no analysis has taken in yet."""
    written = (visit.desk.case.analysis / "posts.parquet").stat().st_mtime_ns // 1000
    pending = sum(one.given.at > written for opinions in visit.looks.standing.values() for one in opinions)
    return {"links": len(visit.view.doubted), "pending": pending}


def _ring(visit: Visit, ring: dict[str, Any]) -> dict[str, Any]:
    return {
        "ring_id": ring["ring_id"], "actors": ring["actors"], "accounts": ring["accounts"], "posts": ring["posts"],
        "containers": len(ring["containers"]), "probability": ring["probability"], "first_at": ring["first_at"],
        "last_at": ring["last_at"], "provinces": ring["provinces"],
    }  # fmt: skip


HANDLERS = [case]
