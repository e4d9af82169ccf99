"""Workbooks (xlsx): each sheet handed back as a table ``sheet NAME``, which the readers of tables then read.

The words of a sheet stand apart from its cells in the file, so a span counts in the table as it was laid out, not in
the file; that is what the member's name says. Formulas are not worked out: the value that was saved counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Remark, Span, Structure
from ringtrace.text.office.parts import held_parts, is_office, walk, written_rows
from ringtrace.text.office.workbook import BOOK, RELATIONS, STRINGS, STYLES, Book, Sheet, laid_out, open_book
from ringtrace.text.packing.zip_members import read_members

NAME = "Workbook (xlsx)"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "xlsx of Excel, WPS, LibreOffice, and of exporters that write workbooks"
KNOWN_GAPS = "spans count in the table of a sheet, not in the file; text boxes, charts and forms are not read"

_SHARED = frozenset((BOOK, RELATIONS, STRINGS, STYLES))
_SHEETS, _COMMENTS = "xl/worksheets/", ("xl/comments", "xl/threadedComments/")
_ABOVE = 5
"""Rows of one cell each that may stand above a table as its title."""


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a workbook: a zip with the parts of one."""
    named = name.lower().endswith((".xlsx", ".xlsm"))
    return 0.97 if is_office(head, b"xl/") or (named and is_office(head, b"")) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member | Remark]:
    """Yield the table of every sheet, notes on cells, pictures; raises MalformedError without a zip's directory."""
    book = open_book(held_parts(source, _SHARED.__contains__))
    whole = Span(source.evidence, source.member, 0, len(source.data))
    for fault in book.faults:
        yield Remark(whole, f"workbook: {fault}; words that stand behind it are missing from its sheets")
    for item in read_members(source):
        if not isinstance(item, Member):
            yield item
        elif item.path.startswith(_SHEETS) and item.path.endswith(".xml"):
            yield from _sheet(source, book, item)
        elif item.path.startswith(_COMMENTS):
            yield from _comments(source, item)
        elif item.path.endswith((".xml", ".rels", ".vml", ".bin")):
            yield Structure(Span(source.evidence, source.member, item.start, item.stop), "part of the workbook")
        else:
            yield item


def _sheet(source: Source, book: Book, part: Member) -> Iterator[Gap | Structure | Member]:
    """Yield a sheet's table; rows of one cell above it are its title, which would hide the names of its columns."""
    span = Span(source.evidence, source.member, part.start, part.stop)
    sheet = Sheet(book, part.data)
    name = book.sheets.get(part.path) or part.path.rpartition("/")[2].removesuffix(".xml")
    rows = sheet.rows
    above = _title_rows(rows)
    for path, some in ((f"sheet {name}, title.txt", rows[:above]), (f"sheet {name}", rows[above:])):
        content, whole = written_rows(laid_out(some), source.limits.member_bytes)
        if content:
            yield Member(path, content, part.start, part.stop, media_type="text/plain", charset="utf-8")
        if not whole:
            yield Gap(span, f"sheet {name!r} is larger than {source.limits.member_bytes} bytes")
    if sheet.missing:
        yield Gap(span, f"sheet {name!r}: the words of {sheet.missing} cells are not among the shared strings")
    if sheet.fault:
        yield Gap(span, f"sheet {name!r}: {sheet.fault}")
    elif not rows and not sheet.missing:
        yield Structure(span, "empty sheet")


def _title_rows(rows: list[dict[int, str]]) -> int:
    filled = [len(row) for row in rows[: _ABOVE + 1]]
    above = next((at for at, count in enumerate(filled) if count > 1), 0)
    return above


def _comments(source: Source, part: Member) -> Iterator[Gap | Structure | Member]:
    """Yield the notes on a sheet's cells as text, one a line; their place is the cell's."""
    notes: list[list[str]] = []
    inside: list[str] = []

    def opened(tag: str, named: Mapping[str, str]) -> None:
        inside.append(tag)
        if tag in ("comment", "threadedComment"):
            notes.append([named.get("ref", ""), ""])

    def said(text: str) -> None:
        if inside[-1:] in (["t"], ["text"]) and notes:
            notes[-1][1] += text

    fault = walk(part.data, opened, lambda _: inside.pop(), said)
    span = Span(source.evidence, source.member, part.start, part.stop)
    content, _ = written_rows((note for note in notes if note[1].strip()), source.limits.member_bytes)
    if content:
        name = f"notes {part.path.rpartition('/')[2].removesuffix('.xml')}.txt"
        yield Member(name, content, part.start, part.stop, media_type="text/plain", charset="utf-8")
    else:
        yield Structure(span, "notes without words")
    if fault:
        yield Gap(span, f"{part.path}: {fault}")
