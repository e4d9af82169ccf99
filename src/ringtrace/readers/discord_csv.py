"""DiscordChatExporter's CSV: author id, author, date and words, a row a message."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.dates.clock import dates_as_written, read_clock
from ringtrace.text.dates.order import DateOrder, prove_order
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.opening import opens_markup
from ringtrace.text.tables.delimited import Row, read_field, sniff_delimiter, split_rows, split_table

NAME = "DiscordChatExporter CSV"
VERSION = "2"
PLATFORM = "discord"
PRODUCERS = "DiscordChatExporter (CSV), compared with its source of 2026"
KNOWN_GAPS = "no ids of messages, so no replies; the channel is known by the file's name alone"

_COLUMNS = ("AuthorID", "Author", "Date", "Content")
_HEAD = 65_536


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a table, from its column names."""
    if opens_markup(head):
        return 0.0
    _, names, _ = sniff_delimiter(head, detect(head))
    return 0.98 if [part.strip() for part in names[:4]] == [*_COLUMNS] else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every row; raises MalformedError where the columns are others."""
    charset = detect(source.data, source.charset)
    header = next(split_rows(source.data, charset, ",", source.limits.line_bytes), None)
    names = [] if header is None else [_word(source, charset, header, at) for at in range(len(header.fields))]
    if header is None or names[:4] != [*_COLUMNS]:
        raise MalformedError(source.name, f"columns are not {', '.join(_COLUMNS)}")
    yield Structure(Span(source.evidence, source.member, 0, header.stop), "header")
    order = _order(source, charset, header.stop)
    for row in split_table(source.data, charset, ",", source.limits.line_bytes, range(4), header.stop):
        if isinstance(row, Row):
            yield from _message(source, charset, row, order)
        else:
            yield row.told(source)


def _word(source: Source, charset: Charset, row: Row, at: int) -> str:
    if at >= len(row.fields) or row.fields[at].stop - row.fields[at].start > 4096:
        return ""
    return read_field(source.data, row.fields[at], charset.name)[0].strip()


def _order(source: Source, charset: Charset, start: int) -> DateOrder | None:
    """The exporter writes dates in its user's locale unless told otherwise: the file may prove their order."""
    rows = split_table(source.data, charset, ",", source.limits.line_bytes, range(4), start)
    written = dates_as_written(_word(source, charset, row, 2) for row in rows if isinstance(row, Row))
    return prove_order(written) if written else None


def _message(source: Source, charset: Charset, row: Row, order: DateOrder | None) -> Iterator[Post | Gap | Structure]:
    span = Span(source.evidence, source.member, row.start, row.stop)
    if len(row.fields) == 1 and row.fields[0].start == row.fields[0].stop:
        yield Structure(span, "blank line")
        return
    if len(row.fields) < len(_COLUMNS) or row.fields[3].stop - row.fields[3].start > source.limits.line_bytes:
        yield Gap(span, f"row of {len(row.fields)} fields, or text longer than the limit")
        return
    text, segments, invalid = read_field(source.data, row.fields[3], charset.name)
    title = (source.member or source.name).rsplit("/", 1)[-1].rsplit(".", 1)[0]
    yield Post(
        span,
        PLATFORM,
        Container(PLATFORM, title),
        text,
        segments,
        account_native=_word(source, charset, row, 0),
        account_name=_word(source, charset, row, 1),
        sent=read_clock(_word(source, charset, row, 2), source.zone, order),
    )
    for low, high in invalid:
        yield Gap(Span(source.evidence, source.member, low, high), f"bytes not {charset.name}")
