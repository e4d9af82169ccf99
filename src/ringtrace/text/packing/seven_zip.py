"""7z archives read with the standard library: the directory, and where the packed streams lie (7zFormat.txt).

Every count and size is checked against the file.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from ringtrace.text.packing.seven_zip_codings import Coder, Folder, refusal, unfold

MAGIC = b"7z\xbc\xaf\x27\x1c"
_START = 32
_END, _HEADER, _ARCHIVE, _EXTRA, _STREAMS, _FILES = 0, 1, 2, 3, 4, 5
_PACK, _UNPACK, _SUB, _SIZE, _CRC, _FOLDER, _SIZES, _COUNTS = 6, 7, 8, 9, 10, 11, 12, 13
_EMPTY_STREAM, _NAMES, _ENCODED = 14, 17, 23
_MOST = 1_000_000  # files, folders or streams
_MOST_CODERS = 8


@dataclass(frozen=True, slots=True)
class Directory:
    """names: of the files that have content, in the order of the folders' parts. header: where it lies in the file."""

    folders: list[Folder]
    names: list[str]
    header: tuple[int, int]


class _Reader:
    """Reads the archive's own numbers; raises IndexError or ValueError where they end or are too large."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > len(self.data):
            raise ValueError("the directory ends early")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self) -> int:
        first, value, mask = self.byte(), 0, 0x80
        for shift in range(8):
            if not first & mask:
                return value | (first & (mask - 1)) << (8 * shift)
            value |= self.byte() << (8 * shift)
            mask >>= 1
        return value

    def count(self) -> int:
        value = self.number()
        if value > _MOST:
            raise ValueError("more entries than are read")
        return value

    def bits(self, count: int) -> list[bool]:
        raw = self.take((count + 7) // 8)
        return [bool(raw[at // 8] & (0x80 >> at % 8)) for at in range(count)]

    def checks(self, count: int) -> list[int | None]:
        known = [True] * count if self.byte() else self.bits(count)
        return [struct.unpack("<I", self.take(4))[0] if one else None for one in known]


def read_directory(data: bytes, limit: int) -> Directory:
    """Return what lies in the archive ``data``; raises one of the codings' ``FAULTS`` for an unreadable directory.

    limit: most bytes that a packed directory may unfold to.
    """
    offset, size, check = struct.unpack("<QQI", bytes(data[12:_START]))
    start, stop = _START + offset, _START + offset + size
    if stop > len(data) or size > limit:
        raise ValueError("the directory lies outside of the file, as in one that is cut")
    raw = bytes(data[start:stop])
    if zlib.crc32(raw) != check:
        raise ValueError("the directory's checksum is wrong")
    for _ in range(4):
        if raw[:1] != bytes((_ENCODED,)):
            break
        folders = _streams(_Reader(raw[1:]), len(data))
        raw, problem = unfold(data, folders[0], limit)
        if problem:
            raise ValueError(f"the directory is {problem}")
    return _directory(raw, len(data), (start, stop))


def _directory(raw: bytes, size: int, header: tuple[int, int]) -> Directory:
    reader = _Reader(raw)
    folders: list[Folder] = []
    names: list[str] = []
    if reader.byte() != _HEADER:
        raise ValueError("not a directory")
    while (kind := reader.number()) != _END:
        if kind == _STREAMS:
            folders = _streams(reader, size)
        elif kind == _FILES:
            names = _file_names(reader)
        elif kind == _ARCHIVE:
            while reader.number() != _END:
                reader.take(reader.number())
        else:
            raise ValueError("a directory of a kind that is not read")
    return Directory(folders, names, header)


def _streams(reader: _Reader, size: int) -> list[Folder]:
    packed: list[tuple[int, int]] = []
    folders: list[Folder] = []
    while (kind := reader.number()) != _END:
        if kind == _PACK:
            packed = _packed(reader, size)
        elif kind == _UNPACK:
            folders = _unpacked(reader)
        elif kind == _SUB:
            _parts(reader, folders)
        else:
            raise ValueError("streams of a kind that is not read")
    at = 0
    for folder in folders:
        taken = packed[at : at + max(1, len(folder.parts) and 1)]
        at += 4 if folder.problem == "packed with BCJ2" else 1
        if not taken:
            raise ValueError("a folder without a packed stream")
        folder.start, folder.stop = taken[0]
        if not folder.parts:
            folder.parts, folder.checks = [folder.size], folder.checks or [None]
    return folders


def _packed(reader: _Reader, size: int) -> list[tuple[int, int]]:
    at, count = _START + reader.number(), reader.count()
    ranges: list[tuple[int, int]] = []
    while (kind := reader.number()) != _END:
        if kind == _SIZE:
            for _ in range(count):
                length = reader.number()
                ranges.append((min(at, size), min(at + length, size)))
                at += length
        elif kind == _CRC:
            reader.checks(count)
        else:
            raise ValueError("a packed stream of a kind that is not read")
    return ranges


def _unpacked(reader: _Reader) -> list[Folder]:
    if reader.number() != _FOLDER:
        raise ValueError("no folders")
    count = reader.count()
    if reader.byte():
        raise ValueError("folders in a stream of their own")
    outs: list[int] = []
    folders = []
    for _ in range(count):
        folder, last, number = _folder(reader)
        folders.append(folder)
        outs.append(number)
        folder.size = last  # for now the place of the size
    while (kind := reader.number()) != _END:
        if kind == _SIZES:
            for folder, number in zip(folders, outs, strict=True):
                sizes = [reader.number() for _ in range(number)]
                folder.size = sizes[folder.size]
        elif kind == _CRC:
            for folder, check in zip(folders, reader.checks(count), strict=True):
                folder.checks = [check]
        else:
            raise ValueError("a folder of a kind that is not read")
    return folders


def _folder(reader: _Reader) -> tuple[Folder, int, int]:
    """Return (folder with its coders in the order to undo them, which output is the last, how many there are)."""
    coders: list[Coder] = []
    ins = outs = 0
    problem = ""
    for _ in range(min(reader.count(), _MOST_CODERS)):
        flags = reader.byte()
        method = reader.take(flags & 0x0F)
        if flags & 0x10:
            ins, outs = ins + reader.count(), outs + reader.count()
        else:
            ins, outs = ins + 1, outs + 1
        properties = reader.take(reader.count()) if flags & 0x20 else b""
        coders.append(Coder(method, properties))
        problem = problem or refusal(method)
    pairs = {reader.number(): reader.number() for _ in range(outs - 1)}
    packed = ins - len(pairs)
    if packed > 1:
        for _ in range(packed):
            reader.number()
    last = next((at for at in range(outs) if at not in pairs.values()), 0)
    if problem or ins != outs:
        return Folder(coders, problem or "packed in a way that is not read"), last, outs
    chain, at = [coders[last]], last
    while at in pairs and len(chain) < len(coders):
        at = pairs[at]
        chain.append(coders[at])
    return Folder(chain[::-1]), last, outs


def _parts(reader: _Reader, folders: list[Folder]) -> None:
    counts = [1] * len(folders)
    kind = reader.number()
    if kind == _COUNTS:
        counts = [reader.count() for _ in folders]
        kind = reader.number()
    for folder, count in zip(folders, counts, strict=True):
        sizes = [reader.number() for _ in range(count - 1)] if kind == _SIZE and count else []
        folder.parts = [*sizes, max(0, folder.size - sum(sizes))][:count]
    if kind == _SIZE:
        kind = reader.number()
    unknown = [
        folder for folder in folders if not (len(folder.parts) == 1 and folder.checks and folder.checks[0] is not None)
    ]
    if kind == _CRC:
        found = iter(reader.checks(sum(len(folder.parts) for folder in unknown)))
        for folder in unknown:
            folder.checks = [next(found) for _ in folder.parts]
        kind = reader.number()
    for folder in folders:
        if len(folder.checks) != len(folder.parts):
            folder.checks = [None] * len(folder.parts)
    if kind != _END:
        raise ValueError("parts of a kind that is not read")


def _file_names(reader: _Reader) -> list[str]:
    """Return the names of the files that have content."""
    count = reader.count()
    names: list[str] = []
    empty = [False] * count
    while (kind := reader.number()) != _END:
        raw = _Reader(reader.take(reader.number()))
        if kind == _EMPTY_STREAM:
            empty = raw.bits(count)
        elif kind == _NAMES and not raw.byte():
            names = raw.data[1:].decode("utf-16-le", "replace").split("\0")[:count]
    names += [f"file {at + 1}" for at in range(len(names), count)]
    return [name for name, bare in zip(names, empty, strict=True) if not bare]
