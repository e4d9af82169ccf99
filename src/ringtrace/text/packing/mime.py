"""MIME messages (RFC 5322, 2045 to 2047, 2231) as byte ranges: headers, nested parts, and what their codings hide.

The parts are found here and not by the standard library's parser, because that one keeps no offsets. Every
scan moves forward; nesting is bounded.
"""

from __future__ import annotations

import binascii
import email.errors
import email.header
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import unquote_to_bytes

from ringtrace.text.encoding import detect

MOST_NESTED = 16
MOST_PARTS = 10_000
_HEADER_BYTES = 1 << 20
_FIELD = re.compile(rb"([!-9;-~]{1,80})[ \t]*:")
_LINE = re.compile(rb"[^\n]*+(?:\n|\Z)")
_PARAMETER = re.compile(
    r';[ \t]*([!#-+\-.0-:<-Z^-~*\']{1,60})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.){0,2000})"|([^;\s"]{0,2000}))'
)
_CONTINUED = re.compile(r"\*[0-9]{1,3}")
_ENCODED_WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]{0,2000}\?=")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
IDENTITY = frozenset({"", "7bit", "8bit", "binary"})


@dataclass(frozen=True, slots=True)
class Header:
    """One header field: its value as text, folds undone, and the bytes ``[start, stop)`` of its value."""

    name: str
    value: str
    start: int
    stop: int

    @property
    def decoded(self) -> str:
        """The value with its encoded words read."""
        return decode_words(self.value)


@dataclass(frozen=True)
class Entity:
    """A message or one part of it. Bytes: headers in [start, body), content in [body, stop).

    path: "" for the message, "2.1" for the first part of its second part. problem: why its parts are not read.
    """

    data: bytes
    path: str
    start: int
    body: int
    stop: int
    headers: tuple[Header, ...]
    parts: list[Entity] = field(default_factory=list)
    problem: str = ""

    def header(self, name: str) -> Header | None:
        """Return the first field of that name (lower case)."""
        return next((header for header in self.headers if header.name == name), None)

    def value(self, name: str) -> str:
        """Return the decoded value of the first field of that name, "" without one."""
        found = self.header(name)
        return found.decoded if found else ""

    @cached_property
    def media_type(self) -> str:
        found = self.header("content-type")
        word = found.value.split(";")[0].strip().lower() if found else ""
        return word if "/" in word else "text/plain"

    @cached_property
    def _parameters(self) -> dict[str, str]:
        found = self.header("content-type")
        return read_parameters(found.value) if found else {}

    @property
    def charset(self) -> str:
        return self._parameters.get("charset", "").strip()

    @property
    def boundary(self) -> str:
        return self._parameters.get("boundary", "")

    @property
    def coding(self) -> str:
        found = self.header("content-transfer-encoding")
        return found.value.split(";")[0].strip().lower() if found else ""

    @cached_property
    def file_name(self) -> str:
        found = self.header("content-disposition")
        said = read_parameters(found.value) if found else {}
        return decode_words(said.get("filename") or self._parameters.get("name", "")).replace("\n", " ").strip()

    @property
    def attached(self) -> bool:
        """Whether it is a file that goes with the message, not words of it."""
        found = self.header("content-disposition")
        return bool(found and found.value.lower().lstrip().startswith("attachment"))

    def leaves(self) -> Iterator[Entity]:
        """Yield the parts that hold no parts, in order."""
        pending = [self]
        while pending:
            entity = pending.pop()
            if entity.parts:
                pending.extend(reversed(entity.parts))
            else:
                yield entity

    def content(self) -> tuple[bytes, str]:
        """Return (content with its transfer coding undone, why it could not be or "")."""
        raw = bytes(self.data[self.body : self.stop])
        if self.coding in IDENTITY:
            return raw, ""
        if self.coding == "quoted-printable":
            return binascii.a2b_qp(raw), ""
        if self.coding == "base64":
            return _undo_base64(raw)
        return raw, f"transfer coding {self.coding[:40]} is not read"


def _undo_base64(raw: bytes) -> tuple[bytes, str]:
    """Lines and stray bytes are passed over; a last group that is cut gives its whole bytes."""
    letters = _NOT_BASE64.sub(b"", raw.rstrip(b"=\r\n \t"))
    keep = len(letters) - (len(letters) % 4 == 1)
    try:
        return binascii.a2b_base64(letters[:keep] + b"=" * (-keep % 4)), ""
    except binascii.Error as error:
        return b"", f"base64 is damaged: {error}"


def read_parameters(value: str) -> dict[str, str]:
    """Return the parameters of a header value, continuations joined and percent coding undone (RFC 2231)."""
    found: dict[str, str] = {}
    extended: set[str] = set()
    for name, quoted, bare in _PARAMETER.findall(value):
        key = name.lower()
        text = re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
        plain = _CONTINUED.sub("", key).rstrip("*")
        if key.endswith("*"):
            extended.add(plain)
        found[plain] = found[plain] + text if plain in found and _CONTINUED.search(key) else found.get(plain) or text
    for key in extended:
        charset, mark, rest = found[key].partition("'")
        coded = rest.partition("'")[2] if mark else found[key]
        found[key] = _to_text(unquote_to_bytes(coded), charset)
    return found


