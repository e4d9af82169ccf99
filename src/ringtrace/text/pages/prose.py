"""A news page saved as text, taken apart by the shape of its lines.

A story is running prose; what stands around it is not: labels, bullets, short lines in pairs that
do not end as sentences (inserted headlines), and after the end teasers under dates of their own.
Words only name what the shapes have found; they are data.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ringtrace.text.pages.words import (
    date_line,
    dateline_agency,
    ends_sentence,
    is_bullet,
    is_paragraph,
    label_of,
    weight,
    without_prefix,
)

_LEAD_LINES = 60
_TEASER_REACH = 8


@dataclass(slots=True)
class Story:
    """Indexes of lines. body: paragraphs in order; what: line -> what it is, for every other line with text."""

    headline: int = -1
    byline: int = -1
    dated: int = -1
    body: list[int] = field(default_factory=list)
    what: dict[int, str] = field(default_factory=dict)
    author: str = ""
    agency: str = ""


def take_apart(lines: Sequence[str], first: int = 0, last: int | None = None) -> Story | None:
    """Return the story in ``lines[first:last]`` (decoded lines of a file), None when there is none.

    A story has at least two paragraphs of prose, or one under a headline with a date or byline.
    """
    last = len(lines) if last is None else last
    story = Story()
    kinds = [_kind(lines[i]) for i in range(first, last)]
    start = next((i for i, kind in enumerate(kinds) if kind == "prose"), -1)
    if start < 0:
        return None
    tail = _tail(lines, kinds, first, start)
    _read_lead(lines, kinds, first, start, story)
    _read_body(lines, kinds, first, start, tail, story)
    for i in range(tail, len(kinds)):
        if lines[first + i].strip():
            story.what[first + i] = "advertising" if kinds[i] == "advertising" else "further headlines"
    enough = len(story.body) >= 2 or (story.body and story.headline >= 0 and (story.dated >= 0 or story.byline >= 0))
    return story if enough else None


def _kind(line: str) -> str:
    """blank, prose, date, bullet, short, or what the line's words say."""
    if not line.strip():
        return "blank"
    said = label_of(line)
    if said:
        return said
    if date_line(line):
        return "date"
    if is_bullet(line):
        return "bullet"
    return "prose" if is_paragraph(line) else "short"


def _tail(lines: Sequence[str], kinds: list[str], first: int, start: int) -> int:
    """Return where the story is over: at the first of several dated teasers, or at a heading of further headlines."""
    dates = [i for i in range(start + 1, len(kinds)) if kinds[i] == "date"]
    tail = len(kinds)
    for here, after in pairwise(dates):
        if after - here <= _TEASER_REACH:
            tail = here
            break
    for i in range(start + 1, tail):
        if kinds[i] == "further headlines" and not _story_goes_on(lines, kinds, first, i + 1, tail):
            tail = i
            break
    while tail > start + 1 and kinds[tail - 1] in ("blank", "further headlines", "advertising", "navigation"):
        tail -= 1
    return tail


def _story_goes_on(lines: Sequence[str], kinds: list[str], first: int, start: int, stop: int) -> bool:
    prose = sum(weight(lines[first + i]) for i in range(start, stop) if kinds[i] == "prose")
    return prose > 400


def _read_lead(lines: Sequence[str], kinds: list[str], first: int, start: int, story: Story) -> None:
    """Headline, byline, date and highlights before the first paragraph."""
    best, bullets = 0, False
    for i in range(max(0, start - _LEAD_LINES), start):
        line, kind = lines[first + i], kinds[i]
        if kind == "byline" and story.byline < 0:
            story.byline, story.author = first + i, without_prefix(line, "byline")
        elif kind in ("date", "source line") and story.dated < 0 and date_line(line):
            story.dated = first + i
        elif (kind == "short" and not ends_sentence(line)) or (kind == "short" and weight(line) >= 12):
            near = any(kinds[j] in ("byline", "date", "source line") for j in range(i + 1, min(i + 4, start)))
            score = min(weight(line), 120) + (200 if near and not bullets else 0) - (150 if bullets else 0)
            if score > best:
                best, story.headline = score, first + i
        bullets = bullets or kind in ("bullet", "highlights heading")
    for i in range(start):
        index = first + i
        if kinds[i] != "blank" and index != story.headline:
            story.what[index] = {
                "short": "page furniture", "bullet": "highlights", "highlights heading": "highlights", "date": "date",
            }.get(kinds[i], kinds[i])  # fmt: skip
    if story.headline >= 0:
        story.what[story.headline] = "headline"


def _read_body(lines: Sequence[str], kinds: list[str], first: int, start: int, tail: int, story: Story) -> None:
    """Paragraphs, and short lines that belong to them; captions, subheadings and links are told apart."""
    i = start
    while i < tail:
        index, kind = first + i, kinds[i]
        if kind == "prose":
            story.body.append(index)
            story.agency = story.agency or dateline_agency(lines[index])
        elif kind == "byline" and story.byline < 0:
            story.byline, story.author = index, without_prefix(lines[index], "byline")
            story.what[index] = "byline"
        elif kind in ("short", "bullet"):
            stop = i
            while stop < tail and kinds[stop] in ("short", "bullet"):
                stop += 1
            _read_short(lines, range(first + i, first + stop), story)
            i = stop
            continue
        elif kind != "blank":
            story.what[index] = kind
        i += 1


def _read_short(lines: Sequence[str], run: range, story: Story) -> None:
    """A run of short lines: spoken sentences and lists under a colon are story, the rest is not."""
    listed = bool(story.body) and lines[story.body[-1]].rstrip().endswith((":", "："))
    for index in run:
        line = lines[index]
        if listed or (ends_sentence(line) and weight(line) >= 8):
            story.body.append(index)
        elif len(run) == 1 and weight(line) <= 40 and not is_bullet(line):
            story.what[index] = "subheading"
        else:
            story.what[index] = "related headline"
