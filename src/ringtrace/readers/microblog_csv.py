"""Posts of microblog accounts (a court's, the police's, a medium's) as tables of the common savers."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Structure
from ringtrace.text.chats.message_table import MessageTable, TableRow, sniff_columns
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.opening import opens_markup

NAME = "Microblog CSV"
VERSION = "2"
PLATFORM = "weibo"
PRODUCERS = "weibo-crawler, weiboSpider, weibo-search and tables of other microblogs (CSV)"
KNOWN_GAPS = "what a post passes on is not read from a table"

_KIND = "microblog_columns"


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a table: words, a time, and counts that only microblogs have."""
    if opens_markup(head) or not head[:4096].strip() or (b"," not in head[:4096] and b"\t" not in head[:4096]):
        return 0.0
    columns = sniff_columns(head, _KIND)[0]
    return 0.95 if {"text", "sent", "mark"} <= columns.keys() else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every post; raises MalformedError for a table without a column of words."""
    table = MessageTable(source, _KIND)
    if not {"text", "sent"} <= table.columns.keys():
        raise MalformedError(source.name, "no columns of words and time; is it a table of microblog posts?")
    stem = (source.member or source.name).rsplit("/", 1)[-1].rsplit(".", 1)[0]
    for row in table.rows():
        yield _post(source, row, stem) if isinstance(row, TableRow) else row


def _post(source: Source, row: TableRow, stem: str) -> Post:
    said = row.words
    name, native = said.get("author", "") or stem, said.get("author_id", "")
    return Post(
        row.span,
        PLATFORM,
        Container(PLATFORM, name, native),
        row.text,
        row.segments,
        account_native=native,
        account_name=name,
        native_id=said.get("id", ""),
        sent=read_clock(said.get("sent", ""), source.zone),
    )
