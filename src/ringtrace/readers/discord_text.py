"""DiscordChatExporter's plain text: a frame with server and channel, then a time in brackets and a name per message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.dates.clock import dates_as_written, read_clock
from ringtrace.text.dates.order import DateOrder, prove_order
from ringtrace.text.encoding import Charset
from ringtrace.text.lines import read_body, split_lines, unread

NAME = "DiscordChatExporter text"
VERSION = "1"
PLATFORM = "discord"
PRODUCERS = "DiscordChatExporter (plain text), compared with its source of 2026"
KNOWN_GAPS = "no ids of people or messages, so no replies"

_RULE = b"=" * 62
_HEADER = re.compile(rb"\[([0-9]{1,4}[^\]\n]{5,40})\] ([^\n]{1,120})")
_FRAME = re.compile(r"(?:Guild|Channel|Topic|After|Before): ?(.*)")
_FILES = re.compile(rb"\n\{(?:Attachments|Stickers|Reactions)\}")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class _Header:
    start: int
    body: int
    written: str
    name: str


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a file: its frame of 62 signs around "Guild:" and "Channel:"."""
    opening = head[:4096].removeprefix(_BOM)
    return 0.98 if opening.startswith(_RULE) and b"\nGuild:" in opening and b"\nChannel:" in opening else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError where no frame opens the file."""
    data, charset = source.data, Charset("utf-8", len(_BOM) if source.data[: len(_BOM)] == _BOM else 0)
    rules, said, headers, fresh = [], [], [], True
    for line in split_lines(data, charset):
        raw = bytes(data[line.start : min(line.stop, line.start + 400)])
        if raw.rstrip() == _RULE:
            rules.append((line.start, line.next))
        elif len(rules) == 1:
            said.append(raw.decode("utf-8", "replace"))
        match = _HEADER.fullmatch(raw.rstrip(b"\r")) if fresh and len(rules) == 2 else None
        if match:
            written, author = match[1].decode("utf-8", "replace"), match[2].decode("utf-8", "replace")
            headers.append(_Header(line.start, line.next, written, author.removesuffix(" (pinned)").strip()))
        fresh = not raw.strip()
    if len(rules) < 2:
        raise MalformedError(source.name, "no frame with server and channel; is it a DiscordChatExporter text?")
    end = rules[2][0] if len(rules) > 2 else len(data)
    first = headers[0].start if headers else end
    yield Structure(Span(source.evidence, source.member, 0, max(first, rules[1][1])), "frame")
    if end < len(data):
        yield Structure(Span(source.evidence, source.member, end, len(data)), "frame")
    chat = Container(PLATFORM, _title(said) or source.name)
    order = prove_order(dates) if (dates := dates_as_written(header.written for header in headers)) else None
    stops = [*(header.start for header in headers[1:]), end]
    for header, stop in zip(headers, stops, strict=False):
        yield from _post(source, chat, header, stop, order)


def _title(said: list[str]) -> str:
    named = {line.split(":")[0]: match[1].strip() for line in said if (match := _FRAME.match(line))}
    return " / ".join(filter(None, (named.get("Guild"), named.get("Channel"))))


def _post(source: Source, chat: Container, header: _Header, stop: int, order: DateOrder | None) -> Iterator[Post | Gap]:
    """What stands under {Attachments} and its kin names files and is no one's words; it stays in the post's bytes."""
    data, body = source.data, header.body
    mark = _FILES.search(data, body - 1, stop)
    words = max(body, mark.start()) if mark else stop
    read = read_body(data, Charset("utf-8"), body, words, source.limits.line_bytes)
    yield Post(
        Span(source.evidence, source.member, header.start, stop),
        PLATFORM,
        chat,
        read.text,
        read.segments,
        account_name=header.name,
        sent=read_clock(header.written, source.zone, order),
    )
    yield from unread(source, read, stop, "UTF-8")
