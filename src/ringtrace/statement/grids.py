"""Tables that a report prints: columns say what is counted and rows where, or the other way round; or one figure a row.

Cells stand between tabs, bars or wide blanks; "Hebei: 57 / 19" is a row under "(detained / rescued)"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from ringtrace.statement.named_places import common_code, find_named, innermost
from ringtrace.statement.vocabulary import CHILD_STATUS, SUSPECT_STATUS, UNITS, fits, look_up
from ringtrace.text.folding import fold
from ringtrace.text.numbers.finding import find_numbers
from ringtrace.text.numbers.signs import as_decimal
from ringtrace.text.places.gazetteer import find_places

_SPLITS = (
    re.compile(r"\t"), re.compile(r" ?[|｜] ?"), re.compile(r" *\u3000[\u3000 ]*| {2,}"), re.compile(r" [/／] "),
)  # fmt: skip
"""What parts the cells of a line; the first that a line has holds.

Bars and blanks make a table of three lines or more, of which half hold a bare number."""
_SLASHED = re.compile(
    r"(?P<label>[^\n:：/]{1,40})[:：] ?(?P<cells>[0-9][0-9,]{0,11}(?: ?/ ?[0-9][0-9,]{0,11}){1,5})\s*"
)
_SLASHED_HEAD = re.compile(r"[(（]([^()（）\n]{3,160}/[^()（）\n]{2,160})[)）]")
_RULE = re.compile(r"[\s|｜:+\-—–]*")
_LONGEST_LINE = 2_000
_WHOLE_NUMBER = re.compile(r"\s*[0-9][0-9,]{0,11}\s*(?:[名人起个]|cases|people|children|suspects)?\s*")
_DIGITS = frozenset("0123456789,")
_MOST_ROWS, _MOST_CELLS = 400, 40
_FEWEST_ROWS, _FEWEST_LOOSE, _FEWEST_PLACES = 2, 3, 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure of a table. start, stop: code points of the text; place: a division code, "" for the whole.

    label: the first cell of its row.
    """

    start: int
    stop: int
    value: str
    quantity: str
    status: str
    place: str
    label: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table at code points [start, stop) of a text, with the figures read in it."""

    start: int
    stop: int
    cells: tuple[Cell, ...]


def find_grids(text: str) -> Iterator[Grid]:
    """Yield the tables of a text as it came (folding takes tabs for blanks).

    A table is a run of lines that have cells, parted in one way. One without a figure that is understood is yielded
    with no cells; its lines are then read as sentences.
    """
    rows: list[_Row] = []
    head = ""
    for row in _rows(text):
        if rows and (row.parted != rows[-1].parted or len(rows) >= _MOST_ROWS):
            yield from _grid(rows, head)
            head = rows[0].line if len(rows) == 1 else head
            rows = []
        if row.parted >= 0:
            rows.append(row)
        elif row.line.strip():
            head = row.line
    yield from _grid(rows, head)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line at code points [start, stop). parted: which split made its cells, -1 for a line without any."""

    start: int
    stop: int
    parted: int
    line: str
    cells: tuple[tuple[str, int], ...] = ()


_BY_SLASH = len(_SPLITS)


def _rows(text: str) -> Iterator[_Row]:
    """Yield the lines of a text with their cells: (text, code point where it begins). Rules (|---|) are left out."""
    at = 0
    for line in text.split("\n"):
        start, stop = at, at + len(line)
        at = stop + 1
        if len(line) > _LONGEST_LINE:
            yield _Row(start, stop, -1, "")
            continue
        if ("-" in line or "—" in line) and line.strip() and _RULE.fullmatch(line):
            continue
        if (slashed := _SLASHED.fullmatch(line)) is not None:
            yield _Row(start, stop, _BY_SLASH, line, tuple(_slashed_cells(slashed, start)))
            continue
        parted = next((n for n, split in enumerate(_SPLITS) if split.search(line.strip(" \u3000|｜"))), -1)
        yield _Row(start, stop, parted, line, tuple(_cells(line, start, _SPLITS[parted])) if parted >= 0 else ())


def _slashed_cells(match: re.Match[str], start: int) -> Iterator[tuple[str, int]]:
    yield match["label"], start + match.start("label")
    at = match.start("cells")
    for cell in match["cells"].split("/"):
        yield cell, start + at
        at += len(cell) + 1


def _cells(line: str, start: int, split: re.Pattern[str]) -> Iterator[tuple[str, int]]:
    """Yield the first cells of a line; bars at its ends part nothing."""
    lead = len(line) - len(line.lstrip(" \u3000|｜")) if split is not _SPLITS[0] else 0
    at, last = lead, len(line.rstrip(" \u3000|｜")) if split is not _SPLITS[0] else len(line)
    for count, match in enumerate(split.finditer(line, lead, last)):
        if count == _MOST_CELLS - 1:
            return
        yield line[at : match.start()], start + at
        at = match.end()
    yield line[at:last], start + at


