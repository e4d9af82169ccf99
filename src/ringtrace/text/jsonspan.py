"""Where the values of a JSON text stand, in bytes: linear, iterative, fit for damaged files.

Nothing here recurses, so depth costs no stack; every scan is bounded by ``stop``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringtrace.model.span import Segment
from ringtrace.text import offsets
from ringtrace.text.encoding import decode_runs

CODEC = "json+utf-8"
_SPACE = re.compile(rb"[ \t\r\n]*+")
_SEPARATOR = re.compile(rb"[ \t\r\n,]*+")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(rb"[A-Za-z0-9+.\-]++")
_TOKEN = re.compile(rb'["{}\[\]]')
_BRACKETS = re.compile(rb'[^"{}\[\]]*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|([{\[]++)|([}\]]++))', re.DOTALL)


def skip_space(data: bytes, at: int, stop: int) -> int:
    """Return the first byte at or after ``at`` that is not JSON white space."""
    match = _SPACE.match(data, at, stop)
    return match.end() if match else at


def skip_separator(data: bytes, at: int, stop: int) -> int:
    """Return the first byte at or after ``at`` that is neither white space nor a comma."""
    match = _SEPARATOR.match(data, at, stop)
    return match.end() if match else at


def end_of_value(data: bytes, at: int, stop: int) -> int:
    """Return where the value that starts at ``at`` ends, or -1 when it does not end before ``stop``."""
    if at >= stop:
        return -1
    first = data[at]
    if first == 0x22:
        match = _STRING.match(data, at, stop)
        return match.end() if match else -1
    if first not in b"{[":
        match = _SCALAR.match(data, at, stop)
        return match.end() if match else -1
    depth = 0
    while at < stop:
        match = _BRACKETS.match(data, at, stop)
        if not match:
            return -1
        at = match.end()
        if match.lastindex == 1:
            depth += at - match.start(1)
        elif match.lastindex == 2:
            closed = at - match.start(2)
            if closed >= depth:
                return at - (closed - depth)
            depth -= closed
    return -1


def members(data: bytes, start: int, stop: int) -> Iterator[tuple[str, int, int]]:
    """Yield (key, value start, value stop) of the object that starts at ``start``.

    Ends silently where the object ends or stops making sense; check ``end_of_value`` first when
    it matters.
    """
    at = start + 1
    while True:
        at = skip_separator(data, at, stop)
        key = _STRING.match(data, at, stop)
        if not key:
            return
        at = skip_space(data, key.end(), stop)
        if data[at : at + 1] != b":":
            return
        at = skip_space(data, at + 1, stop)
        end = end_of_value(data, at, stop)
        if end < 0:
            return
        yield read_string(data, key.start(), key.end())[0], at, end
        at = end


def elements(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) of each element of the array that starts at ``start``."""
    at = start + 1
    while True:
        at = skip_separator(data, at, stop)
        if at >= stop or data[at] == 0x5D:
            return
        end = end_of_value(data, at, stop)
        if end < 0:
            return
        yield at, end
        at = end


def read_string(data: bytes, start: int, stop: int) -> tuple[str, tuple[Segment, ...], tuple[tuple[int, int], ...]]:
    """Return (text, segments, invalid byte ranges) of the JSON string ``data[start:stop]`` with quotes."""
    low, high = start + 1, stop - 1
    raw = data[low:high]
    try:
        text = offsets.decode(CODEC, raw) if b"\\" in raw else raw.decode("utf-8")
    except UnicodeDecodeError:
        return _read_broken(data, low, high)
    if not text:
        return "", (), ()
    return text, (Segment(0, len(text), low, high, CODEC),), ()


def _read_broken(data: bytes, low: int, high: int) -> tuple[str, tuple[Segment, ...], tuple[tuple[int, int], ...]]:
    plain = decode_runs(data, low, high, "utf-8")
    texts: list[str] = []
    segments: list[Segment] = []
    length = at = 0
    for segment in plain.segments:
        gap = plain.text[at : segment.text_start]
        piece = offsets.decode(CODEC, data[segment.start : segment.stop])
        length += len(gap)
        segments.append(Segment(length, length + len(piece), segment.start, segment.stop, CODEC))
        texts += (gap, piece)
        length += len(piece)
        at = segment.text_stop
    texts.append(plain.text[at:])
    return "".join(texts), tuple(segments), plain.invalid
