"""From a span back to the words: opens the original and decodes the bytes that are quoted."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from weakref import finalize

import numpy as np
import pyarrow as pa

from ringtrace.engines.crew import Crew
from ringtrace.errors import UsageError
from ringtrace.pipeline.reading.confined import MODULE, open_member
from ringtrace.pipeline.reading.files import Task
from ringtrace.pipeline.reading.posts import segments_of
from ringtrace.store.evidence import EvidenceStore, Held
from ringtrace.text.offsets import covered, decode

_PLACE = ("evidence_id", "member", "start", "stop")
_MEMBERS_KEPT = 256
_KEPT_BYTES = 64 * 2**20
_ROWS_KEPT = 4_096
"""Posts of which the row is remembered: a report quotes many of them several times."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A span with its file's name, its bytes and, where a post decodes them, its text."""

    evidence_id: str
    name: str
    member: str
    start: int
    stop: int
    text: str


@dataclass(frozen=True, slots=True)
class Within:
    """A span's words between those of its post. start, stop: bytes of the whole post, which was read for them."""

    before: str
    text: str
    after: str
    start: int
    stop: int


class Quoter:
    """Opens spans of one analysis: from the originals themselves, or from the posts read out of them.

    Members of archives and captures are opened in a child process, as all that parses evidence.
    """

    def __init__(self, store: EvidenceStore, evidence: pa.Table, posts: pa.Table) -> None:
        self._store = store
        self._names = dict(zip(evidence["evidence_id"].to_pylist(), evidence["name"].to_pylist(), strict=True))
        self._places = posts.select(_PLACE)
        self._batches = posts.select([*_PLACE, "segments", "title_segments", "text", "title"]).to_batches()
        self._starts = np.cumsum([0, *map(len, self._batches)]).tolist()
        self._row = lru_cache(_ROWS_KEPT)(self._read_row)
        self._rows_of = _by_evidence(posts)
        self._index: dict[str, dict[str, list[tuple[int, int, int]]]] = {}
        self._members: dict[tuple[str, str], bytes] = {}
        self._kept = 0
        self._crew = Crew(MODULE, 1)
        finalize(self, self._crew.close)

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

    def within(self, span: Mapping[str, Any], most: int) -> Within | None:
        """Return a span of a post with the words around it, ``most`` code points on each side; None outside posts."""
        evidence, member, start, stop = (span[name] for name in _PLACE)
        row = self._post(evidence, member, start, stop)
        if row is None:
            return None
        for part, segments in (("text", "segments"), ("title", "title_segments")):
            found = covered(segments_of(row[segments]), row[part], start, stop)
            if found:
                low, high = found[0][0], found[-1][1]
                before, after = row[part][max(0, low - most) : low], row[part][high : high + most]
                return Within(before, row[part][low:high], after, row["start"], row["stop"])
        return None

    def bytes_of(self, evidence: str, member: str) -> bytes:
        """Return the bytes of a file or of a decoded member; raises UsageError when there is none."""
        if not member:
            return self._store.open(evidence)
        if (evidence, member) not in self._members:
            found = self._open_member(evidence, member)
            self._kept += len(found)
            if self._kept > _KEPT_BYTES or len(self._members) > _MEMBERS_KEPT:
                self._members.clear()
                self._kept = len(found)
            self._members[evidence, member] = found
        return self._members[evidence, member]

    def _post(self, evidence: str, member: str, start: int, stop: int) -> dict[str, Any] | None:
        """The narrowest post whose record holds the span (records lie within or beside each other)."""
        records = self._records(evidence).get(member, [])
        at = bisect_right(records, start, key=lambda record: record[0])
        while at > 0:
            at -= 1
            if -records[at][1] >= stop:
                return self._row(-records[at][2])
        return None

    def _read_row(self, number: int) -> dict[str, Any]:
        at = bisect_right(self._starts, number) - 1
        row: dict[str, Any] = self._batches[at].slice(number - self._starts[at], 1).to_pylist()[0]
        return row

    def _records(self, evidence: str) -> dict[str, list[tuple[int, int, int]]]:
        """Member -> (start, -stop, -row) of its posts, sorted: of those that begin together the narrowest is last."""
        if evidence not in self._index:
            found: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
            rows = self._rows_of.get(evidence, _NO_ROWS)
            columns = (self._places[name].take(rows).to_pylist() for name in _PLACE[1:])
            for row, member, start, stop in zip(rows.tolist(), *columns, strict=True):
                found[member].append((start, -stop, -row))
            self._index[evidence] = {member: sorted(records) for member, records in found.items()}
        return self._index[evidence]

    def _open_member(self, evidence: str, member: str) -> bytes:
        name = self._names.get(evidence, "")
        held = Held(evidence, len(self._store.open(evidence)), (name,), "", "")
        found = open_member(self._crew, Task(str(self._store.folder.resolve()), (held,)), member)
        if found is None:
            raise UsageError(f"{name} has no member {member}; was the evidence changed? run `ringtrace verify`")
        return found


_NO_ROWS = np.array([], np.int64)


def _by_evidence(posts: pa.Table) -> dict[str, Any]:
    """Return evidence id -> its rows of ``posts``; the places themselves are only looked at when asked for."""
    column = posts["evidence_id"].combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks else pa.array([], pa.string())
    coded = column.dictionary_encode()
    codes = np.asarray(coded.indices)
    order = np.argsort(codes, kind="stable")
    bounds = np.searchsorted(codes[order], np.arange(len(coded.dictionary) + 1))
    keys = coded.dictionary.to_pylist()
    return {key: order[bounds[at] : bounds[at + 1]] for at, key in enumerate(keys)}


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
