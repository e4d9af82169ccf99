"""Telegram Desktop's JSON: one chat (``result.json``) or a full export; damaged files as far as they go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from ringtrace.errors import MalformedError
from ringtrace.model.clock import NO_CLOCK, Basis, Clock
from ringtrace.model.post import Container, Post
from ringtrace.model.run import MOST, Gathering, Run, singly
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text import jsonspan
from ringtrace.text.chats.telegram_export import (
    FAULTS,
    MESSAGE_START,
    MessageArray,
    Misplaced,
    Window,
    find_header,
    locate_arrays,
    windows,
)
from ringtrace.text.chats.telegram_message import (
    MESSAGE,
    Message,
    author_id,
    decode_window,
    is_rich,
    is_whole,
    read_leniently,
    words_of,
)
from ringtrace.text.dates.clock import assumed_clock, find_zone, local_micros, read_clock
from ringtrace.text.offsets import cut_all, split

NAME = "Telegram Desktop JSON"
VERSION = "2"
PLATFORM = "telegram"
PRODUCERS = "Telegram Desktop (result.json, full export), also cut or damaged; compared with its source of 2026"
KNOWN_GAPS = "the target of a hidden link, reactions and forwarded_from are no text"

_STRING = msgspec.json.Decoder(str)
_NONE = msgspec.Raw(b"")
_PLAIN_TEXT = b'"text": "'
_TEXT_KEY = re.compile(rb'"text"[ \t\r\n]*+:[ \t\r\n]*+')
_MARKERS = re.compile(rb'"(date_unixtime|from_id|text_entities|actor_id|from|date)"[ \t\r\n]*+:')
_KIND = re.compile(rb'"type"[ \t\r\n]*+:[ \t\r\n]*+"(?:message|service)"')
_CHAT_KIND = re.compile(
    rb'"type"[ \t\r\n]*+:[ \t\r\n]*+"(?:personal_chat|bot_chat|saved_messages|'
    rb'(?:private|public)_(?:group|supergroup|channel))"'
)
_PUNCTUATION = re.compile(rb"[ \t\r\n,\[\]{}]*+")
_BOM = b"\xef\xbb\xbf"
_OPERATOR_ACTIONS = frozenset({"create_group", "create_channel"})
_RICH_KEYS = ("contact_information", "poll", "place_name", "address")
_STATED = "Unix time in the source"
_OLD_USER_IDS = range(1 << 32, 1 << 33)  # exports before 2021 add 2^32 to the ids of users


@dataclass(frozen=True, slots=True)
class _Chat:
    container: Container
    channel: str  # how the chat itself signs as an author: "channel123"


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a Telegram export, from its keys; the name hardly counts."""
    opening = head[:4096].removeprefix(_BOM).lstrip()
    keys = {match[1] for match in _MARKERS.finditer(head)}
    known = len(keys & {b"date_unixtime", b"from_id", b"text_entities", b"actor_id"})
    if not opening.startswith(b"{"):
        return 0.6 if known >= 2 and _KIND.search(head) else 0.0
    if b'"messages"' in head and _KIND.search(head) and keys:
        return 0.97 if known else 0.85
    if _CHAT_KIND.search(head) and b'"messages"' in head:
        return 0.9
    if b'"personal_information"' in opening and b"Telegram" in head:
        return 0.9
    return 0.6 if known >= 2 and _KIND.search(head) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message of every chat; raises MalformedError when the file holds none at all."""
    yield from singly(read_runs(source))


def read_runs(source: Source) -> Iterator[Post | Run | Gap | Structure | Member]:
    """Yield the same, messages that follow each other in runs."""
    try:
        arrays = list(locate_arrays(source.data))
    except (*FAULTS, Misplaced):
        yield from _recover(source)
        return
    if not arrays:
        raise MalformedError(source.name, "JSON without a list of messages; is it a Telegram export?")
    reading = _Reading(source)
    done = 0
    for array in arrays:
        if array.at > done:
            yield reading.structure(done, array.at, "chat header")
        done = array.at
        for start, stop, item in reading.array(array):
            if start > done:
                yield reading.structure(done, start, "separator")
            done = stop
            yield from item
    if done < len(source.data):
        yield reading.structure(done, len(source.data), "chat header")


def _describe_chat(source: Source, fields: dict[str, object]) -> _Chat:
    native = fields.get("id")
    identity = str(native) if isinstance(native, int | str) else ""
    name = fields.get("name") or ("" if identity else source.name) or fields.get("type")
    kind = fields.get("type")
    label = name if isinstance(name, str) else (kind if isinstance(kind, str) else source.name)
    bare = identity.removeprefix("-100").removeprefix("-")
    return _Chat(Container(PLATFORM, label, identity), f"channel{bare}" if bare else "")


class _Reading:
    """Turns the messages of one source into posts."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.data = source.data
        self.zone = find_zone(source.zone)

    def span(self, start: int, stop: int) -> Span:
        return Span(self.source.evidence, self.source.member, start, stop)

    def structure(self, start: int, stop: int, what: str) -> Structure:
        return Structure(self.span(start, stop), what)

    def gap(self, start: int, stop: int, reason: str) -> Gap:
        return Gap(self.span(start, stop), reason)

    def array(self, array: MessageArray) -> Iterator[tuple[int, int, Iterable[Post | Run | Gap]]]:
        """Yield (start, stop, what it became) of each run of messages of an array that is valid JSON, and of what
        belongs into none."""
        chat = _describe_chat(self.source, array.header)
        for window in windows(self.data, array.at, array.stop):
            yield from self._window(chat, window)

    def _window(self, chat: _Chat, window: Window) -> Iterator[tuple[int, int, Iterable[Post | Run | Gap]]]:
        data, base, at, size, lead = window.data, window.at, 1, len(window.data), b"{"
        where = (self.source.evidence, self.source.member, PLATFORM, chat.container, jsonspan.CODEC)
        gathered = Gathering(*where)
        for raw, message in zip(window.raws, decode_window(window), strict=True):
            if data.startswith(lead, at):
                start = at + len(lead) - 1
            else:
                start = jsonspan.skip_separator(data, at, size)
                lead = data[at : start + 1]  # most messages stand behind the same bytes as the one before
            at = start + len(raw)
            if message is None or not self._add_plain(gathered, chat, message, data, base, start, at):
                items = list(self.message(chat, base + start, base + at))
                if len(items) == 1 and isinstance(post := items[0], Post):
                    gathered.add(post, cut_all(post.segments, post.text, self.data))
                else:
                    yield from map(_placed, gathered.take())
                    yield base + start, base + at, items
            if len(gathered.entries) >= MOST:
                yield from map(_placed, gathered.take())
        yield from map(_placed, gathered.take())

    def _add_plain(
        self, gathered: Gathering, chat: _Chat, message: Message, data: bytes, base: int, start: int, stop: int
    ) -> bool:
        """Add the message at ``data[start:stop]`` if its words are one string under "text" and nowhere else."""
        if len(message.text) > self.source.limits.line_bytes:
            return False
        value = bytes(message.text)
        place = data.find(_PLAIN_TEXT, start, stop) + len(_PLAIN_TEXT) - 1
        if (
            place < start
            or not data.startswith(value, place)
            or value[:1] != b'"'
            or data.find(b"{", start + 1, place) >= 0
            or data.find(b"[", start + 1, place) >= 0
            or is_rich(message)
        ):
            return False
        low, high = base + place + 1, base + place + len(value) - 1
        escaped = b"\\" in value
        try:
            text = _STRING.decode(value) if escaped else value[1:-1].decode()
        except FAULTS:
            return False
        if escaped:
            gathered.cut(split(Segment(0, len(text), low, high, jsonspan.CODEC), text, value[1:-1]))
        unix, native = message.date_unixtime, message.from_id
        if type(unix) is str and unix.isascii() and unix.isdigit():
            sent: tuple[str, int | None, Basis, str, str, int | None]
            sent = unix, int(unix) * 1_000_000, "stated", "UTC", _STATED, None
        else:
            clock = self._clock(message)
            sent = clock.text, clock.at, clock.basis, clock.zone, clock.why, clock.alternative
        if type(native) is not str:
            native = author_id(native)
        edited, number, answered = message.edited or message.edited_unixtime, message.id, message.reply_to_message_id
        gathered.entries.append((
            base + start, base + stop, low, high, text, "message", native, message.from_ or "",
            "" if number is None else str(number), "" if answered is None else str(answered), *sent,
            "operator" if native and native == chat.channel else "",
            "edited" if edited else "", self._edited(message) if edited else None,
        ))  # fmt: skip
        return True

    def message(self, chat: _Chat, start: int, stop: int) -> Iterator[Post | Gap]:
        """Yield the post of the JSON object ``data[start:stop]`` and gaps for what it cannot show."""
        large = stop - start > self.source.limits.line_bytes
        raw = memoryview(self.data)[start:stop] if large else self.data[start:stop]
        try:
            message = MESSAGE.decode(raw)
        except FAULTS:
            if raw[:1] != b"{":
                yield self.gap(start, stop, "not a message")
                return
            message = read_leniently(self.data, start, stop)
        pieces = words_of(self.data, message, b"" if large else bytes(raw), start, stop, self.source.limits.line_bytes)
        yield self._post(chat, message, "".join(pieces.texts), tuple(pieces.segments), start, stop)
        for low, high in pieces.invalid:
            yield self.gap(low, high, "bytes that are not UTF-8")
        if pieces.cut and pieces.cut[0] < pieces.cut[1]:
            yield self.gap(*pieces.cut, "text longer than the limit")

    def _post(
        self, chat: _Chat, message: Message, text: str, segments: tuple[Segment, ...], start: int, stop: int
    ) -> Post:
        service = message.type == "service"
        native = author_id(message.actor_id if service else message.from_id)
        operator = (service and message.action in _OPERATOR_ACTIONS) or (native != "" and native == chat.channel)
        return Post(
            Span(self.source.evidence, self.source.member, start, stop),
            PLATFORM,
            chat.container,
            text,
            segments,
            "system" if service else "message",
            native,
            (message.actor if service else message.from_) or "",
            "" if message.id is None else str(message.id),
            "" if message.reply_to_message_id is None else str(message.reply_to_message_id),
            self._clock(message),
            author_role="operator" if operator else "",
            state="edited" if message.edited or message.edited_unixtime else "",
            changed_at=self._edited(message),
        )

    def _edited(self, message: Message) -> int | None:
        if not message.edited and not message.edited_unixtime:
            return None
        return self._clock(Message(date=message.edited, date_unixtime=message.edited_unixtime)).at

    def _clock(self, message: Message) -> Clock:
        unix = message.date_unixtime
        if unix is not None:
            try:
                return Clock(str(unix), int(unix) * 1_000_000, "stated", "UTC", _STATED)
            except ValueError:
                pass
        if not message.date:
            return NO_CLOCK
        try:
            day = datetime.fromisoformat(message.date)
        except ValueError:
            return read_clock(message.date, self.source.zone)
        if day.tzinfo is not None:
            return read_clock(message.date, self.source.zone)
        numbers, time = (day.year, day.month, day.day), (day.hour, day.minute, day.second)
        return assumed_clock(message.date, local_micros(numbers, time, self.zone), self.source.zone)


