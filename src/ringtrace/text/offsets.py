"""The way back from text to bytes.

A post's text is covered by ``Segment`` runs; each says which bytes decode to which stretch of
text under which codec. The map inside a segment is rebuilt only when a mention needs it.

Codecs, each followed by a charset Python knows (``utf-8``, ``gb18030``, ``big5``, ...):
    ``utf-8``            raw text
    ``json+utf-8``       the inside of a JSON string (escapes, surrogate pairs)
    ``html+utf-8``       HTML character data: references resolved, white space collapsed
    ``htmlpre+utf-8``    the same inside <pre>: white space kept
    ``csv+utf-8``        the inside of a quoted CSV field: doubled quotes
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Callable, Iterable, Sequence

from ringtrace.model.span import Segment

_JSON_ESCAPE = re.compile(r'\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))')
_JSON_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
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


def locate(
    segments: Sequence[Segment], text: str, start: int, stop: int, fetch: Callable[[int, int], bytes]
) -> tuple[tuple[int, int, int, int], ...]:
    """Return the bytes behind ``text[start:stop]``, one entry for each segment that it touches.

    Each entry is ``(text_start, text_stop, byte_start, byte_stop)``. Text that no segment covers
    has no bytes and no entry. ``fetch(byte_start, byte_stop)`` returns the evidence's bytes and is
    called only where lengths do not already prove a plain run.
    """
    found = []
    for segment in segments:
        low, high = max(start, segment.text_start), min(stop, segment.text_stop)
        if low >= high:
            continue
        piece = text[segment.text_start : segment.text_stop]
        a, b = low - segment.text_start, high - segment.text_start
        size = segment.stop - segment.start
        if segment.codec.endswith("utf-8") and "&" not in piece and len(piece.encode("utf-8", "replace")) == size:
            first = len(piece[:a].encode("utf-8"))
            last = first + len(piece[a:b].encode("utf-8"))
        else:
            decoded, offsets = boundaries(segment.codec, fetch(segment.start, segment.stop))
            if decoded != piece:
                raise ValueError(f"segment {segment} no longer decodes to its text")
            first, last = offsets[a], offsets[b]
        found.append((low, high, segment.start + first, segment.start + last))
    return tuple(found)


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


def _convert_html(raw: str, match: re.Match[str]) -> tuple[str, int]:
    token = match.group()
    return (html.unescape(token) if token[0] == "&" else " "), match.end()


def _convert_pre(raw: str, match: re.Match[str]) -> tuple[str, int]:
    token = match.group()
    return (html.unescape(token) if token[0] == "&" else "\n"), match.end()


def _convert_csv(raw: str, match: re.Match[str]) -> tuple[str, int]:
    return '"', match.end()


_SCHEMES = {
    "json": (_JSON_ESCAPE, _convert_json),
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
