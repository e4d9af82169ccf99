"""Signal chats as signal-export writes them (``chat.md``): a time in brackets, a name, words over several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.encoding import Charset
from ringtrace.text.lines import read_body, split_lines, unread

NAME = "Signal text (signal-export)"
VERSION = "1"
PLATFORM = "signal"
PRODUCERS = "signal-export (chat.md; older index.md), compared with its source of 2026"
KNOWN_GAPS = "names only; the owner is called Me; a reply shows its quotation but not which message it answers"

_HEADER = re.compile(
    rb"\[([0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[0-9]{2}:[0-9]{2}|, [0-9]{2}:[0-9]{2}))\] ([^\n:]{1,120}):[ ]?"
)
_DELETED = "(This message was deleted)"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Header:
    start: int
    body: int
    written: str
    name: str


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a chat: its header has a form that no other app writes."""
    start = len(_BOM) if head.startswith(_BOM) else 0
    found = sum(_HEADER.match(line) is not None for line in head[start:16_384].split(b"\n"))
    if not found or not _HEADER.match(head, start):
        return 0.0
    return 0.99 if found >= 2 or name.lower().endswith(("chat.md", "index.md")) else 0.7


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError without a header line."""
    data, size = source.data, len(source.data)
    start = len(_BOM) if data[: len(_BOM)] == _BOM else 0
    headers = list(_headers(data, start))
    if not headers:
        raise MalformedError(source.name, "no line [date time] name: words; is it a signal-export chat?")
    if start:
        yield Structure(Span(source.evidence, source.member, 0, start), "byte-order mark")
    if headers[0].start > start:
        yield Gap(Span(source.evidence, source.member, start, headers[0].start), "text before the first message")
    chat = Container(PLATFORM, _title(source))
    stops = [*(header.start for header in headers[1:]), size]
    for header, stop in zip(headers, stops, strict=True):
        yield from _post(source, chat, header, stop)


def _headers(data: bytes, start: int) -> Iterator[_Header]:
    for line in split_lines(data, Charset("utf-8", start)):
        match = _HEADER.match(data, line.start, line.stop) if data[line.start : line.start + 1] == b"[" else None
        if match:
            yield _Header(line.start, match.end(), match[1].decode(), match[2].decode("utf-8", "replace").strip())


def _title(source: Source) -> str:
    """A chat lies in a folder of its name."""
    steps = (source.member or source.name).replace("!", "/").split("/")
    return steps[-2] if len(steps) > 1 else steps[-1].rsplit(".", 1)[0]


def _post(source: Source, chat: Container, header: _Header, stop: int) -> Iterator[Post | Gap]:
    body = read_body(source.data, Charset("utf-8"), header.body, stop, source.limits.line_bytes)
    yield Post(
        Span(source.evidence, source.member, header.start, stop),
        PLATFORM,
        chat,
        body.text,
        body.segments,
        account_name=header.name,
        sent=read_clock(header.written, source.zone),
        state="deleted" if body.text.strip() == _DELETED else "",
    )
    yield from unread(source, body, stop, "UTF-8")
