"""WhatsApp's text export (Android and iOS), in every date order, clock and language it comes in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.run import Gathering, Run, singly
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text import lexicon
from ringtrace.text.chat_text import MessageLines, before_first, in_runs, with_ends
from ringtrace.text.clock import DateOrder, LocalDays, OrderName, half_day_hour, half_days, prove_order
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import find_lines, has_plain_lines, split_lines
from ringtrace.text.opening import opens_markup

NAME = "WhatsApp text"
VERSION = "3"
PLATFORM = "whatsapp"
PRODUCERS = "WhatsApp for iOS and Android, every date order, clock and language; 96 of 96 header forms of whatstk"
KNOWN_GAPS = "no ids of messages, so no replies"

_FIRST_YEAR = 2009  # WhatsApp's first release
_HEAD = 420  # bytes of a line that may hold its header and the author's name
_OPENING = 3  # messages at the start of a file that may be the unmarked encryption notice
_LONGEST_NAME = 120  # code points; WhatsApp allows far fewer
_MARKS = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_BLANKS = {0xA0: 32, 0x202F: 32, 0x2009: 32, 0x3000: 32}
_OPENERS = frozenset(b"0123456789[\xe2\xef\xd9\xdb\xe0")  # digits, bracket, marks, other scripts' digits
_ODD_BLANK = re.compile("[\u00a0\u202f\u2009\u3000]")
_PHONE = re.compile(r"\+[0-9][0-9 ()\-.\u2011]{6,22}[0-9]")
_COPY_MARK = re.compile(r" ?\([0-9]{1,2}\)$")

_NUMBER = re.compile("[0-9]+")
_COMMON = re.compile(
    rb"\n(?:(?:\xe2\x80\x8e)?(\[?)(([0-9]{1,4})([./-])([0-9]{1,2})\4([0-9]{1,4}),? "
    rb"([01]?[0-9]|2[0-4]):([0-5][0-9])(?::([0-5][0-9]|60))?(?:(?: |\xe2\x80\xaf)([AaPp][Mm]))?)(\] | - )"
    rb"(?P<name>[^:\r\n]{1,120}): |(?=[0-9\[\xe2\xef\xd9\xdb\xe0]))"
)
"""The start of a message in the forms that most exports have, or of a line of which ``_OPENERS`` say it may be one."""


class _Header(NamedTuple):
    """The start of a message: bytes of line and text, what the line says about time and author."""

    start: int
    body: int
    family: tuple[str, str]
    date: tuple[int, int, int]
    time: tuple[int, int, int]
    half: str
    written: str
    name: str  # "" for a line of WhatsApp itself


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a WhatsApp export: by its message headers, helped by the file name."""
    if opens_markup(head):
        return 0.0
    charset = detect(head)
    headers: list[_Header] = []
    opens_with_header = False
    filled = 0
    for line in split_lines(head, charset):
        header = _read_header(head, charset, line.start, line.stop)
        filled += line.stop > line.start
        if header:
            headers.append(header)
            opens_with_header |= filled == 1
    named = [header.name for header in headers if header.name]
    levels = set(lexicon.load("chat_whatsapp").get("log_level", ()))
    if not headers or sum(author in levels for author in named) * 2 > len(named):
        return 0.0
    if _name_in_path(name) or name.endswith("_chat.txt"):
        return 0.97 if opens_with_header else 0.8
    if not opens_with_header:
        return 0.55 if len(headers) >= 3 and named else 0.0
    return (0.0, 0.4, 0.75)[len(headers)] if len(headers) < 3 else 0.9


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when no line starts one."""
    yield from singly(read_runs(source))


def read_runs(source: Source) -> Iterator[Post | Run | Gap | Structure | Member]:
    """Yield the same, messages that follow each other in runs. Headers are found twice: first to learn their form."""
    charset = detect(source.data)
    main = _main_form(source.data, charset)
    if main is None:
        raise MalformedError(source.name, "no line looks like a WhatsApp message")
    if charset.bom:
        yield Structure(Span(source.evidence, source.member, 0, charset.bom), "byte-order mark")
    yield from before_first(source, charset.bom, main.start, b" \t\r\n\0")
    where = (source.evidence, source.member, PLATFORM, Container(PLATFORM, container_name(source)), charset.name)
    gathered = Gathering(*where)
    lines = MessageLines(source, charset, has_plain_lines(charset))
    messages = _Messages(lines, LocalDays(source.zone, _date_order(main)))
    own = with_ends(_own_headers(source.data, charset, main), len(source.data))
    yield from in_runs(
        gathered, (messages.gather(gathered, *header, number < _OPENING) for number, header in enumerate(own))
    )


def _own_headers(data: bytes, charset: Charset, form: _Form) -> Iterator[_Header]:
    """Yield the headers of the export's own form."""
    for start, match in _candidates(data, charset):
        header = _header_at(data, charset, start, match)
        if header is not None and header.family == form.family:
            yield header


