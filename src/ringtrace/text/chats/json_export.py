"""Chat exports as JSON: where an export's messages stand, and what each field of one says, with its bytes.

A reader names the keys under which its messages lie and turns each ``Record`` into a post; this
module finds the messages (also in a file that is cut or damaged), keeps account of every byte between
them, and reads strings within the source's budget.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text import jsonspan, offsets
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.encoding import Charset
from ringtrace.text.lines import split_lines

_BOM = b"\xef\xbb\xbf"
_WORDS = b'"'
_MOJIBAKE = "jsonlatin+utf-8"
_CLOSING = re.compile(rb"[ \t\r\n,\]}]*+")
_ANY_OBJECT = re.compile(rb'\{[ \t\r\n]*+"[^"\\]{1,60}"[ \t\r\n]*+:')
_RESCAN = 4
"""Times its size that a damaged file may be looked through again for messages that are whole."""
_LATIN = re.compile(rb"\\u00[89a-fA-F][0-9a-fA-F]")


class Record:
    """The JSON object that starts at ``start``: where its members stand. Missing keys read as empty."""

    def __init__(self, data: bytes, start: int, stop: int) -> None:
        self.data = data
        self.start, self.stop = start, stop
        self.places = {key: (low, high) for key, low, high in jsonspan.members(data, start, stop)}

    def word(self, *keys: str) -> str:
        """Return the first of ``keys`` that holds a string or number, as written; "" for none."""
        for key in keys:
            place = self.places.get(key)
            if place and self.data[place[0]] == _WORDS[0]:
                text = jsonspan.read_string(self.data, *place)[0]
            elif place and self.data[place[0]] not in b"{[ntf":
                text = self.data[place[0] : place[1]].decode("ascii", "replace")
            else:
                continue
            if text:
                return text
        return ""

    def number(self, *keys: str) -> int | None:
        """Return the first of ``keys`` that is a whole number, also one in quotes."""
        for key in keys:
            word = self.word(key).removesuffix(".0")
            if word.lstrip("-").isascii() and word.lstrip("-").isdigit() and len(word) < 20:
                return int(word)
        return None

    def true(self, key: str) -> bool:
        place = self.places.get(key)
        return place is not None and self.data[place[0] : place[1]] in (b"true", b"1")

    def moment(self, zone: str, *keys: str) -> int | None:
        """Return the time under the first of ``keys`` that holds one, microseconds UTC."""
        word = self.word(*keys)
        return read_clock(word, zone).at if word else None

    def record(self, key: str) -> Record:
        """Return the object under ``key``, an empty one where there is none."""
        low, high = self.places.get(key, (0, 0))
        return Record(self.data, low, high) if high and self.data[low] == 0x7B else Record(self.data, 0, 0)

    def records(self, key: str) -> Iterator[Record]:
        """Yield the objects of the array under ``key``."""
        low, high = self.places.get(key, (0, 0))
        if high and self.data[low] == 0x5B:
            for start, stop in jsonspan.elements(self.data, low, high):
                if self.data[start] == 0x7B:
                    yield Record(self.data, start, stop)


@dataclass
class Words:
    """The text of one message, put together from JSON strings within a budget of bytes."""

    source: Source
    mojibake: bool = False
    text: str = ""
    segments: list[Segment] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def add(self, record: Record, *keys: str, joint: str = "\n") -> None:
        """Add the first of ``keys`` that holds a string, ``joint`` before it where text stands already."""
        place = next((record.places[k] for k in keys if k in record.places and _is_string(record, k)), None)
        if place is None:
            return
        if place[1] - place[0] > self.source.limits.line_bytes:
            self.gaps.append(self._gap(*place, "text longer than the limit"))
            return
        text, segments, invalid = self._read(*place)
        if not text:
            return
        before = f"{self.text}{joint}" if self.text else ""
        at = len(before)
        self.text = before + text
        self.segments += [Segment(s.text_start + at, s.text_stop + at, s.start, s.stop, s.codec) for s in segments]
        self.gaps += [self._gap(low, high, "bytes that are not UTF-8") for low, high in invalid]

    def _read(self, start: int, stop: int) -> tuple[str, tuple[Segment, ...], tuple[tuple[int, int], ...]]:
        raw = self.source.data[start + 1 : stop - 1]
        if not (self.mojibake and _LATIN.search(raw)):
            return jsonspan.read_string(self.source.data, start, stop)
        try:
            text = offsets.decode(_MOJIBAKE, raw)
        except UnicodeDecodeError:
            return jsonspan.read_string(self.source.data, start, stop)
        return text, (Segment(0, len(text), start + 1, stop - 1, _MOJIBAKE),), ()

    def _gap(self, start: int, stop: int, reason: str) -> Gap:
        return Gap(Span(self.source.evidence, self.source.member, start, stop), reason)


def _is_string(record: Record, key: str) -> bool:
    low, high = record.places[key]
    return record.data[low] == _WORDS[0] and high - low > 2


def unmangled(text: str) -> str:
    """Return a short string whose UTF-8 bytes were written as Latin-1 characters, put right where it can be."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


