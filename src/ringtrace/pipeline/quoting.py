"""From a span back to the words: opens the original and decodes the bytes that are quoted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ringtrace.errors import UsageError
from ringtrace.model.source import Member, Source
from ringtrace.pipeline.reading import choose_reader
from ringtrace.store.evidence import EvidenceStore
from ringtrace.text.offsets import decode

_PLACE = ("evidence_id", "member", "start", "stop")
_MEMBERS_KEPT = 256


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
    """Opens spans of one analysis: from the originals themselves, or from the posts read out of them."""

    def __init__(self, store: EvidenceStore, evidence: pa.Table, posts: pa.Table) -> None:
        self._store = store
        self._names = dict(zip(evidence["evidence_id"].to_pylist(), evidence["name"].to_pylist(), strict=True))
        self._posts = posts.select([*_PLACE, "segments", "title_segments", "text", "title"])
        self._index: dict[tuple[str, str], list[tuple[int, int, int]]] = defaultdict(list)
        for number, (evidence_id, member, start, stop) in enumerate(
            zip(*(posts[name].to_pylist() for name in _PLACE), strict=True)
        ):
            self._index[evidence_id, member].append((start, stop, number))
        self._members: dict[tuple[str, str], bytes] = {}

    def quote(self, span: Mapping[str, Any]) -> Quote:
        """Return what stands at ``span`` (evidence_id, member, start, stop), read from the original."""
        evidence, member, start, stop = (span[name] for name in _PLACE)
        row = self._post(evidence, member, start, stop)
        if row is not None and (row["start"], row["stop"]) == (start, stop):
            text = row["text"]
        else:
            data = bytes(self.bytes_of(evidence, member)[start:stop])
            text = _decoded(_codec(row, start, stop), data)
        return Quote(evidence, self._names.get(evidence, "?"), member, start, stop, text)

    def recall(self, span: Mapping[str, Any]) -> Quote:
        """Return the same from the post's text, without opening the original: for long reports."""
        evidence, member, start, stop = (span[name] for name in _PLACE)
        row = self._post(evidence, member, start, stop)
        if row is None:
            return self.quote(span)
        whole = (row["start"], row["stop"]) == (start, stop)
        text = row["text"] if whole else _text_behind(row, start, stop)
        return Quote(evidence, self._names.get(evidence, "?"), member, start, stop, text)

    def bytes_of(self, evidence: str, member: str) -> bytes:
        """Return the bytes of a file or of a decoded member; raises UsageError when there is none."""
        if not member:
            return self._store.open(evidence)
        if (evidence, member) not in self._members:
            if len(self._members) > _MEMBERS_KEPT:
                self._members.clear()
            self._members[evidence, member] = self._open_member(evidence, member)
        return self._members[evidence, member]

    def _post(self, evidence: str, member: str, start: int, stop: int) -> dict[str, Any] | None:
        """The narrowest post whose record holds the span."""
        hits = [(b - a, n) for a, b, n in self._index.get((evidence, member), ()) if a <= start and stop <= b]
        if not hits:
            return None
        row: dict[str, Any] = self._posts.slice(min(hits)[1], 1).to_pylist()[0]
        return row

    def _open_member(self, evidence: str, member: str) -> bytes:
        name = self._names.get(evidence, "")
        found = _member(Source(evidence, "", name, self._store.open(evidence)), member)
        if found is None:
            raise UsageError(f"{name} has no member {member}; was the evidence changed? run `ringtrace verify`")
        return found


def _decoded(codec: str, data: bytes) -> str:
    try:
        return decode(codec, data)
    except (UnicodeDecodeError, LookupError):
        return data.decode("utf-8", "backslashreplace")


def _codec(row: Mapping[str, Any] | None, start: int, stop: int) -> str:
    for segment in (*row["segments"], *row["title_segments"]) if row else ():
        if segment["start"] < stop and start < segment["stop"]:
            return str(segment["codec"])
    return "utf-8"


def _text_behind(row: Mapping[str, Any], start: int, stop: int) -> str:
    """The text of a post that was decoded from ``[start, stop)``."""
    pieces = []
    for part, segments in (("text", row["segments"]), ("title", row["title_segments"])):
        for segment in segments:
            low, high = max(start, segment["start"]), min(stop, segment["stop"])
            if low < high:
                piece = row[part][segment["text_start"] : segment["text_stop"]]
                pieces.append(_cut(piece, segment, low - segment["start"], high - segment["start"]))
    return "".join(pieces)


def _cut(piece: str, segment: Mapping[str, Any], low: int, high: int) -> str:
    charset = segment["codec"].rpartition("+")[2]
    raw = piece.encode(charset, "replace")
    size = segment["stop"] - segment["start"]
    if len(raw) == size:
        return raw[low:high].decode(charset, "replace")
    width = max(1, size // max(1, len(piece)))
    return piece[low // width : -(-high // width)]


def _member(source: Source, path: str) -> bytes | None:
    """Open the member at ``path``, steps joined by "!", which a member's own name may hold as well."""
    reader = choose_reader(source, [])
    if reader is None:
        return None
    for item in reader.read(source):
        if not isinstance(item, Member):
            continue
        if item.path == path:
            return item.data
        if path.startswith(f"{item.path}!"):
            step = f"{source.member}!{item.path}" if source.member else item.path
            inner = Source(source.evidence, step, item.path, item.data, url=item.url, media_type=item.media_type)
            if (found := _member(inner, path[len(item.path) + 1 :])) is not None:
                return found
    return None
