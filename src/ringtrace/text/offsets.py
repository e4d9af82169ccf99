"""The way back from text to bytes.

A post's text is covered by ``Segment`` runs; each says which bytes decode to which stretch of
text under which codec. The map inside a segment is rebuilt only when a mention needs it; ``split``
cuts segments so that this takes no second look at the evidence.

Codecs, each followed by a charset Python knows (``utf-8``, ``gb18030``, ``big5``, ...):
    ``utf-8``            raw text
    ``json+utf-8``       the inside of a JSON string (escapes, surrogate pairs)
    ``jsonlatin+utf-8``  the same where each byte of the UTF-8 text was escaped as one character
    ``html+utf-8``       HTML character data: references resolved, white space collapsed
    ``htmlpre+utf-8``    the same inside <pre>: white space kept
    ``csv+utf-8``        the inside of a quoted CSV field: doubled quotes
"""

from __future__ import annotations

import codecs
import html
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

from ringtrace.model.span import Segment

_JSON_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_JSON_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_TAIL = r"\\u00[89abAB][0-9a-fA-F]"
_LATIN_ESCAPE = re.compile(
    rf"(?:\\u00[cCdD][0-9a-fA-F]{_TAIL}|\\u00[eE][0-9a-fA-F](?:{_TAIL}){{2}}|\\u00[fF][0-7](?:{_TAIL}){{3}})|"
    + _JSON_ESCAPE.pattern
)
_HTML_TOKEN = re.compile(r"&(?:#[0-9]{1,8};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};?)|[ \t\n\r\f]+")
_HTML_PRE_TOKEN = re.compile(r"&(?:#[0-9]{1,8};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};?)|\r\n?")
_CSV_TOKEN = re.compile(r'""')


def decode(codec: str, data: bytes) -> str:
    """Return the text of a segment's bytes; raises UnicodeDecodeError on invalid bytes."""
    scheme, _, charset = codec.rpartition("+")
    raw = data.decode(charset)
    return "".join(piece for piece, _, _ in _pieces(scheme, raw)) if scheme else raw


def boundaries(codec: str, data: bytes) -> tuple[str, list[int]]:
    """Return the decoded text and, for each code point and the end, its byte offset in ``data``.

    The list has ``len(text) + 1`` entries. Code points that come from one escape all start
    where the escape starts.
    """
    scheme, _, charset = codec.rpartition("+")
    raw, raw_offsets = _raw_boundaries(charset, data)
    if not scheme:
        return raw, raw_offsets
    text: list[str] = []
    offsets: list[int] = []
    for piece, start, stop in _pieces(scheme, raw):
        text.append(piece)
        if len(piece) == stop - start and piece == raw[start:stop]:
            offsets.extend(raw_offsets[start:stop])
        else:
            offsets.extend([raw_offsets[start]] * len(piece))
    offsets.append(len(data))
    return "".join(text), offsets


def split(segment: Segment, piece: str, data: bytes) -> list[Segment]:
    """Return ``segment`` cut into runs whose map needs no further look at the evidence.

    piece: the text the segment covers; data: its bytes. Each run is either plain (its text encodes
    to exactly its bytes) or uniform (every code point takes the same number of bytes, such as a
    row of ``\\u4e2d`` escapes). Raises ValueError when the bytes do not decode to the piece.
    """
    charset = segment.codec.rpartition("+")[2]
    if len(piece.encode(charset, "replace")) == len(data):
        return [segment]
    text, offsets = boundaries(segment.codec, data)
    if text != piece:
        raise ValueError(f"{segment} does not decode to its text")
    runs: list[Segment] = []
    start = 0
    plain = [offsets[i + 1] - offsets[i] == len(char.encode(charset, "replace")) for i, char in enumerate(text)]
    for stop in range(1, len(text) + 1):
        if stop < len(text) and plain[stop] == plain[start]:
            same = offsets[stop + 1] - offsets[stop] == offsets[start + 1] - offsets[start]
            if plain[start] or (same and offsets[stop] != offsets[start]):
                continue
        runs.append(
            Segment(
                segment.text_start + start, segment.text_start + stop,
                segment.start + offsets[start], segment.start + offsets[stop], segment.codec,
            )
        )  # fmt: skip
        start = stop
    return runs


def cut_all(segments: Iterable[Segment], text: str, data: bytes) -> Iterator[Segment]:
    """Yield the runs of all segments of ``text``, see ``split``; data: what their bytes count in."""
    for segment in segments:
        piece = text[segment.text_start : segment.text_stop]
        yield from split(segment, piece, data[segment.start : segment.stop])


def locate(segments: Sequence[Segment], text: str, start: int, stop: int) -> tuple[tuple[int, int, int, int], ...]:
    """Return the bytes behind ``text[start:stop]``, one entry for each run of adjoining bytes.

    segments: as ``split`` leaves them. Each entry is ``(text_start, text_stop, byte_start,
    byte_stop)``; text that no segment covers has no bytes and no entry.
    """
    found: list[tuple[int, int, int, int]] = []
    for segment in segments:
        low, high = max(start, segment.text_start), min(stop, segment.text_stop)
        if low >= high:
            continue
        first, last = _inside(segment, text, low, high)
        if found and found[-1][1] == low and found[-1][3] == first:
            found[-1] = (found[-1][0], high, found[-1][2], last)
        else:
            found.append((low, high, first, last))
    return tuple(found)


