"""Facebook Messenger's and Instagram's "download your information" JSON, its escaped bytes put right."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.chats.json_export import Record, Words, read_chat, unmangled
from ringtrace.text.dates.clock import read_clock

NAME = "Messenger or Instagram JSON"
VERSION = "1"
PLATFORM = ""
PRODUCERS = (
    'Messenger and Instagram "download your information" since 2018 (JSON); encrypted chats of Messenger (messages.zip)'
)
KNOWN_GAPS = "names only, no ids of people"

_SAID = frozenset({"", "Generic", "Share"})


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such an export, from the keys of its messages."""
    if b'"sender_name"' in head and b'"timestamp_ms"' in head:
        return 0.97
    return 0.97 if b'"senderName"' in head and b'"isUnsent"' in head and b'"timestamp"' in head else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message, newest first as the file has them; raises MalformedError without any.

    The file escapes each byte of its UTF-8 texts as one character; texts and names are read as what was
    written. Names are all that the export says of an account.
    """
    platform = "instagram" if "instagram" in f"{source.name}/{source.member}".lower() else "messenger"

    def to_post(header: Record, message: Record) -> tuple[Post, list[Gap]]:
        words = Words(source, mojibake=True)
        words.add(message, "content", "text")
        share = message.record("share")
        words.add(share, "share_text")
        words.add(share, "link")
        thread = header.word("thread_path", "threadName")
        post = Post(
            Span(source.evidence, source.member, message.start, message.stop),
            platform,
            Container(platform, unmangled(header.word("title")) or thread or source.name, thread),
            words.text,
            tuple(words.segments),
            "message" if message.word("type") in _SAID or "senderName" in message.places else "system",
            account_name=unmangled(message.word("sender_name", "senderName")),
            native_id=message.word("message_id"),
            sent=read_clock(message.word("timestamp_ms", "timestamp"), source.zone),
            state="deleted" if message.true("is_unsent") or message.true("isUnsent") else "",
        )
        return post, words.gaps

    yield from read_chat(source, ("messages",), to_post)
