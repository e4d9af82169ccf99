"""QQ's text exports: the PC client's message manager, private and group, and the phone's form."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from functools import cache
from itertools import chain

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post, PostKind
from ringtrace.model.run import Gathering, Run, singly
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text import lexicon
from ringtrace.text.chats.qq_header import (
    BEGINS_WITH_DIGIT,
    COMMON,
    HEAD,
    Header,
    is_rule,
    label_of,
    line_text,
    may_be_marked,
    numbers_of,
    openers,
    read_header,
    speaker_of,
)  # fmt: skip
from ringtrace.text.chats.qq_sections import Section, find_sections
from ringtrace.text.chats.rows import Moments, Rows, Stretch, cut_stretch, make_run, read_texts
from ringtrace.text.chats.text import MessageLines, before_first, in_runs, with_ends
from ringtrace.text.dates.local_days import LocalDays
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import find_lines, has_plain_lines, split_lines
from ringtrace.text.opening import opens_markup

NAME = "QQ text"
VERSION = "1"
PLATFORM = "qq"
PRODUCERS = "QQ and TIM for Windows, QQ for phones (text)"
KNOWN_GAPS = "private talks have names only"
_SYSTEM_IDS = frozenset({"10000", "1000000"})


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a QQ text export: by its blocks, else by its header lines."""
    if opens_markup(head):
        return 0.0
    charset = detect(head)
    labels = before = after = identified = filled = 0
    previous_blank = first = False
    begins = openers(charset.name)
    for line in split_lines(head, charset):
        raw = head[line.start : min(line.stop, line.start + HEAD)]
        if begins and raw.isascii() and raw[:1] > b" " and not may_be_marked(raw, begins):
            filled += 1
            previous_blank = False
            continue
        text = raw.decode(charset.name, "replace")
        if not text.strip():
            previous_blank = True
            continue
        labels += label_of(text) is not None
        header = read_header(text, line, previous_blank or not filled)
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
    yield from singly(read_runs(source))


def read_runs(source: Source) -> Iterator[Post | Run | Gap | Structure | Member]:
    """Yield the same, messages that follow each other in runs. Headers are found twice: first to learn which count."""
    charset = detect(source.data)
    sections = find_sections(source.data, charset)
    named = any(section.name for section in sections)
    if not named and not any(next(_kept(source.data, charset, section), None) for section in sections):
        raise MalformedError(source.name, "no line looks like the header of a QQ message")
    if charset.bom:
        yield _structure(source, 0, charset.bom, "byte-order mark")
    lines, days = MessageLines(source, charset, has_plain_lines(charset)), LocalDays(source.zone)
    for section in sections:
        if section.body > section.start:
            yield _structure(source, section.start, section.body, "conversation header")
        headers = _kept(source.data, charset, section)
        first = next(headers, None)
        yield from before_first(source, section.body, first.start if first else section.stop, b" \t\r\n\0=")
        if first is None:
            continue
        container = Container(PLATFORM, section.name or _stem(source))
        messages = _Messages(lines, section, days, container)
        if lines.plain and section.style == "before":
            yield from messages.read(first.start)
        else:
            yield from messages.read_closely(chain([first], headers))


def _stem(source: Source) -> str:
    base = (source.member or source.name).rsplit("/", 1)[-1]
    return base[:-4] if base.lower().endswith(".txt") else base


def _structure(source: Source, start: int, stop: int, what: str) -> Structure:
    return Structure(Span(source.evidence, source.member, start, stop), what)


def _kept(data: bytes, charset: Charset, section: Section) -> Iterator[Header]:
    """Yield the headers of a conversation."""
    if section.found and section.style == "before" and has_plain_lines(charset):
        yield from _kept_before(data, charset, section, section.body)
        return
    blank = True
    for line in split_lines(data, charset, section.body, section.stop) if section.found else ():
        text = line_text(data, charset, line)
        if is_rule(text):
            continue
        header = read_header(text, line, blank) if text.strip() else None
        if header and section.keeps(header.style, header.native, blank):
            yield header
        blank = not text.strip()


def _kept_before(data: bytes, charset: Charset, section: Section, start: int) -> Iterator[Header]:
    """The same where the time stands first: only lines from ``start`` on that begin with a digit are looked at."""
    for place, match in find_lines(data, start, BEGINS_WITH_DIGIT, section.stop):
        header = _header_at(data, charset, section, place + match.start() + 1)
        if header is not None:
            yield header


def _header_at(data: bytes, charset: Charset, section: Section, start: int) -> Header | None:
    """Return the header with the time first that begins at ``start``, None where none does that counts."""
    line = next(split_lines(data, charset, start, section.stop))
    header = read_header(line_text(data, charset, line), line, False)
    if header is None or header.style != "before":
        return None
    return header if _counts(data, section, start, header.native) else None


def _counts(data: bytes, section: Section, start: int, native: str) -> bool:
    return section.keeps("before", native, False) or (
        section.keeps("before", native, True) and _is_below_blank(data, section.body, start)
    )


def _is_below_blank(data: bytes, body: int, start: int) -> bool:
    """Whether the line above, rules apart, is blank or stands outside of ``body``."""
    while start > body:
        above = data.rfind(b"\n", body, start - 1) + 1 or body
        raw = data[above : min(start, above + HEAD)]
        if not raw.strip(b" \t\r\n"):
            return True
        if raw.strip().strip(b"=") or len(raw.strip()) < 16:
            return False
        start = above
    return True


