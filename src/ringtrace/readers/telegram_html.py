"""Telegram Desktop's HTML export (``messages.html``): one page of one chat.

The page names people but not their ids, and the chat but not its number: where the same chat also came in
as JSON, the two are joined by their messages later on.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ringtrace.errors import MalformedError
from ringtrace.model.clock import NO_CLOCK, Clock
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Structure
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.dates.order import DateOrder
from ringtrace.text.pages.chat import ChatPage, classes
from ringtrace.text.pages.html import Element

NAME = "Telegram Desktop HTML"
VERSION = "2"
PLATFORM = "telegram"
PRODUCERS = "Telegram Desktop (messages.html), compared with its source of 2026"
KNOWN_GAPS = "no ids of people; until 2022 times without zone; the zone stated is that of winter also in summer"

_ORDER = DateOrder("dmy", "", "Telegram Desktop writes day.month.year")
_MARKS = (b'class="page_wrap"', b"from_name", b"pull_right date details", b'class="message ', b"userpic_wrap")
_CARDS = frozenset({"media_contact", "media_venue", "media_location", "media_live_location", "media_file"})


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a page, from the exporter's own class names."""
    if b"<" not in head[:64]:
        return 0.0
    found = sum(mark in head for mark in _MARKS)
    return 0.98 if found >= 3 else 0.6 if found == 2 and b'class="message ' in head else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when the page holds none."""
    page = ChatPage(source)
    blocks = page.named("message")
    if not blocks:
        raise MalformedError(source.name, "no message on this page; is it a Telegram export?")
    page.claim(blocks)
    header = next(iter(page.named("page_header")), None)
    name = page.words(page.within(header, "text")) if header else ""
    chat = Container("telegram", name or source.name)
    author = ""
    for block in blocks:
        service = "service" in classes(block)
        number = block.get("id").removeprefix("message")
        if service and (number.startswith("-") or not number):
            continue  # a day's heading
        if not service:
            author = page.words(page.within(block, "from_name", outside=("forwarded",))) or author
        yield _post(page, chat, block, author, number)
    yield from page.rest()


def _post(page: ChatPage, chat: Container, block: Element, author: str, number: str) -> Post:
    service = "service" in classes(block)
    if service:
        laid = page.lay(page.within(block, "body"))
    else:
        texts = page.within(block, "text")
        texts += list(chain.from_iterable(_card(page, media) for media in page.within(block, "media")))
        texts += page.within(block, "question") + page.within(block, "answer")
        laid = page.lay(texts)
    dates = page.within(block, "date", "details", outside=("forwarded",))
    return Post(
        page.keep(block),
        PLATFORM,
        chat,
        laid.text,
        laid.segments,
        "system" if service else "message",
        account_name="" if service else author,
        native_id=number,
        reply_native=_answered(page, block),
        sent=_clock(dates[0].get("title"), page.source.zone) if dates else NO_CLOCK,
    )


def _card(page: ChatPage, media: Element) -> list[Element]:
    """Return what a card of a person or place says; of a file its name."""
    kinds = classes(media)
    if not kinds & _CARDS:
        return []
    wanted = ("title",) if "media_file" in kinds else ("title", "description", "status")
    return [element for name in wanted for element in page.within(media, name)]


def _answered(page: ChatPage, block: Element) -> str:
    for part in page.within(block, "reply_to"):
        for link in part.descendants():
            mark = link.get("href").rpartition("#go_to_message")
            if link.tag == "a" and mark[1] and mark[2].isdigit():
                return mark[2]
    return ""


def _clock(written: str, zone: str) -> Clock:
    return read_clock(written, zone, _ORDER)
