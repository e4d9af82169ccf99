"""A report exported from GlobaLeaks (``report.txt`` in ``report-N.zip``): the tip, then each comment below a rule.

The export's wording is the office's own template in its own language, so it is read by its layout: step
labels at the margin, answers indented below them, rules of forty dashes before comments. Files lie beside it
in the zip and are read in turn.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.clock import NO_CLOCK
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import read_body, split_lines, unread
from ringtrace.text.pages.clock import read_time

NAME = "GlobaLeaks report"
VERSION = "1"
PLATFORM = "tip"
PRODUCERS = "GlobaLeaks (report.txt of an exported report), by the layout its source prints"
KNOWN_GAPS = "answers are kept as one text with their labels; older versions print the reporter's identity among them"

_RULE = re.compile(rb"[ \t]*-{40}[ \t]*\r?")
_INDENTED = re.compile(rb"(?: {2,}|\t)[^ \t\r\n-]")
_NAMED = re.compile(r"(?:^|[/!])report(?:-[0-9]{1,6})?\.txt$", re.IGNORECASE)


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such a report: its name, and answers indented below labels."""
    if not _NAMED.search(name):
        return 0.0
    lines = head[:16_384].split(b"\n")
    indented = sum(_INDENTED.match(line) is not None for line in lines)
    rules = sum(_RULE.fullmatch(line) is not None for line in lines)
    return 0.85 if rules and indented >= 2 else 0.7 if indented >= 4 else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield the tip and its comments; raises MalformedError for an empty report."""
    data, charset = source.data, detect(source.data, source.charset)
    starts, rules = [charset.bom], []
    for line in split_lines(data, charset):
        if line.stop - line.start < 200 and _RULE.fullmatch(bytes(data[line.start : line.stop])):
            rules.append((line.start, line.next))
            starts.append(line.next)
    stops = [*(start for start, _ in rules), len(data)]
    if charset.bom:
        yield Structure(Span(source.evidence, source.member, 0, charset.bom), "byte-order mark")
    for start, stop in rules:
        yield Structure(Span(source.evidence, source.member, start, stop), "rule")
    found = False
    for number, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        for item in _part(source, charset, start, stop, number):
            found |= isinstance(item, Post)
            yield item
    if not found:
        raise MalformedError(source.name, "no words in this report")


def _part(source: Source, charset: Charset, start: int, stop: int, number: int) -> Iterator[Post | Gap | Structure]:
    span = Span(source.evidence, source.member, start, stop)
    body = read_body(source.data, charset, start, stop, source.limits.line_bytes)
    if not body.text.strip():
        if stop > start:
            yield Structure(span, "blank")
        return
    thread = source.name.rsplit("/", 2)[-2] if "/" in source.name else source.name
    clock = read_time(body.text[:2000], source.zone)
    yield Post(
        span,
        PLATFORM,
        Container(PLATFORM, "GlobaLeaks"),
        body.text,
        body.segments,
        "comment" if number else "tip",
        sent=clock if clock.at is not None else NO_CLOCK,
        thread=thread,
    )
    yield from unread(source, body, stop, charset.name)