def covered(segments: Sequence[Segment], text: str, start: int, stop: int) -> tuple[tuple[int, int], ...]:
    """Return the stretches of ``text`` (code points) that were decoded from bytes ``[start, stop)``: the way forth.

    segments: as ``split`` leaves them. A character is in when its first byte is; adjoining stretches are one.
    """
    found: list[tuple[int, int]] = []
    for segment in segments:
        if segment.stop <= start or segment.start >= stop or segment.text_start >= segment.text_stop:
            continue
        piece = text[segment.text_start : segment.text_stop]
        firsts = _firsts(segment, piece)
        low, high = bisect_left(firsts, start), bisect_left(firsts, stop)
        if low >= high:
            continue
        stretch = (segment.text_start + low, segment.text_start + high)
        if found and found[-1][1] == stretch[0]:
            stretch = (found.pop()[0], stretch[1])
        found.append(stretch)
    return tuple(found)


def _firsts(segment: Segment, piece: str) -> list[int]:
    """The offset of the first byte of every character of a plain or uniform run."""
    charset = segment.codec.rpartition("+")[2]
    sizes = [len(char.encode(charset, "replace")) for char in piece]
    size = segment.stop - segment.start
    if sum(sizes) != size:
        sizes = [size // len(piece)] * len(piece)
    return [segment.start + before for before in accumulate(sizes[:-1], initial=0)]


def _inside(segment: Segment, text: str, low: int, high: int) -> tuple[int, int]:
    charset = segment.codec.rpartition("+")[2]
    before = len(text[segment.text_start : low].encode(charset, "replace"))
    within = len(text[low:high].encode(charset, "replace"))
    after = len(text[high : segment.text_stop].encode(charset, "replace"))
    size = segment.stop - segment.start
    if before + within + after == size:
        return segment.start + before, segment.start + before + within
    width = size // (segment.text_stop - segment.text_start)
    if segment.text_stop - segment.text_start == 1 or width == 0:
        return segment.start, segment.stop
    return segment.start + (low - segment.text_start) * width, segment.start + (high - segment.text_start) * width


def _pieces(scheme: str, raw: str) -> Iterable[tuple[str, int, int]]:
    """Yield (decoded, start, stop) runs of ``raw`` in order, covering all of it."""
    token, convert = _SCHEMES[scheme]
    at = 0
    matches = iter(token.finditer(raw))
    for match in matches:
        if match.start() < at:
            continue
        if match.start() > at:
            yield raw[at : match.start()], at, match.start()
        value, stop = convert(raw, match)
        yield value, match.start(), stop
        at = stop
    if at < len(raw):
        yield raw[at:], at, len(raw)


def _convert_json(raw: str, match: re.Match[str]) -> tuple[str, int]:
    if match.group(2):
        return _JSON_SHORT[match.group(2)], match.end()
    unit = int(match.group(1), 16)
    if 0xD800 <= unit < 0xDC00:
        low = _JSON_ESCAPE.match(raw, match.end())
        if low and low.group(1) and 0xDC00 <= int(low.group(1), 16) < 0xE000:
            return chr(0x10000 + ((unit - 0xD800) << 10) + int(low.group(1), 16) - 0xDC00), low.end()
    return ("\ufffd" if 0xD800 <= unit < 0xE000 else chr(unit)), match.end()


def _convert_latin(raw: str, match: re.Match[str]) -> tuple[str, int]:
    """Return the character whose UTF-8 bytes stand as escapes of U+0080 to U+00FF; else the escape's own."""
    token = match.group()
    if len(token) <= 6 or match.group(1) or match.group(2):
        return _convert_json(raw, match)
    pieces = bytes(int(token[at + 4 : at + 6], 16) for at in range(0, len(token), 6))
    try:
        return pieces.decode("utf-8"), match.end()
    except UnicodeDecodeError:
        return pieces.decode("latin-1"), match.end()


_unescape = lru_cache(maxsize=1024)(html.unescape)
"""A page has few different references, however often each comes."""


def _convert_html(raw: str, match: re.Match[str]) -> tuple[str, int]:
    token = match.group()
    return (_unescape(token) if token[0] == "&" else " "), match.end()


def _convert_pre(raw: str, match: re.Match[str]) -> tuple[str, int]:
    token = match.group()
    return (_unescape(token) if token[0] == "&" else "\n"), match.end()


def _convert_csv(raw: str, match: re.Match[str]) -> tuple[str, int]:
    return '"', match.end()


_SCHEMES = {
    "json": (_JSON_ESCAPE, _convert_json),
    "jsonlatin": (_LATIN_ESCAPE, _convert_latin),
    "html": (_HTML_TOKEN, _convert_html),
    "htmlpre": (_HTML_PRE_TOKEN, _convert_pre),
    "csv": (_CSV_TOKEN, _convert_csv),
}


def _raw_boundaries(charset: str, data: bytes) -> tuple[str, list[int]]:
    text = data.decode(charset)
    if len(text) == len(data):
        return text, list(range(len(data) + 1))
    offsets = [0]
    if charset == "utf-8":
        at = 0
        for char in text:
            point = ord(char)
            at += 1 if point < 0x80 else 2 if point < 0x800 else 3 if point < 0x10000 else 4
            offsets.append(at)
        return text, offsets
    decoder = codecs.getincrementaldecoder(charset)()
    for index in range(len(data)):
        offsets.extend([index + 1] * len(decoder.decode(data[index : index + 1])))
    return text, offsets
