"""Excel workbook, one sheet a table, masked: nothing in it is run as a formula or opened as a link.

A cell holds 32,767 characters: longer text goes on in further columns "NAME (2)". A sheet holds 1,048,576 rows: longer
tables go on in further sheets. The map from text to bytes (``segments``) is left out; it stands in the tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from ringtrace.model.contract import TABLES
from ringtrace.model.material import Material, reference

NAME = "Excel workbook"
FOLDER = False
MASKED = True

_CELL, _ROWS = 32_767, 1_048_575
_FIRST = ("rings", "members", "actors", "accounts", "deals", "claims", "figures", "reconciliation", "questions")
_LEFT_OUT = frozenset({"segments", "title_segments"})
_SETTINGS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "in_memory": False,
}  # fmt: skip
_MADE = datetime(2000, 1, 1)
"""A fixed day: the same analysis gives the same bytes."""


def export(material: Material, target: Path) -> list[Path]:
    """Write the workbook to ``target``; returns it."""
    book = xlsxwriter.Workbook(str(target), _SETTINGS)
    book.set_properties({"title": material.case, "comments": material.note, "created": _MADE, "author": "Ringtrace"})
    bold = book.add_format({"bold": True})
    cover = book.add_worksheet("about")
    cover.write_string(0, 0, material.note)
    for name in (*_FIRST, *sorted(set(TABLES) - {*_FIRST})):
        rows = material.rows(name)
        columns = [c for c in (rows[0] if rows else TABLES[name].columns) if c not in _LEFT_OUT]
        for part, start in enumerate(range(0, max(1, len(rows)), _ROWS), start=1):
            sheet = book.add_worksheet(name if part == 1 else f"{name} ({part})")
            _fill(sheet, bold, columns, rows[start : start + _ROWS])
    book.close()
    return [target]


def _fill(sheet: Any, bold: Any, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:  # noqa: ANN401
    widths = {column: max((len(_pieces(row[column])) for row in rows), default=1) for column in columns}
    headings = [f"{c} ({n})" if n > 1 else c for c in columns for n in range(1, widths[c] + 1)]
    for at, heading in enumerate(headings):
        sheet.write_string(0, at, heading, bold)
    sheet.freeze_panes(1, 0)
    for number, row in enumerate(rows, start=1):
        for at, value in enumerate(_cells(row, columns, widths)):
            if isinstance(value, str):
                if value:
                    sheet.write_string(number, at, value)
            elif value is not None:
                sheet.write_number(number, at, value)


def _cells(row: Mapping[str, Any], columns: Sequence[str], widths: Mapping[str, int]) -> Iterator[Any]:
    for column in columns:
        pieces = _pieces(row[column])
        yield from pieces
        yield from [None] * (widths[column] - len(pieces))


def _pieces(value: Any) -> list[Any]:  # noqa: ANN401  any cell of a table
    """A cell as the cells it fills: numbers as they are, all else text of what a cell holds."""
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return [value]
    text = _text(value)
    return [text[at : at + _CELL] for at in range(0, len(text), _CELL)] or [""]


def _text(value: Any) -> str:  # noqa: ANN401  any cell of a table
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list) and value and isinstance(value[0], dict) and "evidence_id" in value[0]:
        return " ".join(reference(span) for span in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)
