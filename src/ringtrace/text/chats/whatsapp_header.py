"""The first lines of WhatsApp's messages: time and author, in every date order, clock and language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from ringtrace.text import lexicon
from ringtrace.text.dates.clock import half_days
from ringtrace.text.encoding import Charset
from ringtrace.text.lines import find_lines, has_plain_lines, split_lines

_HEAD = 420  # bytes of a line that may hold its header and the author's name
LONGEST_NAME = 120  # code points; WhatsApp allows far fewer
MARKS = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
BLANKS = {0xA0: 32, 0x202F: 32, 0x2009: 32, 0x3000: 32}
_OPENERS = frozenset(b"0123456789[\xe2\xef\xd9\xdb\xe0")  # digits, bracket, marks, other scripts' digits
_ODD_BLANK = re.compile("[\u00a0\u202f\u2009\u3000]")

_NUMBER = re.compile(rb"[0-9]+")
_MAY_BEGIN = re.compile(rb"\n(?=[0-9\[\xe2\xef\xd9\xdb\xe0])")
COMMON = re.compile(
    rb"\n(?:((?:\xe2\x80\x8e)?(\[?)((([0-9]{1,4}([./-])[0-9]{1,2}\6[0-9]{1,4}),? "
    rb"(?:[01]?[0-9]|2[0-4]):[0-5][0-9])(?::([0-5][0-9]|60))?(?:(?: |\xe2\x80\xaf)([AaPp][Mm]))?)(\] | - )"
    rb"([^:\r\n]{1,120}): )|(?=[0-9\[\xe2\xef\xd9\xdb\xe0]))"
)
"""The start of a message in the forms that most exports have, or of a line of which ``_OPENERS`` say it may be one.

Groups, for cutting a stretch: header, opening bracket, time as written, its minute, date, the date's mark, second, half
of the day, closing, name.
"""


class Header(NamedTuple):
    """The start of a message: bytes of line and text, what the line says about time and author."""

    start: int
    body: int
    family: tuple[str, str]
    date: tuple[int, int, int]
    time: tuple[int, int, int]
    half: str
    written: str
    name: str  # "" for a line of WhatsApp itself


@cache
def _header_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Patterns of fixed shape: every repetition is bounded, so each match is linear in _HEAD."""
    words = lexicon.load("clock")
    half = "|".join(re.escape(word) for word in half_days())
    joiner = "|".join(re.escape(word) for word in words.get("joiner", ()))
    suffix = "|".join(re.escape(word) for word in words.get("suffix", ()))
    mark = f"[{MARKS}]{{0,2}}"
    day = (
        rf"(?P<a>\d{{1,4}}){mark} ?(?P<sep>[./\-年년]){mark} ?(?P<b>\d{{4}}|\d{{1,2}}){mark} ?[./\-月월]{mark} ?"
        rf"(?P<c>\d{{1,4}})(?: ?[日일]|\.)?"
    )
    time = (
        rf"(?:(?P<before>{half}) ?)?(?P<h>\d{{1,2}})[:.](?P<m>\d{{2}})(?:[:.](?P<s>\d{{2}}))?"
        rf"(?: ?{mark}(?P<after>{half})(?![^\W\d_]))?(?: ?(?:{suffix}))?"
    )
    full = r"(?P<h>\d{1,2})[:.](?P<m>\d{2})[:.](?P<s>\d{2})(?P<before>)(?P<after>)"
    joint = rf"{mark}[,،]?{mark} ?(?:(?:{joiner}) )?{mark}"
    shapes = {
        "dash": rf"{mark}(?P<when>{day}{joint}{time}){mark} ?[-–] {mark}",
        "bracket": rf"{mark}\[{mark}(?P<when>{day}{joint}{time}){mark}\] ?",
        "web": rf"{mark}\[(?P<when>{time}, {day})\] ",
        "early": rf"{mark}(?P<when>{time}, {day}) - ",
        "bare": rf"{mark}(?P<when>{day}{joint}{full}){mark}:? (?=[^:\n]{{1,60}}: )",
    }
    return tuple((kind, re.compile(shape, re.IGNORECASE)) for kind, shape in shapes.items())


def _match_header(line: str) -> tuple[str, re.Match[str]] | None:
    for kind, pattern in _header_patterns():
        if match := pattern.match(line):
            return kind, match
    return None


