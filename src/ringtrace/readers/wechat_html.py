"""WeChat chats as pages of the common exporters: WeFlow (``WEFLOW_DATA``) and WeChatMsg / MemoTrace.

Both pages hold their messages as data for a script. The script is never run: the data is read where it
stands, each message with its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text import jsonspan, offsets
from ringtrace.text.dates.clock import read_clock

NAME = "WeChat HTML"
VERSION = "1"
PLATFORM = "wechat"
PRODUCERS = "WeFlow (HTML); WeChatMsg / MemoTrace (HTML), by their published sources and readers"
KNOWN_GAPS = "MemoTrace gives names but no ids; forwarded bundles are kept as the exporter words them"

_WEFLOW = re.compile(rb"window\.WEFLOW_DATA\s{0,8}=\s{0,8}\[")
_STRING = rb"'(?:[^'\\\n]|\\.)*+'"
_MEMO = re.compile(
    rb"\{ ?type: ?(?P<type>[0-9]{1,6}), ?(?:sub_type: ?[0-9]{1,6}, ?)?text: ?'(?P<text>(?:[^'\\\n]|\\.)*+)', ?"
    rb"is_send: ?(?P<own>[01]), ?avatar_path: ?" + _STRING + rb", ?timestamp: ?(?P<time>[0-9]{9,13})"
    rb"(?:, ?is_chatroom: ?[0-9])?(?:, ?display_?name: ?'(?P<name>(?:[^'\\\n]|\\.)*+)')?"
)
_HEADING = re.compile(rb'<h1 class="title">([^<]{1,200})<')
_TITLE = re.compile(rb"<title>([^<]{1,200})</title>")
_TIME = re.compile(rb'class=\\"message-time\\">([^<]{1,60})<')
_SENDER = re.compile(rb'class=\\"sender-name\\">([^<]{1,200})<')
_WORDS, _WORDS_END = b'class=\\"message-text\\">', b"</div>"
_AVATAR = re.compile(rb'alt=\\"([^"\\]{1,120})\\"')
_WXID = re.compile(rb"avatars/([A-Za-z0-9_@\-]{2,80})\.")
_TAG = re.compile(rb"<[^<>]{0,2000}>")
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_ESCAPE = re.compile(rb"\\.")
_SYSTEM = frozenset({b"10000", b"10002"})


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a page, by the data that its script would show."""
    if b"<" not in head[:256]:
        return 0.0
    if _WEFLOW.search(head) or b"WEFLOW_DATA" in head:
        return 0.98
    return 0.95 if b"is_send:" in head and b"avatar_path" in head and b"timestamp:" in head else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message; raises MalformedError when the page holds none."""
    yield Structure(Span(source.evidence, source.member, 0, len(source.data)), "page and script")
    opening = _WEFLOW.search(source.data)
    title = _HEADING.search(source.data) or _TITLE.search(source.data)
    said = title[1].decode("utf-8", "replace").strip() if title else ""
    chat = Container(PLATFORM, said or source.name)
    found = 0
    for item in _weflow(source, chat, opening.end() - 1) if opening else _memotrace(source, chat):
        found += isinstance(item, Post)
        yield item
    if not found:
        raise MalformedError(source.name, "no message in this page's data; is it a WeChat export?")


@dataclass
class _Text:
    """Words put together from stretches of the file."""

    text: str = ""
    segments: list[Segment] = field(default_factory=list)

    def add(self, data: bytes, start: int, stop: int, codec: str) -> None:
        if stop <= start:
            return
        try:
            piece = offsets.decode(codec, bytes(data[start:stop]))
        except UnicodeDecodeError:
            self.text += "\ufffd"
            return
        if piece:
            self.segments.append(Segment(len(self.text), len(self.text) + len(piece), start, stop, codec))
            self.text += piece

    def add_markup(self, data: bytes, start: int, stop: int) -> None:
        """Add HTML that stands in a JSON string: tags left out, <br> a newline, entities resolved."""
        at = start
        for match in (*_TAG.finditer(data, start, stop), None):
            self._run(data, at, match.start() if match else stop)
            if match:
                at = match.end()
                if match[0][:3].lower() == b"<br" and self.text:
                    self.text += "\n"

    def _run(self, data: bytes, start: int, stop: int) -> None:
        at = start
        for match in _ENTITY.finditer(data, start, stop):
            self.add(data, at, match.start(), jsonspan.CODEC)
            self.add(data, match.start(), match.end(), "html+utf-8")
            at = match.end()
        self.add(data, at, stop, jsonspan.CODEC)


def _bodies(data: bytes, low: int, high: int) -> Iterator[tuple[int, int]]:
    """Yield where the words of a message stand; one opening without an end ends it, so that each byte is seen once."""
    at = data.find(_WORDS, low, high)
    while at >= 0:
        first = at + len(_WORDS)
        last = data.find(_WORDS_END, first, high)
        if last < 0:
            return
        yield first, last
        at = data.find(_WORDS, last, high)


def _weflow(source: Source, chat: Container, array: int) -> Iterator[Post | Gap]:
    """Messages of WeFlow: id ``i``, own ``s``, picture ``a`` and body ``b`` as HTML in JSON strings."""
    data = source.data
    for start, stop in jsonspan.elements(data, array, len(data)):
        places = {key: (low, high) for key, low, high in jsonspan.members(data, start, stop)}
        if "b" not in places:
            yield Gap(Span(source.evidence, source.member, start, stop), "not a message")
            continue
        low, high = places["b"]
        words = _Text()
        for first, last in _bodies(data, low, high):
            words.text += "\n" if words.text else ""
            words.add_markup(data, first, last)
        picture = bytes(data[slice(*places["a"])]) if "a" in places else b""
        name, wxid = _SENDER.search(data, low, high) or _AVATAR.search(picture), _WXID.search(picture)
        time = _TIME.search(data, low, high)
        number = places.get("i", (0, 0))
        yield Post(
            Span(source.evidence, source.member, start, stop),
            PLATFORM,
            chat,
            words.text,
            tuple(words.segments),
            account_native=wxid[1].decode() if wxid else "",
            account_name=name[1].decode("utf-8", "replace").strip() if name else "",
            native_id=bytes(data[slice(*number)]).decode("utf-8", "replace").strip('"'),
            sent=read_clock(time[1].decode("utf-8", "replace") if time else "", source.zone),
        )


def _memotrace(source: Source, chat: Container) -> Iterator[Post]:
    """Messages of WeChatMsg: an object of a script a line, its strings in single quotes."""
    for match in _MEMO.finditer(source.data):
        if match["type"] == b"0":
            continue  # a time between messages
        words = _Text()
        at = match.start("text")
        for escape in (*_ESCAPE.finditer(source.data, at, match.end("text")), None):
            words.add_markup(source.data, at, escape.start() if escape else match.end("text"))
            at = escape.start() + 1 if escape else at
        said = (match["name"] or b"").decode("utf-8", "replace") or ("self" if match["own"] == b"1" else chat.name)
        yield Post(
            Span(source.evidence, source.member, match.start(), match.end()),
            PLATFORM,
            chat,
            words.text,
            tuple(words.segments),
            "system" if match["type"] in _SYSTEM else "message",
            account_name="" if match["type"] in _SYSTEM else said,
            sent=read_clock(match["time"].decode(), source.zone),
        )
