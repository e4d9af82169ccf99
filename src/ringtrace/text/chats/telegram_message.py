"""One message of a Telegram Desktop export: its fields as written, and where its words stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from ringtrace.text import jsonspan
from ringtrace.text.chats.telegram_export import FAULTS, Window
from ringtrace.text.json_pieces import JsonPieces

_NONE = msgspec.Raw(b"")
_TEXT_KEY = re.compile(rb'"text"[ \t\r\n]*+:[ \t\r\n]*+')
_RICH_KEYS = ("contact_information", "poll", "place_name", "address")
_OLD_USER_IDS = range(1 << 32, 1 << 33)  # exports before 2021 add 2^32 to the ids of users


class Message(msgspec.Struct, gc=False):
    """The fields that are read; those of other types are read one by one, see ``read_leniently``."""

    type: str | None = None
    id: int | str | None = None
    date: str | None = None
    date_unixtime: str | int | None = None
    edited: str | None = None
    edited_unixtime: str | int | None = None
    from_: str | None = msgspec.field(default=None, name="from")
    from_id: str | int | None = None
    actor: str | None = None
    actor_id: str | int | None = None
    action: str | None = None
    reply_to_message_id: int | str | None = None
    text: msgspec.Raw = _NONE
    contact_information: msgspec.Raw = _NONE
    poll: msgspec.Raw = _NONE
    place_name: msgspec.Raw = _NONE
    address: msgspec.Raw = _NONE


MESSAGE = msgspec.json.Decoder(Message)
_MESSAGES = msgspec.json.Decoder(list[Message])
_PLAIN_FIELDS = tuple(
    field.encode_name for field in msgspec.structs.fields(Message) if field.name not in (*_RICH_KEYS, "text")
)


def words_of(data: bytes, message: Message, raw: bytes, start: int, stop: int, most: int) -> JsonPieces:
    """Return the words of the message at ``data[start:stop]``, up to ``most`` bytes of them.

    raw: its bytes, or b"" of one that is too large to be copied.
    """
    pieces = JsonPieces(data, most)
    if is_rich(message):
        _add_rich(pieces, data, start, stop)
        return pieces
    if not raw:  # too large to be copied: its members are found by walking over it
        _add_rich(pieces, data, start, stop)
        return pieces
    value = bytes(message.text)
    if len(value) <= 2 or value[0] not in b'"[':
        return pieces
    at = _find_text(raw, value)
    if at < 0:
        _add_rich(pieces, data, start, stop)
    else:
        pieces.add_text(start + at, start + at + len(value))
    return pieces


def _add_rich(pieces: JsonPieces, data: bytes, start: int, stop: int) -> None:
    """Add text from every field that holds words, in a fixed order, a newline between them."""
    places = {key: (low, high) for key, low, high in jsonspan.members(data, start, stop)}
    for key in ("action", "title", "members") if places.get("action") else ():
        pieces.add_place(places.get(key), " ")
    pieces.add_place(places.get("text"), "\n")
    if contact := places.get("contact_information"):
        inner = {key: (low, high) for key, low, high in jsonspan.members(data, *contact)}
        for key, joint in (("first_name", "\n"), ("last_name", " "), ("phone_number", "\n")):
            pieces.add_place(inner.get(key), joint)
    if poll := places.get("poll"):
        inner = {key: (low, high) for key, low, high in jsonspan.members(data, *poll)}
        pieces.add_place(inner.get("question"), "\n")
        pieces.add_place(inner.get("answers"), "\n")
    for key in ("place_name", "address"):
        pieces.add_place(places.get(key), "\n")


def read_leniently(data: bytes, start: int, stop: int) -> Message:
    """Read a message whose fields are of unexpected types or not UTF-8."""
    message = Message()
    for key, low, high in jsonspan.members(data, start, stop):
        if key == "text":
            message.text = msgspec.Raw(data[low:high])
        elif key in _RICH_KEYS:
            setattr(message, key, msgspec.Raw(data[low:high]))
        elif key in _PLAIN_FIELDS and data[low] not in b"{[nft":
            quoted = data[low] == 0x22
            value = jsonspan.read_string(data, low, high)[0] if quoted else data[low:high].decode("ascii")
            setattr(message, "from_" if key == "from" else key, value)
    return message


def decode_window(window: Window) -> Iterable[Message | None]:
    """Return the messages of a window; one by one where one of them is of another form, None for that."""
    try:
        messages: list[Message] = _MESSAGES.decode(window.data)
    except FAULTS:
        return map(_decoded_alone, window.raws)
    return messages


def _decoded_alone(raw: msgspec.Raw) -> Message | None:
    try:
        return MESSAGE.decode(raw)
    except FAULTS:
        return None


def is_rich(message: Message) -> bool:
    """Whether words stand in other fields than "text"."""
    return (
        message.type == "service"
        or message.contact_information is not _NONE
        or message.poll is not _NONE
        or message.place_name is not _NONE
        or message.address is not _NONE
    )


def _find_text(raw: bytes, value: bytes) -> int:
    """Return where the value of the top-level key "text" starts in ``raw``, or -1 when unsure."""
    match = _TEXT_KEY.search(raw)
    if not match:
        return -1
    at, key = match.end(), match.start()
    if not raw.startswith(value, at) or raw.find(b"{", 1, key) >= 0 or raw.find(b"[", 1, key) >= 0:
        return -1
    return at


def author_id(native: str | int | None) -> str:
    if native is None:
        return ""
    if isinstance(native, str):
        return native
    return f"user{native - (1 << 32) if native in _OLD_USER_IDS else native}"


def is_whole(data: bytes, start: int, stop: int) -> bool:
    """Whether an object is valid, or at least a row of keys and values up to its closing brace."""
    try:
        MESSAGE.decode(data[start:stop])
    except FAULTS:
        ends = [start + 1, *(end for _, _, end in jsonspan.members(data, start, stop))]
        return jsonspan.skip_space(data, ends[-1], stop) == stop - 1
    return True
