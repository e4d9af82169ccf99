"""A bzip2 or xz file: hands its one decoded content back, under limits."""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span

NAME = "bzip2 or xz"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "bzip2, xz"

_BZIP2, _XZ = b"BZh", b"\xfd7zXZ\x00"
_STEP = 1 << 16
_RATIO_FLOOR = 1 << 20  # bytes; small contents may be as repetitive as they like
_MEMORY = 128 * 2**20  # bytes that an xz stream may ask for: what `xz -9` needs, and half as much again
_ENDINGS = (".bz2", ".xz", ".tbz2", ".txz")
_FAULTS = (OSError, EOFError, ValueError, lzma.LZMAError)


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a file, from its first bytes."""
    if head.startswith(_XZ) or (head.startswith(_BZIP2) and head[3:4].isdigit() and head[4:10] == b"1AY&SY"):
        return 0.85
    return 0.0


def read(source: Source) -> Iterator[Post | Gap | Member]:
    """Yield one Member; what a limit or a fault cuts off is a Gap and what was read stays.

    Raises MalformedError when not a single byte can be decoded.
    """
    out, consumed, fault = _expand(source)
    if not out and fault:
        raise MalformedError(source.name, fault)
    yield Member(_inner_name(source), bytes(out), 0, consumed)
    if fault or consumed < len(source.data):
        yield Gap(Span(source.evidence, source.member, consumed, len(source.data)), fault or "bytes after the stream")


def _inner_name(source: Source) -> str:
    base = (source.member or source.name).rsplit("/", 1)[-1]
    for ending in _ENDINGS:
        if base.lower().endswith(ending) and len(base) > len(ending):
            return base[: -len(ending)] + (".tar" if ending.startswith(".t") else "")
    return base


def _expand(source: Source) -> tuple[bytearray, int, str]:
    """Return (decoded bytes, bytes of the file used, fault or "") over all concatenated streams."""
    data, limits = source.data, source.limits
    out = bytearray()
    at = 0
    while data[at : at + 3] == _BZIP2 or data[at : at + 6] == _XZ:
        xz = data[at : at + 6] == _XZ
        stream = lzma.LZMADecompressor(memlimit=_MEMORY) if xz else bz2.BZ2Decompressor()
        feed = at
        while not stream.eof:
            piece = data[feed : feed + _STEP] if stream.needs_input else b""
            if stream.needs_input and not piece:
                return out, len(data), "the stream is cut off"
            feed += len(piece)
            try:
                out += stream.decompress(piece, _STEP * 16)
            except _FAULTS as error:
                return out, feed - len(piece), f"damaged stream: {error}"
            if len(out) > limits.member_bytes:
                del out[limits.member_bytes :]
                return out, feed, f"content larger than {limits.member_bytes} bytes"
            if len(out) > max(_RATIO_FLOOR, limits.ratio * feed):
                return out, feed, f"expands more than {limits.ratio} times"
        at = feed - len(stream.unused_data)
    return out, at, ""
