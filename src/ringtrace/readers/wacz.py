"""WACZ: a zip of WARC captures with an index; what its signature proves is told beside the pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Remark, Span, Structure
from ringtrace.text.packing.wacz_signature import findings
from ringtrace.text.packing.zip_members import LOCAL, read_members

NAME = "WACZ capture"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "WACZ 1.0 and 1.1 (ArchiveWeb.page, Browsertrix, py-wacz)"
KNOWN_GAPS = "chains are not checked against a list of trusted roots or for revocation"

_PACKAGE, _DIGEST = "datapackage.json", "datapackage-digest.json"
_PARTS = re.compile(
    rb"datapackage(?:-digest)?\.json|archive/[^/\0]{1,200}\.warc|indexes/index\.|pages/[a-zA-Z]+\.jsonl"
)
_OWN = ("pages/", "indexes/", "logs/")


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a WACZ: a zip whose members have the names that the format sets."""
    if not head.startswith(LOCAL):
        return 0.0
    opening = bytes(head[30:300])
    if name.lower().endswith(".wacz"):
        return 0.97
    return 0.9 if _PARTS.match(opening) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member | Remark]:
    """Yield the captures and other members, then what was checked. Raises MalformedError without a directory."""
    found: dict[str, str] = {}
    held: dict[str, bytes] = {}
    for item in read_members(source):
        if not isinstance(item, Member):
            yield item
            continue
        found[item.path] = f"sha256:{hashlib.sha256(item.data).hexdigest()}"
        if item.path in (_PACKAGE, _DIGEST):
            held[item.path] = item.data
        own = item.path in held or item.path.startswith(_OWN)
        span = Span(source.evidence, source.member, item.start, item.stop)
        yield Structure(span, "index of the capture") if own else item
    whole = Span(source.evidence, source.member, 0, len(source.data))
    for text in findings(held.get(_PACKAGE), held.get(_DIGEST), found):
        yield Remark(whole, text)
