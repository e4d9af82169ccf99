"""A gzip file: hands its one decoded content back, under limits."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure

NAME = "gzip"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "gzip"

_MAGIC = b"\x1f\x8b\x08"
_STEP = 1 << 16
_RATIO_FLOOR = 1 << 20  # bytes; small contents may be as repetitive as they like
_GZIP = 31  # zlib's window bits for gzip framing


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a gzip file that no more particular reader (WARC) wants."""
    if not head.startswith(_MAGIC):
        return 0.0
    return 0.3 if ".warc" in name.lower() else 0.8


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield one Member; what a limit or a fault cuts off is a Gap and what was read stays.

    Raises MalformedError when not a single byte can be decoded.
    """
    out, consumed, fault = _inflate(source)
    if not out and fault:
        raise MalformedError(source.name, fault)
    yield Member(_inner_name(source), bytes(out), 0, consumed)
    if fault or consumed < len(source.data):
        yield Gap(Span(source.evidence, source.member, consumed, len(source.data)), fault or "bytes after the stream")


def _inner_name(source: Source) -> str:
    base = (source.member or source.name).rsplit("/", 1)[-1]
    return base[:-3] if base.lower().endswith(".gz") and len(base) > 3 else base


def _inflate(source: Source) -> tuple[bytearray, int, str]:
    """Return (decoded bytes, bytes of the file used, fault or "") over all concatenated streams."""
    data, limits = source.data, source.limits
    out = bytearray()
    at = 0
    while data[at : at + 3] == _MAGIC:
        stream = zlib.decompressobj(_GZIP)
        feed = at
        pending = b""
        while not stream.eof:
            if not pending:
                pending = data[feed : feed + _STEP]
                feed += len(pending)
                if not pending:
                    return out, len(data), "the stream is cut off"
            try:
                piece = stream.decompress(pending, _STEP * 16)
            except zlib.error as error:
                return out, feed - len(pending), f"damaged stream: {error}"
            pending = stream.unconsumed_tail
            room = limits.member_bytes - len(out)
            out += piece[:room]
            if len(piece) > room:
                return out, feed - len(pending), f"content larger than {limits.member_bytes} bytes"
            if len(out) > max(_RATIO_FLOOR, limits.ratio * feed):
                return out, feed - len(pending), f"expands more than {limits.ratio} times"
        at = feed - len(stream.unused_data)
    return out, at, ""