ToPost = Callable[[Record, Record], tuple[Post, Sequence[Gap]] | None]
"""(header, message) -> the post and what of it could not be read; None for what is no message."""


def read_chat(source: Source, keys: Sequence[str], to_post: ToPost) -> Iterator[Post | Gap | Structure]:
    """Yield the messages of the first array under one of ``keys`` (or of an array that is the whole file).

    Raises MalformedError where no such array opens. Where a message is cut or damaged, or the array is
    closed too early, a Gap says so and reading goes on at the next message that is whole.
    """
    data, size = source.data, len(source.data)
    start = jsonspan.skip_space(data, len(_BOM) if data[: len(_BOM)] == _BOM else 0, size)
    header, first = _find_array(data, start, size, keys)
    if first < 0:
        raise MalformedError(source.name, f"JSON without a list of messages ({', '.join(keys)})")
    walk = _Walk(source, start, first)
    for at, stop in walk.values():
        read = to_post(header, Record(data, at, stop)) if data[at] == 0x7B else None
        if read is None:
            yield Gap(Span(source.evidence, source.member, at, stop), "not a message")
        else:
            yield read[0]
            yield from read[1]
    yield from walk.between()


def read_lines(source: Source, to_post: ToPost) -> Iterator[Post | Gap | Structure]:
    """Yield the messages of JSON lines; a line that is no JSON object, or longer than the limit, is a Gap.

    ``to_post`` returns None for a line that describes something else: it is Structure.
    """
    data = source.data
    empty = Record(data, 0, 0)
    at = 0
    for line in split_lines(data, Charset("utf-8", len(_BOM) if data[: len(_BOM)] == _BOM else 0)):
        span = Span(source.evidence, source.member, at, line.next)
        at = line.next
        start = jsonspan.skip_space(data, line.start, line.stop)
        whole = line.stop - start <= source.limits.line_bytes and data[start : start + 1] == b"{"
        stop = jsonspan.end_of_value(data, start, line.stop) if whole else -1
        if start >= line.stop:
            yield Structure(span, "blank line")
        elif stop < 0:
            yield Gap(span, "not a JSON object, or longer than the limit")
        elif (read := to_post(empty, Record(data, start, stop))) is None:
            yield Structure(span, "header or member")
        else:
            yield replace(read[0], span=span)
            yield from read[1]