def container_name(source: Source) -> str:
    """Return the chat's name from member path or evidence name, in any language WhatsApp names files."""
    for path in (source.member, source.name):
        if found := _name_in_path(path):
            return found
    for path in (source.member, source.name):
        for part in reversed(path.split("/")):
            stem = _stem(part)
            if stem and stem != "_chat":
                return stem
    return source.name


def _name_in_path(path: str) -> str:
    for part in reversed(path.split("/")):
        stem = _stem(part)
        for before, after in _file_patterns():
            if stem.startswith(before) and stem.endswith(after) and len(stem) > len(before) + len(after):
                return stem[len(before) : len(stem) - len(after)].strip()
    return ""


def _stem(part: str) -> str:
    base, dot, ending = part.rpartition(".")
    stem = base if dot and ending.lower() in ("txt", "zip") else part
    return _COPY_MARK.sub("", stem.translate(_BLANKS).strip(_MARKS + " "))


@cache
def _file_patterns() -> tuple[tuple[str, str], ...]:
    terms = lexicon.load("chat_whatsapp")["file_name"]
    return tuple((before, after) for before, _, after in (term.partition("{name}") for term in terms))


@cache
def _header_patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Patterns of fixed shape: every repetition is bounded, so each match is linear in _HEAD."""
    words = lexicon.load("clock")
    half = "|".join(re.escape(word) for word in half_days())
    joiner = "|".join(re.escape(word) for word in words.get("joiner", ()))
    suffix = "|".join(re.escape(word) for word in words.get("suffix", ()))
    mark = f"[{_MARKS}]{{0,2}}"
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


def _read_header(data: bytes, charset: Charset, start: int, stop: int) -> _Header | None:
    if stop - start < 10 or (not charset.name.startswith("utf-16") and data[start] not in _OPENERS):
        return None
    raw = data[start : min(stop, start + _HEAD)]
    head = raw.decode(charset.name, "replace")
    even = head.translate(_BLANKS) if _ODD_BLANK.search(head) else head
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
    return _Header(start, body, (kind, match["sep"]), date, time, half, written, name)


def _numbers(first: str, second: str, third: str) -> tuple[int, int, int]:
    """Return the numbers of a date; a year between the two others, as rewritten exports have it, goes last."""
    if len(second) == 4:
        second, third = third, second
    return int(first), int(second), int(third)


def _split_name(head: str, at: int, whole: bool) -> tuple[str, int]:
    """Return (author, where the text starts); author is "" for a line of WhatsApp itself."""
    colon = head.find(": ", at)
    if colon < 0 and whole and head.rstrip(_MARKS).endswith(":"):
        colon = head.rstrip(_MARKS).rfind(":")
        text_at = len(head)
    else:
        text_at = colon + 2
    if colon < 0 or colon - at > _LONGEST_NAME:
        return "", at
    name = head[at:colon].strip(_MARKS + " \u00a0\u202f")
    if not name or _is_event(name):
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
def _is_event(text: str) -> bool:
    return any(_find_term(text, parts) >= 0 for parts in _event_terms())


def _find_term(text: str, parts: tuple[str, ...]) -> int:
    first = at = text.find(parts[0])
    for part in parts[1:]:
        at = text.find(part, at + 1) if at >= 0 else -1
    return first if at >= 0 else -1


@dataclass(slots=True)
class _Form:
    """One form of headers in a file: how many, where the first one starts, the dates one after the other."""

    family: tuple[str, str]
    start: int
    count: int = 0
    american: bool = False
    dates: list[tuple[int, int, int]] = field(default_factory=list)


def _main_form(data: bytes, charset: Charset) -> _Form | None:
    """Return the form of this export's headers: the first one, unless it hardly occurs again.

    Lines of another form are chat excerpts that somebody pasted into a message.
    """
    forms: dict[tuple[str, str], _Form] = {}
    form = _Form(("", ""), 0)
    look: tuple[bytes, ...] | None = None
    for start, match in _candidates(data, charset):
        before, look = look, None
        if match is not None and match["name"] is not None and _common_name(match["name"], charset.name):
            look = match.group(1, 3, 4, 5, 6, 10, 11)
            if look == before:  # all but the time and the author as in the header before
                form.count += 1
                continue
        header = _header_at(data, charset, start, match)
        if header is None:
            look = None
            continue
        form = forms.setdefault(header.family, _Form(header.family, header.start))
        form.count += 1
        form.american |= header.half != "" and header.half.isascii()
        if form.dates[-1:] != [header.date]:
            form.dates.append(header.date)
    first = next(iter(forms.values()), None)
    if first is None or first.count * 10 >= sum(form.count for form in forms.values()):
        return first
    return max(forms.values(), key=lambda form: (form.count, form.family))


def _date_order(form: _Form) -> DateOrder:
    preferred: OrderName = "mdy" if form.american and form.family[1] == "/" else "dmy"
    return prove_order(form.dates, preferred, _FIRST_YEAR)


def _candidates(data: bytes, charset: Charset) -> Iterator[tuple[int, re.Match[bytes] | None]]:
    """Yield the start of each line that may begin with a header, and how it matched ``_COMMON``."""
    if not has_plain_lines(charset):
        for line in split_lines(data, charset):
            yield line.start, None
        return
    for place, match in find_lines(data, charset.bom, _COMMON):
        yield place + match.start() + 1, match


def _header_at(data: bytes, charset: Charset, start: int, match: re.Match[bytes] | None) -> _Header | None:
    """Return the header of the line at ``start``, None when it has none."""
    if match is not None and match["name"] is not None:
        common = _read_common(start, match, charset.name)
        if common is not None:
            return common
    line = next(split_lines(data, charset, start))
    return _read_header(data, charset, line.start, line.stop)


def _read_common(start: int, match: re.Match[bytes], charset: str) -> _Header | None:
    """Return what ``_read_header`` does for a line of common form, None where it has to be asked."""
    opening, written, sep, half, closing, raw = match.group(1, 2, 4, 10, 11, "name")
    name = _common_name(raw, charset)
    if not name or (opening == b"[") != (closing == b"] "):
        return None
    family = _FAMILIES[opening, sep]
    text, date, time = _moment(written)
    return _Header(
        start, start + match.end() - match.start() - 1, family, date, time, half.decode() if half else "", text, name
    )


_FAMILIES = {
    (opening, sep): (kind, sep.decode())
    for opening, kind in ((b"[", "bracket"), (b"", "dash"))
    for sep in (b".", b"/", b"-")
}


@lru_cache(maxsize=8_192)
def _moment(written: bytes) -> tuple[str, tuple[int, int, int], tuple[int, int, int]]:
    """Return (text, numbers of the date, of the time) of a time of common form; many messages have the minute's."""
    text = written.decode()
    numbers = [int(number) for number in _NUMBER.findall(text)]
    return text, (numbers[0], numbers[1], numbers[2]), (numbers[3], numbers[4], numbers[5] if numbers[5:] else 0)


