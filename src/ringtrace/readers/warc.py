"""WARC 1.0 and 1.1 (ISO 28500), plain or gzipped record by record.

Parsed here and not by a library, because every byte of the file has to be accounted for: what a
damaged record leaves behind is a Gap, and reading goes on at the next record. In a gzipped file
the spans of records are those of their compressed bytes. A revisit is a page that was captured again
unchanged, under its old address or another one: it gives the payload of the earlier record.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.packing.http_payload import parse_headers, parse_media_type, read_response
from ringtrace.text.pages.clock import read_time

NAME = "WARC capture"
VERSION = "2"
PLATFORM = ""
PRODUCERS = "WARC 1.0 and 1.1, plain or gzipped; chunked, gzip, deflate, brotli and zstd coding; revisits"
KNOWN_GAPS = (
    "revisits whose payload is in another file, or over 8 MiB, or past 512 MiB opened again, are told, not joined to it"
)

_MAGIC = b"WARC/"
_GZIP = b"\x1f\x8b\x08"
_HEADER_LIMIT = 65_536
_STEP = 262_144
_REOPENED = 8 * 2**20
"""Bytes of a record, and of the gzip member that it lies in, up to which a revisit opens it again."""
_REOPENED_IN_ALL = 2**29
"""Bytes that the revisits of one file may unfold, walk through and give; past it they are told as Gaps."""
_STRUCTURE_TYPES = {"warcinfo": "WARC information", "request": "request", "metadata": "capture metadata"}
_PAYLOAD_TYPES = frozenset(("response", "resource", "conversion"))
_VERSION_LINE = re.compile(rb"WARC/[0-9]\.[0-9]{1,2}[ \t]*\r?\n")

Item = Post | Gap | Structure | Member


def sniff(head: bytes, name: str) -> float:
    """Sure when the file begins with a WARC version line, in clear or gzipped."""
    if _VERSION_LINE.match(head):
        return 0.99
    if head[:3] == _GZIP and _begins_warc(head):
        return 0.99
    return 0.3 if head.startswith(_MAGIC) else 0.0


def read(source: Source) -> Iterator[Item]:
    """Yield a Member for each captured payload, Structure for other records, Gaps for damage."""
    data = source.data
    records = _Records(source)
    if bytes(data[:3]) == _GZIP:
        yield from records.compressed()
    else:
        yield from records.plain(data, 0, len(data), None)


@dataclass(slots=True)
class _Record:
    """start: of the record; block, stop: of its block; after: where the next record should begin."""

    headers: dict[str, str]
    start: int
    block: int
    stop: int
    after: int
    missing: int


class _Records:
    """Walks the records of one file.

    ids: record ids already used as member paths. places: see ``_remember``. last: (place, content) of the gzip member
    that was opened again last. reopened: bytes that revisits have cost so far.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.ids: set[str] = set()
        self.places: dict[int, int] = {}
        self.last = (-1, b"")
        self.reopened = 0

    def span(self, start: int, stop: int) -> Span:
        return Span(self.source.evidence, self.source.member, start, stop)

    def plain(self, data: bytes, at: int, end: int, carrier: tuple[int, int] | None) -> Iterator[Item]:
        """Yield the records in ``data[at:end]``; carrier: the compressed range that they came from."""
        while at < end:
            record = _parse(data, at, end)
            if record is None:
                found = _next_record(data, at + 1, end)
                start, stop = carrier or (at, found)
                blank = not bytes(data[at : min(found, at + 4096)]).strip(b"\r\n\0 ") and found - at <= 4096
                span = self.span(start, stop)
                yield Structure(span, "blank") if blank else Gap(span, "not a readable WARC record")
                at = found
                continue
            yield from self._items(data, record, carrier or (record.start, record.after))
            at = record.after

    def compressed(self) -> Iterator[Item]:
        """Yield the records of a file of gzip members; a damaged member is skipped to the next one.

        Some writers cut one record over several gzip members: a member that does not begin with a
        version line is joined to the one before it.
        """
        data, limits = self.source.data, self.source.limits
        at, end, opened = 0, len(data), 0
        held, held_at = b"", 0
        while at < end:
            content, stop, reason = _unzip(data, at, limits.member_bytes, limits.ratio)
            opened += len(content)
            joins = bool(held) and not reason and not _VERSION_LINE.match(content)
            if joins and len(held) + len(content) <= limits.member_bytes:
                held += content
                at = stop
                continue
            yield from self.plain(held, 0, len(held), (held_at, at))
            held, held_at = content, at
            if opened > limits.total_bytes:
                yield Gap(self.span(at, end), f"unfolds to more than {limits.total_bytes} bytes")
                return
            if reason:
                stop = _next_member(data, max(at + 1, stop), end)
                yield Gap(self.span(at, stop), reason)
                yield from self._partial(content, (at, stop))
                held = b""
            elif not content:
                yield Structure(self.span(at, stop), "empty gzip member")
            at = stop
        yield from self.plain(held, 0, len(held), (held_at, end))

    def _partial(self, content: bytes, carrier: tuple[int, int]) -> Iterator[Item]:
        """What a cut or damaged gzip member still gave; its Gap has been told already."""
        record = _parse(content, 0, len(content))
        if record:
            yield from (item for item in self._items(content, record, carrier) if isinstance(item, Member))

    def _items(self, data: bytes, record: _Record, carrier: tuple[int, int]) -> Iterator[Item]:
        kind = record.headers.get("warc-type", "").lower()
        where = self.span(*carrier)
        if record.missing:
            yield Gap(where, f"record is cut: {record.missing} bytes of its block are missing")
        if kind in _STRUCTURE_TYPES:
            yield Structure(where, _STRUCTURE_TYPES[kind])
        elif kind == "revisit":
            yield from self._revisit(record.headers, carrier)
        elif kind in _PAYLOAD_TYPES:
            if record.stop - record.start <= _REOPENED and (data is self.source.data or len(data) <= _REOPENED):
                self._remember(record.headers, carrier[0])
            yield from self._payload(bytes(data[record.block : record.stop]), record.headers, carrier)
        else:
            yield Gap(where, f"WARC record of type {kind[:40] or 'unknown'} is not read")

    def _remember(self, headers: dict[str, str], start: int) -> None:
        """Note by 64 bits of its digest, or else of its id, where a payload lies: a file may have a million."""
        told = headers.get("warc-payload-digest") or headers.get("warc-record-id")
        if told:
            self.places.setdefault(_short(told), start)

    def _revisit(self, headers: dict[str, str], carrier: tuple[int, int]) -> Iterator[Item]:
        where, known = self.span(*carrier), False
        for name in ("warc-payload-digest", "warc-refers-to"):
            told = headers.get(name, "")
            place = self.places.get(_short(told), -1) if told else -1
            if place < 0:
                continue
            known = True
            if self.reopened > _REOPENED_IN_ALL:
                break
            earlier = self._reopen(told, place)
            if earlier is not None:
                media_type = earlier[0].get("content-type", "")
                yield from self._payload(earlier[1], {**headers, "content-type": media_type}, carrier)
                return
        what = "revisit: the payload is in another record"
        if known and self.reopened > _REOPENED_IN_ALL:
            yield Gap(where, f"{what}, and revisits here have opened {_REOPENED_IN_ALL} bytes again already")
        else:
            yield Structure(where, what)

    def _reopen(self, told: str, place: int) -> tuple[dict[str, str], bytes] | None:
        """Return (headers, block) of the record from ``place`` on with a digest or id, None where it cannot be had."""
        data, at, end = self.source.data, place, min(len(self.source.data), place + _REOPENED)
        if bytes(data[at : at + 3]) == _GZIP:
            data = self._unfolded(place)
            at, end = 0, len(data)
        while at < end and (record := _parse(data, at, end)) is not None:
            self.reopened += record.after - at
            names = record.headers.get("warc-payload-digest"), record.headers.get("warc-record-id")
            if told in names and record.headers.get("warc-type", "").lower() in _PAYLOAD_TYPES:
                return None if record.missing else (record.headers, bytes(data[record.block : record.stop]))
            at = record.after
        return None

    def _unfolded(self, place: int) -> bytes:
        """Return what the gzip member at ``place`` holds, b"" when too much or damaged; the last one is kept."""
        if self.last[0] != place:
            content, _, reason = _unzip(self.source.data, place, _REOPENED, self.source.limits.ratio)
            self.reopened += _REOPENED if reason else len(content)
            self.last = (place, b"" if reason else content)
        return self.last[1]

    def _payload(self, block: bytes, headers: dict[str, str], carrier: tuple[int, int]) -> Iterator[Item]:
        where, limits = self.span(*carrier), self.source.limits
        media_type, charset = parse_media_type(headers.get("content-type", ""))
        payload = read_response(block, limits.member_bytes, limits.ratio)
        if payload is not None:
            if payload.reason:
                yield Gap(where, payload.reason)
                return
            block, media_type, charset = payload.data, payload.media_type, payload.charset
        if not block:
            yield Structure(where, "response without a body")
            return
        yield Member(
            self._path(headers, carrier[0]), block, carrier[0], carrier[1],
            headers.get("warc-target-uri", "").strip("<>"),
            read_time(headers.get("warc-date", ""), "UTC").at, media_type, charset,
        )  # fmt: skip

    def _path(self, headers: dict[str, str], start: int) -> str:
        """The record id as it stands; the place in the file for one that is missing or used twice."""
        path = headers.get("warc-record-id", "")[:200] or f"record@{start}"
        if path in self.ids:
            path = f"{path}@{start}"
        while path in self.ids:
            path += "+"
        self.ids.add(path)
        return path


