"""Tables that agencies hand over: CSV in any charset, or the first sheet of an XLSX workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import python_calamine

from ringtrace.errors import EvidenceError, LimitError, MalformedError
from ringtrace.text.encoding import detect
from ringtrace.text.tables.delimited import sniff_delimiter

MOST_BYTES = 64 << 20
MOST_UNPACKED = 512 << 20
MOST_ROWS = 500_000
MOST_COLUMNS = 200
_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as a person counts it (the heading is row 1) and its cells as text, dates as ISO 8601."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def read_sheet(data: bytes, name: str) -> Sheet:
    """Return the table in ``data``; rows without any text are left out.

    Raises LimitError beyond the budgets above, MalformedError when it is no table.
    """
    if len(data) > MOST_BYTES:
        raise LimitError(name, f"is larger than {MOST_BYTES >> 20} MiB; split it")
    rows = _workbook(data, name) if data[:4] == b"PK\x03\x04" else _delimited(data, name)
    headings: tuple[str, ...] = ()
    kept: list[SheetRow] = []
    for number, cells in rows:
        if len(cells) > MOST_COLUMNS:
            raise LimitError(name, f"row {number} has more than {MOST_COLUMNS} columns")
        if not any(cells):
            continue
        if not headings:
            headings = tuple(cells)
            continue
        if len(kept) >= MOST_ROWS:
            raise LimitError(name, f"has more than {MOST_ROWS:,} rows; split it")
        kept.append(SheetRow(number, tuple(cells)))
    if not headings:
        raise EvidenceError(name, "holds no heading row")
    return Sheet(headings, tuple(kept))


def _delimited(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    charset = detect(data)
    try:
        text = data[charset.bom :].decode(charset.name)
    except UnicodeDecodeError as error:
        raise MalformedError(name, f"is no {charset.name} text", charset.bom + error.start) from error
    delimiter = sniff_delimiter(data[:_HEAD], charset)[0] or ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield number, [cell.strip("\ufeff \t\u3000") for cell in cells]
    except csv.Error as error:
        raise MalformedError(name, f"row {number + 1} cannot be read: {error}") from error


def _workbook(data: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
    except zipfile.BadZipFile as error:
        raise MalformedError(name, f"is no workbook: {error}") from error
    if unpacked > MOST_UNPACKED:
        raise LimitError(name, f"unpacks to more than {MOST_UNPACKED >> 20} MiB")
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        table = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, IndexError) as error:
        raise MalformedError(name, f"is no readable workbook: {error}") from error
    for number, cells in enumerate(table, 1):
        yield number, _texts(cells)


def _texts(cells: Sequence[object]) -> list[str]:
    return [_text(cell).strip("\ufeff \t\u3000") for cell in cells]


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
