"""WhatsApp's text export (Android and iOS), in every date order, clock and language it comes in."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from functools import lru_cache
from itertools import islice

from ringtrace.errors import MalformedError
from ringtrace.model.clock import Clock
from ringtrace.model.post import Container, Post, PostKind
from ringtrace.model.run import Gathering, Run, singly
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text import lexicon
from ringtrace.text.chats.rows import Moments, Rows, Stretch, cut_stretch, make_run, read_texts
from ringtrace.text.chats.text import MessageLines, before_first, in_runs, with_ends
from ringtrace.text.chats.whatsapp_form import Form, date_order, main_form
from ringtrace.text.chats.whatsapp_header import (
    BLANKS,
    COMMON,
    LONGEST_NAME,
    MARKS,
    Header,
    common_name,
    family_of,
    find_term,
    header_at,
    headers_from,
    is_event,
    numbers_of,
    read_header,
)
from ringtrace.text.chats.whatsapp_name import container_name, name_in_path
from ringtrace.text.dates.clock import half_day_hour
from ringtrace.text.dates.local_days import LocalDays
from ringtrace.text.encoding import detect
from ringtrace.text.lines import has_plain_lines, split_lines
from ringtrace.text.opening import opens_markup

NAME = "WhatsApp text"
VERSION = "3"
PLATFORM = "whatsapp"
PRODUCERS = "WhatsApp for iOS and Android, every date order, clock and language; 96 of 96 header forms of whatstk"
KNOWN_GAPS = "no ids of messages, so no replies"

_OPENING = 3  # messages at the start of a file that may be the unmarked encryption notice
_PHONE = re.compile(r"\+[0-9][0-9 ()\-.\u2011]{6,22}[0-9]")


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a WhatsApp export: by its message headers, helped by the file name."""
    if opens_markup(head):
        return 0.0
    charset = detect(head)
    headers: list[Header] = []
    opens_with_header = False
    filled = 0
    for line in split_lines(head, charset):
        header = read_header(head, charset, line.start, line.stop)
        filled += line.stop > line.start
        if header:
            headers.append(header)
            opens_with_header |= filled == 1
    named = [header.name for header in headers if header.name]
    levels = set(lexicon.load("chat_whatsapp").get("log_level", ()))
    if not headers or sum(author in levels for author in named) * 2 > len(named):
        return 0.0
    if name_in_path(name) or name.endswith("_chat.txt"):
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
    main = main_form(source.data, charset)
    if main is None:
        raise MalformedError(source.name, "no line looks like a WhatsApp message")
    if charset.bom:
        yield Structure(Span(source.evidence, source.member, 0, charset.bom), "byte-order mark")
    yield from before_first(source, charset.bom, main.start, b" \t\r\n\0")
    where = (source.evidence, source.member, PLATFORM, Container(PLATFORM, container_name(source)), charset.name)
    lines = MessageLines(source, charset, has_plain_lines(charset))
    yield from _Messages(lines, main, LocalDays(source.zone, date_order(main)), where).read()


