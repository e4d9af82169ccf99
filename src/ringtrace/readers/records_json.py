"""Any other JSON that lists messages, comments or posts: found by what the fields of its records are called.

For exporters and interfaces that no reader knows by name. The words are data
(``lexicons/record_fields.*.toml``); a record without both words and a time or author is no message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text import jsonspan, lexicon
from ringtrace.text.chats.json_export import Record, Words, read_chat, read_lines
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.pages.page import host_of

NAME = "Any other JSON list of messages"
VERSION = "1"
PLATFORM = "web"
PRODUCERS = "comment interfaces and exporters by the names of their fields"
KNOWN_GAPS = "text with markup in it is kept as written; lists inside lists are not followed"

_SIGNS = re.compile(r"[\s_\-]")
_HEAD = 65_536
_RESCAN = 8
"""Times its size that a head may be looked through for records: lists that stand in each other are seen again."""


def sniff(head: bytes, name: str) -> float:
    """Return 0.45 where the first records of a list have words, and a time or an author; readers of a known
    format come first."""
    opening = head[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if opening[:1] not in (b"{", b"["):
        return 0.0
    return 0.45 if _first(head) is not None else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every record that is a message; raises MalformedError where no list of such records opens."""
    found = _first(source.data[:_HEAD])
    if found is None:
        raise MalformedError(source.name, "JSON without a list of records that have words and a time or author")
    key, fields = found
    site = host_of(source.url) or (source.member or source.name).rsplit("/", 1)[-1].rsplit(".", 1)[0]
    reading = _Reading(source, Container(PLATFORM, site), fields)
    if key == "\n":
        yield from read_lines(source, reading.post)
    else:
        yield from read_chat(source, (key,) if key else (), reading.post)


@cache
def _words(concept: str) -> frozenset[str]:
    return frozenset(lexicon.load("record_fields").get(concept, ()))


def _even(key: str) -> str:
    return _SIGNS.sub("", key.lower())


class _Fields:
    """Which keys of a record hold what. An author may be an object that has a name."""

    def __init__(self, record: Record) -> None:
        self.keys = {
            concept: self._pick(record, concept) for concept in ("text", "author", "author_id", "time", "id", "reply")
        }

    @staticmethod
    def _pick(record: Record, concept: str) -> tuple[str, ...]:
        order = [*lexicon.load("record_fields").get(concept, ())]
        known = [(order.index(_even(key)), key) for key in record.places if _even(key) in _words(concept)]
        return tuple(key for _, key in sorted(known))

    @property
    def message(self) -> bool:
        return bool(self.keys["text"]) and bool(self.keys["time"] or self.keys["author"])


def _first(data: bytes) -> tuple[str, _Fields] | None:
    """Return (key of the list, fields of its records); "" for a list that is the file, a newline for JSON lines."""
    at = jsonspan.skip_space(data, 3 if data[:3] == b"\xef\xbb\xbf" else 0, len(data))
    if data[at : at + 1] == b"[":
        fields = _fields_at(data, at)
        return ("", fields) if fields else None
    stop = jsonspan.end_of_value(data, at, len(data))
    line = data.find(b"\n", at)
    if 0 < stop <= line:
        fields = _Fields(Record(data, at, stop))
        return ("\n", fields) if fields.message else None
    budget = _RESCAN * len(data)
    for match in _list_pattern().finditer(data):
        stop = jsonspan.end_of_value(data, match.end() - 1, len(data))
        budget -= (stop if stop > 0 else len(data)) - match.end()
        if budget < 0:
            return None
        fields = _fields_at(data, match.end() - 1)
        if fields:
            return match[1].decode(), fields
    return None


@cache
def _list_pattern() -> re.Pattern[bytes]:
    keys = b"|".join(re.escape(word.encode()) for word in sorted(_words("list")))
    return re.compile(rb'"(' + keys + rb')"[ \t\r\n]*+:[ \t\r\n]*+\[', re.IGNORECASE)


def _fields_at(data: bytes, array: int) -> _Fields | None:
    start = jsonspan.skip_separator(data, array + 1, len(data))
    if data[start : start + 1] != b"{":
        return None
    stop = jsonspan.end_of_value(data, start, len(data))
    fields = _Fields(Record(data, start, stop if stop > 0 else len(data)))
    return fields if fields.message else None


class _Reading:
    """Turns the records of one file into posts."""

    def __init__(self, source: Source, container: Container, fields: _Fields) -> None:
        self.source, self.container, self.fields = source, container, fields

    def post(self, _header: Record, record: Record) -> tuple[Post, list[Gap]] | None:
        keys = self.fields.keys
        words = Words(self.source)
        words.add(record, *keys["text"])
        name, native = record.word(*keys["author"]), record.word(*keys["author_id"])
        for key in keys["author"] if not name else ():
            inner = _Fields(record.record(key)).keys
            name = name or record.record(key).word(*inner["author"])
            native = native or record.record(key).word(*inner["author_id"], *inner["id"])
        if not words.text and not words.gaps:
            return None
        post = Post(
            Span(self.source.evidence, self.source.member, record.start, record.stop),
            PLATFORM,
            self.container,
            words.text,
            tuple(words.segments),
            "comment",
            native,
            name or native,
            record.word(*keys["id"]),
            record.word(*keys["reply"]),
            read_clock(record.word(*keys["time"]), self.source.zone),
        )
        return post, words.gaps
