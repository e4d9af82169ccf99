"""QQ's text exports: the PC client's message manager, private and group, and the phone's form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text import lexicon
from ringtrace.text.clock import assumed_clock, find_zone, half_day_hour, half_days, local_micros
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import Line, read_body, split_lines, unread
from ringtrace.text.opening import opens_markup
from ringtrace.text.qq_names import split_identity

NAME = "QQ text"
VERSION = "1"
PLATFORM = "qq"
PRODUCERS = "QQ and TIM for Windows, QQ for phones (text)"
KNOWN_GAPS = "private talks have names only"

_HEAD = 512  # bytes of a line that may hold a header
_LONGEST_NAME = 100  # code points
_BLANKS = {0xA0: 32, 0x3000: 32, 0x202F: 32}
_SYSTEM_IDS = frozenset({"10000", "1000000"})
_ODD_BLANK = re.compile("[\u00a0\u202f\u3000]")
_AFTER = re.compile(
    r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日? {1,3}([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))? {0,3}$"
)


@dataclass(frozen=True, slots=True)
class _Header:
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


@dataclass(slots=True)
class _Section:
    """One conversation of the file: name from its block, bytes of the block, candidates for headers."""

    name: str
    start: int
    body: int
    stop: int = 0
    headers: list[_Header] = field(default_factory=list)


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a QQ text export: by its blocks, else by its header lines."""
    if opens_markup(head):
        return 0.0
    charset = detect(head)
    labels = before = after = identified = filled = 0
    previous_blank = first = False
    for line in split_lines(head, charset):
        text = _text(head, charset, line)
        if not text.strip():
            previous_blank = True
            continue
        labels += _label(text) is not None
        header = _read_header(text, line, previous_blank or not filled)
        if header:
            before += header.style == "before" and header.blank_before
            after += header.style == "after"
            identified += bool(header.native)
            first |= filled == 0
        filled += 1
        previous_blank = False
    if labels >= 1 and before + identified + after:
        return 0.97
    if labels >= 2:
        return 0.8
    if identified >= 2 or (identified and first):
        return 0.9
    if (before >= 2 and first) or (after >= 3 and first and after * 6 >= filled):
        return 0.6
    return 0.4 if identified else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message of every conversation; raises MalformedError when there is none."""
    charset = detect(source.data)
    sections = _find_sections(source, charset)
    kept = [_keep(section.headers) for section in sections]
    if not any(kept) and not any(section.name for section in sections):
        raise MalformedError(source.name, "no line looks like the header of a QQ message")
    if charset.bom:
        yield _structure(source, 0, charset.bom, "byte-order mark")
    for section, headers in zip(sections, kept, strict=True):
        if section.body > section.start:
            yield _structure(source, section.start, section.body, "conversation header")
        yield from _lead(source, section, headers)
        container = Container(PLATFORM, section.name or _stem(source))
        stops = [*(header.start for header in headers[1:]), section.stop]
        for header, stop in zip(headers, stops, strict=False):
            yield from _post(source, charset, container, header, stop)


def _stem(source: Source) -> str:
    base = (source.member or source.name).rsplit("/", 1)[-1]
    return base[:-4] if base.lower().endswith(".txt") else base


def _structure(source: Source, start: int, stop: int, what: str) -> Structure:
    return Structure(Span(source.evidence, source.member, start, stop), what)


def _text(data: bytes, charset: Charset, line: Line) -> str:
    return data[line.start : min(line.stop, line.start + _HEAD)].decode(charset.name, "replace")


def _find_sections(source: Source, charset: Charset) -> list[_Section]:
    """Walk over all lines once; a block of rules and labels opens a conversation."""
    data = source.data
    current = _Section("", charset.bom, charset.bom)
    sections = [current]
    rules: list[int] = []  # starts of the rule lines right above
    in_block = False
    blank = True
    special = _openers(charset.name)
    for line in split_lines(data, charset):
        raw = data[line.start : min(line.stop, line.start + _HEAD)]
        if special and not raw.startswith(special) and not raw.rstrip(b" \t\r")[-1:].isdigit():
            blank = not raw.strip(b" \t\r")
            in_block &= blank
            rules = []
            continue
        text = raw.decode(charset.name, "replace")
        label = ("title", "") if text.startswith(_file_titles()) else _label(text)
        if label is not None:
            if not in_block and (current.headers or current.name):
                current.stop = rules[0] if rules else line.start
                current = _Section("", current.stop, line.next)
                sections.append(current)
            in_block = True
            current.body = line.next
            blank = True
            if label[0] == "object":
                current.name = label[1]
        elif _is_rule(text):
            rules.append(line.start)
            if in_block:
                current.body = line.next
            continue
        elif text.strip():
            in_block = False
            header = _read_header(text, line, blank)
            if header:
                current.headers.append(header)
        rules = []
        blank = not text.strip() or label is not None
    current.stop = len(data)
    return sections


@cache
def _openers(charset: str) -> tuple[bytes, ...]:
    """Return what the bytes of rules, labels and time-first headers start with; () for wide charsets."""
    if charset.startswith("utf-"):
        labels = tuple(term.encode() for term in _marks()) if charset == "utf-8" else ()
    else:
        labels = tuple(term.encode(charset, "replace") for term in _marks())
    return (*labels, b"=", *(b"%d" % digit for digit in range(10))) if labels else ()


def _marks() -> tuple[str, ...]:
    return (*(term for _, term in _labels()), *_file_titles())


def _is_rule(text: str) -> bool:
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
def _file_titles() -> tuple[str, ...]:
    return tuple(f"{term}{mark}" for term in lexicon.load("chat_qq")["title"] for mark in ("（", "("))


def _label(text: str) -> tuple[str, str] | None:
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


def _read_header(text: str, line: Line, blank_before: bool) -> _Header | None:
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
    if not rest or len(rest) > _LONGEST_NAME or numbers[3] > 24 or numbers[4] > 59 or numbers[5] > 60:
        return None
    day, time = (numbers[0], numbers[1], numbers[2]), (numbers[3], numbers[4], numbers[5])
    return _Header(line.start, line.next, style, written, day, time, name, native, title, blank_before)


def _keep(candidates: list[_Header]) -> list[_Header]:
    """Return the candidates that are headers: one style; with ids wherever most of them have ids."""
    if not candidates:
        return []
    style = "before" if any(header.style == "before" for header in candidates) else "after"
    styled = [header for header in candidates if header.style == style]
    identified = [header for header in styled if header.native]
    if len(identified) * 2 >= len(styled):
        return identified
    return [header for header in styled if header.blank_before or header.native or style == "after"]


def _lead(source: Source, section: _Section, headers: list[_Header]) -> Iterator[Gap | Structure]:
    """Yield what stands between the block (or the start of the file) and the first message."""
    start, stop = section.body, headers[0].start if headers else section.stop
    if stop <= start:
        return
    raw = source.data[start:stop]
    if not raw.strip(b" \t\r\n\0="):
        yield _structure(source, start, stop, "blank lines")
        return
    yield Gap(Span(source.evidence, source.member, start, stop), "text before the first message")


def _post(source: Source, charset: Charset, container: Container, header: _Header, stop: int) -> Iterator[Post | Gap]:
    body = read_body(source.data, charset, header.body, stop, source.limits.line_bytes)
    at = local_micros(header.day, header.time, find_zone(source.zone))
    words = lexicon.load("chat_qq")
    system = header.native in _SYSTEM_IDS or (header.name in words["system"])
    name, native = ("", "") if system else (header.name, header.native)
    yield Post(
        Span(source.evidence, source.member, header.start, stop),
        PLATFORM,
        container,
        body.text,
        body.segments,
        "system" if system else "message",
        native,
        name,
        sent=assumed_clock(header.written, at, source.zone),
        author_role="operator" if header.title in words["operator_title"] else "",
    )
    yield from unread(source, body, stop, charset.name)