def _short(told: str) -> int:
    return int.from_bytes(blake2b(told.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _parse(data: bytes, at: int, end: int) -> _Record | None:
    """Return the record that begins at ``at``, None when none does."""
    head = bytes(data[at : min(at + _HEADER_LIMIT, end)])
    version = _VERSION_LINE.match(head)
    if not version:
        return None
    ends = [(found, size) for mark, size in ((b"\r\n\r\n", 4), (b"\n\n", 2)) if (found := head.find(mark)) >= 0]
    if not ends:
        return None
    head_stop, gap = min(ends)
    headers = parse_headers(head[version.end() : head_stop].decode("utf-8", "replace").splitlines())
    size_text = headers.get("content-length", "")
    if not (size_text.isascii() and size_text.isdigit() and len(size_text) < 16):
        return None
    block = at + head_stop + gap
    stop = min(block + int(size_text), end)
    after = stop
    while after < end and after - stop < 4 and data[after : after + 1] in (b"\r", b"\n"):
        after += 1
    return _Record(headers, at, block, stop, after, block + int(size_text) - stop)


def _next_record(data: bytes, at: int, end: int) -> int:
    """Return where the next version line stands at the start of a line, or the end."""
    while (at := data.find(_MAGIC, at, end)) >= 0:
        if data[at - 1 : at] in (b"\n", b"\r", b"") and _VERSION_LINE.match(bytes(data[at : at + 32])):
            return at
        at += 1
    return end


def _unzip(data: bytes, at: int, limit: int, ratio: int) -> tuple[bytes, int, str]:
    """Return (content, where the gzip member ends, reason); with a reason the content is partial."""
    machine = zlib.decompressobj(31)
    parts: list[bytes] = []
    size, start, end = 0, at, len(data)
    pending = b""
    while not machine.eof:
        if not pending:
            if at >= end:
                return b"".join(parts), end, "gzip member is cut"
            pending = bytes(data[at : at + _STEP])
            at += len(pending)
        try:
            part = machine.decompress(pending, _STEP)
        except zlib.error as error:
            return b"".join(parts), start, f"gzip member is damaged: {error}"
        parts.append(part)
        size += len(part)
        pending = machine.unconsumed_tail
        if size > min(limit, max(2**20, (at - start) * ratio)):
            return b"", start, f"gzip member unfolds to more than {size} bytes"
    return b"".join(parts), at - len(machine.unused_data), ""


def _next_member(data: bytes, at: int, end: int) -> int:
    """Return where the next gzip member that holds a WARC record begins, or the end."""
    while (at := data.find(_GZIP, at, end)) >= 0:
        if _begins_warc(bytes(data[at : at + 1024])):
            return at
        at += 1
    return end


def _begins_warc(head: bytes) -> bool:
    try:
        return zlib.decompressobj(31).decompress(head, 64).startswith(_MAGIC)
    except zlib.error:
        return False