class _Messages:
    """Makes posts of headers and what stands below them, a stretch at a time."""

    def __init__(
        self, lines: MessageLines, form: Form, days: LocalDays, where: tuple[str, str, str, Container, str]
    ) -> None:
        self.lines, self.form, self.days, self.where = lines, form, days, where
        self.data, self.charset = lines.source.data, lines.charset
        self.moments = Moments(days, _read_minute)

    def read(self) -> Iterator[Run | Gap]:
        """Yield all messages; the first few, and stretches in which something is unusual, are read one by one."""
        size = len(self.data)
        at = yield from self._closely(self.form.start, 0, _OPENING)
        common = self.lines.plain and self.charset.name == "utf-8"
        while at < size:
            stretch = cut_stretch(self.data, COMMON, at, size) if common else None
            rows = self._rows(stretch, size) if stretch is not None else None
            if rows is None:
                at = yield from self._closely(at, size if stretch is None else stretch.stop)
                continue
            said = read_texts(self.lines, rows.bodies, rows.stops)
            self._classify(rows, said.texts)
            yield make_run(self.where, rows, said, self.days)
            yield from said.gaps
            at = rows.stop

    def _closely(self, at: int, until: int, most: int | None = None) -> Generator[Run | Gap, None, int]:
        """Read messages one by one up to the first that begins behind ``until``, or ``most``; return where it ends."""
        gathered, stop = Gathering(*self.where), at

        def messages() -> Iterator[list[Gap]]:
            nonlocal stop
            own = (header for header in headers_from(self.data, self.charset, at) if header.family == self.form.family)
            for header, stop in islice(with_ends(own, len(self.data)), most):
                yield self._gather(gathered, header, stop, most is not None)
                if most is None and stop >= until:
                    return

        yield from in_runs(gathered, messages())
        return stop

    def _gather(self, gathered: Gathering, header: Header, stop: int, opening: bool) -> list[Gap]:
        """Add the message that ends at ``stop``; return a gap for each stretch of it that is not read."""
        clock = self._clock(header)
        text, high, gaps = self.lines.read(gathered, header.body, stop)
        kind, name, role = _classify(header.name, text, opening)
        gathered.entries.append((
            header.start, stop, header.body, high, text, kind, _phone_number(name),
            name, "", "", clock.text, clock.at, clock.basis, clock.zone, clock.why, clock.alternative, role, "", None,
        ))  # fmt: skip
        return gaps

    def _clock(self, header: Header) -> Clock:
        hour, minute, second = header.time
        time = (half_day_hour(hour, header.half), minute, second) if header.half else header.time
        return self.days.clock(header.written, header.date, time)

    def _rows(self, stretch: Stretch, size: int) -> Rows | None:
        """Return the whole messages of a stretch as columns, None where it has to be read closely."""
        heads, openings, written, minutes, _, marks, seconds, halves, closings, names = stretch.fields
        own = self.form.family
        families = {look: family_of(*look) for look in set(zip(openings, marks, closings, strict=True))}
        known = {name: common_name(name) if name else "" for name in set(names)}
        clear = all(family == own for family in families.values()) and all(known.values())
        apart: dict[int, Header] = {}
        kept: list[int] | range = range(len(heads))
        if not clear:
            looks = [families[look] for look in zip(openings, marks, closings, strict=True)]
            kept = []
            for row, (family, name) in enumerate(zip(looks, names, strict=True)):
                if family is None or not known[name]:
                    header = header_at(self.data, self.charset, stretch.starts[row])
                    if header is None or header.family != own:
                        continue
                    apart[row] = header
                elif family != own:
                    continue
                kept.append(row)
        whole = kept if stretch.stop == size else kept[:-1]
        if not whole or whole[0] != 0:
            return None
        stop = size if len(whole) == len(kept) else stretch.starts[kept[-1]]
        plain = [row for row in whole if row not in apart] if apart else whole
        read = self.moments.columns(
            [minutes[row] or b"" for row in plain], [halves[row] for row in plain], [seconds[row] for row in plain]
        )
        if read is None:
            return None
        rows = Rows(
            [stretch.starts[row] for row in plain],
            [stretch.starts[row] + len(heads[row] or b"") for row in plain],
            stop,
            [(written[row] or b"").decode() for row in plain],
            *read,
        )
        authors = [known[names[row]] for row in plain]
        for place, row in enumerate(whole) if apart else ():
            if row in apart:
                header = apart[row]
                rows.insert(place, header.start, header.body, self._clock(header))
                authors.insert(place, header.name)
        rows.names = authors
        return rows

    def _classify(self, rows: Rows, texts: list[str]) -> None:
        """Say of which kind the messages are, and whose."""
        names = list(rows.names)
        kinds: list[PostKind] = ["message"] * len(names)
        roles = [""] * len(names)
        unsure = [
            row for row, (name, text) in enumerate(zip(names, texts, strict=True)) if not name or text[:1] in MARKS
        ]
        for row in unsure:
            kinds[row], names[row], roles[row] = _classify(names[row], texts[row], False)
        if unsure:
            rows.kinds, rows.roles = kinds, roles
        rows.names = names
        native = {name: _phone_number(name) for name in set(names)}
        rows.natives = [native[name] for name in names]


def _read_minute(minute: bytes, half: bytes | None) -> tuple[tuple[int, int, int], int, int]:
    first, second, third, hour, passed = numbers_of(minute)
    return (first, second, third), half_day_hour(hour, half.decode()) if half else hour, passed


def _classify(name: str, text: str, opening: bool) -> tuple[PostKind, str, str]:
    """Return (kind, author, role): WhatsApp's own lines are "system"; who made the group operates it.

    Under an author's name its lines start with an invisible mark; the encryption notice that opens
    older exports has none.
    """
    if name and not opening and text[:1] not in MARKS:
        return "message", name, ""
    words = lexicon.load("chat_whatsapp")
    own = text.lstrip(MARKS)
    if name and own == text and not _is_notice(own, words["encryption"]):
        return "message", name, ""
    for term in words["created"]:
        at = find_term(own, tuple(part.strip() for part in term.split("*")))
        if 0 < at <= LONGEST_NAME:
            return "system", own[:at].strip(MARKS + " \u00a0\u202f"), "operator"
        if at == 0 and name:
            return "system", name, "operator"
    if not name or _is_notice(own, words["encryption"]):
        return "system", "", ""
    return ("system", "", "") if own != text and own.startswith(name) and is_event(own) else ("message", name, "")


def _is_notice(text: str, terms: tuple[str, ...]) -> bool:
    """Whether a text is the encryption notice: its term stands in the first sentence of a short text."""
    return len(text) < 400 and any(0 <= text.find(term) < 120 for term in terms)


@lru_cache(maxsize=4096)
def _phone_number(name: str) -> str:
    """Return "+digits" when the author is shown by number only: that is the account's native id."""
    bare = name.strip(MARKS + " ~\u00a0\u202f").translate(BLANKS)
    if not _PHONE.fullmatch(bare):
        return ""
    return "+" + "".join(char for char in bare if char.isdigit())
