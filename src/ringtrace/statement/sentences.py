"""Sentences of a report, Chinese or English, with their paragraph and place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ringtrace.text.places.gazetteer import Place

_END = re.compile(r"[。！？!?]|\.(?=[ \n\"”]|$)|\n")
_LONGEST = 4_000
_ABBREVIATION = re.compile(r"\b(?:mr|mrs|ms|dr|st|no|vol|u\.s|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)$")


_DATELINE = re.compile(r"[^\n。]{0,40}?(?:\([a-z. /]{2,20}\) ?(?:--|—|–|-)|[0-9]{1,2}日[电讯])")
"""Of a folded sentence: "beijing, feb. 28 (agency) --", "北京2月28日电"."""
_BEHIND_PLACE = re.compile(
    r"(?:, [a-z][a-z' ]{2,19}\.?(?: [0-9]{1,2})?)?"
    r"(?: \((?!province|city|county|region)[a-z. /]{2,20}\) | ?(?:--|—|–) ?| ?- )(?=[^\W\d])"
)
"""What makes the place at the very start a dateline: "beijing — police ...", "beijing (agency) police ...".

A figure or a colon behind it makes it the place of what follows: "sichuan — 27 held", "sichuan: 27 held"."""
_LABEL = re.compile(r"[(（\[【][^()（）\[\]【】\n]{1,40}[)）\]】] ?")
"""What stands before a dateline: "(agency) beijing, nov 9 - ..."."""


def dateline_end(text: str, places: Sequence[Place]) -> int:
    """Return where the dateline of a sentence ends ("beijing, sept. 24 (xinhua) --"), 0 without one.

    places: those that the folded sentence names.
    """
    lead = len(text) - len(text.lstrip())
    if (label := _LABEL.match(text, lead)) is not None:
        lead = label.end()
    match = _DATELINE.match(text, lead)
    first = next((place for place in places if place.start == lead), None)
    if match is None and first is not None:
        match = _BEHIND_PLACE.match(text, first.stop)
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
