"""The rows of a tip file with what the reporter said of themselves apart: where it stands, and the file without it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from ringtrace.errors import MalformedError
from ringtrace.model.source import Source
from ringtrace.model.span import Segment
from ringtrace.text import jsonspan, lexicon, offsets
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import split_lines
from ringtrace.text.tables.delimited import read_field, sniff_delimiter, split_rows
from ringtrace.text.tables.tip_columns import choose_columns, reporter_columns

HIDDEN = "[reporter]"
"""Stands where a reporter's name or contact was taken out of running text."""
_SHORTEST = 2
_SHORTEST_ASCII = 4
"""Code points of a name that is looked for in prose: of two or three letters or digits most are other words."""
_LETTER = re.compile("[0-9A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]")
_EXACT = ("url", "sent", "id")
"""Concepts whose cells are evidence to the letter, and nobody's prose."""
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
    """A row as it is found. places: column -> (start, stop) of the inside of its cell; segments: of its text.

    again: another name -> column, for the earlier cells of a column that a row has twice; the last one counts.
    """

    start: int
    stop: int
    texts: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    segments: dict[str, tuple[Segment, ...]] = field(default_factory=dict)
    again: dict[str, str] = field(default_factory=dict)

    def make_room(self, column: str) -> None:
        """Give what stands under ``column`` another name, so that its bytes stay known."""
        if column in self.places:
            other = f"{column} [{len(self.again) + 1}]"
            self.again[other] = column
            self.places[other] = self.places.pop(column)
            if column in self.texts:
                self.texts[other] = self.texts.pop(column)
            if column in self.segments:
                self.segments[other] = self.segments.pop(column)

    def column(self, name: str) -> str:
        return self.again.get(name, name)


def separate(source: Source) -> TipFile:
    """Return the tips of a CSV or JSON-lines file, and the file without its reporters.

    Raises MappingError for columns that are not there, MalformedError for no table.
    """
    lines = source.data[:_HEAD].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    names, parts, charset = _objects(source) if lines else _table(source)
    columns = choose_columns(source, names)
    hidden = reporter_columns(names, columns)
    exact = {columns.columns[concept] for concept in _EXACT if concept in columns.columns}
    out, rows, at = bytearray(), [], 0
    for part in parts:
        out += source.data[at : part.start]
        start, at = len(out), part.stop
        reporter = _named(part, hidden)
        words = _words_of(reporter)
        cells = {
            concept: part.texts.get(name, "").strip() for concept, name in columns.columns.items() if name not in hidden
        }
        rows.append(TipRow(start, {k: v if k in _EXACT else _masked(v, words) for k, v in cells.items()}, reporter))
        out += _without(source.data, part, hidden, words, exact, charset, escaped=lines)
    out += source.data[at:]
    return TipFile(bytes(out), tuple(rows), tuple(dict.fromkeys(hidden)))


def _without(
    data: bytes, part: _Parts, hidden: Collection[str], words: _Words | None, exact: Collection[str],
    charset: str, *, escaped: bool,
) -> bytes:  # fmt: skip
    """Return the bytes of a row with the reporter's cells empty and their words blotted out of the others' prose."""
    out, at = bytearray(), part.start
    for name, (start, stop) in sorted(part.places.items(), key=lambda item: item[1]):
        out += data[at:start]
        if part.column(name) in hidden:  # a number leaves a string behind
            out += b"" if not escaped or data[start - 1 : start] == b'"' else b'""'
        elif part.column(name) in exact or words is None:
            out += data[start:stop]
        else:
            out += _blotted(data, part, name, words, charset)
        at = stop
    return bytes(out + data[at : part.stop])


def _blotted(data: bytes, part: _Parts, name: str, words: _Words, charset: str) -> bytes:
    """Return a cell's bytes with the words blotted out; only their own bytes change."""
    at, stop = part.places[name]
    text, whole = part.texts.get(name), part.segments.get(name, ())
    if text is None:  # an object or a list
        text = offsets.decode(jsonspan.CODEC, data[at:stop])
        whole = (Segment(0, len(text), at, stop, jsonspan.CODEC),)
    elif not whole and text in words.words:  # a bare number
        return f'"{HIDDEN}"'.encode(charset)
    found = words.places(text)
    segments = tuple(offsets.cut_all(whole, text, data)) if found else ()
    out = bytearray()
    for low, high in found:
        for _, _, first, last in offsets.locate(segments, text, low, high):
            out += data[at:first] + HIDDEN.encode(charset)
            at = last
    return bytes(out + data[at:stop])


