"""The sheets of a workbook (xlsx) as rows of words: shared strings, dates by their format, numbers as shown."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from ringtrace.text.office.parts import relations, walk

STRINGS, STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
BOOK, RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
"""Formats of dates and times that every workbook has without saying so (ECMA-376 part 1, 18.8.30)."""
_UNSAID = re.compile(r'"[^"]{0,255}+"|\[[^\]]{0,255}+\]|\\.|General')
"""Parts of a format that show no time. A format has 255 characters (ECMA-376 leaves it open, Excel does not)."""
_PLACE = re.compile(r"([A-Z]{1,3})[0-9]")
_DAY_ZERO = datetime(1899, 12, 30)
_DAY_ZERO_1904 = datetime(1904, 1, 1)
_MOST_DAYS = 2_958_466
"""9999-12-31, the last day that a sheet knows."""
_WIDEST = 1_024
"""Columns in which cells keep their place; what stands further right follows the cell before it."""
_LONGEST_PLACE = 12
"""Digits of a place in a list, leading zeros among them; a longer one names nothing that a part could hold."""
_EXACT_DIGITS = 15
"""Digits that a sheet keeps of a number."""


@dataclass(slots=True)
class Book:
    """What the sheets share. sheets: path of a part -> name; dated: number of a style -> whether it shows a time."""

    strings: list[str] = field(default_factory=list)
    sheets: dict[str, str] = field(default_factory=dict)
    dated: list[bool] = field(default_factory=list)
    since_1904: bool = False
    faults: list[str] = field(default_factory=list)


def open_book(parts: Mapping[str, bytes]) -> Book:
    """Return what the held parts say; a part that is missing or broken off leaves its share empty and a fault."""
    book = Book()
    _read_names(book, parts.get(BOOK, b""), relations(parts.get(RELATIONS, b"")))
    _read_styles(book, parts.get(STYLES, b""))
    if STRINGS in parts:
        book.strings, fault = _strings(parts[STRINGS])
        book.faults += [f"{STRINGS}: {fault}"] if fault else []
    return book


def _read_names(book: Book, data: bytes, targets: Mapping[str, str]) -> None:
    """Each name once, the second of a name with "#2": a span names the sheet that it counts in."""
    taken: Counter[str] = Counter()

    def opened(tag: str, named: Mapping[str, str]) -> None:
        if tag == "sheet":
            target = targets.get(named.get("id", ""), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            name = named.get("name", "")
            taken[name] += 1
            book.sheets[path] = f"{name}#{taken[name]}" if taken[name] > 1 else name
        elif tag == "workbookPr":
            book.since_1904 = named.get("date1904") in ("1", "true")

    if data:
        walk(data, opened, lambda _: None, lambda _: None)


def _read_styles(book: Book, data: bytes) -> None:
    codes: dict[str, str] = {}
    inside: list[str] = []

    def opened(tag: str, named: Mapping[str, str]) -> None:
        inside.append(tag)
        if tag == "numFmt":
            codes[named.get("numFmtId", "")] = named.get("formatCode", "")
        elif tag == "xf" and "cellXfs" in inside[-2:]:
            book.dated.append(_shows_time(named.get("numFmtId", "0"), codes))

    if data:
        walk(data, opened, lambda _: inside.pop(), lambda _: None)


def _shows_time(number: str, codes: Mapping[str, str]) -> bool:
    if number in codes:
        return any(letter in "ymdhsYMDHS" for letter in _UNSAID.sub("", codes[number]))
    return _position(number) in _DATE_FORMATS


def _position(said: str) -> int:
    """Return the place in a list that an attribute or a cell names; beyond every list where it is no such number."""
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _LONGEST_PLACE else sys.maxsize


def _strings(data: bytes) -> tuple[list[str], str]:
    """Return (the shared strings, why reading ended early or ""); runs of one string joined, readings left out."""
    found: list[str] = []
    parts: list[str] = []
    inside: list[str] = []

    def opened(tag: str, _named: Mapping[str, str]) -> None:
        inside.append(tag)
        if tag == "si":
            parts.clear()

    def closed(tag: str) -> None:
        inside.pop()
        if tag == "si":
            found.append("".join(parts))

    def said(text: str) -> None:
        if inside[-1:] == ["t"] and "rPh" not in inside[-3:]:
            parts.append(text)

    return found, walk(data, opened, closed, said)


class Sheet:
    """The rows of one sheet that hold a word: column, counted from 0, -> words.

    fault: why reading ended early, "" when it did not. missing: cells whose words the shared strings do not hold.
    """

    def __init__(self, book: Book, data: bytes) -> None:
        self._book = book
        self.rows: list[dict[int, str]] = []
        self.missing = 0
        self._row: dict[int, str] = {}
        self._after = 0
        self._inside: list[str] = []
        self._cell: Mapping[str, str] = {}
        self._value: list[str] = []
        self.fault = walk(data, self._opened, self._closed, self._said)

    def _opened(self, tag: str, named: Mapping[str, str]) -> None:
        self._inside.append(tag)
        if tag == "c":
            self._cell = named
            self._value.clear()
        elif tag == "row":
            self._row, self._after = {}, 0

    def _said(self, text: str) -> None:
        if self._inside[-1:] in (["v"], ["t"]) and "rPh" not in self._inside[-3:]:
            self._value.append(text)

    def _closed(self, tag: str) -> None:
        self._inside.pop()
        if tag == "c":
            column = self._column()
            self._after = max(self._after, column + 1)
            if words := self._words("".join(self._value)):
                self._row[column] = words
        elif tag == "row" and self._row:
            self.rows.append(self._row)

    def _column(self) -> int:
        place = _PLACE.match(self._cell.get("r", ""))
        column = 0
        for letter in place[1] if place else "":
            column = column * 26 + ord(letter) - 64
        return column - 1 if self._after < column <= _WIDEST else self._after

    def _words(self, value: str) -> str:
        kind, style = self._cell.get("t", "n"), self._cell.get("s", "")
        if not value:
            return ""
        if kind == "s":
            at = _position(value)
            if at < len(self._book.strings):
                return self._book.strings[at]
            self.missing += 1
            return ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind != "n":
            return value
        at = _position(style)
        dated = at < len(self._book.dated) and self._book.dated[at]
        return (written_time(value, self._book.since_1904) if dated else "") or written_number(value)


def laid_out(rows: Sequence[dict[int, str]]) -> Iterator[list[str]]:
    """Yield the cells of each row at the places of their columns, no row shorter than the first."""
    least = max(rows[0]) + 1 if rows else 0
    for row in rows:
        yield [row.get(column, "") for column in range(max(least, max(row) + 1))]


def written_number(value: str) -> str:
    """Return a number as a sheet shows it without a format: "1.3800138E10" is 13800138000; else what stands there."""
    try:
        exact = Decimal(value)
        if not exact.is_finite() or abs(exact.adjusted()) > 2 * _EXACT_DIGITS:
            return value
        if exact == exact.to_integral_value():
            return format(exact.to_integral_value(), "f")
        return format(Decimal(repr(float(value))), "f")
    except (InvalidOperation, ValueError):
        return value


def written_time(value: str, since_1904: bool) -> str:
    """Return the day and time of a sheet's serial number ("2024-01-02 10:05:00"), "" where it is none.

    Days before March 1900 are one less than the sheet counts, because it holds 1900 to be a leap year.
    """
    try:
        days = float(value)
    except ValueError:
        return ""
    if not 0 <= days < _MOST_DAYS:
        return ""
    seconds = round((days % 1) * 86_400)
    zero = _DAY_ZERO_1904 if since_1904 else _DAY_ZERO
    early = 1 if not since_1904 and 0 < days < 60 else 0
    try:
        moment = zero + timedelta(days=int(days) + early, seconds=seconds)
    except OverflowError:  # the last day is another one from 1904 on, and its last half second is the next day
        return ""
    if days < 1 and not since_1904:
        return moment.strftime("%H:%M:%S")
    return moment.strftime("%Y-%m-%d %H:%M:%S") if seconds else moment.strftime("%Y-%m-%d")
