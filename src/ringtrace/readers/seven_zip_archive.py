"""A 7z archive: hands its members back to be read in turn; what its codings hide is named."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Remark, Span, Structure
from ringtrace.text.packing.seven_zip import MAGIC, read_directory
from ringtrace.text.packing.seven_zip_codings import FAULTS, Folder, unfold

NAME = "7z"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "7-Zip and its kin: copy, LZMA, LZMA2, deflate, bzip2, branch and delta filters"
KNOWN_GAPS = "encrypted archives, PPMd and BCJ2: unpack those by hand and add the folder"

_DIRECTORY_BYTES = 64 * 2**20
_RATIO_FLOOR = 1 << 20


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a 7z archive, by its first bytes."""
    return 0.97 if head.startswith(MAGIC) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member | Remark]:
    """Yield every member; a stream that cannot be unfolded is a Gap. Raises MalformedError without a directory."""
    data, size = source.data, len(source.data)
    if size < 32 or data[: len(MAGIC)] != MAGIC:
        raise MalformedError(source.name, "not a 7z archive by its first bytes")
    try:
        directory = read_directory(data, min(_DIRECTORY_BYTES, source.limits.member_bytes))
    except FAULTS as error:
        raise MalformedError(source.name, f"7z without a readable directory: {error}") from error
    yield Structure(Span(source.evidence, source.member, 0, size), "7z headers")
    names = iter(directory.names)
    seen: dict[str, int] = {}
    total = 0
    for folder in directory.folders:
        room = min(source.limits.member_bytes, source.limits.total_bytes - total)
        packed = folder.stop - folder.start
        bound = min(room, max(_RATIO_FLOOR, source.limits.ratio * packed))
        content, problem = unfold(data, folder, bound)
        total += len(content)
        yield from _members(source, folder, content, problem, names, seen)


def _members(
    source: Source, folder: Folder, content: bytes, problem: str, names: Iterator[str], seen: dict[str, int]
) -> Iterator[Gap | Member | Remark]:
    """Yield the files of one packed stream that are whole; name those that are not."""
    span = Span(source.evidence, source.member, folder.start, max(folder.start, folder.stop))
    at, lost = 0, []
    for size, check in zip(folder.parts, folder.checks, strict=True):
        name = next(names, f"file {len(seen) + 1}")
        seen[name] = seen.get(name, 0) + 1
        path = name if seen[name] == 1 else f"{name}#{seen[name]}"
        piece = content[at : at + size]
        at += size
        if len(piece) < size:
            lost.append(path)
            continue
        if check is not None and zlib.crc32(piece) != check:
            yield Remark(span, f"7z member {path!r}: its checksum is wrong")
        yield Member(path, piece, span.start, span.stop)
    if problem or lost:
        which = f"; not read: {', '.join(lost[:5])}{' ...' if len(lost) > 5 else ''}" if lost else ""
        advice = ": unpack it by hand and add the folder" if not problem.startswith("damaged") else ""
        yield Gap(span, f"7z stream {problem or 'damaged or cut'}{advice}{which}")
