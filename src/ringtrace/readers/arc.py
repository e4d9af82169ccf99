"""ARC 1.0 captures (Internet Archive before WARC): one header line a record, then the response as it came."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.packing.http_payload import read_response
from ringtrace.text.pages.clock import read_time

NAME = "ARC capture"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "ARC 1.0 and 1.1 (Heritrix 1, Alexa), plain or gzipped"

_SHAPE = (
    rb"([a-z][a-z0-9+.\-]{1,20}:[^\n]{1,4000}?) ([0-9a-fA-F.:]{1,45}) ([0-9]{14}) ([^ \n]{1,120}) ([0-9]{1,12})\r?\n"
)
_RECORD = re.compile(_SHAPE)
_NEXT = re.compile(rb"^" + _SHAPE, re.MULTILINE)
"""A record's line where one is due; behind what is no record only where a line begins: looking stays linear."""
_OPENING = re.compile(rb"filedesc://[^ \n]{1,400} [^ \n]{1,45} [0-9]{1,17} [^ \n]{1,60} [0-9]{1,12}\r?\n")
_BLANK = re.compile(rb"[\r\n]*+")


def sniff(head: bytes, name: str) -> float:
    """Sure when the file begins with the description of an ARC file."""
    return 0.99 if _OPENING.match(head) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield a Member for each captured payload; raises MalformedError without the opening record."""
    data, size = source.data, len(source.data)
    opening = _OPENING.match(data)
    if opening is None:
        raise MalformedError(source.name, "no record filedesc:// at the start; is it an ARC file?")
    length = int(opening[0].split()[-1])
    at = min(size, opening.end() + length)
    yield Structure(_span(source, 0, at), "ARC information")
    while at < size:
        blank = _BLANK.match(data, at)
        start = blank.end() if blank else at
        if start > at:
            yield Structure(_span(source, at, start), "blank")
        at = start
        if at >= size:
            return
        record = _RECORD.match(data, at)
        if record is None:
            found = _NEXT.search(data, at)
            stop = found.start() if found else size
            yield Gap(_span(source, at, stop), "not a readable ARC record")
            at = stop
            continue
        stop = min(size, record.end() + int(record[5]))
        yield from _payload(source, record, stop)
        at = stop


def _span(source: Source, start: int, stop: int) -> Span:
    return Span(source.evidence, source.member, start, stop)


def _payload(source: Source, record: re.Match[bytes], stop: int) -> Iterator[Gap | Structure | Member]:
    start, limits = record.start(), source.limits
    block = bytes(source.data[record.end() : stop])
    if stop - record.end() < int(record[5]):
        yield Gap(_span(source, start, stop), "record is cut")
    media_type, charset = record[4].decode("ascii", "replace"), ""
    payload = read_response(block, limits.member_bytes, limits.ratio)
    if payload is not None:
        if payload.reason:
            yield Gap(_span(source, start, stop), payload.reason)
            return
        block, media_type, charset = payload.data, payload.media_type, payload.charset
    if not block:
        yield Structure(_span(source, start, stop), "response without a body")
        return
    url, when = record[1].decode("utf-8", "replace"), record[3].decode()
    captured = read_time(f"{when[:4]}-{when[4:6]}-{when[6:8]}T{when[8:10]}:{when[10:12]}:{when[12:]}Z", "UTC").at
    yield Member(f"record@{start}", block, start, stop, url, captured, media_type, charset)
