"""Intake: files and tips come in, every byte is accounted for, the analysis runs."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath, FromQuery

from ringtrace.errors import CaseError, RingtraceError, UsageError
from ringtrace.model.custody import FIELDS, Circumstances
from ringtrace.operation.leads import Lead, Tip
from ringtrace.pipeline.intake.custodian import Asked
from ringtrace.pipeline.intake.tip_desk import find_tip, leads_of
from ringtrace.pipeline.intake.tip_window import FIELDS as FIELDS_OF_TIP
from ringtrace.pipeline.reading.log import read_log
from ringtrace.web.visit import Answer, Guest, Visit

PLACE = (70, "Intake", "/intake", "i")
_PAGE = 60
_WORDS = 500
_PAGES = 5
_LEADS = 200
_LAST_DIGITS = 4
"""Of a receipt, what the audit keeps: enough to tell two look-ups apart, too little to use it."""
_CHUNK = 1 << 20
_ARRIVED = 500
_PATIENCE = 1.0
"""Seconds that an upload waits for its files to be taken in before it shows how far they are."""
_NAME = 180


@get("/intake", sync_to_thread=True)
def intake(visit: Guest, after: FromQuery[str] = "") -> Answer:
    """The files of the case with their bytes accounted for; after: the name of the last one on the page before."""
    held = sorted(visit.desk.case.evidence.held(), key=lambda item: (item.names[0], item.evidence_id))
    rest = [item for item in held if item.names[0] > after] if after else held
    shown = rest[:_PAGE]
    read = _read(visit, [item.evidence_id for item in shown])
    files = [
        {"evidence_id": item.evidence_id, "name": item.names[0], "size": item.size, "received_at": item.received_at,
         "source": item.source, "read": read.get(item.evidence_id)} for item in shown
    ]  # fmt: skip
    job, coming = visit.desk.jobs.last(), visit.desk.arrivals.last()
    document = {
        "files": files, "total": len(held), "first": len(held) - len(rest) + 1,
        "next": shown[-1].names[0] if len(rest) > _PAGE else "", "job": job.document() if job else None,
        "broken": visit.desk.jobs.broken, "arrival": coming.document() if coming else None,
        "unread": len(held) - _analysed(visit),
    }  # fmt: skip
    return visit.show("intake.html.j2", document, pictures={"circumstances": FIELDS})


@post("/intake/files", status_code=303)
async def upload(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Take uploaded files in, with what is said of how they came; fields as in ``Circumstances``, files, next."""
    form = await request.form()
    files = [item for item in form.getall("files", []) if isinstance(item, UploadFile) and item.filename]
    if not files:
        raise UsageError("choose one or more files")
    told = Circumstances(**{name: str(form.get(name) or "")[:_WORDS].strip() for name in FIELDS})
    folder = visit.desk.arrivals.lay_out()
    try:
        for item in files:
            await _write(item, _target(folder, item.filename))
        arrival = await anyio.to_thread.run_sync(visit.desk.arrivals.begin, folder, told)
    finally:
        shutil.rmtree(
            folder.parent, ignore_errors=True
        )  # of an upload that broke off; one that has begun lies elsewhere
    patience = None if visit.as_json else _PATIENCE
    await anyio.to_thread.run_sync(arrival.ended.wait, patience)
    if not visit.as_json:
        return visit.back(f"/intake/arrivals/{arrival.number}")
    if arrival.error:
        raise CaseError(arrival.error)
    receipts = [asdict(one.receipt) for one in arrival.files.values() if one.receipt is not None]
    return visit.show("arrival.html.j2", {"receipts": receipts, "counts": arrival.document()["counts"]})


@get("/intake/arrivals/{number:int}", sync_to_thread=True)
def arrival(visit: Guest, number: FromPath[int]) -> Answer:
    """How far the files are that were brought in together, what became of each, and how its bytes are accounted for."""
    found = visit.desk.arrivals.get(number)
    if found is None:
        raise visit.missing("this server knows of no such arrival; the custody log tells of what came in before")
    document = found.document()
    read = _read(visit, [file["evidence_id"] for file in document["files"] if file["evidence_id"]])
    for file in document["files"]:
        file["read"] = read.get(file["evidence_id"])
    job = visit.desk.jobs.last("analyse")
    document |= {"job": job.document() if job else None, "shown": document["files"][:_ARRIVED]}
    return visit.show("arrival.html.j2", document)


@get("/intake/tip", sync_to_thread=True)
def tip_form(visit: Guest, kept: FromQuery[bool] = False) -> Answer:
    """A form for what somebody reports by telephone or in person; kept: show the receipt of the last one instead."""
    receipt, lacks = visit.desk.tips.last_receipt(visit.session.user) if kept else ("", ())
    return _show_tip(visit, {"receipt": receipt, "missing": list(lacks)})


