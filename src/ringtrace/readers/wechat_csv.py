"""WeChat chats as a table, as WeChatMsg (MemoTrace) and its kin write them."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.opening import opens_markup
from ringtrace.text.tables.delimited import Field, Row, read_field, sniff_delimiter, split_rows, split_table

NAME = "WeChat CSV"
VERSION = "2"
PLATFORM = "wechat"
PRODUCERS = "WeChatMsg / MemoTrace and kin (CSV)"

_TEXT = ("StrContent", "content", "消息内容")
_TIME = ("CreateTime", "StrTime", "时间", "time")
_SENDER = ("Sender", "sender", "wxid", "talker")
_NAMES = ("Remark", "NickName", "昵称", "senderName")
_ROOM = ("TalkerId", "StrTalker", "room_name")
_IDS = ("MsgSvrID", "localId", "id")
_KIND = ("Type", "type", "type_name", "消息类型")
_KNOWN = frozenset((*_TEXT, *_TIME, *_SENDER, *_NAMES, *_ROOM, *_IDS, *_KIND, "IsSender", "is_sender", "SubType"))
_OWN = frozenset({"StrContent", "IsSender", "TalkerId", "is_sender", "MsgSvrID"})
_SYSTEM = frozenset({"10000", "10002", "系统消息"})
_HEAD = 65_536
_WORD_BYTES = 400


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a table, from its column names."""
    if opens_markup(head):
        return 0.0
    _, names, _ = sniff_delimiter(head, detect(head))
    return 0.97 if _OWN & set(names) and len(_KNOWN & set(names)) >= 4 else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every row as a message; raises MalformedError for a table without a column of words."""
    charset = detect(source.data, source.charset)
    delimiter, _, _ = sniff_delimiter(source.data[:_HEAD], charset)
    header = next(split_rows(source.data, charset, delimiter or ",", source.limits.line_bytes), None)
    names = [] if header is None else [read_field(source.data, part, charset.name)[0].strip() for part in header.fields]
    if header is None or not set(_TEXT) & set(names):
        raise MalformedError(source.name, f"no column {', '.join(_TEXT)}; is it a WeChat table?")
    yield Structure(Span(source.evidence, source.member, 0, header.stop), "header")
    table = _Table(source, charset, {name: at for at, name in enumerate(names)})
    said = [at for at, name in enumerate(names) if name in {*_TEXT, *_TIME, *_SENDER, *_NAMES}]
    for row in split_table(source.data, charset, delimiter or ",", source.limits.line_bytes, said, header.stop):
        if isinstance(row, Row):
            yield from table.post(row)
        else:
            yield row.told(source)


class _Table:
    """Reads the cells of one table by their column names."""

    def __init__(self, source: Source, charset: Charset, places: dict[str, int]) -> None:
        self.source = source
        self.charset = charset
        self.places = places
        self.title = (source.member or source.name).rsplit("/", 1)[-1]

    def cell(self, row: Row, names: tuple[str, ...]) -> Field | None:
        """Return the first of the named columns that the row fills."""
        for name in names:
            at = self.places.get(name, -1)
            if 0 <= at < len(row.fields) and row.fields[at].stop > row.fields[at].start:
                return row.fields[at]
        return None

    def word(self, row: Row, names: tuple[str, ...]) -> str:
        part = self.cell(row, names)
        if part is None:
            return ""
        bounded = Field(part.start, min(part.stop, part.start + _WORD_BYTES), part.quoted)
        return read_field(self.source.data, bounded, self.charset.name)[0].strip()

    def post(self, row: Row) -> Iterator[Post | Gap | Structure]:
        """Yield what a row is: a message, or a gap where it has too few fields or too long a text."""
        source, span = self.source, Span(self.source.evidence, self.source.member, row.start, row.stop)
        if len(row.fields) == 1 and row.fields[0].start == row.fields[0].stop:
            yield Structure(span, "blank line")
            return
        part = self.cell(row, _TEXT)
        if len(row.fields) * 2 < len(self.places):
            yield Gap(span, f"row of {len(row.fields)} fields where the header has {len(self.places)}")
        elif part is not None and part.stop - part.start > source.limits.line_bytes:
            yield Gap(span, "text longer than the limit")
        else:
            yield from self._message(row, part, span)

    def _message(self, row: Row, part: Field | None, span: Span) -> Iterator[Post | Gap]:
        text, segments, invalid = read_field(self.source.data, part, self.charset.name) if part else ("", (), ())
        sender = self.word(row, _SENDER)
        yield Post(
            span,
            PLATFORM,
            Container(PLATFORM, self.title, self.word(row, _ROOM)),
            text,
            segments,
            "system" if self.word(row, _KIND) in _SYSTEM else "message",
            sender,
            self.word(row, _NAMES) or sender,
            self.word(row, _IDS),
            sent=read_clock(self.word(row, _TIME), self.source.zone),
        )
        for low, high in invalid:
            yield Gap(Span(self.source.evidence, self.source.member, low, high), f"bytes not {self.charset.name}")
