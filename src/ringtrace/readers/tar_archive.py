"""A tar archive: hands its files back to be read in turn, as they stand; names are only text."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.packing.byte_stream import ByteStream

NAME = "tar"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "tar (POSIX, GNU, old)"

_BLOCK = 512
_MAGIC_AT = 257  # POSIX.1-1988: "ustar" in the header block
_FAULTS = (tarfile.TarError, OSError, ValueError, EOFError, OverflowError, RecursionError)


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a tar archive: by the mark in its first header, or a header whose sum is right."""
    if head[_MAGIC_AT : _MAGIC_AT + 5] == b"ustar":
        return 0.9
    if name.lower().endswith(".tar") and len(head) >= _BLOCK:
        return 0.8 if _first(head[:_BLOCK]) else 0.0
    return 0.0


def _first(block: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except _FAULTS:
        return False
    return True


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every file; links, devices and folders are Structure, what cannot be read on is a Gap.

    Raises MalformedError when the first header is damaged.
    """
    size = len(source.data)
    done = total = 0
    try:
        archive = tarfile.open(fileobj=ByteStream(source.data), mode="r:", errors="replace")  # noqa: SIM115
    except _FAULTS as error:
        raise MalformedError(source.name, f"tar without a readable header: {error}") from error
    seen: dict[str, int] = {}
    while True:
        try:
            info = archive.next()
        except _FAULTS as error:
            yield _gap(source, done, size, f"damaged header: {error}")
            return
        if info is None:
            break
        start, stop = info.offset_data, min(size, info.offset_data + info.size if info.isreg() else info.offset_data)
        if start < done or start > size:
            yield _gap(source, done, size, f"member {info.name!r} lies outside of the archive")
            return
        if start > done:
            yield Structure(_span(source, done, start), "header")
        done = max(done, stop)
        seen[info.name] = seen.get(info.name, 0) + 1
        if len(seen) > source.limits.members or total + stop - start > source.limits.total_bytes:
            yield _gap(source, start, size, "more members or bytes than the limits allow")
            return
        total += stop - start
        yield from _member(source, info, seen[info.name], start, stop)
        vars(archive).update(members=[])  # the library keeps every header it has read
    if done < size:
        yield _rest(source, done, size)


def _member(source: Source, info: tarfile.TarInfo, times: int, start: int, stop: int) -> Iterator[Member | Gap]:
    if not info.isreg():
        return
    last = min(stop, start + source.limits.member_bytes)
    path = info.name if times == 1 else f"{info.name}#{times}"
    yield Member(path, bytes(source.data[start:last]), start, last)
    if last < stop:
        yield _gap(source, last, stop, f"member {path!r} larger than {source.limits.member_bytes} bytes")
    if stop - start < info.size:
        yield _gap(source, stop, stop, f"member {path!r} is cut off")


def _rest(source: Source, start: int, stop: int) -> Gap | Structure:
    if any(source.data[start : min(stop, start + (1 << 20))]):
        return _gap(source, start, stop, "bytes after the last header that could be read")
    return Structure(_span(source, start, stop), "end of archive")


def _span(source: Source, start: int, stop: int) -> Span:
    return Span(source.evidence, source.member, start, stop)


def _gap(source: Source, start: int, stop: int, reason: str) -> Gap:
    return Gap(_span(source, start, stop), reason)
