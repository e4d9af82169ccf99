"""The lines of QQ's text exports that say who speaks and when, and those around a conversation's name."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

from ringtrace.text import lexicon
from ringtrace.text.chats.qq_names import split_identity
from ringtrace.text.dates.clock import half_day_hour, half_days
from ringtrace.text.encoding import Charset
from ringtrace.text.lines import Line

HEAD = 512  # bytes of a line that may hold a header
LONGEST_NAME = 100  # code points
_BLANKS = {0xA0: 32, 0x3000: 32, 0x202F: 32}
_ODD_BLANK = re.compile("[\u00a0\u202f\u3000]")
_AFTER = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日? {1,3}([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))? {0,3}$"
)
_COMMON_HEADER = (
    rb"\n(?:((([0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2} (?:[01]?[0-9]|2[0-4]):[0-5][0-9]):([0-5][0-9]|60)) "
    rb"([^ \n][^\n]{0,300}))(?=\n|\Z)"
)
BEGINS_WITH_DIGIT = re.compile(rb"\n(?=[0-9])")
_NUMBER = re.compile(rb"[0-9]+")
COMMON = re.compile(_COMMON_HEADER + rb"|(?=[0-9]))")
"""A header in the form that most exports have, or the start of a line that could be another.

Groups, for cutting a stretch: header, time as written, its minute, second, what stands behind the time.
"""


class Header(NamedTuple):
    """A line that says who speaks and when. body: first byte after the line."""

    start: int
    body: int
    style: str  # "before": time, then name; "after": name, then time
    written: str
    day: tuple[int, int, int]
    time: tuple[int, int, int]
    name: str
    native: str
    title: str
    blank_before: bool


def line_text(data: bytes, charset: Charset, line: Line) -> str:
    return data[line.start : min(line.stop, line.start + HEAD)].decode(charset.name, "replace")


def may_be_marked(raw: bytes, openers: tuple[bytes, ...]) -> bool:
    """Whether a line in ASCII begins like a label or a time, or ends like a time."""
    return raw.startswith(openers) or raw[-5:].rstrip(b" \n")[-1:].isdigit()


@lru_cache(maxsize=16_384)
def speaker_of(raw: bytes, charset: str) -> tuple[str, str, str] | None:
    """Return (name, id, title) of what stands behind the time in a header, None where it takes a closer look."""
    text = raw.decode(charset, "replace")
    rest = text.strip()
    if text[:1].isspace() or not rest or len(rest) > LONGEST_NAME:
        return None
    if any(rest.lower().startswith(f"{half} ") for half in half_days()):
        return None
    return split_identity(rest)


@cache
def candidate_pattern(charset: str) -> re.Pattern[bytes]:
    """Return ``_COMMON`` that also finds the lines which begin like those of blocks."""
    others = b"|".join(re.escape(opener) for opener in openers(charset) if not opener.isdigit())
    return re.compile(_COMMON_HEADER + rb"|(?=[0-9]|" + others + rb"))")


@cache
def openers(charset: str) -> tuple[bytes, ...]:
    """Return what the bytes of rules, labels and time-first headers start with; () for wide charsets."""
    if charset.startswith("utf-"):
        labels = tuple(term.encode() for term in _marks()) if charset == "utf-8" else ()
    else:
        labels = tuple(term.encode(charset, "replace") for term in _marks())
    return (*labels, b"=", *(b"%d" % digit for digit in range(10))) if labels else ()


def _marks() -> tuple[str, ...]:
    return (*(term for _, term in _labels()), *file_titles())


def is_rule(text: str) -> bool:
    bare = text.strip()
    return len(bare) >= 16 and not bare.strip("=")


@cache
def _labels() -> tuple[tuple[str, str], ...]:
    words = lexicon.load("chat_qq")
    return tuple((concept, term) for concept in ("object", "group") for term in words[concept])


@cache
def _label_terms() -> tuple[str, ...]:
    return tuple(term for _, term in _labels())


@cache
def file_titles() -> tuple[str, ...]:
    return tuple(f"{term}{mark}" for term in lexicon.load("chat_qq")["title"] for mark in ("（", "("))


def label_of(text: str) -> tuple[str, str] | None:
    if not text.startswith(_label_terms()):
        return None
    for concept, term in _labels():
        if text.startswith(term) and text[len(term) : len(term) + 1] in (":", "："):
            return concept, text[len(term) + 1 :].strip()
    return None


@cache
def _before_pattern() -> re.Pattern[str]:
    half = "|".join(re.escape(word) for word in half_days())
    return re.compile(
        r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日? {1,3}"
        rf"(?:({half}) ?)?([0-9]{{1,2}}):([0-9]{{2}}):([0-9]{{2}})(?: ({half})(?= ))? {{1,3}}(?=[^ ])",
        re.IGNORECASE,
    )


def read_header(text: str, line: Line, blank_before: bool) -> Header | None:
    even = text.translate(_BLANKS) if not text.isascii() and _ODD_BLANK.search(text) else text
    if not even[:1].isdigit() and not even[-5:].rstrip(" \n")[-1:].isdigit():
        return None
    match = _before_pattern().match(even) if even[:1].isdigit() else None
    if match:
        written, rest = text[: match.end()].strip(), text[match.end() :].strip()
        hour = half_day_hour(int(match[5]), match[4] or match[8] or "")
        numbers = [int(match[1]), int(match[2]), int(match[3]), hour, int(match[6]), int(match[7])]
        style = "before"
    else:
        tail = even[-32:]
        match = _AFTER.search(tail)
        if not match:
            return None
        at = len(even) - len(tail) + match.start()
        written, rest = text[at:].strip(), text[:at].strip()
        numbers = [int(group or 0) for group in match.groups()]
        style = "after"
    name, native, title = split_identity(rest)
    if not rest or len(rest) > LONGEST_NAME or numbers[3] > 24 or numbers[4] > 59 or numbers[5] > 60:
        return None
    day, time = (numbers[0], numbers[1], numbers[2]), (numbers[3], numbers[4], numbers[5])
    return Header(line.start, line.next, style, written, day, time, name, native, title, blank_before)


def numbers_of(written: bytes) -> list[int]:
    """Return the numbers of a time of common form as they stand there."""
    return list(map(int, _NUMBER.findall(written)))
