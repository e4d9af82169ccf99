"""Custody and audit: every act on the evidence, the check of every byte, and the proofs to take along."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from ringtrace.pipeline.intake.custodian import Asked, log_disclosure
from ringtrace.pipeline.telling.provenance import act_line, history
from ringtrace.web.visit import Answer, Guest

PLACE = (80, "Custody", "/custody", "u")
_PAGE = 60
PROOFS: Mapping[str, tuple[str, str]] = {
    "log.jsonl": ("custody/log.jsonl", "every act, one a line"),
    "checkpoint": ("custody/checkpoint", "the signed end of the log"),
    "key.pem": ("custody/key.pem", "the public key that checks the signature"),
    "leaves.hex": ("custody/leaves.hex", "the hash of every line"),
    "objects.sha256": ("objects.sha256", "the hash of every original, for sha256sum -c"),
}


@get("/custody", sync_to_thread=True)
def custody(visit: Guest, before: FromQuery[int | None] = None) -> Answer:
    """The acts on the evidence, the latest first; before: line of the last one on the page before."""
    acts = history(visit.desk.case)
    rest = [event for event in acts if before is None or event["line"] < before][::-1]
    rows = [
        {"line": event["line"], "at": str(event["at"])[:19], "act": event["event"], "by": event.get("by", ""),
         "file": str(event.get("name", "")), "evidence_id": event["evidence"] if "name" in event else "",
         "told": unquote(act_line(event).partition(" by ")[2].partition(": ")[2])} for event in rest[:_PAGE]
    ]  # fmt: skip
    job = visit.desk.jobs.last("verify")
    folder = visit.desk.case.evidence.folder
    proofs = [{"name": name, "what": what} for name, (path, what) in PROOFS.items() if (folder / path).exists()]
    document = {
        "acts": rows, "total": len(acts), "next": rest[_PAGE - 1]["line"] if len(rest) > _PAGE else None,
        "job": job.document() if job else None, "broken": visit.desk.jobs.broken, "proofs": proofs,
    }  # fmt: skip
    return visit.show("custody.html.j2", document)


@get("/custody/proofs/{name:str}", sync_to_thread=True)
def proof(visit: Guest, name: FromPath[str]) -> Response[bytes]:
    """A file by which others check the evidence without Ringtrace; that it was taken is logged first."""
    path, _ = PROOFS.get(name, ("", ""))
    file = visit.desk.case.evidence.folder / path
    if not path or not file.is_file():
        raise visit.missing(f"there is no proof {name}")
    asked = Asked(by=visit.session.user, why=visit.session.purpose)
    log_disclosure(visit.desk.case, f"proof {name}", f"{visit.session.user}, by download", asked, [])
    headers: dict[str, Any] = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(file.read_bytes(), media_type="application/octet-stream", headers=headers)


HANDLERS = [custody, proof]
