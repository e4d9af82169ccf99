"""Tables that a report prints: columns say what is counted, rows where; or rows say what, one figure each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from ringtrace.statement.named_places import find_named, innermost
from ringtrace.statement.vocabulary import CHILD_STATUS, SUSPECT_STATUS, UNITS, fits, look_up
from ringtrace.text.folding import fold
from ringtrace.text.numbers import as_decimal, find_numbers

_LINE = re.compile(r"[^\n]*\t[^\n]*")
_WHOLE_NUMBER = re.compile(r"\s*[0-9][0-9,]{0,11}\s*(?:[名人起个]|cases|people|children|suspects)?\s*")
_DIGITS = frozenset("0123456789,")
_MOST_ROWS, _MOST_CELLS = 400, 40
_FEWEST_ROWS = 2


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

    A table is a run of at least two lines whose cells stand between tabs.

    A table without a figure that is understood is yielded with no cells; its lines are then read as sentences.
    """
    rows: list[re.Match[str]] = []
    for match in _LINE.finditer(text):
        if rows and (match.start() != rows[-1].end() + 1 or len(rows) >= _MOST_ROWS):
            yield from _grid(rows)
            rows = []
        rows.append(match)
    yield from _grid(rows)


def _grid(rows: Sequence[re.Match[str]]) -> Iterator[Grid]:
    if len(rows) < _FEWEST_ROWS:
        return
    cells = [list(_cells(row)) for row in rows]
    kinds = [_kind(text) for text, _ in cells[0]]
    if any(kinds[1:]):
        found = [cell for row in cells[1:] for cell in _row(row, kinds)]
    else:
        found = [cell for row in cells for cell in _row(row, ["", *[_kind(row[0][0])] * (len(row) - 1)], placed=False)]
    yield Grid(rows[0].start(), rows[-1].end(), tuple(found))


def _cells(row: re.Match[str]) -> Iterator[tuple[str, int]]:
    """Yield (text, code point where it begins) of the first cells of a line."""
    at = row.start()
    for text in row.group().split("\t")[:_MOST_CELLS]:
        yield text, at
        at += len(text) + 1


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


def _row(
    row: Sequence[tuple[str, int]], kinds: Sequence[tuple[str, str] | str], *, placed: bool = True
) -> Iterator[Cell]:
    """Yield the figures of one row. placed: its first cell names a place, or the sum of all."""
    label = fold(row[0][0]).text
    place = innermost(find_named(label)) if placed else ""
    if placed and not place and not look_up(label).has("total_row"):
        return
    for (text, at), kind in zip(row, kinds, strict=False):
        if isinstance(kind, str) or not _WHOLE_NUMBER.fullmatch(text):
            continue
        for number in find_numbers(fold(text).text)[:1]:
            start = at + len(text) - len(text.lstrip())
            stop = start + sum(1 for _ in takewhile(_DIGITS.__contains__, text.lstrip()))
            yield Cell(start, stop, as_decimal(number.value), *kind, place, row[0][0].strip())
