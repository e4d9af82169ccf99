"""Chat exports as JSON: where an export's messages stand, and what each field of one says, with its bytes.

A reader names the keys under which its messages lie and turns each ``Record`` into a post; this
module finds the messages (also in a file that is cut or damaged), keeps account of every byte between
them, and reads strings within the source's budget.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text import jsonspan, offsets

_BOM = b"\xef\xbb\xbf"
_WORDS = b'"'
_MOJIBAKE = "jsonlatin+utf-8"
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

    Raises MalformedError where no such array opens. A message that is cut ends in a Gap.
    """
    data, size = source.data, len(source.data)
    start = jsonspan.skip_space(data, len(_BOM) if data[: len(_BOM)] == _BOM else 0, size)
    header, first = _find_array(data, start, size, keys)
    if first < 0:
        raise MalformedError(source.name, f"JSON without a list of messages ({', '.join(keys)})")
    done, at = 0, first + 1
    found = 0
    while True:
        at = jsonspan.skip_separator(data, at, size)
        if at >= size or data[at] == 0x5D:
            break
        stop = jsonspan.end_of_value(data, at, size)
        if stop < 0:
            yield from _apart(source, done, at)
            yield Gap(Span(source.evidence, source.member, at, size), "incomplete or damaged message")
            return
        read = to_post(header, Record(data, at, stop)) if data[at] == 0x7B else None
        yield from _apart(source, done, at)
        if read is None:
            yield Gap(Span(source.evidence, source.member, at, stop), "not a message")
        else:
            found += 1
            yield read[0]
            yield from read[1]
        done = at = stop
    yield from _apart(source, done, size)


def _apart(source: Source, start: int, stop: int) -> Iterator[Structure]:
    if stop > start:
        yield Structure(Span(source.evidence, source.member, start, stop), "header and separators")


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
