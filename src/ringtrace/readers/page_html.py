"""Any other HTML page: its main text as one post; what is left out is Structure with its name."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.pages.clock import read_time
from ringtrace.text.pages.layout import lay_out
from ringtrace.text.pages.page import Sheet, invalid_bytes, looks_like_html, open_sheet, rest_of, site_of, title_of

NAME = "Any other HTML page"
VERSION = "2"
PLATFORM = "web"
PRODUCERS = "any other HTML page, SingleFile pages among them"

_ALWAYS_OUT = frozenset(("navigation", "page header", "page footer", "advertising", "head", "form"))


def sniff(head: bytes, name: str) -> float:
    """0.3 for anything that is HTML: readers of a known kind of page come first."""
    return 0.3 if looks_like_html(head) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield one Post of kind "page"; a page of furniture alone is read whole."""
    sheet = open_sheet(bytes(source.data), source.charset)
    page = sheet.page
    left_out = _left_out(sheet)
    laid = lay_out(page, None, left_out)
    if len(laid.text) * 5 < len(lay_out(page).text):
        left_out, laid = {}, lay_out(page)
    title = title_of(page)
    kept: list[tuple[int, int]] = []
    if laid.segments or title.segments:
        first = (laid.segments or title.segments)[0].start
        span = Span(source.evidence, source.member, first, (laid.segments or title.segments)[-1].stop)
        yield Post(
            span, "web", Container("web", site_of(source, page)), laid.text, laid.segments, "page",
            sent=read_time("", source.zone), title=title.text, title_segments=title.segments, thread=source.url,
        )  # fmt: skip
        kept.append((span.start, span.stop))
    yield from invalid_bytes(source, page, [laid, title])
    yield from rest_of(sheet, source, kept, left_out)


def _left_out(sheet: Sheet) -> dict[int, str]:
    """Furniture that stands by itself: no wrapper around most of the page's text."""
    found: dict[int, str] = {}
    at = 0
    elements = sheet.page.elements
    while at < len(elements):
        element = elements[at]
        what = sheet.furniture(element)
        small = sheet.size(element) * 2 < sheet.total
        if what in _ALWAYS_OUT and (small or what == "head"):
            found[element.index] = what
            at = element.last
        else:
            at += 1
    return found
