"""QQ's message archive as a page (the HTML part of its .mht export): one row a message, days between them."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Structure
from ringtrace.text import lexicon
from ringtrace.text.chats.qq_names import split_identity
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.pages.chat import ChatPage
from ringtrace.text.pages.html import Element
from ringtrace.text.pages.page import looks_like_html

NAME = "QQ message archive (HTML of .mht)"
VERSION = "2"
PLATFORM = "qq"
PRODUCERS = "QQ and TIM for Windows up to 9.7 (message manager, .mht)"

_SYSTEM_IDS = frozenset({"10000", "1000000"})
_FLOAT, _INDENT = "float:left", "padding-left:10px"


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a page: its title, and names that float before times."""
    if not head[:16].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return 0.0
    if b"<title>QQ Message</title>" in head:
        return 0.98
    marks = (b"float:left;margin-right:6px", b"padding-left:20px", b"padding-left:10px")
    return 0.95 if looks_like_html(head) and all(mark in head for mark in marks) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when there is none."""
    page = ChatPage(source)
    words = lexicon.load("chat_qq")
    partner = day = ""
    found = False
    cells = page.sheet.page.find("td")
    speaking = [cell for cell in cells if _speaks(cell)]
    page.claim(speaking)
    said = {cell.index for cell in speaking}
    ends = [*(later.index for later in cells[1:]), len(page.sheet.page.elements)]
    for cell, following in zip(cells, ends, strict=False):
        if cell.index in said:
            found = True
            yield _post(page, cell, partner or source.name, day)
            continue
        if following < cell.last:
            continue  # what is in a cell of its own is read there
        label, _, value = page.words([cell]).replace("：", ":").partition(":")
        if label.strip() in words["object"]:
            partner = value.strip()
        elif label.strip() in words["date"]:
            day = value.strip()
    if not found:
        raise MalformedError(source.name, "no message in this page; is it QQ's message archive?")
    yield from page.rest()


def _style(element: Element) -> str:
    return element.get("style").replace(" ", "").lower()


def _speaks(cell: Element) -> bool:
    """Whether the cell's first block holds a floating name: then it is a message's head."""
    first = next(cell.children(), None)
    if first is None or first.tag != "div" or _INDENT not in _style(first):
        return False
    inner = next(first.children(), None)
    return inner is not None and _FLOAT in _style(inner)


def _post(page: ChatPage, cell: Element, partner: str, day: str) -> Post:
    head, *parts = cell.children()
    label = next(head.children())
    name, native, title = split_identity(page.words([label]))
    time = page.words([head]).removeprefix(page.words([label])).strip()
    words = lexicon.load("chat_qq")
    system = native in _SYSTEM_IDS or name in words["system"]
    laid = page.lay(parts)
    return Post(
        page.keep(cell),
        PLATFORM,
        Container(PLATFORM, partner),
        laid.text,
        laid.segments,
        "system" if system else "message",
        "" if system else native,
        "" if system else name,
        sent=read_clock(f"{day} {time}".strip(), page.source.zone),
        author_role="operator" if title in words["operator_title"] else "",
    )
