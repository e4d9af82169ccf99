"""QQ chats as JSON, as the exporters for the NT client write them (QQ Chat Exporter and its kin)."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.clock import read_clock
from ringtrace.text.jsonchat import Record, Words, read_chat

NAME = "QQ JSON"
VERSION = "1"
PLATFORM = "qq"


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such an export: a chat described, senders with a QQ number."""
    if b'"chatInfo"' in head and b'"messages"' in head:
        return 0.97
    return 0.9 if b'"uin"' in head and b'"sender"' in head and b'"messages"' in head else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when the file holds no list of messages."""

    def to_post(header: Record, message: Record) -> tuple[Post, list[Gap]]:
        chat, sender, content = header.record("chatInfo"), message.record("sender"), message.record("content")
        words = Words(source)
        if content.places:
            words.add(content, "text")
        else:
            words.add(message, "content", "text")
        if not words.text:
            for element in content.records("elements"):
                words.add(element.record("data"), "text", joint="")
        number = chat.word("peerUin", "groupCode", "uin", "peerUid", "id")
        post = Post(
            Span(source.evidence, source.member, message.start, message.stop),
            PLATFORM,
            Container(PLATFORM, chat.word("name", "peerName") or source.name, number),
            words.text,
            tuple(words.segments),
            "system" if message.true("system") or message.word("type") == "system" else "message",
            sender.word("uin", "uid"),
            sender.word("groupCard", "name", "nickname", "remark", "uin"),
            message.word("id", "messageId", "seq"),
            _answered(content),
            read_clock(message.word("timestamp", "time"), source.zone),
        )
        return post, words.gaps

    yield from read_chat(source, ("messages",), to_post)


def _answered(content: Record) -> str:
    """Return the id of the message that the first reply element quotes, "" without one."""
    for element in content.records("elements"):
        if element.word("type") == "reply":
            return element.record("data").word("referencedMessageId", "messageId", "replyMsgId")
    return content.record("reply").word("messageId")