class _Messages:
    """Makes posts of one conversation's headers and what stands below them."""

    def __init__(self, lines: MessageLines, section: Section, days: LocalDays, container: Container) -> None:
        self.lines, self.section, self.days = lines, section, days
        self.data, self.charset = lines.source.data, lines.charset
        self.where = (lines.source.evidence, lines.source.member, PLATFORM, container, lines.charset.name)
        self.moments = Moments(days, _read_minute)

    def read(self, at: int) -> Iterator[Run | Gap]:
        """Yield all messages from the first header on, a stretch at a time; one by one where something is unusual."""
        while at < self.section.stop:
            stretch = cut_stretch(self.data, COMMON, at, self.section.stop)
            found = self._rows(stretch)
            if found is None:
                headers = _kept_before(self.data, self.charset, self.section, at)
                at = yield from self.read_closely(headers, stretch.stop)
                continue
            rows, speakers = found
            known = {speaker: _author(*speaker) for speaker in set(speakers)}
            rows.kinds, rows.natives, rows.names, rows.roles = zip(*map(known.__getitem__, speakers), strict=True)
            said = read_texts(self.lines, rows.bodies, rows.stops)
            yield make_run(self.where, rows, said, self.days)
            yield from said.gaps
            at = rows.stop

    def read_closely(self, headers: Iterator[Header], until: int | None = None) -> Generator[Run | Gap, None, int]:
        """Read messages one by one, up to the first that ends at ``until`` or later; return where it ends."""
        gathered, stop = Gathering(*self.where), self.section.stop

        def messages() -> Iterator[list[Gap]]:
            nonlocal stop
            for header, stop in with_ends(headers, self.section.stop):
                yield self._gather(gathered, header, stop)
                if until is not None and stop >= until:
                    return

        yield from in_runs(gathered, messages())
        return stop

    def _gather(self, gathered: Gathering, header: Header, stop: int) -> list[Gap]:
        """Add the message that ends at ``stop``; return a gap for each stretch of it that is not read."""
        text, high, gaps = self.lines.read(gathered, header.body, stop)
        clock = self.days.clock(header.written, header.day, header.time)
        kind, native, name, role = _author(header.name, header.native, header.title)
        gathered.entries.append((
            header.start, stop, header.body, high, text, kind, native, name, "", "",
            clock.text, clock.at, clock.basis, clock.zone, clock.why, clock.alternative, role, "", None,
        ))  # fmt: skip
        return gaps

    def _rows(self, stretch: Stretch) -> tuple[Rows, list[tuple[str, str, str]]] | None:
        """Return the whole messages of a stretch as columns and who speaks, None where it has to be read closely."""
        heads, written, minutes, seconds, rests = stretch.fields
        told = {rest: speaker_of(rest, self.charset.name) if rest else None for rest in set(rests)}
        apart: dict[int, Header] = {}
        kept: list[int] | range = range(len(heads))
        if not all(told.values()) or not all(speaker and speaker[1] for speaker in told.values()):
            kept = [row for row, rest in enumerate(rests) if self._keeps(stretch.starts[row], row, told[rest], apart)]
        whole = kept if stretch.stop == self.section.stop else kept[:-1]
        if not whole or whole[0] != 0:
            return None
        stop = self.section.stop if len(whole) == len(kept) else stretch.starts[kept[-1]]
        plain = [row for row in whole if row not in apart] if apart else whole
        none = [None] * len(plain)
        read = self.moments.columns([minutes[row] or b"" for row in plain], none, [seconds[row] for row in plain])
        if read is None:
            return None
        rows = Rows(
            [stretch.starts[row] for row in plain],
            [min(stretch.starts[row] + 1 + len(heads[row] or b""), self.section.stop) for row in plain],
            stop,
            [(written[row] or b"").decode() for row in plain],
            *read,
        )
        speakers = [told[rests[row]] or ("", "", "") for row in plain]
        for place, row in enumerate(whole) if apart else ():
            if row in apart:
                header = apart[row]
                rows.insert(place, header.start, header.body, self.days.clock(header.written, header.day, header.time))
                speakers.insert(place, (header.name, header.native, header.title))
        return rows, speakers

    def _keeps(self, start: int, row: int, speaker: tuple[str, str, str] | None, apart: dict[int, Header]) -> bool:
        """Whether a header stands at ``start``; one that is of no common form comes into ``apart``."""
        if speaker is not None:
            return _counts(self.data, self.section, start, speaker[1])
        header = _header_at(self.data, self.charset, self.section, start)
        if header is not None:
            apart[row] = header
        return header is not None


def _author(name: str, native: str, title: str) -> tuple[PostKind, str, str, str]:
    """Return (kind, native id, name, role) of who speaks."""
    role = "operator" if title in _terms("operator_title") else ""
    if native in _SYSTEM_IDS or name in _terms("system"):
        return "system", "", "", role
    return "message", native, name, role


def _read_minute(minute: bytes, half: bytes | None) -> tuple[tuple[int, int, int], int, int]:
    year, month, day, hour, passed = numbers_of(minute)
    return (year, month, day), hour, passed


@cache
def _terms(concept: str) -> frozenset[str]:
    return frozenset(lexicon.load("chat_qq")[concept])
