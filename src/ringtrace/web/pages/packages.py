"""The package of a place: what it would hold now, what was written of it, writing it and taking it along."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery

from ringtrace.operation.plan import Plan
from ringtrace.pipeline.intake.custodian import Asked, log_disclosure
from ringtrace.pipeline.operation.packages import UNASSIGNED, Written, read_packages
from ringtrace.report.words import place_name
from ringtrace.store.ledger import Change
from ringtrace.web.visit import Answer, Guest, Visit, bytes_url

_TARGETS = 20
_KEYS = 20
_ADDRESS = "/operation/packages/{place:str}"


def listed(visit: Visit, plan: Plan) -> list[dict[str, Any]]:
    """One row a place: what its package would hold, the last one that was written, and whether the place answered."""
    latest: dict[str, tuple[Change, Written]] = {}
    for event, written in read_packages(visit.desk.ledger):
        latest.setdefault(written.place, (event, written))
    outlines = visit.view.outlines if visit.desk.analysed() else {}
    rows = []
    for place in sorted({*outlines, *latest}, key=lambda place: (place == UNASSIGNED, place)):
        would = outlines.get(place)
        tasks = [task for task in plan.tasks if task.place == place]
        answered = sum(task.state in ("acknowledged", "done") and not plan.is_stale(task) for task in tasks)
        rows.append({
            "place": place, "name": _name(place), "targets": would.targets if would else 0,
            "evidence": would.evidence if would else 0, "against": would.against if would else 0,
            "tasks": len(tasks), "answered": answered,
            "written": _told(*latest[place]) if place in latest else None,
        })  # fmt: skip
    return rows


@get(_ADDRESS, sync_to_thread=True)
def package(visit: Guest, place: FromPath[str], offset: FromQuery[int] = 0) -> Answer:
    """What the package of a place says of its targets, masked as it would be written; offset: the first target."""
    from ringtrace.pipeline.handover.exporting import mask_cells
    from ringtrace.pipeline.intake.recording import children_masker, entries_of
    from ringtrace.pipeline.operation.handing_out import package_of
    from ringtrace.pipeline.operation.planning import plan_of
    from ringtrace.pipeline.operation.targets import by_place

    case, view = visit.desk.case, visit.view
    written = [_told(*one) for one in read_packages(visit.desk.ledger) if one[1].place == place]
    chosen = by_place(view.assigned).get(place, [])
    if not chosen and not written:
        raise visit.missing(f"no target is assigned to {place}")
    offset = max(0, min(offset, len(chosen)))
    shown = package_of(view.room, plan_of(case), place, chosen[offset : offset + _TARGETS], view.contacts)
    found: dict[str, Any] = mask_cells(shown, children_masker(case, entries_of(case)))
    visit.records = True
    _note_cited(visit, found)
    for one in written:
        one["there"] = _is_there(_folder(visit) / one["name"], one["sha256"])
    would = view.outlines.get(place)
    document = {
        "package": found, "place_code": place, "place_words": _name(place), "total": len(chosen), "offset": offset,
        "next_offset": offset + _TARGETS if len(chosen) > offset + _TARGETS else None,
        "evidence": would.evidence if would else 0, "against": would.against if would else 0,
        "missing": [{"what": what, "targets": number} for what, number in (would.missing if would else {}).items()],
        "written": written,
    }  # fmt: skip
    return visit.show("package.html.j2", document)


@post(_ADDRESS + "/write", status_code=303)
async def write(visit: Guest, request: Request[Any, Any, Any], place: FromPath[str]) -> Response[Any]:
    """Write and sign the package of a place as the command does. Field: keys (of recipients, public, one a line)."""
    from ringtrace.pipeline.operation.handing_out import write_packages

    form = await request.form()
    keys = [line.strip() for line in str(form.get("keys") or "").splitlines() if line.strip()][:_KEYS]
    asked = Asked(by=visit.session.user, why=visit.session.purpose)
    room, folder = visit.view.room, _folder(visit)
    await anyio.to_thread.run_sync(
        lambda: write_packages(visit.desk.case, folder, keys, places=[place], asked=asked, room=room)
    )
    return visit.back(f"/operation/packages/{place}#written", "the package is written and signed")


@get(_ADDRESS + "/files/{name:str}", sync_to_thread=True)
def file(visit: Guest, place: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A written package, its signature or the signer's key; that it was taken is in the custody log first."""
    known = {one.name for _, one in read_packages(visit.desk.ledger) if one.place == place}
    name = f"{name}.json" if f"{name}.json" in known else name  # the gate takes ".json" for the wish for a twin
    path = _folder(visit) / name
    if name not in {*known, *(f"{one}.sig" for one in known), "signer.pem"} or not path.is_file():
        raise visit.missing(f"there is no file {name} of this package")
    data = path.read_bytes()
    asked = Asked(by=visit.session.user, why=visit.session.purpose)
    hashes = {name: hashlib.sha256(data).hexdigest()}
    log_disclosure(visit.desk.case, f"package {place}", f"{visit.session.user}, by download", asked, written=hashes)
    headers: dict[str, Any] = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(data, media_type="application/octet-stream", headers=headers)


def _folder(visit: Visit) -> Path:
    """Where the command writes packages when no other folder is named."""
    return visit.desk.case.folder / "packages"


def _name(place: str) -> str:
    return "without a place" if place == UNASSIGNED else place_name(place)


def _told(event: Change, written: Written) -> dict[str, Any]:
    return {
        "name": written.name, "sha256": written.sha256, "signature": written.signature, "targets": written.targets,
        "day": written.day, "recipients": list(written.recipients), "at": datetime.fromtimestamp(event.at / 1e6, UTC),
        "by": event.author,
    }  # fmt: skip


def _is_there(path: Path, digest: str) -> bool:
    """Whether the file is still the one that was written."""
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def _note_cited(visit: Visit, value: Any) -> None:  # noqa: ANN401  any part of a package
    """Note every quote of a package for the log, and give it the address of its bytes; name the places of clues."""
    if isinstance(value, list):
        for item in value:
            _note_cited(visit, item)
    elif isinstance(value, dict) and "quote" in value:
        visit.seen.add((value["evidence_id"], value["member"], value["start"], value["stop"]))
        value["url"] = bytes_url(value)
    elif isinstance(value, dict):
        if "about" in value:
            value["place_words"] = place_name(value["place"])
        for item in value.values():
            _note_cited(visit, item)


HANDLERS = [package, write, file]