def _placed(run: Run) -> tuple[int, int, tuple[Run]]:
    return run.starts[0], run.stops[-1], (run,)


def _recover(source: Source) -> Iterator[Post | Gap | Structure]:
    """Yield every complete message of a damaged or cut export.

    Linear: no message reaches beyond the start of the next one, which cannot stand inside a string
    (its quotes would be escaped).
    """
    data, size = source.data, len(source.data)
    match = MESSAGE_START.search(data)
    if not match:
        raise MalformedError(source.name, "no complete message in this JSON; is it a Telegram export?")
    reading = _Reading(source)
    chat = _describe_chat(source, {})
    done = 0
    while match:
        start = match.start()
        match = MESSAGE_START.search(data, start + 1)
        limit = min(match.start() if match else size, start + source.limits.line_bytes)
        stop = jsonspan.end_of_value(data, start, limit)
        if stop < 0 or not is_whole(data, start, stop):
            continue
        header = find_header(data, done, start)
        if header:
            chat = _describe_chat(source, header)
        yield from _between(reading, done, start, bool(header))
        yield from reading.message(chat, start, stop)
        done = stop
    yield from _between(reading, done, size, False)


def _between(reading: _Reading, start: int, stop: int, header: bool) -> Iterator[Gap | Structure]:
    """Yield what stands between two messages: punctuation and chat headers, or a gap."""
    if start >= stop:
        return
    match = _PUNCTUATION.match(reading.data, start, stop)
    plain = match.end() if match else start
    if header or plain == stop:
        yield reading.structure(start, stop, "chat header" if header else "separator")
        return
    if plain > start and reading.data[plain - 1] == 0x7B:
        plain = reading.data.rfind(b"{", start, plain)
    if plain > start:
        yield reading.structure(start, plain, "separator")
    yield reading.gap(plain, stop, "incomplete or damaged message")