@lru_cache(maxsize=16_384)
def _common_name(raw: bytes, charset: str) -> str:
    """Return the author's name, "" where it takes a closer look: the marks in ``_COMMON`` are those of UTF-8."""
    try:
        head = raw.decode("utf-8") if charset == "utf-8" else ""
    except UnicodeDecodeError:
        return ""
    name = head.strip(_MARKS + " \u00a0\u202f")
    return "" if not name or "\ufffd" in head or _is_event(name) else name


@dataclass(frozen=True, slots=True)
class _Messages:
    """Makes posts of headers and what stands below them."""

    lines: MessageLines
    days: LocalDays

    def gather(self, gathered: Gathering, header: _Header, stop: int, opening: bool) -> list[Gap]:
        """Add the message that ends at ``stop``; return a gap for each stretch of it that is not read."""
        hour, minute, second = header.time
        time = (half_day_hour(hour, header.half), minute, second) if header.half else header.time
        clock = self.days.clock(header.written, header.date, time)
        low = header.body
        text, high, gaps = self.lines.read(gathered, low, stop)
        kind, name, role = _classify(header.name, text, opening)
        gathered.entries.append((
            header.start, stop, low, high, text, "system" if kind == "system" else "message", _phone_number(name),
            name, "", "", clock.text, clock.at, clock.basis, clock.zone, clock.why, clock.alternative, role, "", None,
        ))  # fmt: skip
        return gaps


def _classify(name: str, text: str, opening: bool) -> tuple[str, str, str]:
    """Return (kind, author, role): WhatsApp's own lines are "system"; who made the group operates it.

    Under an author's name its lines start with an invisible mark; the encryption notice that opens
    older exports has none.
    """
    if name and not opening and text[:1] not in _MARKS:
        return "message", name, ""
    words = lexicon.load("chat_whatsapp")
    own = text.lstrip(_MARKS)
    if name and own == text and not _is_notice(own, words["encryption"]):
        return "message", name, ""
    for term in words["created"]:
        at = _find_term(own, tuple(part.strip() for part in term.split("*")))
        if 0 < at <= _LONGEST_NAME:
            return "system", own[:at].strip(_MARKS + " \u00a0\u202f"), "operator"
        if at == 0 and name:
            return "system", name, "operator"
    if not name or _is_notice(own, words["encryption"]):
        return "system", "", ""
    return ("system", "", "") if own != text and own.startswith(name) and _is_event(own) else ("message", name, "")


def _is_notice(text: str, terms: tuple[str, ...]) -> bool:
    """Whether a text is the encryption notice: its term stands in the first sentence of a short text."""
    return len(text) < 400 and any(0 <= text.find(term) < 120 for term in terms)


@lru_cache(maxsize=4096)
def _phone_number(name: str) -> str:
    """Return "+digits" when the author is shown by number only: that is the account's native id."""
    bare = name.strip(_MARKS + " ~\u00a0\u202f").translate(_BLANKS)
    if not _PHONE.fullmatch(bare):
        return ""
    return "+" + "".join(char for char in bare if char.isdigit())
