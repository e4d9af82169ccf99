"""Facebook's and Instagram's own download as web pages, the form it has unless JSON is asked for: one chat a page."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain

from ringtrace.errors import MalformedError
from ringtrace.model.clock import NO_CLOCK
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Structure
from ringtrace.text.dates.clock import dates_as_written, read_clock
from ringtrace.text.dates.order import DateOrder, prove_order
from ringtrace.text.pages.chat import ChatPage
from ringtrace.text.pages.html import Element
from ringtrace.text.pages.page import title_of

NAME = "Messenger and Instagram download (HTML)"
VERSION = "1"
PLATFORM = "messenger"
PRODUCERS = "Facebook's and Instagram's own download, HTML of 2020 to 2026, by its class names"
KNOWN_GAPS = "no ids and no zone; reactions are no text; months in words of languages that no lexicon has stay unread"

_BLOCK, _NAME, _WORDS, _TIME, _REACTIONS = (
    ("_a6-g", "_2lej"), ("_a6-i", "_2lek"), ("_a6-p", "_2let"), ("_a6-o", "_2lem"), ("_a6-q", "_tqp"),
)  # fmt: skip
"""Classes since 2022 and before: a message, who wrote it, what, when, and who marked it with which sign."""
_LONGEST = 400
"""Code points of a chat's name."""
_TITLE = ("_a70e", "_3b0d")


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a page: its classes, and that it is one of the folder of messages."""
    if b"<" not in head[:64]:
        return 0.0
    found = min(any(mark.encode() in head for mark in pair) for pair in (_BLOCK, _NAME, _WORDS, _TIME))
    where = "message" in name.lower() or b"_a72d" in head
    return 0.97 if found and where else 0.5 if found else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message, newest first as the page has them; raises MalformedError when it holds none.

    A block without a time is the list of who takes part, or a link to the group: it is structure.
    """
    page = ChatPage(source)
    blocks = [(block, _found(page, block, _TIME)) for block in _named(page, _BLOCK)]
    timed = [(block, page.words(times)) for block, times in blocks if times]
    timed = [(block, written) for block, written in timed if written]
    if not timed:
        raise MalformedError(source.name, "no message with a time on this page; is it a page of messages?")
    page.claim(block for block, _ in timed)
    dates = dates_as_written(reversed([written for _, written in timed]))
    order = prove_order(dates) if dates else None
    where = f"{source.name}/{source.member}".lower()
    platform = "instagram" if "instagram" in where else PLATFORM
    title = page.words(_named(page, _TITLE)) or title_of(page.sheet.page).text.strip()[:_LONGEST]
    chat = Container(platform, title or source.name, _thread(source))
    for block, written in timed:
        yield _post(page, chat, block, written, order)
    yield from page.rest()


def _post(page: ChatPage, chat: Container, block: Element, written: str, order: DateOrder | None) -> Post:
    parts = chain.from_iterable(_said(page, words) for words in _found(page, block, _WORDS))
    laid = page.lay(parts)
    author = page.words(_found(page, block, _NAME))
    return Post(
        page.keep(block),
        chat.platform,
        chat,
        laid.text,
        laid.segments,
        "message" if author else "system",
        account_name=author,
        sent=read_clock(written, page.source.zone, order) if written else NO_CLOCK,
    )


def _named(page: ChatPage, names: tuple[str, ...]) -> list[Element]:
    """Return the elements of the page with the first of the classes that it uses."""
    return next((found for name in names if (found := page.named(name))), [])


def _found(page: ChatPage, block: Element, names: tuple[str, ...]) -> list[Element]:
    return next((found for name in names if (found := page.within(block, name))), [])


def _said(page: ChatPage, words: Element) -> list[Element]:
    """Return the parts of a message's words that are no list of reactions."""
    apart = _found(page, words, _REACTIONS)
    if not apart:
        return [words]
    parts = []
    at, elements = words.index + 1, page.sheet.page.elements
    barred = [one.index for one in apart]
    while at < words.last:
        element = elements[at]
        next_barred = bisect_left(barred, at)
        if next_barred == len(barred) or barred[next_barred] >= element.last:
            parts.append(element)
            at = element.last
        else:
            at = element.last if barred[next_barred] == at else at + 1
    return parts


def _thread(source: Source) -> str:
    """Return the chat's folder, which the download names after it and its number, "" without one."""
    folders = (source.member or source.name).split("/")[:-1]
    last = folders[-1] if folders else ""
    return f"inbox/{last}" if last.rpartition("_")[2].isdigit() else ""
