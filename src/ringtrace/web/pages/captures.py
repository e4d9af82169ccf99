"""A captured page as it was laid out, in a sandbox on an origin of its own; pictures only when asked for."""

from __future__ import annotations

import re

from litestar import get
from litestar.params import FromPath, FromQuery

from ringtrace.errors import UsageError
from ringtrace.text.pages.charset import choose_charset
from ringtrace.text.pages.shown import shown_page
from ringtrace.web.gate import POLICY
from ringtrace.web.visit import Answer, Guest, bytes_url

_MOST = 4 * 2**20
"""Bytes of a page that is shown so; larger ones are read as text."""
_HEAD = 4_096
_TAG = re.compile(rb"<(?:!doctype html|html|body|head|div|table|p|article)\b", re.IGNORECASE)


@get("/captures/{evidence_id:str}", sync_to_thread=True)
def capture(
    visit: Guest, evidence_id: FromPath[str], member: FromQuery[str] = "", images: FromQuery[bool] = False
) -> Answer:
    """The page that an original, or a member of one, holds. images: show those that it holds itself."""
    row = visit.view.row("evidence", "evidence_id", evidence_id)
    if row is None:
        raise visit.missing(f"this case holds no original {evidence_id}")
    data = visit.view.room.bytes_of(evidence_id, member)
    if not _TAG.search(bytes(data[:_HEAD])):
        raise UsageError("this is no web page; look at its bytes")
    if len(data) > _MOST:
        raise UsageError(f"this page has {len(data):,} bytes; up to {_MOST:,} are shown laid out")
    captures = visit.request.app.state.captures
    whole = {"evidence_id": evidence_id, "member": member, "start": 0, "stop": len(data)}
    visit.seen.add((evidence_id, member, 0, len(data)))
    document = {**whole, "name": row["name"], "images": images, "bytes_url": bytes_url(whole)}
    frame = ""
    if captures is not None and not visit.as_json:
        page = shown_page(bytes(data), choose_charset(bytes(data)), images, visit.language.say("image"))
        frame = captures.leave(page, images)
    answer = visit.show("capture.html.j2", document, pictures={"frame": frame})
    if captures is not None:
        answer.headers["content-security-policy"] = f"{POLICY}; frame-src {captures.origin}"
    return answer


HANDLERS = [capture]
