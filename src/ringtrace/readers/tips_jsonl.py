"""Tips as JSON lines: one object a line, with or without a mapping file."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import msgspec

from ringtrace.errors import MalformedError
from ringtrace.model.clock import NO_CLOCK
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text import jsonspan
from ringtrace.text.dates.order import DateOrder
from ringtrace.text.encoding import Charset
from ringtrace.text.lines import Line, split_lines
from ringtrace.text.tables.tip_columns import TipColumns, choose_columns, column_order, guess_columns, read_sent

NAME = "Tips as JSON lines"
VERSION = "1"
PLATFORM = "tip"
PRODUCERS = "any JSON lines of tips, with or without a mapping file"

_ENDINGS = (".jsonl", ".ndjson")
_NAME_ROWS = 200
_SNIFFED_LINES = 20
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is JSON lines of tips: every line an object, keys that mean a text."""
    ending = name.lower().endswith(_ENDINGS)
    lines = (head[line.start : line.stop] for line in split_lines(head[: _limit(head)], _charset(head)))
    filled = list(islice((line for line in lines if line.strip()), _SNIFFED_LINES))
    objects = [keys for line in filled if (keys := _keys(line)) is not None]
    if not objects or len(objects) * 2 < len(filled):
        return 0.0
    guessed = guess_columns(dict.fromkeys(key for keys in objects for key in keys))
    if "text" in guessed:
        return 0.9 if ending else 0.7 if len(objects) >= 2 else 0.3
    return 0.5 if ending else 0.0


def _limit(head: bytes) -> int:
    """Return the end of the last whole line; all of ``head`` where it has a single one."""
    return head.rfind(b"\n") + 1 or len(head)


def _charset(data: bytes) -> Charset:
    return Charset("utf-8", 3 if data[:3] == b"\xef\xbb\xbf" else 0)


def _keys(line: bytes) -> list[str] | None:
    if not line.lstrip().startswith(b"{"):
        return None
    try:
        return list(_OBJECT.decode(line))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every tip; a line that is no JSON object is a Gap.

    Raises MappingError for a column that is not there, MalformedError when no line is an object.
    The reporter's name and contacts never become part of the text; tips have no account.
    """
    data, charset = source.data, _charset(source.data)
    names = _column_names(data, charset, source.limits.line_bytes)
    if not names:
        raise MalformedError(source.name, "no line is a JSON object")
    columns = choose_columns(source, names)
    order = None
    if "sent" in columns.columns and not columns.sent_format:
        order = column_order(_column(data, charset, columns.columns["sent"], source.limits.line_bytes))
    if charset.bom:
        yield Structure(Span(source.evidence, source.member, 0, charset.bom), "byte-order mark")
    for line in split_lines(data, charset):
        yield from _line(source, line, columns, order)


def _column_names(data: bytes, charset: Charset, longest: int) -> list[str]:
    names: dict[str, None] = {}
    seen = 0
    for line in split_lines(data, charset):
        keys = _keys(data[line.start : line.stop]) if 1 < line.stop - line.start <= longest else None
        if keys is not None:
            names.update(dict.fromkeys(keys))
            seen += 1
        if seen >= _NAME_ROWS:
            break
    return list(names)


def _column(data: bytes, charset: Charset, name: str, longest: int) -> Iterator[str]:
    for line in split_lines(data, charset):
        if 1 < line.stop - line.start <= longest:
            for key, low, high in jsonspan.members(data, line.start, line.stop):
                if key == name and data[low] == 0x22:
                    yield jsonspan.read_string(data, low, high)[0]


def _line(source: Source, line: Line, columns: TipColumns, order: DateOrder | None) -> Iterator[Post | Gap | Structure]:
    data = source.data
    span = Span(source.evidence, source.member, line.start, line.next)
    start = jsonspan.skip_space(data, line.start, line.stop)
    if start >= line.stop:
        yield Structure(span, "blank line")
        return
    if line.stop - start > source.limits.line_bytes:
        yield Gap(span, "line longer than the limit")
        return
    stop = jsonspan.end_of_value(data, start, line.stop)
    if data[start] != 0x7B or stop < 0 or jsonspan.skip_space(data, stop, line.stop) < line.stop:
        yield Gap(span, "not a JSON object")
        return
    places = {key: (low, high) for key, low, high in jsonspan.members(data, start, stop)}
    texts = {concept: _value(data, places.get(name)) for concept, name in columns.columns.items()}
    text, segments, invalid = texts["text"]
    title, title_segments, bad_title = texts.get("title", ("", (), ()))
    sent, native, url = (texts[key][0] if key in texts else "" for key in ("sent", "id", "url"))
    yield Post(
        span,
        PLATFORM,
        Container(PLATFORM, (source.member or source.name).rsplit("/", 1)[-1]),
        text,
        segments,
        "tip",
        native_id=native,
        sent=read_sent(sent, columns, order) if sent else NO_CLOCK,
        title=title,
        title_segments=title_segments,
        thread=url,
    )
    for low, high in (*invalid, *bad_title):
        yield Gap(Span(source.evidence, source.member, low, high), "bytes that are not UTF-8")


def _value(data: bytes, place: tuple[int, int] | None) -> tuple[str, tuple[Segment, ...], tuple[tuple[int, int], ...]]:
    """Return a string's text, or a number as written; nothing for null, lists and objects."""
    if place is None or data[place[0]] in b"{[nft":
        return "", (), ()
    if data[place[0]] == 0x22:
        return jsonspan.read_string(data, *place)
    text = data[place[0] : place[1]].decode("ascii")
    return text, (Segment(0, len(text), *place, "utf-8"),), ()
