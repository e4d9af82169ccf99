"""From a span back to the words: opens the original and decodes the bytes that are quoted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.errors import UsageError
from ringtrace.model.source import Member, Source
from ringtrace.pipeline.reading import choose_reader
from ringtrace.store.evidence import EvidenceStore
from ringtrace.text.offsets import decode


@dataclass(frozen=True, slots=True)
class Quote:
    """A span with its file's name, its bytes and, where a post decodes them, its text."""

    evidence_id: str
    name: str
    member: str
    start: int
    stop: int
    text: str


class Quoter:
    """Opens spans of one analysis. Decoded members are kept while the quoter lives."""

    def __init__(self, store: EvidenceStore, evidence: pa.Table, posts: pa.Table) -> None:
        self._store = store
        self._names = dict(zip(evidence["evidence_id"].to_pylist(), evidence["name"].to_pylist(), strict=True))
        self._posts = posts.select(["evidence_id", "member", "start", "stop", "segments", "title_segments", "text"])
        self._members: dict[tuple[str, str], bytes] = {}

    def quote(self, span: dict[str, Any]) -> Quote:
        """Return what stands at ``span`` (keys evidence_id, member, start, stop)."""
        evidence, member, start, stop = span["evidence_id"], span["member"], span["start"], span["stop"]
        codec, whole = self._codec(evidence, member, start, stop)
        if whole is None:
            data = bytes(self.bytes_of(evidence, member)[start:stop])
            try:
                whole = decode(codec, data)
            except (UnicodeDecodeError, LookupError):
                whole = data.decode("utf-8", "backslashreplace")
        return Quote(evidence, self._names.get(evidence, "?"), member, start, stop, whole)

    def bytes_of(self, evidence: str, member: str) -> bytes:
        """Return the bytes of a file or of a decoded member; raises UsageError when there is none."""
        if not member:
            return self._store.open(evidence)
        if (evidence, member) not in self._members:
            if len(self._members) > 256:
                self._members.clear()
            self._members[evidence, member] = self._open_member(evidence, member)
        return self._members[evidence, member]

    def _codec(self, evidence: str, member: str, start: int, stop: int) -> tuple[str, str | None]:
        """The codec of the segment that holds the span, or the post's text when it is a whole post."""
        at = self._posts
        hit = at.filter(
            pc.and_(
                pc.and_(pc.equal(at["evidence_id"], evidence), pc.equal(at["member"], member)),
                pc.and_(pc.less_equal(at["start"], start), pc.greater_equal(at["stop"], stop)),
            )
        ).to_pylist()
        for row in hit:
            if (row["start"], row["stop"]) == (start, stop):
                return "", row["text"]
            for segment in (row["segments"] or []) + (row["title_segments"] or []):
                if segment["start"] <= start and stop <= segment["stop"]:
                    return segment["codec"], None
        for row in hit:
            for segment in row["segments"] or []:
                if segment["start"] < stop and start < segment["stop"]:
                    return segment["codec"], None
        return "utf-8", None

    def _open_member(self, evidence: str, member: str) -> bytes:
        name = self._names.get(evidence, "")
        source = Source(evidence, "", name, self._store.open(evidence))
        for step in member.split("!"):
            found = _member(source, step)
            inner = f"{source.member}!{step}" if source.member else step
            source = Source(evidence, inner, found.path, found.data, url=found.url, media_type=found.media_type)
        return source.data


def _member(source: Source, path: str) -> Member:
    reader = choose_reader(source, [])
    if reader is not None:
        for item in reader.read(source):
            if isinstance(item, Member) and item.path == path:
                return item
    raise UsageError(f"{source.name} has no member {path}; was the evidence changed? run `ringtrace verify`")
