"""MHTML (.mht, .mhtml): a page saved as one message; its parts are handed back, QQ's message archive among them."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.packing.mime import Entity, parse
from ringtrace.text.pages.page import host_of

NAME = "MHTML page archive"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "Chrome, Edge, Internet Explorer (.mht, .mhtml); QQ's message manager (.mht)"

_SAVERS = (b"<saved by", b"<save by", b"snapshot-content-location:", b"x-mimeole:")
_DRESS = {"text/css": "style sheet", "application/javascript": "script", "text/javascript": "script"}


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such an archive: a related multipart message that a browser or QQ saved."""
    top = bytes(head[:4096]).lower()
    if b"multipart/related" not in top or b"mime-version:" not in top:
        return 0.0
    saved = any(mark in top for mark in _SAVERS) or name.lower().endswith((".mht", ".mhtml"))
    return 0.97 if saved else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every part but style sheets and scripts; raises MalformedError without parts."""
    message = parse(source.data, 0, len(source.data))
    if not message.parts:
        raise MalformedError(source.name, message.problem or "no parts between boundary lines; is it MHTML?")
    yield Structure(Span(source.evidence, source.member, 0, len(source.data)), "headers and boundaries")
    captured = read_clock(message.value("date"), "UTC").at or source.captured
    main = message.value("snapshot-content-location")
    for leaf in message.leaves():
        yield from _part(source, leaf, main, captured)


def _part(source: Source, leaf: Entity, main: str, captured: int | None) -> Iterator[Gap | Structure | Member]:
    span = Span(source.evidence, source.member, leaf.start, leaf.stop)
    content, problem = leaf.content()
    if leaf.problem or problem:
        yield Gap(span, leaf.problem or problem)
        if problem:
            return
    if leaf.media_type in _DRESS:
        yield Structure(span, _DRESS[leaf.media_type])
        return
    address = leaf.value("content-location")
    if leaf.media_type == "text/html" and not host_of(address):
        address = main
    url = address if host_of(address) else ""
    path = (address or leaf.file_name).replace("!", "_")[:300] or f"part {leaf.path}"
    yield Member(f"{path}#{leaf.path}", content, span.start, span.stop, url, captured, leaf.media_type, leaf.charset)