def read_header(data: bytes, charset: Charset, start: int, stop: int) -> Header | None:
    if stop - start < 10 or (not charset.name.startswith("utf-16") and data[start] not in _OPENERS):
        return None
    raw = data[start : min(stop, start + _HEAD)]
    head = raw.decode(charset.name, "replace")
    even = head.translate(BLANKS) if _ODD_BLANK.search(head) else head
    found = _match_header(even)
    if found is None:
        return None
    kind, match = found
    time = (int(match["h"]), int(match["m"]), int(match["s"] or 0))
    if time[0] > 24 or time[1] > 59 or time[2] > 60:
        return None
    name, text_at = _split_name(head, match.end(), len(raw) == stop - start)
    prefix = head[:text_at]
    body = start + len(prefix.encode(charset.name, "replace"))
    if (charset.name != "utf-8" or "\ufffd" in prefix) and data[start:body].decode(charset.name, "replace") != prefix:
        return None
    date = _numbers(match["a"], match["b"], match["c"])
    half = match["before"] or match["after"] or ""
    written = head[match.start("when") : match.end("when")]
    return Header(start, body, (kind, match["sep"]), date, time, half, written, name)


def _numbers(first: str, second: str, third: str) -> tuple[int, int, int]:
    """Return the numbers of a date; a year between the two others, as rewritten exports have it, goes last."""
    if len(second) == 4:
        second, third = third, second
    return int(first), int(second), int(third)


def _split_name(head: str, at: int, whole: bool) -> tuple[str, int]:
    """Return (author, where the text starts); author is "" for a line of WhatsApp itself."""
    colon = head.find(": ", at)
    if colon < 0 and whole and head.rstrip(MARKS).endswith(":"):
        colon = head.rstrip(MARKS).rfind(":")
        text_at = len(head)
    else:
        text_at = colon + 2
    if colon < 0 or colon - at > LONGEST_NAME:
        return "", at
    name = head[at:colon].strip(MARKS + " \u00a0\u202f")
    if not name or is_event(name):
        return "", at
    return name, text_at


@cache
def _event_terms() -> tuple[tuple[str, ...], ...]:
    words = lexicon.load("chat_whatsapp")
    return tuple(
        tuple(part.strip() for part in term.split("*"))
        for concept in ("event", "created", "encryption")
        for term in words.get(concept, ())
    )


@lru_cache(maxsize=4096)
def is_event(text: str) -> bool:
    return any(find_term(text, parts) >= 0 for parts in _event_terms())


def find_term(text: str, parts: tuple[str, ...]) -> int:
    first = at = text.find(parts[0])
    for part in parts[1:]:
        at = text.find(part, at + 1) if at >= 0 else -1
    return first if at >= 0 else -1


def headers_from(data: bytes, charset: Charset, start: int) -> Iterator[Header]:
    """Yield the headers in ``data[start:]``, of any form; ``start``: where a line begins."""
    if not has_plain_lines(charset):
        for line in split_lines(data, charset, start):
            if (header := read_header(data, charset, line.start, line.stop)) is not None:
                yield header
        return
    for place, match in find_lines(data, start, _MAY_BEGIN):
        if (header := header_at(data, charset, place + match.start() + 1)) is not None:
            yield header


def header_at(data: bytes, charset: Charset, start: int) -> Header | None:
    """Return the header of the line at ``start``, None when it has none."""
    line = next(split_lines(data, charset, start))
    return read_header(data, charset, line.start, line.stop)


def family_of(opening: bytes | None, mark: bytes | None, closing: bytes | None) -> tuple[str, str] | None:
    """Return the family of a header of common form, None where its brackets do not match."""
    if opening is None or mark is None or (opening == b"[") != (closing == b"] "):
        return None
    return "bracket" if opening else "dash", mark.decode()


def numbers_of(written: bytes) -> list[int]:
    """Return the numbers of a date or time of common form as they stand there."""
    return list(map(int, _NUMBER.findall(written)))


@lru_cache(maxsize=16_384)
def common_name(raw: bytes) -> str:
    """Return the author's name of a header of common form in UTF-8, "" where it takes a closer look."""
    try:
        head = raw.decode()
    except UnicodeDecodeError:
        return ""
    name = head.strip(MARKS + " \u00a0\u202f")
    return "" if not name or "\ufffd" in head or is_event(name) else name
