"""Sentences of a report, Chinese or English, with their paragraph and place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_END = re.compile(r"[。！？!?]|\.(?=[ \n\"”]|$)|\n")
_LONGEST = 4_000
_ABBREVIATION = re.compile(r"\b(?:mr|mrs|ms|dr|st|no|vol|u\.s|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)$")


_DATELINE = re.compile(
    r"[^\n。]{0,40}?(?:\([a-z. /]{2,20}\) ?(?:--|—|–|-)|[0-9]{1,2}日[电讯])"
    r"|[a-z][a-z' ]{2,24}(?:, (?:[a-z' ]{3,20}|[a-z]{3,9}\.? [0-9]{1,2}))?(?: \([a-z. /]{2,20}\)| ?(?:--|—|–)| -|:) "
)
"""Of a folded sentence: "beijing, feb. 28 (agency) --", "北京2月28日电", "beijing — ", "beijing (agency) "."""


def dateline_end(text: str) -> int:
    """Return where the dateline of a sentence ends ("beijing, sept. 24 (xinhua) --"), 0 without one."""
    lead = len(text) - len(text.lstrip())
    match = _DATELINE.match(text, lead)
    return match.end() if match else 0


@dataclass(frozen=True, slots=True)
class Sentence:
    """start: code points from the text's beginning. paragraph: its number, from 0."""

    text: str
    start: int
    paragraph: int


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a folded text in order; a line break ends a paragraph."""
    start = paragraph = 0
    for match in _END.finditer(text):
        if match.group() == "." and _ABBREVIATION.search(text[max(start, match.start() - 6) : match.start()]):
            continue
        yield from _pieces(text, start, match.end(), paragraph)
        if match.group() == "\n":
            paragraph += 1
        start = match.end()
    yield from _pieces(text, start, len(text), paragraph)


def _pieces(text: str, start: int, stop: int, paragraph: int) -> Iterator[Sentence]:
    """Cut what no person would call a sentence, so that its cost stays bounded."""
    for at in range(start, stop, _LONGEST):
        piece = text[at : min(stop, at + _LONGEST)]
        if piece.strip():
            yield Sentence(piece, at, paragraph)
