"""LINE's text export from a phone: day headings, then time, name and words parted by tabs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.clock import read_clock
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import Line, read_body, split_lines, unread
from ringtrace.text.opening import opens_markup

NAME = "LINE text"
VERSION = "1"
PLATFORM = "line"
PRODUCERS = "LINE for iOS and Android, all languages"
KNOWN_GAPS = "no ids; replies are not marked; the PC form with blanks instead of tabs is not read"

_DAY = re.compile(
    r"(?:[0-9]{4}[./年-][0-9]{1,2}[./月-][0-9]{1,2}日?\s?(?:\([^()]{1,12}\)|（[^（）]{1,12}）|[^\W\d_]{1,12})?"
    r"|[^\W\d_]{2,12}\.?, [0-9]{1,2}/[0-9]{1,2}/[0-9]{4})\s{0,2}"
)
_MESSAGE = re.compile(r"([^\W\d_]{0,8} ?[0-9]{1,2}:[0-9]{2}(?:[ \u202f]?[^\W\d_]{1,8})?)\t([^\t]{0,120})(\t|$)")
_HEAD = 200
"""Code points of a line in which its time and its name end."""


@dataclass(slots=True)
class _Said:
    """A message from its first line to its last: bytes, and where its words begin."""

    start: int
    body: int
    stop: int
    next: int
    time: str
    name: str
    spoken: bool


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a LINE export: its title line, day headings and rows with tabs."""
    if opens_markup(head):
        return 0.0
    charset = detect(head)
    lines = [_text(head, charset, line) for line in split_lines(head[:16_384], charset)]
    if not any(_DAY.fullmatch(line) for line in lines[:60]):
        return 0.0
    rows = sum(_MESSAGE.match(line) is not None for line in lines)
    if not rows:
        return 0.0
    return 0.98 if lines[0].lstrip("\ufeff").startswith("[LINE]") else 0.85 if rows >= 3 else 0.5


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when no row stands under a day heading."""
    charset = detect(source.data, source.charset)
    chat = _Chat(source, charset)
    for line in split_lines(source.data, charset):
        yield from chat.line(line)
    yield from chat.close()
    if not chat.found:
        raise MalformedError(source.name, "no message under a day heading; is it a LINE export?")
    if charset.bom:
        yield Structure(Span(source.evidence, source.member, 0, charset.bom), "byte-order mark")


def _text(data: bytes, charset: Charset, line: Line) -> str:
    return data[line.start : min(line.stop, line.start + 4 * _HEAD)].decode(charset.name, "replace")


class _Chat:
    """The lines of one chat in order; a message ends where the next message or day begins."""

    def __init__(self, source: Source, charset: Charset) -> None:
        self.source = source
        self.charset = charset
        self.title = self.day = ""
        self.last: _Said | None = None
        self.found = 0

    def line(self, line: Line) -> Iterator[Post | Gap | Structure]:
        """Take one more line; yields the message that it ends, and itself where it is a heading."""
        text = _text(self.source.data, self.charset, line)
        said = self._message(line, text) if self.day else None
        heading = said is None and _DAY.fullmatch(text) is not None
        if said is None and not heading and self.last is not None:
            self.last.stop, self.last.next = (line.stop if text else self.last.stop), line.next
            return
        yield from self.close()
        if said is not None:
            self.last = said
            return
        if not self.day and not heading:
            self.title = self.title or text.lstrip("\ufeff").removeprefix("[LINE]").strip()
        self.day = text.strip() if heading else self.day
        yield Structure(Span(self.source.evidence, self.source.member, line.start, line.next), "title or day")

    def _message(self, line: Line, text: str) -> _Said | None:
        match = _MESSAGE.match(text)
        if match is None:
            return None
        spoken = match[3] == "\t"
        begin = text[: match.end() if spoken else match.start(2)]
        body = line.start + len(begin.encode(self.charset.name, "replace"))
        return _Said(line.start, body, line.stop, line.next, match[1].strip(), match[2] if spoken else "", spoken)

    def close(self) -> Iterator[Post | Gap]:
        """Yield the message that is open, where one is."""
        said, self.last = self.last, None
        if said is None:
            return
        self.found += 1
        source, charset, data = self.source, self.charset, self.source.data
        start, stop, quote = said.body, max(said.body, said.stop), '"'.encode(self.charset.name)
        several = data.find("\n".encode(charset.name), start, stop) >= 0
        if several and data[start : start + len(quote)] == quote and data[stop - len(quote) : stop] == quote:
            start, stop = start + len(quote), stop - len(quote)
        read = read_body(data, charset, start, stop, source.limits.line_bytes)
        yield Post(
            Span(source.evidence, source.member, said.start, said.next),
            PLATFORM,
            Container(PLATFORM, self.title or source.name),
            read.text,
            read.segments,
            "message" if said.spoken else "system",
            account_name=said.name,
            sent=read_clock(f"{self.day} {said.time}", source.zone),
        )
        yield from unread(source, read, said.next, charset.name)
