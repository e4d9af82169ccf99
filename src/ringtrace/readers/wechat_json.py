"""WeChat chats as JSON, as the common exporters write them: a list of messages, or a session with one."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.chats.json_export import Record, Words, read_chat
from ringtrace.text.dates.clock import read_clock

NAME = "WeChat JSON"
VERSION = "1"
PLATFORM = "wechat"
PRODUCERS = "WeFlow, EchoTrace, chatlog, WeChatMsg (JSON)"

_GROUP = "@chatroom"
_SYSTEM = frozenset({"10000", "10002", "系统消息", "撤回消息"})
_MARKS = (
    b'"isChatRoom"', b'"talkerName"', b'"senderUsername"', b'"createTime"', b'"StrTalker"', b'"localType"',
    b'"isSend"', b'"MsgSvrID"', b'"talker"', b'"is_sender"', b'"room_name"', b'"senderDisplayName"',
)  # fmt: skip


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such an export, from the keys of its messages."""
    if not head[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return 0.0
    keys = sum(mark in head for mark in _MARKS)
    return 0.95 if keys >= 3 else 0.85 if keys == 2 else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when the file holds no list of messages."""

    def to_post(header: Record, message: Record) -> tuple[Post, list[Gap]]:
        session = header.record("session")
        words = Words(source)
        words.add(message, "content", "StrContent", "msg")
        room = message.word("talker", "StrTalker", "room_name") or session.word("wxid", "username")
        name = message.word("talkerName") or session.word("displayName", "remark", "nickname") or room or source.name
        own = message.true("isSelf") or message.true("isSend") or message.true("is_sender")
        sender = message.word("sender", "senderUsername", "Sender") or ("" if own or room.endswith(_GROUP) else room)
        post = Post(
            Span(source.evidence, source.member, message.start, message.stop),
            PLATFORM,
            Container(PLATFORM, name, room),
            words.text,
            tuple(words.segments),
            "system" if message.word("type", "localType", "Type") in _SYSTEM else "message",
            sender,
            message.word("senderName", "senderDisplayName", "accountName") or sender or ("self" if own else ""),
            message.word("MsgSvrID", "serverId", "seq", "localId", "id"),
            message.record("refer").word("svrid"),
            read_clock(message.word("createTime", "CreateTime", "time", "timestamp", "formattedTime"), source.zone),
        )
        return post, words.gaps

    yield from read_chat(source, ("messages", "msg_list", "list"), to_post)
