"""QQ's text exports: the PC client's message manager, private and group, and the phone's form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from itertools import chain, islice, starmap
from typing import NamedTuple

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.run import Gathering, Run, singly
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text import lexicon
from ringtrace.text.chat_text import MessageLines, before_first, in_runs, with_ends
from ringtrace.text.clock import LocalDays, half_day_hour, half_days
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import Line, find_lines, has_plain_lines, split_lines
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

_COMMON_HEADER = (
    rb"\n(?:(([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2}) ([01]?[0-9]|2[0-4]):([0-5][0-9]):([0-5][0-9]|60)) "
    rb"(?P<rest>[^ \n][^\n]{0,300})(?=\n|\Z)"
)
_COMMON = re.compile(_COMMON_HEADER + rb"|(?=[0-9]))")
"""A header in the form that most exports have, or the start of a line that could be another."""
_MAYBE_AFTER = re.compile(rb"[0-9][ \t\r]*+(?:\n|\Z)|[^\n]{%d}" % _HEAD)


class _Header(NamedTuple):
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
    """One conversation of the file: name from its block, bytes of the block, how many headers there may be.

    found: style -> (all, those with an id).
    """

    name: str
    start: int
    body: int
    stop: int = 0
    found: dict[str, tuple[int, int]] = field(default_factory=dict)

    def count(self, style: str, native: str) -> None:
        every, identified = self.found.get(style, (0, 0))
        self.found[style] = (every + 1, identified + bool(native))

    @property
    def style(self) -> str:
        return "before" if "before" in self.found else "after"

    def keeps(self, style: str, native: str, blank_before: bool) -> bool:
        """Whether such a candidate is a header: one style; with ids wherever most of them have ids."""
        if style != self.style:
            return False
        every, identified = self.found[style]
        return bool(native) or (identified * 2 < every and (blank_before or style == "after"))


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a QQ text export: by its blocks, else by its header lines."""
    if opens_markup(head):
        return 0.0
    charset = detect(head)
    labels = before = after = identified = filled = 0
    previous_blank = first = False
    openers = _openers(charset.name)
    for line in split_lines(head, charset):
        raw = head[line.start : min(line.stop, line.start + _HEAD)]
        if openers and raw.isascii() and raw[:1] > b" " and not _may_be_marked(raw, openers):
            filled += 1
            previous_blank = False
            continue
        text = raw.decode(charset.name, "replace")
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