def decode_words(value: str) -> str:
    """Return a header value with its encoded words (RFC 2047) read; one that cannot be stays as written."""
    if "=?" not in value or not _ENCODED_WORD.search(value):
        return value
    try:
        pieces = email.header.decode_header(value)
    except (binascii.Error, ValueError, email.errors.HeaderParseError):
        return value
    return "".join(piece if isinstance(piece, str) else _to_text(piece, charset or "") for piece, charset in pieces)


def _to_text(raw: bytes, charset: str) -> str:
    wider = {"gb2312": "gb18030", "gbk": "gb18030", "us-ascii": "utf-8", "": "utf-8"}.get(charset.lower(), charset)
    try:
        return raw.decode(wider)
    except (ValueError, LookupError):  # bytes that do not decode, a charset that is none
        return raw.decode(detect(raw, charset).name, "replace")


def address_of(value: str) -> tuple[str, str]:
    """Return (display name, address in lower case) of the first mailbox of a header value."""
    name, address = email.utils.parseaddr(value[:1000])
    return name.strip(), address.strip().lower() if "@" in address else ""


def parse(data: bytes, start: int, stop: int) -> Entity:
    """Return the message in ``data[start:stop]`` with its nested parts."""
    root = _entity(data, "", start, stop)
    pending = [(root, 0)]
    count = 0
    while pending:
        entity, depth = pending.pop()
        if not entity.media_type.startswith("multipart/") or not entity.boundary:
            continue
        for number, (low, high) in enumerate(_between(data, entity), start=1):
            count += 1
            if depth >= MOST_NESTED or count > MOST_PARTS:
                object.__setattr__(entity, "problem", "more parts, or nested deeper, than is read")
                entity.parts.clear()
                break
            part = _entity(data, f"{entity.path}.{number}".lstrip("."), low, high)
            entity.parts.append(part)
            pending.append((part, depth + 1))
    return root


def _entity(data: bytes, path: str, start: int, stop: int) -> Entity:
    headers, body = _read_headers(data, start, stop)
    return Entity(data, path, start, body, stop, headers)


def _read_headers(data: bytes, start: int, stop: int) -> tuple[tuple[Header, ...], int]:
    """Return (fields, where the content begins). A line that is no field ends the headers."""
    fields: list[tuple[bytes, int, int]] = []
    at = start
    limit = min(stop, start + _HEADER_BYTES)
    while at < limit:
        line = _LINE.match(data, at, limit)
        if line is None or line.end() == at:
            break
        raw = line[0]
        if not raw.strip(b"\r\n"):
            at = line.end()
            break
        name = _FIELD.match(raw)
        if raw[:1] in b" \t" and fields:
            fields[-1] = (fields[-1][0], fields[-1][1], line.end())
        elif name:
            fields.append((name[1], at + name.end(), line.end()))
        elif not (at == start and raw.startswith((b"From ", b">From "))):
            break
        at = line.end()
    return tuple(_header(data, *found) for found in fields), at


def _header(data: bytes, name: bytes, start: int, stop: int) -> Header:
    raw = bytes(data[start:stop])
    lead = len(raw) - len(raw.lstrip(b" \t"))
    inner = raw.strip(b" \t\r\n")
    charset = "ascii" if inner.isascii() else detect(inner).name
    text = re.sub(r"[\r\n]+[ \t]*", " ", inner.decode(charset, "replace"))
    return Header(name.decode("ascii").lower(), text, start + lead, start + lead + len(inner))


def _between(data: bytes, entity: Entity) -> list[tuple[int, int]]:
    """Return the byte ranges between the boundary lines; the last one may lack its end."""
    mark = b"--" + entity.boundary.encode("latin-1", "replace")
    ranges: list[tuple[int, int]] = []
    opened = -1
    at = entity.body
    while (at := data.find(mark, at, entity.stop)) >= 0:
        after = at + len(mark)
        end = data.find(b"\n", after, entity.stop)
        end = entity.stop if end < 0 else end + 1
        tail = bytes(data[after : min(end, after + 80)]).strip(b" \t\r\n")
        if (at > entity.body and data[at - 1] != 0x0A) or tail not in (b"", b"--"):
            at = after
            continue
        if opened >= 0:
            last = at - 1 - (data[at - 2 : at - 1] == b"\r")
            ranges.append((opened, max(opened, last)))
        opened = -1 if tail == b"--" else end
        at = end
        if tail == b"--":
            break
    if opened >= 0:
        ranges.append((opened, entity.stop))
    return ranges
