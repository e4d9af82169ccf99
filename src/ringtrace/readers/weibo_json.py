"""Posts of microblog accounts (a court's, the police's, a medium's) as the common savers write them."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.chats.json_export import Record, Words, read_chat
from ringtrace.text.dates.clock import read_clock

NAME = "Microblog JSON"
VERSION = "1"
PLATFORM = "weibo"
PRODUCERS = "weibo-crawler and kin, API answers (JSON)"

_MARKS = (
    b'"screen_name"', b'"created_at"', b'"bid"', b'"reposts_count"', b'"attitudes_count"', b'"retweet"',
    b'"mblogid"', b'"weibo"', b'"publish_time"', b'"nickname"',
)  # fmt: skip


def sniff(head: bytes, name: str) -> float:
    """Return how surely these are microblog posts, from the keys of the posts."""
    if not head[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        return 0.0
    keys = sum(mark in head for mark in _MARKS)
    return 0.95 if keys >= 4 else 0.8 if keys == 3 else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every post, what it passes on behind its own words; raises MalformedError without a list of posts."""

    def to_post(header: Record, message: Record) -> tuple[Post, list[Gap]]:
        user = message.record("user") if message.record("user").places else header.record("user")
        words = Words(source)
        words.add(message, "text_raw", "text", "content", "longText")
        passed = message.record("retweet") if "retweet" in message.places else message.record("retweeted_status")
        words.add(passed, "text_raw", "text", "content")
        native = message.word("user_id") or user.word("id")
        name = message.word("screen_name") or user.word("screen_name", "nickname") or source.name
        post = Post(
            Span(source.evidence, source.member, message.start, message.stop),
            PLATFORM,
            Container(PLATFORM, name, native),
            words.text,
            tuple(words.segments),
            "message",
            native,
            name,
            message.word("id", "mid", "bid"),
            sent=read_clock(message.word("created_at", "publish_time"), source.zone),
        )
        return post, words.gaps

    yield from read_chat(source, ("weibo", "statuses", "cards", "list"), to_post)
