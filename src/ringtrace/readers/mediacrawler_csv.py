"""MediaCrawler's tables: notes, videos, threads and their comments of seven Chinese platforms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.opening import opens_markup
from ringtrace.text.tables.crawled import NAMES, TEXTS, TIMES, TITLES, crawled_post, is_crawled, site_of
from ringtrace.text.tables.delimited import Field, Row, read_field, sniff_delimiter, split_rows, split_table

NAME = "MediaCrawler CSV"
VERSION = "1"
PLATFORM = "web"
PRODUCERS = "MediaCrawler (CSV, and its workbooks): of 2026: the platforms of its JSON"
KNOWN_GAPS = "as for its JSON"

_HEAD = 65_536
_WORD_BYTES = 600


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a table, from its column names."""
    if opens_markup(head):
        return 0.0
    _, names, _ = sniff_delimiter(head, detect(head))
    return 0.97 if is_crawled([part.strip("\ufeff ") for part in names]) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every row; raises MalformedError where the columns are others."""
    charset = detect(source.data, source.charset)
    delimiter = sniff_delimiter(source.data[:_HEAD], charset)[0] or ","
    limit = source.limits.line_bytes
    header = next(split_rows(source.data, charset, delimiter, limit), None)
    names = [_words(source, charset, part) for part in header.fields[:400]] if header else []
    if header is None or not is_crawled(names):
        raise MalformedError(source.name, "no columns of notes or comments; is it a table of MediaCrawler?")
    yield Structure(Span(source.evidence, source.member, 0, header.stop), "header")
    table = _Table(source, charset, names)
    said = [at for at, name in enumerate(names) if name in {*TEXTS, *TITLES, *TIMES, *NAMES}]
    for row in split_table(source.data, charset, delimiter, limit, said, header.stop):
        if isinstance(row, Row):
            yield from table.post(row)
        else:
            yield row.told(source)


def _words(source: Source, charset: Charset, part: Field) -> str:
    bounded = Field(part.start, min(part.stop, part.start + _WORD_BYTES), part.quoted)
    return read_field(source.data, bounded, charset.name)[0].strip("\ufeff \t")


class _Table:
    """Reads the cells of one table by their column names."""

    def __init__(self, source: Source, charset: Charset, names: list[str]) -> None:
        self.source, self.charset = source, charset
        self.places = {name: at for at, name in enumerate(names)}
        self.site = site_of(names)

    def cell(self, row: Row, names: Sequence[str]) -> Field | None:
        """Return the first of the named columns that the row fills."""
        for name in names:
            at = self.places.get(name, -1)
            if 0 <= at < len(row.fields) and row.fields[at].stop > row.fields[at].start:
                return row.fields[at]
        return None

    def post(self, row: Row) -> Iterator[Post | Gap | Structure]:
        """Yield what a row is: a post, or a gap where it has too few fields or too long a text."""
        source, span = self.source, Span(self.source.evidence, self.source.member, row.start, row.stop)
        long = any(part.stop - part.start > source.limits.line_bytes for part in row.fields)
        if len(row.fields) == 1 and row.fields[0].start == row.fields[0].stop:
            yield Structure(span, "blank line")
        elif len(row.fields) * 2 < len(self.places):
            yield Gap(span, f"row of {len(row.fields)} fields where the header has {len(self.places)}")
        elif long:
            yield Gap(span, "text longer than the limit")
        else:
            yield from self._post(row, span)

    def _post(self, row: Row, span: Span) -> Iterator[Post | Gap]:
        source, codec = self.source, self.charset.name
        parts = [self.cell(row, TEXTS), self.cell(row, TITLES)]
        read = [read_field(source.data, part, codec) if part else ("", (), ()) for part in parts]

        def word(names: Sequence[str]) -> str:
            part = self.cell(row, names)
            return _words(source, self.charset, part) if part else ""

        (text, segments, _), (title, heads, _) = read
        yield crawled_post(span, self.site, word, (text, segments), (title, heads), source.zone)
        for low, high in (stretch for one in read for stretch in one[2]):
            yield Gap(Span(source.evidence, source.member, low, high), f"bytes not {codec}")
