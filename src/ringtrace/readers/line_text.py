"""LINE's text export: day headings, then time, name and words, parted by tabs (phone) or by blanks (PC)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import Line, byte_behind, read_body, split_lines, unread
from ringtrace.text.opening import opens_markup

NAME = "LINE text"
VERSION = "2"
PLATFORM = "line"
PRODUCERS = "LINE for iOS, Android and PC, all languages"
KNOWN_GAPS = "no ids; replies are not marked; the PC form tells a name with blanks from the words by repetition"

_DAY = re.compile(
    r"(?:[0-9]{4}[./年-][0-9]{1,2}[./月-][0-9]{1,2}日?\s?(?:\([^()]{1,12}\)|（[^（）]{1,12}）|[^\W\d_]{1,12})?"
    r"|[^\W\d_]{2,12}\.?, [0-9]{1,2}/[0-9]{1,2}/[0-9]{4})\s{0,2}"
)
_MESSAGE = re.compile(r"([^\W\d_]{0,8} ?[0-9]{1,2}:[0-9]{2}(?:[ \u202f]?[^\W\d_]{1,8})?)\t([^\t]{0,120})(\t|$)")
_BLANKS = re.compile(r"([0-9]{1,2}:[0-9]{2}) (\S.*)")
_PC_DAY = re.compile(r"[0-9]{4}\.[0-9]{2}\.[0-9]{2} [^\W\d_]{1,12}\s{0,2}")
_SAID_OFTEN = 3
"""Rows that a name of several words needs for each of its forms."""
_MOST_WORDS = 5
_ROWS = 50_000
"""Rows by which names are told from words."""
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
    found = (_text(head, charset, line) for line in split_lines(head[:16_384], charset))
    lines = list(islice(found, 60))
    if not any(_DAY.fullmatch(line) for line in lines):
        return 0.0
    lines += found
    titled = lines[0].lstrip("\ufeff").startswith("[LINE]")
    rows = sum(_MESSAGE.match(line) is not None for line in lines)
    if rows:
        return 0.98 if titled else 0.85 if rows >= 3 else 0.5
    rows = sum(_BLANKS.fullmatch(line) is not None for line in lines)
    titled = titled or name.rsplit("/", 1)[-1].startswith("[LINE]")
    if not rows or not (titled or any(_PC_DAY.fullmatch(line) for line in lines[:3])):
        return 0.0
    return 0.97 if titled else 0.55 if rows >= 3 else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when no row stands under a day heading."""
    charset = detect(source.data, source.charset)
    tabs = any(_MESSAGE.match(_text(source.data, charset, line)) for line in split_lines(source.data, charset))
    chat = _Chat(source, charset, None if tabs else _pc_names(source.data, charset))
    for line in split_lines(source.data, charset):
        yield from chat.line(line)
    yield from chat.close()
    if not chat.found:
        raise MalformedError(source.name, "no message under a day heading; is it a LINE export?")
    if charset.bom:
        yield Structure(Span(source.evidence, source.member, 0, charset.bom), "byte-order mark")


def _text(data: bytes, charset: Charset, line: Line) -> str:
    return data[line.start : min(line.stop, line.start + 4 * _HEAD)].decode(charset.name, "replace")


def _pc_names(data: bytes, charset: Charset) -> frozenset[str]:
    """Return the names of several words in the PC form, which puts a blank between name and words.

    The first word of a row is a name; a longer one is believed only when every row that begins like it goes
    on in one of a few ways, each of them several times: "Ann Lee" and "Ann Wong" are then two people.
    """
    rows: list[list[str]] = []
    for line in split_lines(data, charset):
        found = _BLANKS.fullmatch(_text(data, charset, line))
        if found:
            rows.append(found[2].split(" ")[: _MOST_WORDS + 1])
        if len(rows) >= _ROWS:
            break
    names: set[str] = set()
    open_rows: dict[tuple[str, ...], list[list[str]]] = {}
    for row in rows:
        open_rows.setdefault((row[0],), []).append(row)
    while open_rows:
        head, group = open_rows.popitem()
        further: dict[str, list[list[str]]] = {}
        for row in group:
            further.setdefault(row[len(head)] if len(row) > len(head) + 1 else "", []).append(row)
        if len(head) < _MOST_WORDS and all(word and len(said) >= _SAID_OFTEN for word, said in further.items()):
            open_rows.update({(*head, word): said for word, said in further.items()})
        elif len(head) > 1:
            names.add(" ".join(head))
    return frozenset(names)


class _Chat:
    """The lines of one chat in order; a message ends where the next message or day begins.

    names: None for the form with tabs, else the names of several words of the form with blanks.
    """

    def __init__(self, source: Source, charset: Charset, names: frozenset[str] | None) -> None:
        self.source = source
        self.charset = charset
        self.names = names
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
        if self.names is not None:
            return self._blank_message(line, text, self.names)
        match = _MESSAGE.match(text)
        if match is None:
            return None
        spoken = match[3] == "\t"
        begin = text[: match.end() if spoken else match.start(2)]
        body = byte_behind(self.source.data, self.charset, line.start, line.stop, begin)
        return _Said(line.start, body, line.stop, line.next, match[1].strip(), match[2] if spoken else "", spoken)

    def _blank_message(self, line: Line, text: str, names: frozenset[str]) -> _Said | None:
        """Return the message of a row with blanks; a time before the last one's is text that somebody pasted."""
        match = _BLANKS.fullmatch(text)
        if match is None or (self.last and _minutes(match[1]) < _minutes(self.last.time)):
            return None
        words = match[2].split(" ")
        longer = (" ".join(words[:size]) for size in range(min(_MOST_WORDS, len(words) - 1), 1, -1))
        name = next((one for one in longer if one in names), words[0] if len(words) > 1 else "")
        begin = text[: match.start(2) + (len(name) + 1 if name else 0)]
        body = byte_behind(self.source.data, self.charset, line.start, line.stop, begin)
        return _Said(line.start, body, line.stop, line.next, match[1], name, bool(name))

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


def _minutes(time: str) -> int:
    hour, _, minute = time.partition(":")
    return int(hour) * 60 + int(minute)
