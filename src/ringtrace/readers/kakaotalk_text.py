"""KakaoTalk's text export: from a phone, each message with its day; from a PC, days as headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ringtrace.errors import MalformedError
from ringtrace.model.clock import Clock
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import Line, byte_behind, read_body, split_lines, unread
from ringtrace.text.opening import opens_markup

NAME = "KakaoTalk text"
VERSION = "1"
PLATFORM = "messenger"
PRODUCERS = "KakaoTalk for Android, iOS and Windows, in Korean and English"
KNOWN_GAPS = "no ids; replies are not marked; the table that a Mac writes is read as a table of tips"

_HALF = r"(?:(?:오전|오후|AM|PM) ?)?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?(?:AM|PM))?"
_DATE = (
    r"(?:[0-9]{4}년 ?[0-9]{1,2}월 ?[0-9]{1,2}일|[0-9]{4}\. ?[0-9]{1,2}\. ?[0-9]{1,2}\.?"
    r"|[A-Z][a-z]{2,8} [0-9]{1,2}, [0-9]{4})"
)
_PHONE = re.compile(rf"({_DATE}(?: at)?,? {_HALF})(?:, ([^\n:]{{1,80}}?) : |[,:] (?=\S))")
_PC = re.compile(rf"\[([^\n]{{1,80}}?)\] \[({_HALF})\] ")
_PC_DAY = re.compile(
    r"-{10,20} (?:[0-9]{4}년 ?[0-9]{1,2}월 ?[0-9]{1,2}일 \w{1,4}|\w{3,9}, [A-Z][a-z]{2,8} [0-9]{1,2}, [0-9]{4})"
    r" -{10,20}\s{0,2}"
)
_PHONE_DAY = re.compile(rf"(?:\w{{3,9}}, )?{_DATE}(?: (?:{_HALF}|\w{{1,4}}))?\s{{0,2}}")
_SAVED = re.compile(r"(?:저장한 날짜|Date Saved) ?: ?[^\n]{4,40}")
_TITLES = (
    re.compile(r"(?:카카오톡 )?([^\n]{1,120}?) 님과 카카오톡 대화"),
    re.compile(r"KakaoTalk Chats with ([^\n]{1,120})"),
)
_KOREAN = re.compile(r"([0-9]{4})년 ?([0-9]{1,2})월 ?([0-9]{1,2})일")
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


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such an export: the lines at its head that no other app writes, and messages."""
    if opens_markup(head):
        return 0.0
    charset = detect(head)
    lines = [_text(head, charset, line) for line in islice(split_lines(head[:16_384], charset), 80)]
    opened = sum(_SAVED.fullmatch(line.strip()) is not None or _title(line) != "" for line in lines[:4])
    rows = sum(_PHONE.match(line) is not None or _PC.match(line) is not None for line in lines)
    days = sum(_PC_DAY.fullmatch(line) is not None for line in lines)
    if opened and (rows or days):
        return 0.99 if opened >= 2 else 0.95
    return 0.9 if days and rows else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when the file holds none.

    A line of the app itself (who came, who went) is a message of kind system on a phone, where it has a time; on a PC
    it has none and cannot be told from the words before it, of which it becomes a line.
    """
    charset = detect(source.data, source.charset)
    chat = _Chat(source, charset)
    for line in split_lines(source.data, charset):
        yield from chat.line(line)
    yield from chat.close()
    if not chat.found:
        raise MalformedError(source.name, "no message; is it a KakaoTalk export?")
    if charset.bom:
        yield Structure(Span(source.evidence, source.member, 0, charset.bom), "byte-order mark")


def _text(data: bytes, charset: Charset, line: Line) -> str:
    return data[line.start : min(line.stop, line.start + 4 * _HEAD)].decode(charset.name, "replace")


def _title(line: str) -> str:
    found = (pattern.fullmatch(line.lstrip("\ufeff").strip()) for pattern in _TITLES)
    return next((match[1].strip() for match in found if match), "")


class _Chat:
    """The lines of one chat in order; a message ends where the next message or day begins."""

    def __init__(self, source: Source, charset: Charset) -> None:
        self.source, self.charset = source, charset
        self.title = self.day = ""
        self.last: _Said | None = None
        self.found = 0

    def line(self, line: Line) -> Iterator[Post | Gap | Structure]:
        """Take one more line; yields the message that it ends, and itself where it is a heading."""
        text = _text(self.source.data, self.charset, line)
        said = self._message(line, text)
        day = said is None and _PC_DAY.fullmatch(text) is not None
        heading = day or (said is None and _PHONE_DAY.fullmatch(text) is not None)
        if said is None and not heading and self.last is not None:
            self.last.stop, self.last.next = (line.stop if text else self.last.stop), line.next
            return
        yield from self.close()
        if said is not None:
            self.last = said
            return
        self.title = self.title or _title(text)
        self.day = text.strip("- \r\n") if day else self.day
        span = Span(self.source.evidence, self.source.member, line.start, line.next)
        known = heading or not text.strip("\ufeff \t\r") or _title(text) or _SAVED.fullmatch(text.strip())
        yield Structure(span, "title or day") if known else Gap(span, "text before the first message")

    def _message(self, line: Line, text: str) -> _Said | None:
        match = _PHONE.match(text)
        if match:
            time, name = match[1], match[2] or ""
        elif self.day and (match := _PC.match(text)):
            time, name = f"{self.day} {match[2]}", match[1]
        else:
            return None
        body = byte_behind(self.source.data, self.charset, line.start, line.stop, text[: match.end()])
        return _Said(line.start, body, line.stop, line.next, time, name.strip())

    def close(self) -> Iterator[Post | Gap]:
        """Yield the message that is open, where one is."""
        said, self.last = self.last, None
        if said is None:
            return
        self.found += 1
        source, charset = self.source, self.charset
        read = read_body(source.data, charset, said.body, max(said.body, said.stop), source.limits.line_bytes)
        yield Post(
            Span(source.evidence, source.member, said.start, said.next),
            PLATFORM,
            Container(PLATFORM, self.title or source.name),
            read.text,
            read.segments,
            "message" if said.name else "system",
            account_name=said.name,
            sent=_sent(said.time, source.zone),
        )
        yield from unread(source, read, said.next, charset.name)


def _sent(written: str, zone: str) -> Clock:
    """Return the reading; the clock keeps the time as the export words it."""
    read = read_clock(_KOREAN.sub(r"\1-\2-\3", written).replace(" at ", " "), zone)
    return Clock(written, read.at, read.basis, read.zone, read.why, read.alternative)
