"""Lines of a text file as byte ranges, and text put together from them with its way back."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from ringtrace.model.source import Source
from ringtrace.model.span import Gap, Segment, Span
from ringtrace.text.encoding import Charset, decode_runs

_STRETCH = 2**20


class Line(NamedTuple):
    """Bytes of one line: ``[start, stop)`` without its end mark, ``next`` where the next one starts."""

    start: int
    stop: int
    next: int


class Assembled(NamedTuple):
    """Text put together from byte ranges.

    invalid: byte ranges that do not decode.  cut: first byte left out because of the budget, or -1.
    """

    text: str
    segments: tuple[Segment, ...]
    invalid: tuple[tuple[int, int], ...]
    cut: int = -1


def split_lines(data: bytes, charset: Charset, start: int = 0, end: int | None = None) -> Iterator[Line]:
    """Yield every line of ``data[start:end]`` after a byte-order mark; the last may lack an end mark.

    Ends are LF or CR LF; CR alone where the first stretch of the file holds no LF.
    """
    size = len(data) if end is None else end
    at, unit = max(start, charset.bom), _unit(charset.name)
    mark, carriage = _marks(charset)
    if unit == 1:
        yield from _split_bytes(data, mark, carriage == b"\r", at, size)
        return
    while at < size:
        found = _find(data, mark, at, unit, charset.bom)
        if found < 0 or found >= size:
            yield Line(at, size, size)
            return
        stop = found
        if carriage and stop - unit >= at and data[stop - unit : stop] == carriage:
            stop -= unit
        yield Line(at, stop, found + unit)
        at = found + unit


def _split_bytes(data: bytes, mark: bytes, returns: bool, at: int, size: int) -> Iterator[Line]:
    """The same where a byte is a unit. returns: a carriage return before the mark belongs to the end."""
    find = data.find
    while at < size:
        found = find(mark, at, size)
        if found < 0:
            yield Line(at, size, size)
            return
        yield Line(at, found - 1 if returns and found > at and data[found - 1] == 13 else found, found + 1)
        at = found + 1


def byte_behind(data: bytes, charset: Charset, start: int, stop: int, prefix: str) -> int:
    """Return the byte where ``prefix``, with which ``data[start:stop]`` begins as decoded, ends.

    Bytes that do not decode stand in ``prefix`` as replacement marks, whose own bytes are others and more.
    """
    end = start + len(prefix.encode(charset.name, "replace"))
    if "\ufffd" not in prefix and data[start:end].decode(charset.name, "replace") == prefix:
        return end
    decoder = codecs.getincrementaldecoder(charset.name)("replace")
    said = 0
    for at in range(start, stop):
        said += len(decoder.decode(data[at : at + 1]))
        if said >= len(prefix):
            return at + 1
    return stop


def has_plain_lines(charset: Charset) -> bool:
    """Whether lines end with the byte LF, and that byte means nothing else."""
    return charset.newline == "\n" and _unit(charset.name) == 1


def read_plain(raw: bytes, charset: str) -> tuple[str, int] | None:
    """Return (text, bytes that it stands in) of a message's lines as ``read_body`` reads them.

    None where that is not all one run: ``read_body`` has to be asked.
    """
    line = plain_bytes(raw)
    if line is None:
        return None
    try:
        text = line.decode(charset)
    except UnicodeDecodeError:
        return None
    if charset != "utf-8" and len(text.encode(charset, "replace")) != len(line):
        return None
    return text, len(line)


def plain_bytes(raw: bytes) -> bytes | None:
    """Return the bytes of a message's lines that ``read_plain`` decodes; None where they are not all one run."""
    return raw.rstrip(b"\n \t") if b"\r" not in raw else _single_line(raw)


def find_lines(
    data: bytes, start: int, pattern: re.Pattern[bytes], end: int | None = None
) -> Iterator[tuple[int, re.Match[bytes]]]:
    """Yield (place, match) of each match of ``pattern``, which begins with the LF before a line; linear in the data.

    The data is looked through a stretch of whole lines at a time, ``start`` being where the first line begins; a match
    at byte ``n`` of its stretch stands at ``place + n`` of the data.
    """
    at, size = start, len(data) if end is None else end
    while at < size:
        cut = data.find(b"\n", min(at + _STRETCH, size), size) + 1 or size
        stretch = b"\n" + data[at:cut]
        for match in pattern.finditer(stretch):
            yield at - 1, match
        at = cut


def read_body(data: bytes, charset: Charset, start: int, stop: int, budget: int) -> Assembled:
    """Return the text of the lines in ``data[start:stop]``, blank lines at the end left off.

    budget: most bytes to read, see ``assemble``. Lines without carriage returns are read in one go.
    """
    if stop - start <= budget and has_plain_lines(charset):
        raw = data[start:stop]
        line = raw.rstrip(b"\n \t") if b"\r" not in raw else _single_line(raw)
        if line is not None:
            try:
                text = line.decode(charset.name)
            except UnicodeDecodeError:
                return assemble(data, [(start, start + len(line))], charset.name, budget)
            segments = (Segment(0, len(text), start, start + len(line), charset.name),) if text else ()
            return Assembled(text, segments, ())
    return assemble(data, body_ranges(data, charset, start, stop), charset.name, budget)


