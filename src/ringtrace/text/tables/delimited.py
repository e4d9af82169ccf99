"""Delimited tables (CSV and its kin) as byte ranges: where each field of each row stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from ringtrace.model.span import Segment
from ringtrace.text import offsets
from ringtrace.text.encoding import Charset, decode_runs
from ringtrace.text.tables.wordless_rows import Wordless, WordlessRows

DELIMITERS = (",", "\t", ";", "|")
_SNIFF_ROWS = 20
_MANY = 64
"""So many empty rows one after the other are one."""


@dataclass(frozen=True, slots=True)
class Field:
    """Bytes of a field's inside (without quotes); quoted says whether doubled quotes stand for one."""

    start: int
    stop: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Bytes of a whole row with its end mark, and its fields."""

    start: int
    stop: int
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class _Grammar:
    """Marks as bytes. stop: where an unquoted field may end; end: the end of a row; blank: many empty rows."""

    quote: bytes
    delimiter: bytes
    stop: re.Pattern[bytes]
    end: re.Pattern[bytes]
    blank: re.Pattern[bytes]


@cache
def _grammar(charset: str, delimiter: str) -> _Grammar:
    quote, comma = '"'.encode(charset), delimiter.encode(charset)
    feed, carriage = "\n".encode(charset), "\r".encode(charset)
    c, n, r = (re.escape(mark) for mark in (comma, feed, carriage))
    end = re.compile(b"%s%s|%s|%s" % (r, n, n, r))
    blank = re.compile(b"[\r\n]{%d,}" % _MANY if len(feed) == 1 else b"(?!)")
    return _Grammar(quote, comma, re.compile(b"%s|%s|%s" % (c, n, r)), end, blank)


def _plain_end(data: bytes, start: int, grammar: _Grammar) -> int:
    """Return where the unquoted field at ``start`` ends: the first mark on a whole code unit.

    Possessive patterns would say it shorter, but are wrong over groups before Python 3.11.5.
    """
    unit = len(grammar.quote)
    found = grammar.stop.search(data, start)
    while found and (found.start() - start) % unit:
        found = grammar.stop.search(data, found.start() + 1)
    return found.start() if found else len(data)


def _quote_end(data: bytes, start: int, limit: int, grammar: _Grammar) -> int:
    """Return where the quoted field whose inside begins at ``start`` ends, -1 when that is behind ``limit``."""
    quote = grammar.quote
    at = data.find(quote, start, limit)
    while at >= 0:
        if (at - start) % len(quote):
            at = data.find(quote, at + 1, limit)
        elif _has(data, at + len(quote), quote):
            at = data.find(quote, at + 2 * len(quote), limit)
        else:
            return at
    return -1


def split_table(
    data: bytes, charset: Charset, delimiter: str, longest: int, words: Iterable[int], start: int
) -> Iterator[Row | Wordless]:
    """Yield the rows below a header that ends at ``start``; many without words one after the other as one.

    words: columns whose being empty makes a row one without words.
    """
    return _split(data, charset, delimiter, longest, start, WordlessRows(charset.name, delimiter, words))


def split_rows(data: bytes, charset: Charset, delimiter: str, longest: int, start: int = 0) -> Iterator[Row]:
    """Yield the rows of ``data`` after a byte-order mark or ``start``; together they cover all of it.

    longest: most bytes of one quoted field. From the first quote without an end on, quotes are
    taken as they stand.
    """
    rows = _split(data, charset, delimiter, longest, start, None)
    return (row for row in rows if isinstance(row, Row))


def _split(
    data: bytes, charset: Charset, delimiter: str, longest: int, start: int, wordless: WordlessRows | None
) -> Iterator[Row | Wordless]:
    grammar = _grammar(charset.name, delimiter)
    at, size, quotes = max(start, charset.bom), len(data), True
    while at < size:
        blank = grammar.blank.match(data, at) if data[at] in b"\r\n" else None
        if blank:
            yield Row(at, blank.end(), (Field(at, at, False),))
            at = blank.end()
            continue
        stretch = wordless.find(data, at) if wordless else None
        if stretch:
            yield stretch
            at = stretch.stop
            continue
        start, fields = at, []
        while True:
            found = _quoted(data, at, grammar, longest) if quotes and _has(data, at, grammar.quote) else None
            if found is None and quotes and _has(data, at, grammar.quote):
                quotes = data.find(grammar.quote, at + len(grammar.quote), at + longest) >= 0
            if found:
                fields.append(found)
                at = found.stop + len(grammar.quote)
            else:
                stop = _plain_end(data, at, grammar)
                fields.append(Field(at, stop, False))
                at = stop
            if not _has(data, at, grammar.delimiter):
                break
            at += len(grammar.delimiter)
        end = grammar.end.match(data, at)
        at = end.end() if end else size
        yield Row(start, at, tuple(fields))


def _has(data: bytes, at: int, mark: bytes) -> bool:
    return data[at : at + len(mark)] == mark


def _quoted(data: bytes, at: int, grammar: _Grammar, longest: int) -> Field | None:
    """Return the quoted field at ``at``, or None when its end is missing or something follows it."""
    first = at + len(grammar.quote)
    stop = _quote_end(data, first, min(len(data), first + longest), grammar)
    if stop < 0:
        return None
    after = stop + len(grammar.quote)
    if after < len(data) and not _has(data, after, grammar.delimiter) and not grammar.end.match(data, after):
        return None
    return Field(first, stop, True)


def read_field(data: bytes, part: Field, charset: str) -> tuple[str, tuple[Segment, ...], tuple[tuple[int, int], ...]]:
    """Return (text, segments, invalid byte ranges) of a field."""
    decoded = decode_runs(data, part.start, part.stop, charset)
    if not part.quoted or '""' not in decoded.text:
        return decoded.text, decoded.segments, decoded.invalid
    codec = f"csv+{charset}"
    texts: list[str] = []
    segments: list[Segment] = []
    length = at = 0
    for segment in decoded.segments:
        between = decoded.text[at : segment.text_start]
        piece = offsets.decode(codec, data[segment.start : segment.stop])
        length += len(between)
        segments.append(Segment(length, length + len(piece), segment.start, segment.stop, codec))
        texts += (between, piece)
        length += len(piece)
        at = segment.text_stop
    texts.append(decoded.text[at:])
    return "".join(texts), tuple(segments), decoded.invalid


@lru_cache(maxsize=8)
def sniff_delimiter(head: bytes, charset: Charset) -> tuple[str, tuple[str, ...], int]:
    """Return (delimiter, header names, rows that have as many fields); ("", (), 0) when it is no table.

    Every reader of tables asks it of the same head: the answer is worked out once.
    """
    best: tuple[str, tuple[str, ...], int] = ("", (), 0)
    for delimiter in DELIMITERS:
        if delimiter == "|" and charset.name not in ("utf-8", "cp1252") and not charset.name.startswith("utf-16"):
            continue  # its byte is also the second half of double-byte characters
        found = split_rows(head, charset, delimiter, 1 << 16)
        rows = list(islice(found, 1))
        width = len(rows[0].fields) if rows else 0
        if width < 2:
            continue
        rows += islice(found, _SNIFF_ROWS - 1)
        if len(rows) > 1 and rows[-1].stop == len(head) and len(rows[-1].fields) < width:
            rows.pop()
        same = sum(len(row.fields) == width for row in rows)
        if same * 2 >= len(rows) and (same, width) > (best[2], len(best[1])):
            best = (delimiter, tuple(read_field(head, part, charset.name)[0] for part in rows[0].fields), same)
    return best
