"""MediaCrawler's JSON and JSON lines: notes, videos, threads and their comments of seven Chinese platforms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text import jsonspan
from ringtrace.text.chats.json_export import Record, Words, read_chat, read_lines
from ringtrace.text.tables.crawled import TEXTS, TITLES, crawled_post, is_crawled, is_numbered, site_of

NAME = "MediaCrawler JSON"
VERSION = "1"
PLATFORM = "web"
PRODUCERS = "MediaCrawler of 2026 (JSON, JSON lines): Xiaohongshu, Douyin, Kuaishou, Bilibili, Weibo, Tieba, Zhihu"
KNOWN_GAPS = "lists of people (creators) are not read; where an author writes from is no text"

_HEAD = 65_536


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a file, by the fields of its first record."""
    opening = head[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not opening.startswith((b"{", b"[")) or b'_id"' not in head:
        return 0.0
    return 0.97 if is_crawled(_first_fields(head)) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every work and comment; raises MalformedError where the first record is neither."""
    fields = _first_fields(source.data[:_HEAD])
    if not is_crawled(fields):
        raise MalformedError(source.name, "no note or comment with the fields of MediaCrawler")
    site = site_of(fields)

    def to_post(_header: Record, record: Record) -> tuple[Post, list[Gap]] | None:
        return _post(source, site, record)

    start = jsonspan.skip_space(source.data, 3 if source.data[:3] == b"\xef\xbb\xbf" else 0, len(source.data))
    if source.data[start : start + 1] == b"[":
        yield from read_chat(source, (), to_post)
    else:
        yield from read_lines(source, to_post)


def _first_fields(head: bytes) -> list[str]:
    """Return the keys of the first record; of one that the head cuts those that stand in it."""
    at = jsonspan.skip_space(head, 3 if head[:3] == b"\xef\xbb\xbf" else 0, len(head))
    if head[at : at + 1] == b"[":
        at = jsonspan.skip_separator(head, at + 1, len(head))
    if head[at : at + 1] != b"{":
        return []
    stop = jsonspan.end_of_value(head, at, len(head))
    return list(Record(head, at, stop if stop > 0 else len(head)).places)


def _post(source: Source, site: str, record: Record) -> tuple[Post, list[Gap]] | None:
    if not is_numbered(record.places):
        return None
    words, title = Words(source), Words(source)
    words.add(record, *TEXTS)
    title.add(record, *TITLES)

    def word(names: Sequence[str]) -> str:
        return record.word(*names)

    span = Span(source.evidence, source.member, record.start, record.stop)
    laid, headed = (words.text, tuple(words.segments)), (title.text, tuple(title.segments))
    return crawled_post(span, site, word, laid, headed, source.zone), [*words.gaps, *title.gaps]