def _grid(rows: Sequence[_Row], head: str) -> Iterator[Grid]:
    """head: the last line before the table."""
    if not rows:
        return
    if rows[0].parted and rows[0].parted != _BY_SLASH:
        numbered = sum(any(_WHOLE_NUMBER.fullmatch(text) for text, _ in row.cells[1:]) for row in rows)
        if len(rows) < _FEWEST_LOOSE or numbered * 2 < len(rows):
            return
    elif len(rows) < _FEWEST_ROWS:
        return
    cells = [row.cells for row in rows]
    kinds = [_kind(text) for text, _ in cells[0]]
    across = [innermost(find_named(fold(text).text)) for text, _ in cells[0][1:]]
    if rows[0].parted == _BY_SLASH:
        found = _under(cells, head)
    elif any(kinds[1:]):
        found = [cell for row in cells[1:] for cell in _row(row, kinds)]
    elif sum(1 for place in across if place) >= _FEWEST_PLACES:
        found = [cell for row in cells[1:] for cell in _turned(row, cells[0])]
    else:
        found = [cell for row in cells for cell in _row(row, ["", *[_kind(row[0][0])] * (len(row) - 1)], placed=False)]
    yield Grid(rows[0].start, rows[-1].stop, tuple(_total_placed(found)))


def _total_placed(cells: Sequence[Cell]) -> Iterator[Cell]:
    """Give the sum of places that lie in one province that province: 郑州, 洛阳, 合计."""
    holder = common_code([cell.place for cell in cells if cell.place])
    yield from (replace(cell, place=cell.place or holder) for cell in cells)


def _under(cells: Sequence[Sequence[tuple[str, int]]], head: str) -> list[Cell]:
    """The figures of rows "place: 57 / 19" under a line that says what they are: "(detained / rescued)"."""
    named = _SLASHED_HEAD.search(head)
    line = named[1] if named is not None else head[max(map(head.rfind, ":：")) + 1 :]
    kinds = [_kind(part) for part in line.split("/")]
    if not kinds or not all(kinds):
        return []
    return [cell for row in cells if len(row) == len(kinds) + 1 for cell in _row(row, ["", *kinds])]


def _turned(row: Sequence[tuple[str, int]], head: Sequence[tuple[str, int]]) -> Iterator[Cell]:
    """Yield the figures of a row that says what is counted, under places."""
    kind = _kind(row[0][0])
    for (where, _), (text, at) in zip(head[1:], row[1:], strict=False):
        label = fold(where).text
        place = innermost(find_named(label))
        if not isinstance(kind, str) and (place or look_up(label).has("total_row")):
            yield from _cell(text, at, kind, place, row[0][0].strip())


def _kind(text: str) -> tuple[str, str] | str:
    """Return what a heading counts as (quantity, status), "" where it counts nothing known.

    A heading of only a status ("arrested", 解救) counts suspects or children by it.
    """
    vocabulary = look_up(fold(text).text)
    nouns = [noun.kind for noun in vocabulary.nouns]
    statuses = [status.kind for status in vocabulary.statuses]
    if not nouns and statuses:
        nouns = ["suspects" if statuses[0] in SUSPECT_STATUS else "children" if statuses[0] in CHILD_STATUS else ""]
    named = next((noun for noun in reversed(nouns) if noun in UNITS and noun not in {"provinces", "persons"}), "")
    status = next((status for status in statuses if fits(named, status)), "")
    if not named and "persons" in nouns and status:
        named = "suspects" if status in SUSPECT_STATUS else "children"
    told = UNITS.get(named) in {"person", "family"} or status == "solved"
    return (named, status if told else "") if named else ""


def _place_of(label: str) -> str:
    """Return the place that a cell names; a cell that is nothing but a name may be any place of that name."""
    named = innermost(find_named(label))
    if named:
        return named
    whole = [place for place in find_places(label) if (place.start, place.stop) == (0, len(label.strip()))]
    return max(whole, key=lambda place: place.probability).code if whole else ""


def _row(
    row: Sequence[tuple[str, int]], kinds: Sequence[tuple[str, str] | str], *, placed: bool = True
) -> Iterator[Cell]:
    """Yield the figures of one row. placed: its first cell names a place, or the sum of all."""
    label = fold(row[0][0]).text
    place = _place_of(label) if placed else ""
    if placed and not place and not look_up(label).has("total_row"):
        return
    for (text, at), kind in zip(row, kinds, strict=False):
        if not isinstance(kind, str):
            yield from _cell(text, at, kind, place, row[0][0].strip())


def _cell(text: str, at: int, kind: tuple[str, str], place: str, label: str) -> Iterator[Cell]:
    if not _WHOLE_NUMBER.fullmatch(text):
        return
    for number in find_numbers(fold(text).text)[:1]:
        start = at + len(text) - len(text.lstrip())
        stop = start + sum(1 for _ in takewhile(_DIGITS.__contains__, text.lstrip()))
        yield Cell(start, stop, as_decimal(number.value), *kind, place, label)
