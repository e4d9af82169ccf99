"""News pages: the story apart from navigation, advertising, related headlines and captions; comments under it."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.clock import NO_CLOCK
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.pages.article import Article, read_article
from ringtrace.text.pages.clock import read_time
from ringtrace.text.pages.kinds import page_kind
from ringtrace.text.pages.layout import EMPTY, Laid, lay_out
from ringtrace.text.pages.page import Sheet, invalid_bytes, looks_like_html, open_sheet, rest_of, site_of
from ringtrace.text.pages.post import comment_post
from ringtrace.text.pages.thread import Contribution, read_thread

NAME = "News page (HTML)"
VERSION = "2"
PLATFORM = "news"
PRODUCERS = "any article by its structure"


def sniff(head: bytes, name: str) -> float:
    """Sure when the page says that it is an article, or holds prose under a headline with a date."""
    return page_kind(bytes(head)).get("news", 0.0) if looks_like_html(head) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield the article, then its comments; what is left out is Structure with its name."""
    sheet = open_sheet(bytes(source.data), source.charset)
    page = sheet.page
    container = Container("news", site_of(source, page))
    article = read_article(sheet)
    body = article.body if article else lay_out(page)
    kept: list[tuple[int, int]] = []
    names = dict(article.left_out) if article else {}
    laid: list[Laid] = [body]
    if body.segments:
        post = _article(source, container, article, body)
        yield post
        kept.append((post.span.start, post.span.stop))
    for comment in _comments(sheet, article):
        post = comment_post(sheet, source, container, comment, article.title.text if article else "")
        yield post
        kept.append((post.span.start, post.span.stop))
        names.update({i: what for i, what in comment.left_out.items() if what != "another post"})
        laid.append(comment.body)
    for start, stop, what in article.dropped if article else ():
        yield Structure(Span(source.evidence, source.member, start, stop), what)
    yield from invalid_bytes(source, page, laid)
    yield from rest_of(sheet, source, kept, names)


def _article(source: Source, container: Container, article: Article | None, body: Laid) -> Post:
    title = article.title if article else EMPTY
    return Post(
        Span(source.evidence, source.member, body.segments[0].start, body.segments[-1].stop),
        "news", container, body.text, body.segments, "article",
        account_name=article.author if article else "",
        sent=read_time(article.written, source.zone, source.captured) if article and article.written else NO_CLOCK,
        title=title.text, title_segments=title.segments, thread=title.text,
    )  # fmt: skip


def _comments(sheet: Sheet, article: Article | None) -> list[Contribution]:
    """Contributions outside the story: repeated blocks with author, time and words."""
    thread = read_thread(sheet)
    if thread is None or article is None:
        return []
    return [
        c
        for c in thread.contributions
        if not article.part.holds(c.block) and not c.block.holds(article.part) and c.body.text
    ]
