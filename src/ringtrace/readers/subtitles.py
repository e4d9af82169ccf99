"""Transcripts of broadcasts as subtitle files (SRT, WebVTT): one article, its lines joined in order."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text.encoding import Charset, decode_runs, detect
from ringtrace.text.lines import split_lines

NAME = "Subtitles (SRT, WebVTT)"
VERSION = "1"
PLATFORM = "news"
PRODUCERS = "SRT, WebVTT"

_TIME = rb"(?:[0-9]{1,3}:)?[0-9]{1,2}:[0-9]{2}[.,][0-9]{3}"
_CUE = re.compile(rb"[ \t]*" + _TIME + rb"[ \t]*-->[ \t]*" + _TIME)
_NUMBER = re.compile(rb"[ \t]*[0-9]{1,7}[ \t]*")
_ENDINGS = (".srt", ".vtt")


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a subtitle file, from its time codes."""
    cues = sum(_CUE.match(line) is not None for line in head[:16_384].replace(b"\0", b"").splitlines())
    if not cues:
        return 0.0
    sure = head.lstrip(b"\xef\xbb\xbf").startswith(b"WEBVTT") or name.lower().endswith(_ENDINGS)
    return 0.97 if sure else 0.85 if cues >= 2 else 0.4


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield one article: what was said, a blank between lines of letters, nothing between Chinese ones.

    Time codes, numbers, notes and styles are Structure. Raises MalformedError without a time code.
    """
    data = source.data
    charset = detect(data, source.charset)
    said = list(_spoken(data, charset))
    if not said:
        raise MalformedError(source.name, "no line under a time code; is it a subtitle file?")
    text, segments, invalid, cut = _joined(data, said, charset, source.limits.line_bytes)
    title = (source.member or source.name).rsplit("/", 1)[-1]
    yield Post(
        Span(source.evidence, source.member, said[0][0], cut or said[-1][1]),
        PLATFORM,
        Container(PLATFORM, title),
        text,
        tuple(segments),
        "article",
    )
    for low, high in invalid:
        yield Gap(Span(source.evidence, source.member, low, high), f"bytes not {charset.name}")
    if cut:
        yield Gap(Span(source.evidence, source.member, cut, len(data)), "text longer than the limit")
    yield Structure(Span(source.evidence, source.member, 0, len(data)), "numbers and time codes")


def _spoken(data: bytes, charset: Charset) -> Iterator[tuple[int, int]]:
    """Yield the bytes of each line that stands under a time code."""
    under = False
    for line in split_lines(data, charset):
        raw = data[line.start : min(line.stop, line.start + 400)].replace(b"\0", b"")
        if _CUE.match(raw):
            under = True
        elif not raw.strip():
            under = False
        elif under and not _NUMBER.fullmatch(raw):
            yield line.start, line.stop


def _joined(
    data: bytes, lines: list[tuple[int, int]], charset: Charset, budget: int
) -> tuple[str, list[Segment], list[tuple[int, int]], int]:
    """Return (text, segments, invalid byte ranges, first byte left out because of the budget or 0)."""
    texts: list[str] = []
    segments: list[Segment] = []
    invalid: list[tuple[int, int]] = []
    length = spent = 0
    for start, stop in lines:
        if spent + stop - start > budget:
            return "".join(texts), segments, invalid, start
        spent += stop - start
        decoded = decode_runs(data, start, stop, charset.name)
        if texts and (texts[-1][-1:].isascii() or decoded.text[:1].isascii()):
            texts.append(" ")
            length += 1
        segments += [
            Segment(s.text_start + length, s.text_stop + length, s.start, s.stop, s.codec) for s in decoded.segments
        ]
        invalid += decoded.invalid
        texts.append(decoded.text)
        length += len(decoded.text)
    return "".join(texts), segments, invalid, 0
