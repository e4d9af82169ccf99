"""Signal messages as JSON: signal-export's ``data.json`` (a line each), and rows of Signal Desktop's own table."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.post import Container, Post, PostState
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.chats.json_export import Record, Words, read_chat, read_lines
from ringtrace.text.dates.clock import read_clock

NAME = "Signal JSON"
VERSION = "1"
PLATFORM = "signal"
PRODUCERS = "signal-export (data.json), compared with its source of 2026; rows of Signal Desktop (messages, sent_at)"
KNOWN_GAPS = "signal-export names people but gives no ids"

_EXPORT = (b'"date":', b'"sender":', b'"body":', b'"quote":', b'"attachments":', b'"reactions":')
_DESKTOP = (b'"conversationId"', b'"sent_at"', b'"received_at"', b'"sourceServiceId"', b'"sourceUuid"', b'"serverGuid"')
_SAID = frozenset({"", "incoming", "outgoing", "story"})


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is one of the two, from the keys of their messages."""
    opening = head[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not opening.startswith((b"{", b"[")):
        return 0.0
    if sum(key in head for key in _DESKTOP) >= 3:
        return 0.96
    line = head.split(b"\n", 1)[0]
    return 0.96 if opening.startswith(b'{"date":') and sum(key in line for key in _EXPORT) >= 5 else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when the file holds none."""
    if b'"conversationId"' in source.data[:65_536]:
        yield from read_chat(source, ("messages", "messsages"), lambda _, message: _desktop(source, message))
    else:
        yield from read_lines(source, lambda _, message: _exported(source, message))


def _exported(source: Source, message: Record) -> tuple[Post, list[Gap]]:
    """A message of signal-export; its quotation stands before the words, as chat.md has it."""
    words = Words(source)
    words.add(message, "quote")
    words.add(message, "body")
    steps = (source.member or source.name).replace("!", "/").split("/")
    chat = steps[-2] if len(steps) > 1 else steps[-1].rsplit(".", 1)[0]
    post = Post(
        Span(source.evidence, source.member, message.start, message.stop),
        PLATFORM,
        Container(PLATFORM, chat),
        words.text,
        tuple(words.segments),
        "system" if message.true("call") else "message",
        account_name=message.word("sender"),
        sent=read_clock(message.word("date"), source.zone),
        state="deleted" if message.true("deleted") else "",
    )
    return post, words.gaps


def _desktop(source: Source, message: Record) -> tuple[Post, list[Gap]]:
    """A row of Signal Desktop; a message is known by its sender and the time it was sent."""
    words = Words(source)
    words.add(message, "body")
    kind = message.word("type")
    number, service = message.word("source"), message.word("sourceServiceId", "sourceUuid")
    own = kind == "outgoing"
    deleted = message.true("deletedForEveryone") or message.true("isErased")
    state: PostState = "deleted" if deleted else "edited" if message.places.get("editHistory") else ""
    sent = message.word("sent_at", "timestamp")
    post = Post(
        Span(source.evidence, source.member, message.start, message.stop),
        PLATFORM,
        Container(PLATFORM, message.word("conversationName", "conversationId"), message.word("conversationId")),
        words.text,
        tuple(words.segments),
        "message" if kind in _SAID else "system",
        number or service,
        number or service or ("self" if own else ""),
        sent,
        message.record("quote").word("id"),
        read_clock(sent, source.zone),
        state=state,
    )
    return post, words.gaps
