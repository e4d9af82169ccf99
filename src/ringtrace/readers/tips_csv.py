"""Tips as a delimited table (CSV, TSV, semicolons), with or without a mapping file."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.errors import LimitError, MalformedError
from ringtrace.model.clock import NO_CLOCK
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text.dates.order import DateOrder
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import cut_at_character
from ringtrace.text.opening import opens_markup
from ringtrace.text.tables.delimited import Field, Row, read_field, sniff_delimiter, split_rows, split_table
from ringtrace.text.tables.tip_columns import TipColumns, choose_columns, column_order, guess_columns, read_sent
from ringtrace.text.tables.wordless_rows import Wordless

NAME = "Tips as a table"
VERSION = "2"
PLATFORM = "tip"
PRODUCERS = "any table of tips, with or without a mapping file"

_HEAD = 1 << 16
_MOST_COLUMNS = 16_384  # of a spreadsheet
_ENDINGS = (".csv", ".tsv", ".tab")


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a table of tips: by its header words, helped by the file's ending."""
    if opens_markup(head):
        return 0.0
    charset = detect(head)
    delimiter, names, rows = sniff_delimiter(head, charset)
    table = name.lower().endswith(_ENDINGS)
    if not delimiter or head[:1] in (b"{", b"["):
        return 0.3 if table and head.strip() else 0.0
    guessed = guess_columns(names)
    if "text" in guessed:
        return 0.9 if table else 0.7 if len(guessed) >= 2 and rows >= 2 else 0.0
    return 0.5 if table else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every tip; raises MappingError for a column that is not there, MalformedError for no table.

    The reporter's name and contacts never become part of the text; tips have no account.
    """
    charset = detect(source.data, source.charset)
    delimiter = sniff_delimiter(source.data[:_HEAD], charset)[0]
    header = next(split_rows(source.data, charset, delimiter or ",", source.limits.line_bytes), None)
    if header is None:
        raise MalformedError(source.name, "an empty table")
    if len(header.fields) > _MOST_COLUMNS:
        raise LimitError(source.name, f"a table of more than {_MOST_COLUMNS} columns")
    names = [read_field(source.data, part, charset.name)[0] for part in header.fields]
    columns = choose_columns(source, names)
    places = {concept: names.index(name) for concept, name in columns.columns.items()}
    yield Structure(Span(source.evidence, source.member, 0, header.stop), "header")
    reading = _Reading(source, charset, columns, places)
    reading.prove(delimiter or ",", header.stop)
    for row in reading.rows(delimiter or ",", header.stop):
        if isinstance(row, Row):
            yield from reading.row(row, len(names))
        else:
            yield row.told(source)


class _Reading:
    """Turns the rows of one table into posts."""

    def __init__(self, source: Source, charset: Charset, columns: TipColumns, places: dict[str, int]) -> None:
        self.source = source
        self.charset = charset
        self.columns = columns
        self.places = places
        self.order: DateOrder | None = None
        self.container = Container(PLATFORM, (source.member or source.name).rsplit("/", 1)[-1])

    def rows(self, delimiter: str, start: int) -> Iterator[Row | Wordless]:
        """Yield the rows below the header; a tip says something by its text, its title or its address."""
        words = [self.places[concept] for concept in ("text", "title", "url") if concept in self.places]
        return split_table(self.source.data, self.charset, delimiter, self.source.limits.line_bytes, words, start)

    def prove(self, delimiter: str, start: int) -> None:
        """Look through the whole sent column for a number that proves the order of day and month."""
        at = self.places.get("sent")
        if at is None or self.columns.sent_format:
            return
        rows = (row for row in self.rows(delimiter, start) if isinstance(row, Row))
        self.order = column_order(self.text(row.fields[at]) for row in rows if at < len(row.fields))

    def bounded(self, part: Field) -> Field:
        """Return the field cut to the limit, at a character and outside a doubled quote."""
        longest = self.source.limits.line_bytes
        if part.stop - part.start <= longest:
            return part
        stop = cut_at_character(self.source.data, part.start, part.start + longest, self.charset.name)
        quote = '"'.encode(self.charset.name)
        while part.quoted and stop > part.start and self.source.data[stop - len(quote) : stop] == quote:
            stop -= len(quote)
        return Field(part.start, stop, part.quoted)

    def text(self, part: Field) -> str:
        return read_field(self.source.data, self.bounded(part), self.charset.name)[0]

    def cell(self, row: Row, concept: str) -> str:
        at = self.places.get(concept)
        return self.text(row.fields[at]).strip() if at is not None and at < len(row.fields) else ""

    def row(self, row: Row, width: int) -> Iterator[Post | Gap | Structure]:
        span = Span(self.source.evidence, self.source.member, row.start, row.stop)
        if len(row.fields) == 1 and row.fields[0].start == row.fields[0].stop:
            yield Structure(span, "blank line")
            return
        if self.places["text"] >= len(row.fields):
            yield Gap(span, f"row of {len(row.fields)} fields where the header has {width}")
            return
        text, segments, invalid = self.piece(row, "text")
        title, title_segments, bad_title = self.piece(row, "title")
        sent = self.cell(row, "sent")
        native = self.cell(row, "id")
        yield Post(
            span,
            PLATFORM,
            self.container,
            text,
            segments,
            "tip",
            native_id=native,
            sent=read_sent(sent, self.columns, self.order) if sent else NO_CLOCK,
            title=title,
            title_segments=title_segments,
            thread=self.cell(row, "url"),
        )
        for low, high in (*invalid, *bad_title):
            yield Gap(Span(self.source.evidence, self.source.member, low, high), f"bytes not {self.charset.name}")
        whole, kept = row.fields[self.places["text"]], self.bounded(row.fields[self.places["text"]])
        if kept.stop < whole.stop:
            yield Gap(Span(self.source.evidence, self.source.member, kept.stop, whole.stop), "text over the limit")

    def piece(self, row: Row, concept: str) -> tuple[str, tuple[Segment, ...], tuple[tuple[int, int], ...]]:
        at = self.places.get(concept)
        if at is None or at >= len(row.fields):
            return "", (), ()
        return read_field(self.source.data, self.bounded(row.fields[at]), self.charset.name)
