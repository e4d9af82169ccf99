"""The members of a zip archive in the order of their place, within budgets; every byte accounted for."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from ringtrace.errors import MalformedError
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.encoding import detect
from ringtrace.text.packing.byte_stream import ByteStream

LOCAL = b"PK\x03\x04"
_LOCAL_SIZE = 30  # APPNOTE.TXT 4.3.7: fixed part of a local file header
_STEP = 1 << 20
_RATIO_FLOOR = 1 << 20  # bytes; small contents may be as repetitive as they like
_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1
_FAULTS = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, LookupError, struct.error,
    zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Entry:
    """A member in the archive: bytes ``[start, stop)`` of its local header and content."""

    info: zipfile.ZipInfo
    path: str
    start: int
    stop: int


def read_members(source: Source) -> Iterator[Gap | Structure | Member]:
    """Yield every member; one that is encrypted, damaged, overlapping or too large is a Gap.

    Raises MalformedError when the archive has no readable directory.
    """
    try:
        archive = zipfile.ZipFile(ByteStream(source.data))
        entries = _entries(source, archive)
    except _FAULTS as error:
        raise MalformedError(source.name, f"zip without a readable directory: {error}") from error
    done = total = 0
    for count, entry in enumerate(entries):
        if entry.start < done:
            yield _gap(source, done, max(done, entry.stop), f"member {entry.path!r} overlaps another one")
            done = max(done, entry.stop)
            continue
        if entry.start > done:
            yield Structure(Span(source.evidence, source.member, done, entry.start), "between members")
        done = entry.stop
        if count >= source.limits.members:
            yield _gap(source, entry.start, len(source.data), f"more than {source.limits.members} members")
            return
        if entry.info.filename.endswith("/"):  # is_dir() fails on an empty name
            yield Structure(Span(source.evidence, source.member, entry.start, entry.stop), "folder")
            continue
        content, fault = _content(source, archive, entry, total)
        total += len(content)
        if content or not fault:
            yield Member(entry.path, content, entry.start, entry.stop)
        if fault:
            low = entry.stop if content else entry.start
            yield _gap(source, low, entry.stop, f"member {entry.path!r}: {fault}")
    if done < len(source.data):
        yield Structure(Span(source.evidence, source.member, done, len(source.data)), "directory")


def _gap(source: Source, start: int, stop: int, reason: str) -> Gap:
    return Gap(Span(source.evidence, source.member, start, stop), reason)


def _entries(source: Source, archive: zipfile.ZipFile) -> list[_Entry]:
    """Return the members in order of their place; each path once (a second one gets "#2")."""
    paths: dict[str, int] = {}
    entries = []
    for info in sorted(archive.infolist(), key=lambda info: (info.header_offset, info.filename)):
        path = _decode_name(info)
        paths[path] = paths.get(path, 0) + 1
        if paths[path] > 1:
            path = f"{path}#{paths[path]}"
        start = info.header_offset
        local = source.data[start : start + _LOCAL_SIZE]
        names = sum(struct.unpack("<HH", local[26:30])) if len(local) == _LOCAL_SIZE else 0
        stop = min(len(source.data), start + _LOCAL_SIZE + names + info.compress_size)
        entries.append(_Entry(info, path, min(start, stop), stop))
    return entries


def _decode_name(info: zipfile.ZipInfo) -> str:
    """Return the member's path; without the UTF-8 flag its bytes are looked at (often GB18030)."""
    if info.flag_bits & _UTF8_FLAG or info.filename.isascii():
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    return raw.decode(detect(raw).name, "replace")


def _content(source: Source, archive: zipfile.ZipFile, entry: _Entry, total: int) -> tuple[bytes, str]:
    """Return (decoded bytes, fault or ""); never more bytes than the limits allow."""
    limits, out = source.limits, bytearray()
    if entry.info.flag_bits & _ENCRYPTED_FLAG:
        return b"", "encrypted"
    try:
        with archive.open(entry.info) as stream:
            while piece := stream.read(_STEP):
                out += piece
                if len(out) > limits.member_bytes:
                    return bytes(out[: limits.member_bytes]), f"larger than {limits.member_bytes} bytes"
                if len(out) > max(_RATIO_FLOOR, limits.ratio * entry.info.compress_size):
                    return bytes(out), f"expands more than {limits.ratio} times"
                if total + len(out) > limits.total_bytes:
                    return bytes(out), f"archive larger than {limits.total_bytes} bytes in all"
    except _FAULTS as error:
        return bytes(out), f"damaged: {error}"
    return bytes(out), ""
