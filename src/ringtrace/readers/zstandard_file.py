"""A zstandard file: hands its content back to be read in turn; of a compressed WARC each record by itself."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.packing.zstandard_frames import MAGIC, Frame, frames

NAME = "zstandard"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "zstd; WARC compressed with it, with a dictionary or without (.warc.zst)"

_DICTIONARY = b"\x5d\x2a\x4d\x18"


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a zstandard file, by its first frame."""
    return 0.9 if head.startswith((MAGIC, _DICTIONARY)) else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield the content; a frame that is damaged ends it with a Gap. Raises MalformedError without any content."""
    found = False
    held: list[Frame] = []
    for frame in frames(source.data, source.limits.member_bytes, source.limits.ratio):
        span = Span(source.evidence, source.member, frame.start, frame.stop)
        if frame.problem:
            yield Gap(span, frame.problem)
        if not frame.content:
            if not frame.problem:
                yield Structure(span, "dictionary or empty frame")
        elif frame.content.startswith(b"WARC/"):
            found = True
            yield Member(f"{_inner(source)}@{frame.start}.warc", frame.content, span.start, span.stop)
        else:
            held.append(frame)
    if held:
        content = b"".join(frame.content for frame in held)[: source.limits.member_bytes]
        yield Member(_inner(source), content, held[0].start, held[-1].stop)
    elif not found:
        raise MalformedError(source.name, "no frame of this zstandard file could be read")


def _inner(source: Source) -> str:
    base = (source.member or source.name).rsplit("/", 1)[-1]
    return base[:-4] if base.lower().endswith(".zst") and len(base) > 4 else base
