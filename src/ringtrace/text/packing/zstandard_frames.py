"""Zstandard (RFC 8878) frame by frame, within budgets; a dictionary may stand in front of the frames.

In a compressed WARC each record is a frame, and a skippable frame with its dictionary may come first
(IIPC, WARC files with zstd, 0.1).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import zstandard

MAGIC = b"\x28\xb5\x2f\xfd"
_DICTIONARY = 0x184D2A5D
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_MOST_DICTIONARY = 16 * 2**20
_WINDOW = 128 * 2**20
_STEP = 1 << 20
_RATIO_FLOOR = 1 << 20


@dataclass(frozen=True, slots=True)
class Frame:
    """Bytes ``[start, stop)`` of the file and what they unfold to. problem: why not all of it, or ""."""

    start: int
    stop: int
    content: bytes
    problem: str = ""


def frames(data: bytes, limit: int, ratio: int) -> Iterator[Frame]:
    """Yield the frames of ``data``; skippable ones have no content. Ends at the first that is damaged.

    limit: most bytes of one frame's content. ratio: most bytes of content per byte of the frame.
    """
    at, machine = 0, zstandard.ZstdDecompressor(max_window_size=_WINDOW)
    while at < len(data):
        mark = bytes(data[at : at + 8])
        if len(mark) == 8 and struct.unpack("<I", mark[:4])[0] in _SKIPPABLE:
            number, size = struct.unpack("<II", mark)
            stop = min(len(data), at + 8 + size)
            if number == _DICTIONARY and size <= _MOST_DICTIONARY:
                machine = _with_dictionary(bytes(data[at + 8 : stop])) or machine
            yield Frame(at, stop, b"", "" if stop == at + 8 + size else "frame is cut")
            at = stop
            continue
        if mark[:4] != MAGIC:
            yield Frame(at, len(data), b"", "bytes that are no zstandard frame")
            return
        frame = _unfold(machine, data, at, limit, ratio)
        yield frame
        if frame.problem:
            return
        at = frame.stop


def _with_dictionary(raw: bytes) -> zstandard.ZstdDecompressor | None:
    try:
        if raw[:4] == MAGIC:
            raw = zstandard.ZstdDecompressor(max_window_size=_WINDOW).decompress(raw, max_output_size=_MOST_DICTIONARY)
        words = zstandard.ZstdCompressionDict(raw)
        return zstandard.ZstdDecompressor(dict_data=words, max_window_size=_WINDOW)
    except (zstandard.ZstdError, ValueError):
        return None


def _unfold(machine: zstandard.ZstdDecompressor, data: bytes, at: int, limit: int, ratio: int) -> Frame:
    parts: list[bytes] = []
    size, feed = 0, at
    try:
        stream = machine.decompressobj(write_size=_STEP, read_across_frames=False)
        while not stream.eof:
            piece = bytes(data[feed : feed + 16_384])
            if not piece:
                return Frame(at, len(data), b"".join(parts), "the stream is cut off")
            parts.append(stream.decompress(piece))
            feed += len(piece)
            size += len(parts[-1])
            if size > limit or size > max(_RATIO_FLOOR, ratio * (feed - at)):
                return Frame(at, len(data), b"".join(parts)[:limit], "unfolds to more than the limits allow")
    except zstandard.ZstdError as error:
        return Frame(at, len(data), b"".join(parts), f"damaged stream: {error}")
    return Frame(at, feed - len(stream.unused_data), b"".join(parts))
