"""How the packed streams of a 7z archive unfold, with the standard library.

Codings: copy, LZMA, LZMA2, deflate, bzip2, delta and the branch filters. What else there is (PPMd, BCJ2,
AES) is named as the reason why a stream is not read.
"""

from __future__ import annotations

import bz2
import lzma
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

_STEP = 1 << 20
_BRANCH = {
    b"\x03\x03\x01\x03": lzma.FILTER_X86, b"\x04": lzma.FILTER_X86, b"\x03\x03\x02\x05": lzma.FILTER_POWERPC,
    b"\x05": lzma.FILTER_POWERPC, b"\x03\x03\x04\x01": lzma.FILTER_IA64, b"\x06": lzma.FILTER_IA64,
    b"\x03\x03\x05\x01": lzma.FILTER_ARM, b"\x07": lzma.FILTER_ARM, b"\x03\x03\x07\x01": lzma.FILTER_ARMTHUMB,
    b"\x08": lzma.FILTER_ARMTHUMB, b"\x03\x03\x08\x05": lzma.FILTER_SPARC, b"\x09": lzma.FILTER_SPARC,
}  # fmt: skip
_COPY, _DELTA, _LZMA, _LZMA2 = b"\x00", b"\x03", b"\x03\x01\x01", b"\x21"
_DEFLATE, _BZIP2 = b"\x04\x01\x08", b"\x04\x02\x02"
_REFUSED = {
    b"\x06\xf1\x07\x01": "encrypted",
    b"\x03\x04\x01": "packed with PPMd",
    b"\x03\x03\x01\x1b": "packed with BCJ2",
}
FAULTS = (ValueError, IndexError, struct.error, lzma.LZMAError, zlib.error, OSError, EOFError, OverflowError)


@dataclass(frozen=True, slots=True)
class Coder:
    method: bytes
    properties: bytes


@dataclass(slots=True)
class Folder:
    """One packed stream: bytes ``[start, stop)`` of the file, the codings to undo in order, what it unfolds to."""

    coders: list[Coder]
    problem: str = ""
    start: int = 0
    stop: int = 0
    size: int = 0
    parts: list[int] = field(default_factory=list)
    checks: list[int | None] = field(default_factory=list)


def refusal(method: bytes) -> str:
    """Return why a stream of this coding is not read, "" when it is."""
    return _REFUSED.get(method, "")


def unfold(data: bytes, folder: Folder, limit: int) -> tuple[bytes, str]:
    """Return (content as far as it could be had, why not all of it or "")."""
    if folder.problem:
        return b"", folder.problem
    wanted = min(folder.size, limit)
    content = bytes(data[folder.start : folder.stop])
    for coder in folder.coders:
        step = _STEPS.get(coder.method) or (_branch if coder.method in _BRANCH else None)
        if step is None:
            return b"", f"packed by method {coder.method.hex()}, which is not read"
        try:
            content = step(content, coder, wanted)
        except FAULTS as error:
            return b"", f"damaged: {error}"
    if len(content) < folder.size:
        return content, f"larger than {limit} bytes" if folder.size > limit else "damaged or cut"
    return content, ""


def _drain(pieces: Iterator[bytes], wanted: int) -> bytes:
    out = bytearray()
    for piece in pieces:
        out += piece
        if len(out) >= wanted:
            break
    return bytes(out[:wanted])


def _raw(content: bytes, filters: list[dict[str, int]], wanted: int) -> bytes:
    machine = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters)

    def pieces() -> Iterator[bytes]:
        given: bytes = content
        while not machine.eof:
            piece = machine.decompress(given, _STEP)
            if not piece and machine.needs_input:
                return
            given = b""
            yield piece

    return _drain(pieces(), wanted)


def _lzma(content: bytes, coder: Coder, wanted: int) -> bytes:
    first, size = struct.unpack("<BI", coder.properties[:5])
    if first >= 225:
        raise ValueError("LZMA properties out of range")
    rest, lc = divmod(first, 9)
    pb, lp = divmod(rest, 5)
    window = max(4096, min(size, wanted))
    return _raw(content, [{"id": lzma.FILTER_LZMA1, "dict_size": window, "lc": lc, "lp": lp, "pb": pb}], wanted)


def _lzma2(content: bytes, coder: Coder, wanted: int) -> bytes:
    bits = coder.properties[0]
    size = (2 | bits & 1) << (bits // 2 + 11) if bits < 40 else 0xFFFFFFFF
    return _raw(content, [{"id": lzma.FILTER_LZMA2, "dict_size": max(4096, min(size, wanted))}], wanted)


def _deflate(content: bytes, _coder: Coder, wanted: int) -> bytes:
    return zlib.decompressobj(-15).decompress(content, wanted)


def _bzip2(content: bytes, _coder: Coder, wanted: int) -> bytes:
    return bz2.BZ2Decompressor().decompress(content, wanted)


def _copy(content: bytes, _coder: Coder, wanted: int) -> bytes:
    return content[:wanted]


def _stored(content: bytes) -> bytes:
    """LZMA2 of stored chunks: the library applies a filter only in front of a coding."""
    out = bytearray()
    for at in range(0, len(content), 65_536):
        chunk = content[at : at + 65_536]
        out += struct.pack(">BH", 1 if at == 0 else 2, len(chunk) - 1) + chunk
    return bytes(out) + b"\0"


def _branch(content: bytes, coder: Coder, wanted: int) -> bytes:
    filters = [{"id": _BRANCH[coder.method]}, {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16}]
    return _raw(_stored(content), filters, wanted)


def _delta(content: bytes, coder: Coder, wanted: int) -> bytes:
    filters = [
        {"id": lzma.FILTER_DELTA, "dist": coder.properties[0] + 1},
        {"id": lzma.FILTER_LZMA2, "dict_size": 1 << 16},
    ]
    return _raw(_stored(content), filters, wanted)


_STEPS: dict[bytes, Callable[[bytes, Coder, int], bytes]] = {
    _COPY: _copy, _DELTA: _delta, _LZMA: _lzma, _LZMA2: _lzma2, _DEFLATE: _deflate, _BZIP2: _bzip2,
}  # fmt: skip