def _may_be_marked(raw: bytes, openers: tuple[bytes, ...]) -> bool:
    """Whether a line in ASCII begins like a label or a time, or ends like a time."""
    return raw.startswith(openers) or raw[-5:].rstrip(b" \n")[-1:].isdigit()


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message of every conversation; raises MalformedError when there is none."""
    yield from singly(read_runs(source))


def read_runs(source: Source) -> Iterator[Post | Run | Gap | Structure | Member]:
    """Yield the same, messages that follow each other in runs. Headers are found twice: first to learn which count."""
    charset = detect(source.data)
    sections = _find_sections(source.data, charset)
    named = any(section.name for section in sections)
    if not named and not any(next(_kept(source.data, charset, section), None) for section in sections):
        raise MalformedError(source.name, "no line looks like the header of a QQ message")
    if charset.bom:
        yield _structure(source, 0, charset.bom, "byte-order mark")
    messages = _Messages(MessageLines(source, charset, has_plain_lines(charset)), LocalDays(source.zone))
    for section in sections:
        if section.body > section.start:
            yield _structure(source, section.start, section.body, "conversation header")
        headers = _kept(source.data, charset, section)
        first = list(islice(headers, 1))
        yield from before_first(source, section.body, first[0].start if first else section.stop, b" \t\r\n\0=")
        container = Container(PLATFORM, section.name or _stem(source))
        gathered = Gathering(source.evidence, source.member, PLATFORM, container, charset.name)
        kept = with_ends(chain(first, headers), section.stop)
        yield from in_runs(gathered, starmap(partial(messages.gather, gathered), kept))


def _stem(source: Source) -> str:
    base = (source.member or source.name).rsplit("/", 1)[-1]
    return base[:-4] if base.lower().endswith(".txt") else base


def _structure(source: Source, start: int, stop: int, what: str) -> Structure:
    return Structure(Span(source.evidence, source.member, start, stop), what)


def _text(data: bytes, charset: Charset, line: Line) -> str:
    return data[line.start : min(line.stop, line.start + _HEAD)].decode(charset.name, "replace")


def _find_sections(data: bytes, charset: Charset) -> list[_Section]:
    """Find the blocks of rules and labels that open conversations, and count the headers below them."""
    if has_plain_lines(charset):
        found = _Blocks(data, charset)
        for place, match in find_lines(data, charset.bom, _candidate_pattern(charset.name)):
            if not found.look(place + match.start() + 1, match):
                break
        else:
            found.close()
            if not any(found.misses(section) for section in found.sections):
                return found.sections
    found = _Blocks(data, charset)
    for line in split_lines(data, charset):
        found.look_closely(line)
    found.close()
    return found.sections


class _Blocks:
    """Walks over the lines of a file, or over those that could be of a block or a header."""

    def __init__(self, data: bytes, charset: Charset) -> None:
        self.data, self.charset = data, charset
        self.sections = [_Section("", charset.bom, charset.bom)]
        self._rules: list[int] = []  # starts of the rule lines right above
        self._in_block = False
        self._blank = True
        self._next = charset.bom  # behind the last line looked at

    def look(self, start: int, match: re.Match[bytes]) -> bool:
        """Take the next line that begins like a block or a header with the time first; False when all have to be
        looked at: headers with the time last could be among them."""
        if start > self._next:  # lines of words stand between
            self._rules = []
            self._in_block &= not self.data[self._next : start].strip(b" \t\r\n")
            self._blank = True  # not known, and only asked for where every line is looked at
        if match["rest"] is not None and (speaker := _speaker(match["rest"], self.charset.name)):
            self._rules, self._in_block = [], False
            self._next = min(start + match.end() - match.start(), len(self.data))
            self.sections[-1].count("before", speaker[1])
            return True
        line = next(split_lines(self.data, self.charset, start))
        if not self._in_block and self._opens(line) and self.misses(self.sections[-1], line.start):
            return False
        self.look_closely(line)
        return True

    def _opens(self, line: Line) -> bool:
        text = _text(self.data, self.charset, line)
        return text.startswith(_file_titles()) or _label(text) is not None

    def misses(self, section: _Section, stop: int | None = None) -> bool:
        """Whether a conversation without headers of the one style could have some of the other."""
        return not section.found.get("before") and bool(
            _MAYBE_AFTER.search(self.data, section.body, section.stop if stop is None else stop)
        )

    def look_closely(self, line: Line) -> None:
        """Take the next line."""
        data, charset, current = self.data, self.charset, self.sections[-1]
        self._next = line.next
        raw = data[line.start : min(line.stop, line.start + _HEAD)]
        special = _openers(charset.name)
        if special and not raw.startswith(special) and not raw.rstrip(b" \t\r")[-1:].isdigit():
            self._blank = not raw.strip(b" \t\r")
            self._in_block &= self._blank
            self._rules = []
            return
        text = raw.decode(charset.name, "replace")
        label = ("title", "") if text.startswith(_file_titles()) else _label(text)
        if label is not None:
            if not self._in_block and (current.found or current.name):
                current.stop = self._rules[0] if self._rules else line.start
                current = _Section("", current.stop, line.next)
                self.sections.append(current)
            self._in_block = True
            current.body = line.next
            if label[0] == "object":
                current.name = label[1]
        elif _is_rule(text):
            self._rules.append(line.start)
            if self._in_block:
                current.body = line.next
            return
        elif text.strip():
            self._in_block = False
            if header := _read_header(text, line, self._blank):
                current.count(header.style, header.native)
        self._rules = []
        self._blank = not text.strip() or label is not None

    def close(self) -> None:
        self.sections[-1].stop = len(self.data)


def _kept(data: bytes, charset: Charset, section: _Section) -> Iterator[_Header]:
    """Yield the headers of a conversation."""
    if section.found and section.style == "before" and has_plain_lines(charset):
        yield from _kept_before(data, charset, section)
        return
    blank = True
    for line in split_lines(data, charset, section.body, section.stop) if section.found else ():
        text = _text(data, charset, line)
        if _is_rule(text):
            continue
        header = _read_header(text, line, blank) if text.strip() else None
        if header and section.keeps(header.style, header.native, blank):
            yield header
        blank = not text.strip()


def _kept_before(data: bytes, charset: Charset, section: _Section) -> Iterator[_Header]:
    """The same where the time stands first: only lines that begin with a digit are looked at."""
    for place, match in find_lines(data, section.body, _COMMON, section.stop):
        start = place + match.start() + 1
        speaker = None if match["rest"] is None else _speaker(match["rest"], charset.name)
        if speaker is None:
            line = next(split_lines(data, charset, start, section.stop))
            header = _read_header(_text(data, charset, line), line, False)
        else:
            day, time = (int(match[2]), int(match[3]), int(match[4])), (int(match[5]), int(match[6]), int(match[7]))
            body = min(start + match.end() - match.start(), section.stop)
            header = _Header(start, body, "before", match[1].decode(), day, time, *speaker, False)
        if header is None or header.style != "before":
            continue
        native = header.native
        if section.keeps("before", native, False) or (
            section.keeps("before", native, True) and _is_below_blank(data, section.body, start)
        ):
            yield header


def _is_below_blank(data: bytes, body: int, start: int) -> bool:
    """Whether the line above, rules apart, is blank or stands outside of ``body``."""
    while start > body:
        above = data.rfind(b"\n", body, start - 1) + 1 or body
        raw = data[above : min(start, above + _HEAD)]
        if not raw.strip(b" \t\r\n"):
            return True
        if raw.strip().strip(b"=") or len(raw.strip()) < 16:
            return False
        start = above
    return True


@lru_cache(maxsize=16_384)
def _speaker(raw: bytes, charset: str) -> tuple[str, str, str] | None:
    """Return (name, id, title) of what stands behind the time in a header, None where it takes a closer look."""
    text = raw.decode(charset, "replace")
    rest = text.strip()
    if text[:1].isspace() or not rest or len(rest) > _LONGEST_NAME:
        return None
    if any(rest.lower().startswith(f"{half} ") for half in half_days()):
        return None
    return split_identity(rest)


@cache
def _candidate_pattern(charset: str) -> re.Pattern[bytes]:
    """Return ``_COMMON`` that also finds the lines which begin like those of blocks."""
    others = b"|".join(re.escape(opener) for opener in _openers(charset) if not opener.isdigit())
    return re.compile(_COMMON_HEADER + rb"|(?=[0-9]|" + others + rb"))")


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


@dataclass(frozen=True, slots=True)
class _Messages:
    """Makes posts of headers and what stands below them."""

    lines: MessageLines
    days: LocalDays

    def gather(self, gathered: Gathering, header: _Header, stop: int) -> list[Gap]:
        """Add the message that ends at ``stop``; return a gap for each stretch of it that is not read."""
        low = header.body
        text, high, gaps = self.lines.read(gathered, low, stop)
        clock = self.days.clock(header.written, header.day, header.time)
        system = header.native in _SYSTEM_IDS or header.name in _terms("system")
        name, native = ("", "") if system else (header.name, header.native)
        gathered.entries.append((
            header.start, stop, low, high, text, "system" if system else "message", native, name, "", "",
            clock.text, clock.at, clock.basis, clock.zone, clock.why, clock.alternative,
            "operator" if header.title in _terms("operator_title") else "", "", None,
        ))  # fmt: skip
        return gaps


@cache
def _terms(concept: str) -> frozenset[str]:
    return frozenset(lexicon.load("chat_qq")[concept])
