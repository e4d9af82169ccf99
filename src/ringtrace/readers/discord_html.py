"""DiscordChatExporter's web pages, light or dark: one channel with its messages, replies and embeds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from ringtrace.errors import MalformedError
from ringtrace.model.clock import NO_CLOCK, Clock
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Structure
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.pages.chat import ChatPage, classes
from ringtrace.text.pages.html import Element

NAME = "DiscordChatExporter HTML"
VERSION = "1"
PLATFORM = "discord"
PRODUCERS = "DiscordChatExporter (HtmlDark, HtmlLight), compared with its source of 2026; older pages by their classes"
KNOWN_GAPS = "the server's id is not in the page; reactions are no text"

_MARKS = (b"chatlog__message-group", b"chatlog__message", b"data-message-id", b"chatlog__author", b"preamble__entry")
_EPOCH = 1_420_070_400_000
"""Milliseconds of 2015-01-01 UTC, from which Discord's ids count (its developers' reference, "Snowflakes")."""
_GROUP_HEAD = 4
"""Elements at the start of a group among which older pages name its author and time."""
_CHANNEL = re.compile(r"\[([0-9]{15,20})\]")
_WORDS = (
    "chatlog__markdown-preserve", "chatlog__embed-title", "chatlog__embed-description", "chatlog__embed-field-name",
    "chatlog__embed-field-value", "chatlog__embed-footer-text", "chatlog__embed-invite-guild-name",
    "chatlog__attachment-generic-name",
)  # fmt: skip
_OLD_WORDS = ("chatlog__content", *_WORDS[1:])


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a page, from the exporter's own class names."""
    if b"<" not in head[:64]:
        return 0.0
    found = sum(mark in head for mark in _MARKS)
    return 0.98 if found >= 4 else 0.9 if found == 3 and b"chatlog__message" in head else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when the page holds none."""
    page = ChatPage(source)
    blocks = page.named("chatlog__message-container") or page.named("chatlog__message")
    blocks = [block for block in blocks if _number(block)]
    if not blocks:
        raise MalformedError(source.name, "no message on this page; is it a page of DiscordChatExporter?")
    page.claim(blocks)
    entries = page.named("preamble__entry")[:2]
    said = [page.words([entry]).rpartition(" / ")[2] for entry in entries]  # a channel stands behind its category
    title = " / ".join(filter(None, said))
    in_name = _CHANNEL.search(source.member or source.name)
    chat = Container(PLATFORM, title or source.name, in_name[1] if in_name else "")
    author = ("", "")
    for block in blocks:
        notice = page.within(block, "chatlog__system-notification-content")
        author = _author(page, block) or author
        yield _post(page, chat, block, author, notice)
    yield from page.rest()


def _post(page: ChatPage, chat: Container, block: Element, author: tuple[str, str], notice: list[Element]) -> Post:
    preserved = page.within(block, _WORDS[0])
    names = _WORDS if preserved else _OLD_WORDS
    barred = ("chatlog__reply", "chatlog__reference")
    parts = notice or list(chain.from_iterable(page.within(block, name, outside=barred) for name in names))
    laid = page.lay(sorted(parts, key=lambda part: part.index))
    number = _number(block)
    return Post(
        page.keep(block),
        PLATFORM,
        chat,
        laid.text,
        laid.segments,
        "system" if notice else "message",
        author[0],
        author[1],
        number,
        _answered(page, block),
        _sent(page, block, number),
        state="edited" if page.within(block, "chatlog__edited-timestamp", outside=barred) else "",
    )


def _author(page: ChatPage, block: Element) -> tuple[str, str] | None:
    """Return (id, name) of who writes, None where the page goes on with the one before."""
    names = ("chatlog__author", "chatlog__system-notification-author")
    found = next(chain.from_iterable(page.within(block, name) for name in names), None)
    found = found or _of_group(block, "chatlog__author-name")
    return (found.get("data-user-id"), page.words([found])) if found else None


def _of_group(block: Element, name: str) -> Element | None:
    """Return what older pages say once for a group of messages, at its head."""
    above = block.parent
    if above is None or "chatlog__messages" not in classes(above):
        return None
    return next((part for part in islice(above.children(), _GROUP_HEAD) if name in classes(part)), None)


def _number(block: Element) -> str:
    """Return the message's id, "" for a block that has none."""
    number = block.get("data-message-id")
    return number if number.isascii() and number.isdigit() and len(number) <= 20 else ""


def _answered(page: ChatPage, block: Element) -> str:
    """Return the id of the message that this one answers, as the page's own link names it."""
    for link in page.within(block, "chatlog__reply-link") + page.within(block, "chatlog__reference-link"):
        number = re.search(r"'([0-9]{1,20})'", link.get("onclick"))
        if number:
            return number[1]
    return ""


def _sent(page: ChatPage, block: Element, number: str) -> Clock:
    """Return the time that the message's id holds, as written on the page.

    The page words times as the exporter's own language and zone have them and says the zone once or not at all.
    """
    names = ("chatlog__timestamp", "chatlog__short-timestamp", "chatlog__system-notification-timestamp")
    found = next(chain.from_iterable(page.within(block, name) for name in names), None)
    found = found or _of_group(block, names[0])
    written = (found.get("title") or page.words([found])) if found else ""
    if len(number) >= 15:
        at = ((int(number) >> 22) + _EPOCH) * 1_000
        return Clock(written, at, "stated", "UTC", "the time that Discord's id of the message holds")
    return read_clock(written, page.source.zone) if written else NO_CLOCK
