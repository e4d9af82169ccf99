"""The rows of a tip file with what the reporter said of themselves apart: where it stands, and the file without it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from ringtrace.errors import MalformedError
from ringtrace.model.source import Source
from ringtrace.text import jsonspan
from ringtrace.text.delimited import Field, read_field, sniff_delimiter, split_rows
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import split_lines
from ringtrace.text.tip_columns import choose_columns, reporter_columns

HIDDEN = "[reporter]"
"""Stands where a reporter's name or contact was taken out of running text."""
_SHORTEST = 2
_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class TipRow:
    """One tip. cells: concept -> text; reporter: column -> text of the reporter's own columns.

    start: byte of the row in the file without reporters, which is what becomes evidence.
    """

    start: int
    cells: Mapping[str, str]
    reporter: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TipFile:
    """data: the file with every reporter's cell emptied and named nowhere else in its row."""

    data: bytes
    rows: tuple[TipRow, ...]
    columns: tuple[str, ...]


@dataclass(slots=True)
class _Parts:
    """A row as it is found. places: column -> (start, stop) of the inside of its cell."""

    start: int
    stop: int
    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)


def separate(source: Source) -> TipFile:
    """Return the tips of a CSV or JSON-lines file, and the file without its reporters.

    Raises MappingError for columns that are not there, MalformedError for no table.
    """
    lines = source.data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    names, parts, charset = _objects(source) if lines else _table(source)
    columns = choose_columns(source, names)
    hidden = reporter_columns(names, columns)
    out, rows, at = bytearray(), [], 0
    for part in parts:
        out += source.data[at : part.start]
        start, at = len(out), part.stop
        reporter = {name: part.texts[name].strip() for name in hidden if part.texts.get(name, "").strip()}
        cells = {concept: part.texts.get(name, "").strip() for concept, name in columns.columns.items()}
        rows.append(TipRow(start, {k: _masked(v, reporter) for k, v in cells.items() if k != "reporter"}, reporter))
        out += _without(source.data, part, hidden, reporter, charset, escaped=lines)
    out += source.data[at:]
    return TipFile(bytes(out), tuple(rows), tuple(hidden))


def _without(
    data: bytes, part: _Parts, hidden: Sequence[str], reporter: Mapping[str, str], charset: str, *, escaped: bool
) -> bytes:
    """Return the bytes of a row with the reporter's cells empty and their words blotted out of the others."""
    out, at = bytearray(), part.start
    words = [word for word in reporter.values() if len(word) >= _SHORTEST]
    spelt = {form.encode(charset, "replace") for word in words for form in (word, *_escapes(word, escaped))}
    blot = HIDDEN.encode(charset)
    for name, (start, stop) in sorted(part.places.items(), key=lambda item: item[1]):
        out += data[at:start]
        empty = b"" if not escaped or data[start - 1 : start] == b'"' else b'""'  # a number leaves a string behind
        cell = empty if name in hidden else data[start:stop]
        for form in sorted(spelt, key=len, reverse=True):
            cell = cell.replace(form, blot)
        out += cell
        at = stop
    return bytes(out + data[at : part.stop])


def _escapes(word: str, escaped: bool) -> tuple[str, ...]:
    return (
        (json.dumps(word)[1:-1], json.dumps(word, ensure_ascii=False)[1:-1]) if escaped else (word.replace('"', '""'),)
    )


def _masked(text: str, reporter: Mapping[str, str]) -> str:
    for word in sorted(reporter.values(), key=len, reverse=True):
        text = text.replace(word, HIDDEN) if len(word) >= _SHORTEST else text
    return text


def _table(source: Source) -> tuple[list[str], Iterator[_Parts], str]:
    charset = detect(source.data, source.charset)
    delimiter = sniff_delimiter(source.data[:_HEAD], charset)[0] or ","
    rows = split_rows(source.data, charset, delimiter, source.limits.line_bytes)
    header = next(rows, None)
    if header is None:
        raise MalformedError(source.name, "an empty table")

    def text(part: Field) -> str:
        return read_field(source.data, part, charset.name)[0]

    names = [text(part) for part in header.fields]

    def parts() -> Iterator[_Parts]:
        for row in rows:
            cells = dict(zip(names, row.fields, strict=False))
            if len(row.fields) > 1:
                yield _Parts(
                    row.start, row.stop, {name: text(cell) for name, cell in cells.items()},
                    {name: (cell.start, cell.stop) for name, cell in cells.items()},
                )  # fmt: skip

    return names, parts(), charset.name


def _objects(source: Source) -> tuple[list[str], Iterator[_Parts], str]:
    charset = Charset("utf-8", 3 if source.data[:3] == b"\xef\xbb\xbf" else 0)
    found = [part for line in split_lines(source.data, charset) if (part := _object(source, line.start, line.stop))]
    if not found:
        raise MalformedError(source.name, "no line is a JSON object")
    return list(dict.fromkeys(name for part in found for name in part.texts)), iter(found), "utf-8"


def _object(source: Source, start: int, stop: int) -> _Parts | None:
    data = source.data
    at = jsonspan.skip_space(data, start, stop)
    if at >= stop or data[at] != 0x7B or stop - at > source.limits.line_bytes:
        return None
    end = jsonspan.end_of_value(data, at, stop)
    try:
        msgspec.json.decode(data[at:end])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    part = _Parts(start, stop)
    for name, low, high in jsonspan.members(data, at, end):
        if data[low] == 0x22:
            part.texts[name] = jsonspan.read_string(data, low, high)[0]
            part.places[name] = (low + 1, high - 1)
        elif data[low] not in b"{[nft":
            part.texts[name] = data[low:high].decode("ascii")
            part.places[name] = (low, high)
        else:
            part.places[name] = (low, high)
    return part
