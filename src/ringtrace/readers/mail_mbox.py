"""A mailbox in one file (mbox): each message handed back as a member, read in turn."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure

NAME = "Mailbox (mbox)"
VERSION = "1"
PLATFORM = "mail"
PRODUCERS = "mbox of Thunderbird, Apple Mail, Google Takeout, mail servers"

_FROM = re.compile(rb"From [^\n]{1,300}\n(?=[!-9;-~]{1,60}:|>From )")
_OPENING = re.compile(rb"(?:\r?\n){0,3}From [^\n]{0,240}[0-9]{1,2}:[0-9]{2}[^\n]{0,60}\n[!-9;-~]{1,60}:")


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a mailbox: a "From " line with a time, then header fields."""
    return 0.97 if _OPENING.match(head[:2048].removeprefix(b"\xef\xbb\xbf")) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when no "From " line begins one."""
    data, size = source.data, len(source.data)
    starts = _starts(data)
    message = next(starts, None)
    if message is None:
        raise MalformedError(source.name, 'no line "From " before header fields; is it a mailbox?')
    if message[0]:
        yield Structure(Span(source.evidence, source.member, 0, message[0]), "before the first message")
    number = 0
    while message is not None:
        (start, body), number = message, number + 1
        if number > source.limits.members:
            yield Gap(Span(source.evidence, source.member, start, size), f"more than {number - 1} messages")
            return
        message = next(starts, None)
        stop = message[0] if message else size
        last = min(stop, body + source.limits.member_bytes)
        content = bytes(data[body:last])
        yield Member(f"message {number}.eml", content, start, last, media_type="message/rfc822")
        if last < stop:
            yield Gap(Span(source.evidence, source.member, last, stop), "message longer than the limit")


def _starts(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield (start of the "From " line, start of the message) where a blank line or nothing stands before."""
    at = 0
    while (at := data.find(b"From ", at)) >= 0:
        before = bytes(data[max(0, at - 4) : at])
        fresh = at == 0 or before.endswith((b"\n\n", b"\n\r\n")) or (at <= 3 and not before.strip(b"\xef\xbb\xbf\r\n"))
        match = _FROM.match(data, at) if fresh else None
        if match:
            yield at, match.end()
            at = match.end()
        else:
            at += 5
