"""Every event of the ledger for those who check the work: who did what and read what, when, for which purpose."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Response, get
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromQuery

from ringtrace.pipeline.judging.second_looks import KINDS, SecondLooks
from ringtrace.store.auditing import Act, chain_of_acts, count_acts, read_acts
from ringtrace.web.pages.judging import JUDGE, is_hidden
from ringtrace.web.visit import Answer, Guest, Visit

PLACE = (82, "Audit", "/audit", "l")
_PAGE = 100
_NAMED = 5
"""Things to judge that a refusal names."""
_TOLD = ("what", "page", "purpose", "verdict", "state", "audience", "roles", "number", "day", "name")
"""Of what an event says, the parts that hold no words of evidence and no record of a child or suspect."""


@get("/audit", sync_to_thread=True)
def audit(
    visit: Guest, kind: FromQuery[str] = "", author: FromQuery[str] = "", before: FromQuery[int | None] = None
) -> Answer:
    """The events, the latest first; kind, author: only these; before: number of the last one on the page before."""
    ledger = visit.desk.ledger
    looks = visit.looks
    rows = read_acts(ledger, _PAGE + 1, before, kind, author)
    document = {
        "events": [_row(visit, act, looks) for act in rows[:_PAGE]],
        "total": ledger.last(), "kind": kind, "author": author,
        "next": rows[_PAGE - 1].number if len(rows) > _PAGE else None,
        "kinds": [{"name": name, "events": number} for name, number in count_acts(ledger, "kind")],
        "authors": [{"name": name, "events": number} for name, number in count_acts(ledger, "author")],
    }  # fmt: skip
    return visit.show("audit.html.j2", document)


@get("/audit/chain", sync_to_thread=True)
def chain(visit: Guest) -> Response[bytes]:
    """All events with the hash of what they say, chained, one a line; that it was taken is an event itself.

    Refused while the visitor is to give second looks: who knows a thing tries three words and has the first verdict.
    """
    _refuse_dealt(visit)
    told = {"what": "chain of events downloaded", "purpose": visit.session.purpose}
    visit.desk.ledger.record("audit", visit.session.user, told)
    headers = {"content-disposition": 'attachment; filename="events.jsonl"'}
    return Response(b"".join(chain_of_acts(visit.desk.ledger)), media_type="application/x-ndjson", headers=headers)


def _refuse_dealt(visit: Visit) -> None:
    """Raises PermissionDeniedException for who is dealt second looks at things that can be judged."""
    if not visit.may(JUDGE) or not visit.desk.analysed():
        return
    looks, naming = visit.looks, visit.view.room.naming
    dealt = [subject for kind in KINDS for _, subject in looks.dealt(kind, visit.session.user)]
    posts = {subject[1] for subject in dealt if subject[0] == "post"}
    known = set(visit.view.only("stances", "post_id", posts)["post_id"].to_pylist())
    waiting = [f"/posts/{subject[1]}" for subject in dealt if subject[1] in known]
    waiting += [f"/links/{'/'.join(pair)}" for _, *pair in dealt if all(key in naming.accounts for key in pair)]
    if waiting:
        raise PermissionDeniedException(
            detail=f"{len(waiting):,} things wait for your own verdict, and the hashes would tell what others said of "
            f"them; the chain opens to you once you have judged them: {', '.join(waiting[:_NAMED])}"
        )


def _row(visit: Visit, act: Act, looks: SecondLooks) -> dict[str, Any]:
    told = {key: act.payload[key] for key in _TOLD if act.payload.get(key) not in (None, "", [])}
    if act.kind == "judgement" and is_hidden(visit, tuple(act.payload["subject"]), looks):
        told.pop("verdict", None)
    if isinstance(act.payload.get("handles"), list):
        told["handles"] = len(act.payload["handles"])
    return {
        "number": act.number, "at": datetime.fromtimestamp(act.at / 1e6, UTC), "kind": act.kind, "author": act.author,
        "subject": act.subject, "told": told,
    }  # fmt: skip


HANDLERS = [audit, chain]
