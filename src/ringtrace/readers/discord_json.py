"""DiscordChatExporter's JSON: one channel with its messages, embeds and replies."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.chats.json_export import Record, Words, read_chat
from ringtrace.text.dates.clock import read_clock

NAME = "DiscordChatExporter JSON"
VERSION = "2"
PLATFORM = "discord"
PRODUCERS = "DiscordChatExporter (JSON), compared with its source of 2026"

_SPOKEN = frozenset(
    {"", "Default", "Reply", "ThreadStarterMessage", "ApplicationCommand", "ChatInputCommand", "0", "19"}
)
_EMBEDDED = ("title", "description")


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such an export, from the keys at its start."""
    if not head[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return 0.0
    keys = sum(key in head for key in (b'"guild"', b'"channel"', b'"dateRange"', b'"exportedAt"', b'"discriminator"'))
    if b'"messages"' not in head:
        return 0.0
    return 0.98 if keys >= 3 else 0.9 if keys == 2 and b'"timestampEdited"' in head else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when the file holds no list of messages."""

    def to_post(header: Record, message: Record) -> tuple[Post, list[Gap]]:
        guild, channel, author = header.record("guild"), header.record("channel"), message.record("author")
        words = Words(source)
        words.add(message, "content")
        for embed in message.records("embeds"):
            for key in _EMBEDDED:
                words.add(embed, key)
        words.add(message.record("forwardedMessage"), "content")
        title = " / ".join(filter(None, (guild.word("name"), channel.word("name")))) or source.name
        post = Post(
            Span(source.evidence, source.member, message.start, message.stop),
            PLATFORM,
            Container(PLATFORM, title, channel.word("id")),
            words.text,
            tuple(words.segments),
            "message" if message.word("type") in _SPOKEN else "system",
            author.word("id"),
            author.word("nickname", "name"),
            message.word("id"),
            message.record("reference").word("messageId"),
            read_clock(message.word("timestamp"), source.zone),
            state="edited" if message.word("timestampEdited") else "",
            changed_at=message.moment(source.zone, "timestampEdited"),
        )
        return post, words.gaps

    yield from read_chat(source, ("messages",), to_post)
