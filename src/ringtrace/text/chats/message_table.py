"""Tables with a message a row, whose columns are known by their header words (data: ``lexicons/``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ringtrace.model.source import Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text import lexicon
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.tables.delimited import Field, Row, read_field, sniff_delimiter, split_rows, split_table

_HEAD = 65_536
_WORD_BYTES = 600


def find_columns(names: list[str], kind: str) -> dict[str, int]:
    """Return concept -> place of the column with the longest header word that the lexicon ``kind`` knows."""
    even = [" ".join(name.replace("_", " ").replace("-", " ").lower().split()) for name in names]
    found: dict[str, int] = {}
    for concept, terms in lexicon.load(kind).items():
        place = next((even.index(term) for term in terms if term in even), -1)
        if place >= 0:
            found[concept] = place
    return found


def sniff_columns(head: bytes, kind: str) -> tuple[dict[str, int], list[str]]:
    """Return (columns, header words) of what may be a table."""
    names = [name.strip("\ufeff ") for name in sniff_delimiter(head, detect(head))[1]]
    return find_columns(names, kind), names


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: the words of each known column, and the text with its way back."""

    span: Span
    words: Mapping[str, str]
    text: str
    segments: tuple[Segment, ...]


class MessageTable:
    """Reads one table. names: header words as written; columns: concept -> place."""

    def __init__(self, source: Source, kind: str) -> None:
        self.source = source
        self.charset: Charset = detect(source.data, source.charset)
        self.delimiter = sniff_delimiter(source.data[:_HEAD], self.charset)[0] or ","
        self.header = next(split_rows(source.data, self.charset, self.delimiter, source.limits.line_bytes), None)
        fields = self.header.fields if self.header else ()
        self.names = [read_field(source.data, part, self.charset.name)[0].strip("\ufeff ") for part in fields[:400]]
        self.columns = find_columns(self.names, kind)

    def rows(self) -> Iterator[TableRow | Gap | Structure]:
        """Yield every row below the header; a header that is repeated is Structure.

        Many rows without words, author and time, one after the other, are one Gap.
        """
        if self.header is None:
            return
        yield Structure(self._span(0, self.header.stop), "header")
        source, nameless = self.source, ("text", "sender", "sender_id", "author", "author_id", "sent")
        words = [self.columns[concept] for concept in nameless if concept in self.columns]
        longest = source.limits.line_bytes
        for row in split_table(source.data, self.charset, self.delimiter, longest, words, self.header.stop):
            if isinstance(row, Row):
                yield from self._row(row)
            else:
                yield row.told(source)

    def _span(self, start: int, stop: int) -> Span:
        return Span(self.source.evidence, self.source.member, start, stop)

    def _row(self, row: Row) -> Iterator[TableRow | Gap | Structure]:
        span = self._span(row.start, row.stop)
        words = {concept: self._word(row, place) for concept, place in self.columns.items() if concept != "text"}
        if len(row.fields) == 1 and row.fields[0].start == row.fields[0].stop:
            yield Structure(span, "blank line")
        elif all(self._word(row, place) == self.names[place] for place in self.columns.values()):
            yield Structure(span, "header again")
        elif len(row.fields) * 2 < len(self.names):
            yield Gap(span, f"row of {len(row.fields)} fields where the header has {len(self.names)}")
        else:
            yield from self._message(row, span, words)

    def _message(self, row: Row, span: Span, words: dict[str, str]) -> Iterator[TableRow | Gap]:
        place = self.columns.get("text", -1)
        part = row.fields[place] if 0 <= place < len(row.fields) else None
        if part is not None and part.stop - part.start > self.source.limits.line_bytes:
            yield Gap(span, "text longer than the limit")
            return
        text, segments, invalid = read_field(self.source.data, part, self.charset.name) if part else ("", (), ())
        yield TableRow(span, words, text, segments)
        for low, high in invalid:
            yield Gap(self._span(low, high), f"bytes not {self.charset.name}")

    def _word(self, row: Row, place: int) -> str:
        if place >= len(row.fields):
            return ""
        part = row.fields[place]
        bounded = Field(part.start, min(part.stop, part.start + _WORD_BYTES), part.quoted)
        return read_field(self.source.data, bounded, self.charset.name)[0].strip("\ufeff \t")