@post("/intake/tips", status_code=200)
async def tip(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Take a tip in; answers with its receipt and what it lacks. Fields: as of the tip window.

    What cannot be kept is given back in the form as it was said.
    """
    form = await request.form()
    said = {name: str(form.get(name) or "") for name in FIELDS_OF_TIP}
    try:
        left = await anyio.to_thread.run_sync(lambda: visit.desk.tips.leave(said, visit.session.user))
    except (RingtraceError, OSError) as error:
        if visit.as_json:
            raise
        status = 400 if isinstance(error, UsageError) else 503
        return await anyio.to_thread.run_sync(_show_tip, visit, {"trouble": str(error), "told": said}, status)
    visit.desk.tips.begin()
    shown = {"receipt": left.receipt, "missing": list(left.missing), "asks_names": False}
    if visit.as_json:
        return visit.show("tip.html.j2", shown)
    try:
        await anyio.to_thread.run_sync(visit.desk.tips.keep_receipt, visit.session.user, left)
    except (RingtraceError, OSError):
        return visit.show("tip.html.j2", shown)  # the tip is in; its receipt cannot be looked at again
    return visit.back("/intake/tip?kept=true")


def _show_tip(visit: Visit, document: Mapping[str, Any], status: int = 200) -> Answer:
    plain = {"receipt": "", "missing": [], "told": {}, "asks_names": visit.desk.tips.asks_names()}
    return visit.show("tip.html.j2", {**plain, **document}, status=status)


@get("/intake/leads", sync_to_thread=True)
def leads(visit: Guest, lead: FromQuery[str] = "") -> Answer:
    """Reports of one website as one lead; what is shown of the tips is in the log first. lead: which comes first."""
    return _show_leads(visit, lead)


@post("/intake/leads/find", status_code=200)
async def lead_of(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """The lead of one tip first; field receipt: of that tip, which so stands in no address. The look-up is an event."""
    form = await request.form()
    found = await anyio.to_thread.run_sync(_look_up, visit, str(form.get("receipt") or ""))
    if not visit.as_json:
        return visit.back(f"/intake/leads?lead={found}")
    return await anyio.to_thread.run_sync(_show_leads, visit, found)


def _look_up(visit: Visit, receipt: str) -> str:
    """Return the lead of a tip, by its receipt.

    Raises UsageError when no tip was answered with it; that it was asked for is recorded all the same.
    """
    user = visit.session.user
    last = "".join(c for c in receipt if c.isdecimal() and c.isascii())[-_LAST_DIGITS:]
    told = {"what": "receipt looked up", "ends": last, "purpose": visit.session.purpose}
    visit.desk.ledger.record("audit", user, told)
    return find_tip(visit.desk.case, receipt, Asked(user))[1].id


def _show_leads(visit: Visit, wanted: str) -> Answer:
    """wanted: id of the lead that comes first, "" for none."""
    found = leads_of(visit.desk.case)
    found.sort(key=lambda lead: lead.id != wanted)
    rows = [
        {"lead_id": lead.id, "site": lead.site, "tips": len(lead.tips), "reporters": lead.reporters,
         "pages": list(lead.pages[:_PAGES]), "missing": lead.missing, "asked": lead.id == wanted,
         "evidence": [{"evidence_id": tip.evidence, "start": tip.start} for tip in lead.tips[:_PAGES]]}
        for lead in found[:_LEADS]
    ]  # fmt: skip
    for lead in found[:_LEADS]:
        visit.seen |= {(tip.evidence, "", tip.start, tip.start + 1) for tip in _quoted(lead)}
    visit.records = bool(rows)
    document = {"leads": rows, "total": len(found), "waiting": visit.desk.tips.waiting()}
    return visit.show("leads.html.j2", document)


def _quoted(lead: Lead) -> list[Tip]:
    """The tips that a lead's row names, and for each address that it shows the first that has it."""
    first = [next(tip for tip in lead.tips if page in tip.pages) for page in lead.pages[:_PAGES]]
    return [*lead.tips[:_PAGES], *first]


@post("/jobs", status_code=303)
async def start(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Begin a job; field command: analyse or verify."""
    form = await request.form()
    command, away = str(form.get("command") or ""), str(form.get("next") or "/intake")
    if command not in ("analyse", "verify"):
        raise UsageError("a job is analyse or verify")
    if command == "analyse":
        visit.require("POST /jobs command=analyse")
    visit.desk.jobs.start("analyse" if command == "analyse" else "verify")
    return visit.back(away)


@post("/jobs/stop", status_code=303)
async def stop(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Stop the job that runs; the analysis before it stays."""
    form = await request.form()
    await anyio.to_thread.run_sync(visit.desk.jobs.stop)
    return visit.back(str(form.get("next") or "/intake"))


@get("/jobs/last", sync_to_thread=True)
def last(visit: Guest) -> Answer:
    """How far the latest job is."""
    job = visit.desk.jobs.last()
    if job is None:
        raise visit.missing("no job was started yet")
    return visit.show("job.html.j2", job.document())


async def _write(item: UploadFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as handle:
        while chunk := await item.read(_CHUNK):
            handle.write(chunk)


def _target(folder: Path, name: str) -> Path:
    """Where an upload is laid down: its own name, of a path the last part, never outside ``folder``."""
    last = name.replace("\\", "/").rpartition("/")[2].replace("\0", "")[-_NAME:]
    if last in ("", ".", ".."):
        last = "unnamed"
    target, number = folder / last, 1
    while target.exists():
        number += 1
        target = folder / str(number) / last
    return target


def _analysed(visit: Visit) -> int:
    return len(visit.view.room.table("evidence")) if visit.desk.analysed() else 0


def _read(visit: Visit, ids: list[str]) -> Mapping[str, dict[str, Any]]:
    """Evidence id -> how its bytes are accounted for, of the files that an analysis has read, or reads just now."""
    columns = ("reader", "posts", "post_bytes", "structure_bytes", "gap_bytes", "note")
    rows = visit.view.only("evidence", "evidence_id", ids).to_pylist() if visit.desk.analysed() else []
    found = {row["evidence_id"]: {name: row[name] for name in columns} for row in rows}
    if visit.desk.jobs.busy():
        wanted = set(ids)
        found |= {key: row for key, row in read_log(visit.desk.case.analysis).items() if key in wanted}
    return found


HANDLERS = [intake, upload, arrival, tip_form, tip, leads, lead_of, start, stop, last]
