"""A contribution of a page as a ``Post``: what the readers of threads, news and listings share."""

from __future__ import annotations

from ringtrace.model.clock import NO_CLOCK
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Source
from ringtrace.model.span import Span
from ringtrace.text.pages.clock import read_time
from ringtrace.text.pages.page import Sheet
from ringtrace.text.pages.thread import Contribution


def comment_post(sheet: Sheet, source: Source, container: Container, comment: Contribution, thread: str) -> Post:
    """Return a comment below an article or advert whose headline is ``thread``."""
    page, author, time = sheet.page, comment.author, comment.time
    return Post(
        Span(source.evidence, source.member, page.byte(comment.block.start), page.byte(comment.block.stop)),
        container.platform, container, comment.body.text, comment.body.segments, "comment",
        account_native=author.native if author else "", account_name=author.name if author else "",
        native_id=comment.native_id, reply_native=comment.reply_native,
        sent=read_time(time.written, source.zone, source.captured) if time else NO_CLOCK, thread=thread,
        author_role="operator" if comment.operator else "",
    )  # fmt: skip
