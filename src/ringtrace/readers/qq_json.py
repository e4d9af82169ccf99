"""QQ chats as JSON, as the exporters for the NT client write them (QQ Chat Exporter and its kin)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.chats.json_export import Record, Words, read_chat, read_lines
from ringtrace.text.dates.clock import read_clock

NAME = "QQ JSON"
VERSION = "2"
PLATFORM = "qq"
PRODUCERS = "QQ Chat Exporter 4 and 5 (JSON, chunked JSON lines)"

_LINE = re.compile(
    rb'\{"(?:id|messageId|seq)":[^{}\[\]\n]{1,400}"sender":\{[^{}\n]{0,600}"uin":[^\n]{0,4000000}\}[ \t\r]*(?:\n|\Z)'
)

_HEAD = 65_536


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such an export: a chat described, senders with a QQ number."""
    if _LINE.match(head) and b'"chatlab"' not in head[:4096]:
        return 0.9
    if b'"chatInfo"' in head and b'"messages"' in head:
        return 0.97
    return 0.9 if b'"uin"' in head and b'"sender"' in head and b'"messages"' in head else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when the file holds no list of messages."""

    def to_post(header: Record, message: Record) -> tuple[Post, list[Gap]]:
        raw = message.record("rawMessage")
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
            Container(PLATFORM, chat.word("name", "peerName") or _folder(source), number),
            words.text,
            tuple(words.segments),
            "system" if _is_system(message) else "message",
            sender.word("uin", "uid"),
            sender.word("groupCard", "name", "nickname", "remark", "uin") or raw.word("sendMemberName", "sendNickName"),
            message.word("id", "messageId", "seq"),
            _answered(content),
            read_clock(message.word("timestamp", "time"), source.zone),
            state="deleted" if message.true("recalled") or message.true("isRecalled") else "",
        )
        return post, words.gaps

    if _LINE.match(source.data[:_HEAD]):
        yield from read_lines(source, to_post)
    else:
        yield from read_chat(source, ("messages",), to_post)


def _is_system(message: Record) -> bool:
    said = message.true("system") or message.true("isSystemMessage")
    return said or message.word("type", "messageType") == "system"


def _folder(source: Source) -> str:
    """Parts of a chunked export lie in a folder that is named after the chat."""
    path = (source.member or source.name).rsplit("/", 1)
    folder = path[0].removesuffix("/chunks").rsplit("/", 1)[-1] if len(path) > 1 else ""
    return folder or source.name


def _answered(content: Record) -> str:
    """Return the id of the message that the first reply element quotes, "" without one."""
    for element in content.records("elements"):
        if element.word("type") == "reply":
            return element.record("data").word("referencedMessageId", "messageId", "replyMsgId")
    return content.record("reply").word("referencedMessageId", "messageId")
