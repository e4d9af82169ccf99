"""The bytes themselves: what stands at a place of an original, as text and in hexadecimal, with the file's hash."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pyarrow.compute as pc
from litestar import get
from litestar.params import FromPath, FromQuery

from ringtrace.errors import UsageError
from ringtrace.web.visit import Answer, Guest, Visit

_AROUND = 96
"""Bytes shown before and behind the place."""
_MOST = 8_192
"""Bytes shown at once; the rest of a longer place is a page further."""
_HASHED = 256 * 2**20
"""Originals up to this size are hashed anew while one waits; larger ones by ``ringtrace verify``."""
_ROW = 16


@get("/evidence/{evidence_id:str}", sync_to_thread=True)
def evidence(
    visit: Guest,
    evidence_id: FromPath[str],
    member: FromQuery[str] = "",
    start: FromQuery[int] = 0,
    stop: FromQuery[int] = 0,
) -> Answer:
    """Bytes [start, stop) of an original or of its decoded member."""
    row = visit.view.row("evidence", "evidence_id", evidence_id)
    if row is None:
        raise visit.missing(f"this case holds no original {evidence_id}")
    data = visit.view.room.bytes_of(evidence_id, member)
    if not 0 <= start <= max(start, stop) <= len(data):
        raise UsageError(f"the place is not within the {len(data):,} bytes that are there")
    stop = max(start, stop) or min(len(data), _MOST)
    shown = min(stop, start + _MOST)
    low, high = max(0, start - _AROUND), min(len(data), shown + _AROUND)
    visit.seen.add((evidence_id, member, low, high))
    part = bytes(data[low:high])
    charset = _charset(visit, evidence_id, member)
    whole = visit.desk.case.evidence.open(evidence_id)
    digest = hashlib.sha256(whole).hexdigest() if len(whole) <= _HASHED else ""
    document = {
        "evidence_id": evidence_id, "name": row["name"], "member": member, "start": start, "stop": stop,
        "size": len(whole), "member_size": len(data), "source": row["source"], "reader": row["reader"],
        "received_at": row["received_at"], "hash_now": digest, "intact": digest == evidence_id,
        "before": _text(part[: start - low], charset), "quoted": _text(part[start - low : shown - low], charset),
        "behind": _text(part[shown - low :], charset), "next": shown if shown < stop else None, "charset": charset,
        "object": f"evidence/objects/{evidence_id[:2]}/{evidence_id}",
    }  # fmt: skip
    return visit.show("evidence.html.j2", document, pictures={"rows": list(_hex(part, low, start, shown))})


def _charset(visit: Visit, evidence_id: str, member: str) -> str:
    """The character set by which the posts of this file or member were read, else UTF-8."""
    posts = visit.view.only("posts", "evidence_id", [evidence_id]).select(["member", "segments"])
    for row in posts.filter(pc.equal(posts["member"], member)).slice(0, 1).to_pylist():
        for segment in row["segments"][:1]:
            return str(segment["codec"].rpartition("+")[2])
    return "utf-8"


def _text(data: bytes, charset: str) -> str:
    """``data`` as text; bytes that are none are spelt, so that nothing is hidden."""
    try:
        return data.decode(charset, "backslashreplace")
    except LookupError:
        return data.decode("utf-8", "backslashreplace")


def _hex(data: bytes, offset: int, start: int, stop: int) -> Iterator[tuple[str, list[tuple[str, bool]], str]]:
    """Yield (offset, [(two digits, within the place)], printable characters) for each row of 16 bytes."""
    for at in range(0, len(data), _ROW):
        row = data[at : at + _ROW]
        digits = [(f"{byte:02x}", start <= offset + at + n < stop) for n, byte in enumerate(row)]
        yield f"{offset + at:10,}", digits, "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in row)


HANDLERS = [evidence]