def _masked(text: str, words: _Words | None) -> str:
    if words is None:
        return text
    out, at = [], 0
    for low, high in words.places(text):
        out += [text[at:low], HIDDEN]
        at = high
    return "".join([*out, text[at:]])


@dataclass(frozen=True, slots=True)
class _Words:
    """A reporter's words, the longest first, as they are looked for in prose.

    Latin letters and digits beside a word make it another word; Chinese has no such bounds.
    """

    words: tuple[str, ...]

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return where the words stand, in order, none within another."""
        found: list[tuple[int, int]] = []
        taken = bytearray(len(text))
        for word in self.words:
            at = text.find(word)
            while at >= 0:
                stop = at + len(word)
                alone = not _goes_on(text[at - 1 : at], word[0]) and not _goes_on(text[stop : stop + 1], word[-1])
                if alone and not any(taken[at:stop]):
                    found.append((at, stop))
                    taken[at:stop] = b"\1" * len(word)
                    at = stop - 1
                at = text.find(word, at + 1)
        return sorted(found)


def _goes_on(beside: str, end: str) -> bool:
    """Whether a word goes on beyond its end: a Latin letter or digit beside another one."""
    return bool(_LETTER.match(beside) and _LETTER.match(end))


def _words_of(reporter: Mapping[str, str]) -> _Words | None:
    """Return a reporter's words, or None where they are too short to be anybody's."""
    told = {word for word in reporter.values() if len(word) >= (_SHORTEST_ASCII if word.isascii() else _SHORTEST)}
    return _Words(tuple(sorted(told, key=lambda word: (-len(word), word)))) if told else None


def _named(part: _Parts, hidden: Sequence[str]) -> dict[str, str]:
    """Return column -> what a reporter says of themselves; a word for nobody is nothing."""
    nobody = lexicon.load("tip_columns").get("nobody", ())
    told = {name: text.strip() for name, text in part.texts.items() if part.column(name) in hidden}
    return {name: word for name, word in told.items() if word and word.lower().strip(" .-/") not in ("", *nobody)}


def _table(source: Source) -> tuple[list[str], Iterator[_Parts], str]:
    charset = detect(source.data, source.charset)
    delimiter = sniff_delimiter(source.data[:_HEAD], charset)[0] or ","
    rows = split_rows(source.data, charset, delimiter, source.limits.line_bytes)
    header = next(rows, None)
    if header is None:
        raise MalformedError(source.name, "an empty table")

    names = [read_field(source.data, part, charset.name)[0] for part in header.fields]

    def parts() -> Iterator[_Parts]:
        for row in rows:
            if len(row.fields) > 1:
                part = _Parts(row.start, row.stop)
                for name, cell in zip(names, row.fields, strict=False):
                    part.make_room(name)
                    part.texts[name], part.segments[name], _ = read_field(source.data, cell, charset.name)
                    part.places[name] = (cell.start, cell.stop)
                yield part

    return names, parts(), charset.name


def _objects(source: Source) -> tuple[list[str], Iterator[_Parts], str]:
    charset = Charset("utf-8", 3 if source.data[:3] == b"\xef\xbb\xbf" else 0)
    found = [part for line in split_lines(source.data, charset) if (part := _object(source, line.start, line.stop))]
    if not found:
        raise MalformedError(source.name, "no line is a JSON object")
    return list(dict.fromkeys(part.column(name) for part in found for name in part.texts)), iter(found), "utf-8"


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
        part.make_room(name)
        if data[low] == 0x22:
            part.texts[name], part.segments[name], _ = jsonspan.read_string(data, low, high)
            part.places[name] = (low + 1, high - 1)
        elif data[low] not in b"{[nft":
            part.texts[name] = data[low:high].decode("ascii")
            part.places[name] = (low, high)
        else:
            part.places[name] = (low, high)
    return part