class _Walk:
    """The values of the array at ``first``, and account of every byte that is in none of them."""

    def __init__(self, source: Source, start: int, first: int) -> None:
        self.source, self.data, self.size = source, source.data, len(source.data)
        self._outer = self.data[start : start + 1] == b"{"
        self._at = first + 1
        self._claims: list[Gap | Structure] = []
        self._done = 0
        self._opening: re.Pattern[bytes] | None = None
        self._budget = _RESCAN * self.size
        self._endless = -1

    def values(self) -> Iterator[tuple[int, int]]:
        """Yield (start, stop) of each value, also behind damage."""
        while True:
            at = jsonspan.skip_separator(self.data, self._at, self.size)
            stop = -1 if at >= self.size or self.data[at] in b"]}:" else self._end(at)
            if stop < 0:
                found = self._resume(at)
                if found is None:
                    return
                at, stop = found
            elif self._opening is None:
                self._opening = _opening_of(self.data, at, stop)
            self._apart(at)
            self._done = self._at = stop
            yield at, stop

    def between(self) -> Iterator[Gap | Structure]:
        yield from self._claims

    def _apart(self, upto: int) -> None:
        if upto > self._done:
            span = Span(self.source.evidence, self.source.member, self._done, upto)
            self._claims.append(Structure(span, "header and separators"))
        self._done = max(self._done, upto)

    def _resume(self, at: int) -> tuple[int, int] | None:
        """Close the walk at ``at``, or return the next message behind what is wrong there."""
        wrong, reason = at, "incomplete or damaged message"
        if self.data[at : at + 1] == b"]":
            wrong, reason = self._tail(at + 1), "bytes behind the end of the messages"
        self._apart(wrong)
        if wrong >= self.size:
            return None
        found = self._next(wrong)
        stop = found[0] if found else self.size
        self._claims.append(Gap(Span(self.source.evidence, self.source.member, wrong, stop), reason))
        self._done = stop
        return found

    def _tail(self, at: int) -> int:
        """Return where the rest of the JSON ends that may stand behind the messages: the outer object's members."""
        data, size = self.data, self.size
        while self._outer:
            ahead = jsonspan.skip_separator(data, at, size)
            key = self._end(ahead) if data[ahead : ahead + 1] == b'"' else -1
            colon = jsonspan.skip_space(data, key, size) if key > 0 else -1
            if colon < 0 or data[colon : colon + 1] != b":":
                break
            value = self._end(jsonspan.skip_space(data, colon + 1, size))
            if value < 0:
                break
            at = value
        closing = _CLOSING.match(data, at, size)
        return closing.end() if closing else at

    def _next(self, at: int) -> tuple[int, int] | None:
        """Return the next whole object from ``at`` on that begins like the first message did."""
        opening = self._opening or _ANY_OBJECT
        for match in opening.finditer(self.data, at):
            if self._budget < 0:
                return None
            stop = self._end(match.start())
            if stop >= 0:
                return match.start(), stop
        return None

    def _end(self, at: int) -> int:
        """Return where the value at ``at`` ends, or -1; one without an end costs all that stands behind it."""
        if at == self._endless:
            return -1
        stop = jsonspan.end_of_value(self.data, at, self.size)
        if stop < 0:
            self._endless = at
            self._budget -= self.size - at
        return stop


def _opening_of(data: bytes, start: int, stop: int) -> re.Pattern[bytes] | None:
    key = next(jsonspan.members(data, start, stop), None) if data[start] == 0x7B else None
    return re.compile(rb'\{[ \t\r\n]*+"' + re.escape(key[0].encode()) + rb'"[ \t\r\n]*+:') if key else None


def _find_array(data: bytes, start: int, size: int, keys: Sequence[str]) -> tuple[Record, int]:
    """Return (the object around the messages, first byte of their array); -1 where there is none."""
    if data[start : start + 1] == b"[":
        return Record(data, 0, 0), start
    if data[start : start + 1] != b"{":
        return Record(data, 0, 0), -1
    header = Record(data, start, size)
    for key in keys:
        low = header.places.get(key, (-1, -1))[0]
        if low >= 0 and data[low] == 0x5B:
            return header, low
    for key in ("data", "chat", "conversation"):
        inner = header.record(key)
        for name in keys:
            low = inner.places.get(name, (-1, -1))[0]
            if low >= 0 and data[low] == 0x5B:
                return inner, low
    return header, _cut_array(data, start, size, keys)


def _cut_array(data: bytes, start: int, size: int, keys: Sequence[str]) -> int:
    """Return where the array opens whose end is missing: right behind the last member that is whole."""
    at = max([start + 1, *(high for _, _, high in jsonspan.members(data, start, size))])
    at = jsonspan.skip_separator(data, at, size)
    for key in keys:
        opening = re.compile(rb'"' + re.escape(key.encode()) + rb'"[ \t\r\n]*:[ \t\r\n]*\[').match(data, at, size)
        if opening:
            return opening.end() - 1
    return -1