def unread(source: Source, body: Assembled, stop: int, charset: str) -> Iterator[Gap]:
    """Yield a Gap for each stretch of a message that does not decode, and for the rest up to ``stop`` behind a cut."""
    for low, high in body.invalid:
        yield Gap(Span(source.evidence, source.member, low, high), f"bytes that are not {charset}")
    if body.cut >= 0:
        yield Gap(Span(source.evidence, source.member, body.cut, stop), "message longer than the limit")


def _single_line(raw: bytes) -> bytes | None:
    """Return the line of a body that has no other line but blank ones after it, None where it has."""
    line, feed, rest = raw.partition(b"\n")
    if rest and rest.replace(b"\r\n", b"").strip(b" \t\0\n"):
        return None
    if feed and line.endswith(b"\r"):
        line = line[:-1]
    return line if line.strip(b" \t\0") else b""


def body_ranges(data: bytes, charset: Charset, start: int, stop: int) -> list[tuple[int, int]]:
    """Return the byte range of each line of ``data[start:stop]`` for ``assemble``.

    Blank lines at the end are left off. A stretch without carriage returns comes as one range.
    """
    unit = _unit(charset.name)
    _, carriage = _marks(charset)
    if unit == 1 and carriage and data.find(carriage, start, stop) < 0:
        while stop > start and data[stop - 1] in b"\n \t":
            stop -= 1
        return [(start, stop)] if stop > start else []
    ranges = [(line.start, line.stop) for line in split_lines(data, charset, start, stop)]
    while ranges and not data[ranges[-1][0] : ranges[-1][1]].strip(b" \t\0"):
        ranges.pop()
    return ranges


def _unit(charset: str) -> int:
    return 2 if charset.startswith("utf-16") else 4 if charset.startswith("utf-32") else 1


@cache
def _marks(charset: Charset) -> tuple[bytes, bytes]:
    """Return the bytes that end a line and those that may stand before them."""
    carriage = "" if charset.newline == "\r" else "\r"
    return charset.newline.encode(charset.name), carriage.encode(charset.name)


def _find(data: bytes, mark: bytes, at: int, unit: int, origin: int) -> int:
    found = data.find(mark, at)
    while found >= 0 and (found - origin) % unit:
        found = data.find(mark, found + 1)
    return found


def assemble(data: bytes, ranges: Sequence[tuple[int, int]], charset: str, budget: int) -> Assembled:
    """Return the text of byte ranges, one line each, joined by newlines.

    budget: most bytes to read; what lies behind them is left out from ``cut`` on. A newline whose
    byte stands right before its line belongs to that line's segment.
    """
    texts: list[str] = []
    segments: list[Segment] = []
    invalid: list[tuple[int, int]] = []
    length = spent = 0
    feed = len("\n".encode(charset))
    mark = "\n".encode(charset)
    for start, stop in _merged(data, ranges, mark, feed):
        if spent >= budget:
            return Assembled("".join(texts), tuple(segments), tuple(invalid), start)
        last = min(stop, cut_at_character(data, start, start + budget - spent, charset))
        if texts and (last <= start or data[start : start + feed] != mark):
            texts.append("\n")
            length += 1
        decoded = decode_runs(data, start, last, charset)
        segments.extend(_shift(segment, length) for segment in decoded.segments)
        invalid.extend(decoded.invalid)
        texts.append(decoded.text)
        length += len(decoded.text)
        spent += last - start
        if last < stop:
            return Assembled("".join(texts), tuple(segments), tuple(invalid), last)
    return Assembled("".join(texts), tuple(segments), tuple(invalid))


def _merged(data: bytes, ranges: Sequence[tuple[int, int]], mark: bytes, feed: int) -> Iterator[tuple[int, int]]:
    """Yield ranges with the newline byte before each line drawn in, neighbours made one."""
    start = stop = -1
    for low, high in ranges:
        begin = low - feed if start >= 0 and data[low - feed : low] == mark else low
        if start < 0:
            start, stop = low, high
        elif begin == stop:
            stop = high
        else:
            yield start, stop
            start, stop = begin, high
    if start >= 0:
        yield start, stop


def cut_at_character(data: bytes, start: int, stop: int, charset: str) -> int:
    """Return ``stop`` moved back to the start of a character where that is cheap to know."""
    if stop >= len(data):
        return len(data)
    if charset == "utf-8":
        floor = max(start, stop - 4)
        while stop > floor and 0x80 <= data[stop] < 0xC0:
            stop -= 1
        return stop
    unit = _unit(charset)
    return start + (stop - start) // unit * unit


def _shift(segment: Segment, length: int) -> Segment:
    if not length:
        return segment
    return Segment(segment.text_start + length, segment.text_stop + length, segment.start, segment.stop, segment.codec)
