"""The payload of a captured HTTP message: headers apart, transfer and content coding undone."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]

from ringtrace.text.packing import zstandard_frames

_HEADER_LIMIT = 256 * 1024
_STEP = 65_536


@dataclass(frozen=True, slots=True)
class Payload:
    """data: decoded payload. reason: why it could not be decoded, "" when it could."""

    data: bytes
    media_type: str = ""
    charset: str = ""
    status: int = 0
    reason: str = ""


def read_response(block: bytes, limit: int, ratio: int) -> Payload | None:
    """Return the payload of an HTTP response, None when the block is no HTTP message.

    limit: most bytes a payload may unfold to; ratio: most times its coded size (from 1 MiB on).
    A coding that the headers name and the body does not have is ignored: crawlers often undo it.
    """
    if not block.startswith(b"HTTP/"):
        return None
    head, body = _split(block)
    lines = head.decode("latin-1").splitlines()
    parts = lines[0].split(None, 2)
    status = int(parts[1]) if len(parts) > 1 and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 4 else 0
    headers = parse_headers(lines[1:])
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _unchunk(body)
    media_type, charset = parse_media_type(headers.get("content-type", ""))
    reason = ""
    for coding in reversed(headers.get("content-encoding", "").lower().replace(" ", "").split(",")[:4]):
        body, reason = _undo(coding, body, limit, ratio)
        if reason:
            break
    return Payload(body, media_type, charset, status, reason)


def parse_headers(lines: list[str]) -> dict[str, str]:
    """Return header name (lower case) -> value; folded lines are joined, the first of a name counts."""
    headers: dict[str, str] = {}
    last = ""
    for line in lines:
        if line[:1] in (" ", "\t") and last:
            headers[last] += " " + line.strip()
            continue
        name, colon, value = line.partition(":")
        last = name.strip().lower() if colon else ""
        if last and last not in headers:
            headers[last] = value.strip()
        else:
            last = ""
    return headers


def parse_media_type(value: str) -> tuple[str, str]:
    """Return (media type, charset) of a Content-Type value, both lower case, "" when absent."""
    kind, _, parameters = value.partition(";")
    for parameter in parameters.split(";"):
        name, _, content = parameter.partition("=")
        if name.strip().lower() == "charset":
            return kind.strip().lower(), content.strip().strip("\"'").lower()
    return kind.strip().lower(), ""


def _split(block: bytes) -> tuple[bytes, bytes]:
    ends = [
        (at, size) for mark, size in ((b"\r\n\r\n", 4), (b"\n\n", 2)) if (at := block.find(mark, 0, _HEADER_LIMIT)) >= 0
    ]
    if not ends:
        return block[:_HEADER_LIMIT], b""
    at, size = min(ends)
    return block[:at], block[at + size :]


def _unchunk(body: bytes) -> bytes:
    """Join the chunks; a body that is not chunked after all is returned as it is."""
    parts: list[bytes] = []
    at = 0
    while at < len(body):
        line_end = body.find(b"\n", at, at + 1024)
        size_text = body[at : line_end if line_end >= 0 else at].split(b";")[0].strip()
        try:
            size = int(size_text, 16)
        except ValueError:
            return b"".join([*parts, body[at:]]) if parts else body
        if line_end < 0 or size < 0:
            return body if not parts else b"".join(parts)
        if size == 0:
            break
        parts.append(body[line_end + 1 : line_end + 1 + size])
        at = line_end + 1 + size
        at += 2 if body[at : at + 2] == b"\r\n" else 1 if body[at : at + 1] == b"\n" else 0
    return b"".join(parts)


def _undo(coding: str, body: bytes, limit: int, ratio: int) -> tuple[bytes, str]:
    """Return (body, "") or (coded body, why it cannot be decoded)."""
    budget = min(limit, max(2**20, len(body) * ratio))
    if coding in ("", "identity", "none", "utf-8") or not body:
        return body, ""
    if coding in ("gzip", "x-gzip"):
        return _inflate(body, 31, budget) if body[:2] == b"\x1f\x8b" else (body, "")
    if coding == "deflate":
        inflated, reason = _inflate(body, 15, budget)
        return _inflate(body, -15, budget) if reason and inflated is body else (inflated, reason)
    if coding == "br":
        return _unbrotli(body, budget)
    if coding == "zstd":
        return _unzstd(body, budget)
    return body, f"content coding {coding[:20]} is not supported"


def _inflate(body: bytes, window: int, budget: int) -> tuple[bytes, str]:
    machine = zlib.decompressobj(window)
    parts: list[bytes] = []
    size, pending = 0, body
    while pending and not machine.eof:
        try:
            part = machine.decompress(pending, _STEP)
        except zlib.error as error:
            return (b"".join(parts), "") if parts else (body, f"compressed payload is damaged: {error}")
        parts.append(part)
        size += len(part)
        pending = machine.unconsumed_tail
        if size > budget:
            return body, f"payload unfolds to more than {budget} bytes"
    return b"".join(parts), ""


def _unzstd(body: bytes, budget: int) -> tuple[bytes, str]:
    if body[:4] != zstandard_frames.MAGIC:
        return body, ""
    found = list(zstandard_frames.frames(body, budget, budget))
    content = b"".join(frame.content for frame in found)
    problem = next((frame.problem for frame in found if frame.problem), "")
    return (content, "") if content and len(content) <= budget else (body, f"compressed payload is damaged: {problem}")


def _unbrotli(body: bytes, budget: int) -> tuple[bytes, str]:
    machine = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        part = machine.process(body, output_buffer_limit=_STEP)
        while True:
            parts.append(part)
            size += len(part)
            if size > budget:
                return body, f"payload unfolds to more than {budget} bytes"
            if machine.is_finished() or (not part and machine.can_accept_more_data()):
                break
            part = machine.process(b"", output_buffer_limit=_STEP)
    except brotli.error:
        plain = body.lstrip()[:1] == b"<"
        return (b"".join(parts), "") if parts else (body, "" if plain else "compressed payload is damaged: brotli")
    return b"".join(parts), ""
