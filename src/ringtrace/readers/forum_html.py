"""Threads of web boards: Discuz!, phpBB, vBulletin, XenForo and any other that repeats a block per post."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.clock import NO_CLOCK
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.pages.clock import read_time
from ringtrace.text.pages.kinds import page_kind
from ringtrace.text.pages.layout import EMPTY, lay_out
from ringtrace.text.pages.page import Sheet, invalid_bytes, looks_like_html, open_sheet, rest_of, site_of
from ringtrace.text.pages.thread import Contribution, Thread, later_page, read_thread

NAME = "Forum thread (HTML)"
VERSION = "3"
PLATFORM = "forum"
PRODUCERS = "Discuz! X, phpBB 3, vBulletin 3 to 5, XenForo 1 and 2, Phorum, any board that repeats a block per post"
KNOWN_GAPS = "pages that build themselves by script hold nothing to read"


def sniff(head: bytes, name: str) -> float:
    """Sure when blocks repeat that each hold an author, a time and words, and no story stands above them."""
    return page_kind(bytes(head)).get("forum", 0.0) if looks_like_html(head) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield one Post per contribution; everything else is Structure with its name."""
    sheet = open_sheet(bytes(source.data), source.charset)
    thread = read_thread(sheet)
    if thread is None:
        yield from _unrepeated(sheet, source)
        return
    kept: list[tuple[int, int]] = []
    names: dict[int, str] = {}
    container = Container("forum", site_of(source, sheet.page))
    opener = next((i for i, c in enumerate(thread.contributions) if c.opens), 0)
    for number, contribution in enumerate(thread.contributions):
        opens = number == opener and (contribution.opens or not later_page(source.url))
        post = _post(sheet, source, thread, contribution, container, opens)
        yield post
        kept.append((post.span.start, post.span.stop))
        names.update({i: what for i, what in contribution.left_out.items() if what != "another post"})
    yield from invalid_bytes(source, sheet.page, [c.body for c in thread.contributions])
    yield from rest_of(sheet, source, kept, names)


def _post(
    sheet: Sheet, source: Source, thread: Thread, contribution: Contribution, container: Container, opens: bool
) -> Post:
    page, block = sheet.page, contribution.block
    author, time = contribution.author, contribution.time
    title = thread.title if opens else EMPTY
    return Post(
        Span(source.evidence, source.member, page.byte(block.start), page.byte(block.stop)),
        "forum", container, contribution.body.text, contribution.body.segments, "message",
        account_native=author.native if author else "",
        account_name=author.name if author else "",
        native_id=contribution.native_id,
        reply_native=contribution.reply_native if contribution.reply_native != contribution.native_id else "",
        sent=read_time(time.written, source.zone, source.captured) if time else NO_CLOCK,
        title=title.text, title_segments=title.segments, thread=thread.title.text,
        author_role="operator" if contribution.operator else "",
    )  # fmt: skip


def _unrepeated(sheet: Sheet, source: Source) -> Iterator[Post | Gap | Structure]:
    """A board's page without posts (its head was cut, or it is a list of threads): one page post."""
    laid = lay_out(sheet.page)
    if laid.segments:
        span = Span(source.evidence, source.member, laid.segments[0].start, laid.segments[-1].stop)
        yield Post(span, "forum", Container("forum", site_of(source, sheet.page)), laid.text, laid.segments, "page")
        yield from rest_of(sheet, source, [(span.start, span.stop)])
    else:
        yield from rest_of(sheet, source, [])
    yield from invalid_bytes(source, sheet.page, [laid])
