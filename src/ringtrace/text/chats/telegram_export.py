"""Where the messages of a Telegram Desktop export lie (``result.json``), whole or damaged; not what they say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from ringtrace.text import jsonspan

FAULTS = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What msgspec raises on hostile JSON."""
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
MESSAGE_START = re.compile(
    rb'\{[ \t\r\n]*+(?:"id"[ \t\r\n]*+:[ \t\r\n]*+-?[0-9]++[ \t\r\n]*+,[ \t\r\n]*+)?'
    rb'"type"[ \t\r\n]*+:[ \t\r\n]*+"(?:message|service)"'
)
"""The opening of a message, which cannot stand inside of a string: its quotes would be escaped."""
_HEADER_FIELD = re.compile(
    rb'"(name|type|id)"[ \t\r\n]*+:[ \t\r\n]*+("[^"\\]*+(?:\\.[^"\\]*+)*+"|-?[0-9]++|null)', re.DOTALL
)
_WINDOW, _LOOK_BACK = 8 * 2**20, 256 * 2**10
"""Bytes of an array that are taken apart at a time, and in which the start of its last message is looked for."""
_BOM = b"\xef\xbb\xbf"


class Misplaced(Exception):
    """A value is not where counting says (a key twice): the slower reading decides."""


class Window(NamedTuple):
    """A piece of an array, itself an array. at: the place of its first byte in the file."""

    at: int
    data: bytes
    raws: list[msgspec.Raw]


class MessageArray(NamedTuple):
    """A list of messages. header: name, type and id of its chat; ``data[at:stop]`` is what its brackets hold."""

    header: dict[str, object]
    at: int
    stop: int


def locate_arrays(data: bytes) -> Iterator[MessageArray]:
    """Yield every list of messages of a valid export: one chat's, or of each chat of a full export.

    Raises one of ``FAULTS`` where the bytes are no such JSON and ``Misplaced`` where a key stands twice.
    """
    start = jsonspan.skip_space(data, 3 if data[:3] == _BOM else 0, len(data))
    text: bytes | memoryview = memoryview(data)[start:] if start else data
    top = _place_members(data, start, _OBJECT.decode(text))
    if "messages" in top:
        yield from _chat_array(data, top)
    for key in sorted({"chats", "left_chats"} & top.keys(), key=lambda name: top[name][0]):
        at, raw = top[key]
        inner = _place_members(data, at, _OBJECT.decode(raw)) if raw and bytes(raw)[:1] == b"{" else {}
        if "list" not in inner:
            continue
        at, raw = inner["list"]
        at += 1
        for chat in _ARRAY.decode(raw):
            at = jsonspan.skip_separator(data, at, len(data))
            yield from _chat_array(data, _place_members(data, at, _OBJECT.decode(chat)))
            at += len(chat)


def _place_members(data: bytes, start: int, members: dict[str, msgspec.Raw]) -> dict[str, tuple[int, msgspec.Raw]]:
    """Return key -> (first byte of the value, value) by walking over ``members`` in file order."""
    placed = {}
    at = start + 1
    for key, raw in members.items():
        at = jsonspan.skip_separator(data, at, len(data))
        at = jsonspan.end_of_value(data, at, len(data))
        at = jsonspan.skip_space(data, jsonspan.skip_space(data, at, len(data)) + 1, len(data))
        view = memoryview(raw)
        if data[at : at + 32] != view[:32] and data[at : at + len(view)] != view:
            raise Misplaced(key)
        placed[key] = (at, raw)
        at += len(view)
    if data[jsonspan.skip_space(data, at, len(data)) :][:1] != b"}":
        raise Misplaced("end")
    return placed


def _chat_array(data: bytes, chat: dict[str, tuple[int, msgspec.Raw]]) -> Iterator[MessageArray]:
    if "messages" not in chat:
        return
    at, raw = chat["messages"]
    header: dict[str, object] = {
        key: msgspec.json.decode(chat[key][1]) for key in ("name", "type", "id") if key in chat
    }
    if bytes(memoryview(raw)[:1]) != b"[":
        _ARRAY.decode(raw)  # says what it is instead
    yield MessageArray(header, at + 1, at + len(raw) - 1)


def windows(data: bytes, at: int, stop: int) -> Iterator[Window]:
    """Yield pieces of a valid array whose inside is ``data[at:stop]``.

    A window ends before the last message that begins in it. Where that start was one inside of a message,
    or none is found, the rest is one window.
    """
    while at < stop:
        cut = min(_last_start(data, at, at + _WINDOW), stop) if stop - at > _WINDOW else stop
        window = _bracketed(data, at, cut if cut == stop else _end_of_item(data, at, cut))
        try:
            raws = _ARRAY.decode(window)
        except FAULTS:
            cut = stop
            window = _bracketed(data, at, stop)
            raws = _ARRAY.decode(window)
        yield Window(at - 1, window, raws)
        at = cut


def _bracketed(data: bytes, start: int, stop: int) -> bytes:
    """Return ``data[start:stop]`` as an array, copied once: a piece may be one message of hundreds of megabytes."""
    with memoryview(data) as whole, whole[start:stop] as piece:
        return b"".join((b"[", piece, b"]"))


def _end_of_item(data: bytes, start: int, stop: int) -> int:
    """Return where the item ends that a comma parts from what begins at ``stop``."""
    while stop > start and data[stop - 1] in b" \t\r\n":
        stop -= 1
    return stop - 1 if stop > start and data[stop - 1] in b"," else stop


def _last_start(data: bytes, at: int, stop: int) -> int:
    """Return where the last message in ``data[at:stop]`` begins, ``len(data)`` when none does behind ``at``."""
    low = stop
    while low > at:
        low = max(at, low - _LOOK_BACK)
        found = [match.start() for match in MESSAGE_START.finditer(data, low, stop) if match.start() > at]
        if found:
            return found[-1]
    return len(data)


def find_header(data: bytes, start: int, stop: int) -> dict[str, object]:
    """Return the fields of a chat whose "messages" list opens in ``data[start:stop]``, or nothing."""
    opening = data.rfind(b'"messages"', start, stop)
    if opening < 0:
        return {}
    fields: dict[str, object] = {"type": ""}
    for match in _HEADER_FIELD.finditer(data, max(start, opening - 4096), opening):
        key, value = match[1].decode("ascii"), match[2]
        if value[:1] == b'"':
            fields[key] = jsonspan.read_string(value, 0, len(value))[0]
        elif value != b"null":
            fields[key] = int(value[:20])
    return fields
