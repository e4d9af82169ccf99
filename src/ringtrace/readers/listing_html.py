"""Pages of adverts: one advert with its fields, or a list of several."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.pages.clock import read_time
from ringtrace.text.pages.kinds import page_kind
from ringtrace.text.pages.layout import lay_out
from ringtrace.text.pages.listing import Listing, read_listing
from ringtrace.text.pages.page import Sheet, invalid_bytes, looks_like_html, open_sheet, rest_of, site_of
from ringtrace.text.pages.post import comment_post
from ringtrace.text.pages.thread import Contribution, read_thread

NAME = "Listing page (HTML)"
VERSION = "2"
PLATFORM = "web"
PRODUCERS = "any classified advert with labelled fields, one or several a page"


def sniff(head: bytes, name: str) -> float:
    """Sure when fields of adverts are set off: price, contact, schema.org offers."""
    return page_kind(bytes(head)).get("listing", 0.0) if looks_like_html(head) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield one Post of kind "listing" per advert, its headline in the title, then comments below a single one."""
    sheet = open_sheet(bytes(source.data), source.charset)
    page = sheet.page
    container = Container("web", site_of(source, page))
    listing = read_listing(sheet)
    kept: list[tuple[int, int]] = []
    names: dict[int, str] = {}
    for advert in listing.adverts if listing else ():
        span = Span(source.evidence, source.member, page.byte(advert.block.start), page.byte(advert.block.stop))
        yield Post(
            span, "web", container, advert.body.text, advert.body.segments, "listing",
            account_native=advert.native, account_name=advert.name, native_id=advert.native_id,
            sent=read_time(advert.written, source.zone, source.captured),
            title=advert.title.text, title_segments=advert.title.segments, thread=source.url,
        )  # fmt: skip
        kept.append((span.start, span.stop))
        names.update(advert.left_out)
        yield from invalid_bytes(source, page, [advert.body])
    for comment in _comments(sheet, listing):
        post = comment_post(sheet, source, container, comment, listing.adverts[0].title.text if listing else "")
        yield post
        kept.append((post.span.start, post.span.stop))
        names.update({i: what for i, what in comment.left_out.items() if what != "another post"})
        yield from invalid_bytes(source, page, [comment.body])
    if listing is None:
        laid = lay_out(page)
        if laid.segments:
            span = Span(source.evidence, source.member, laid.segments[0].start, laid.segments[-1].stop)
            yield Post(span, "web", container, laid.text, laid.segments, "page")
            kept.append((span.start, span.stop))
        yield from invalid_bytes(source, page, [laid])
    yield from rest_of(sheet, source, kept, names)


def _comments(sheet: Sheet, listing: Listing | None) -> list[Contribution]:
    """Answers below a single advert: repeated blocks with author, time and words that are not adverts."""
    thread = read_thread(sheet) if listing is not None and len(listing.adverts) == 1 else None
    if thread is None or listing is None:
        return []
    block = listing.adverts[0].block
    return [c for c in thread.contributions if c.body.text and not c.block.holds(block)]
