"""The neutral ChatLab format, as one JSON file or as JSON lines: any app's messages with ids and names."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.post import PLATFORMS, Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.chats.json_export import Record, Words, read_chat, read_lines
from ringtrace.text.dates.clock import read_clock

NAME = "ChatLab JSON or JSONL"
VERSION = "2"
PLATFORM = ""
PRODUCERS = "ChatLab 1 (JSON, JSON lines)"

_HEAD = 4096
"""Bytes at the start in which JSON lines show the type of their first object."""
RECALLED = "81"
SYSTEM = frozenset({"80", RECALLED})
"""Message types for system lines and for messages that were taken back, as the format numbers them."""


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is ChatLab's format: its own key, and the description of a chat."""
    opening = head[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not opening.startswith(b"{") or b'"chatlab"' not in head:
        return 0.0
    return 0.98 if b'"meta"' in head else 0.6


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when the file holds no list of messages."""

    def to_post(header: Record, message: Record) -> tuple[Post, list[Gap]]:
        return _post(source, header.record("meta"), message)

    if b'"_type"' in source.data[:_HEAD]:
        yield from _read_lines(source)
    else:
        yield from read_chat(source, ("messages",), to_post)


def _read_lines(source: Source) -> Iterator[Post | Gap | Structure]:
    """Yield the messages of JSON lines: a header, members, messages, each an object with its type."""
    held = [Record(source.data, 0, 0)]

    def to_post(_header: Record, line: Record) -> tuple[Post, list[Gap]] | None:
        if line.word("_type") == "header":
            held[0] = line.record("meta")
        return _post(source, held[0], line) if line.word("_type") == "message" else None

    yield from read_lines(source, to_post)


def _post(source: Source, meta: Record, message: Record) -> tuple[Post, list[Gap]]:
    """Return the post of one message object under the chat that ``meta`` describes."""
    stated = meta.word("platform").lower()
    platform = stated if stated in PLATFORMS else "messenger"
    words = Words(source)
    words.add(message, "content")
    post = Post(
        Span(source.evidence, source.member, message.start, message.stop),
        platform,
        Container(platform, meta.word("name") or source.name, meta.word("groupId", "id")),
        words.text,
        tuple(words.segments),
        "system" if message.word("type") in SYSTEM else "message",
        message.word("sender"),
        message.word("groupNickname", "accountName", "sender"),
        message.word("platformMessageId", "id"),
        message.word("replyToMessageId"),
        read_clock(message.word("timestamp"), source.zone),
        state="deleted" if message.word("type") == RECALLED else "",
    )
    return post, words.gaps
