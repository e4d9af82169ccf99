"""Repeated blocks of a page: elements that are alike and each hold an author and a time.

Boards of every make, and comment lists, repeat one block per contribution. Elements are grouped by
tag with class, tag with id pattern, and tag under the same parent; the group in which most blocks
hold an author and a time wins, the larger blocks before their own wrappers' contents.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from ringtrace.text.pages.html import Element
from ringtrace.text.pages.look import class_words
from ringtrace.text.pages.marks import Author, Marks, find_marks, name_before
from ringtrace.text.pages.page import Sheet
from ringtrace.text.pages.words import weight

_DIGITS = re.compile(r"[0-9]+")
_NUMBERED = re.compile(r"^[A-Za-z][A-Za-z_-]{0,30}[0-9]{1,20}$")
_MAX_BLOCKS = 20_000
_SAID_UNITS = 3
_NAME_WEIGHT = 26  # ten Han characters: longer first words are headlines
_INLINE_BLOCKS = frozenset(("article", "section", "li", "div", "table", "tr", "tbody", "dl", "dd", "p", "ul", "td"))


@dataclass(frozen=True, slots=True)
class Group:
    """blocks: in document order, possibly one inside another. full: how many hold an author and a time."""

    blocks: tuple[Element, ...]
    full: int


def find_group(sheet: Sheet, marks: Marks) -> Group | None:
    """Return the group of repeated blocks that best explains authors and times, None without any.

    A single block counts only when its class or id says so.
    """
    if not marks.authors or not marks.times:
        return None
    best: tuple[tuple[float, ...], Group] | None = None
    for members in sheet.once("groups", _groups):
        full = [b for b in members if _is_full(b, marks)]
        if not full or (len(full) == 1 and not _says_post(full[0]) and not _under_comments(full[0])):
            continue
        if len(full) * 10 < len(members) * 6 or _crowded(full, marks):
            continue
        size = sum(sheet.size(block) for block in full if not _inside_any(block, full))
        rank = (
            float(len(full)), float(_says_post(full[0])), float(size // 8), -float(full[0].index),
        )  # fmt: skip
        if best is None or rank > best[0]:
            best = (rank, Group(tuple(full), len(full)))
    return best[1] if best else None


def _groups(sheet: Sheet) -> list[list[Element]]:
    """Return the groups of alike blocks around times: an element without a time cannot be a contribution."""
    around: set[int] = set()
    elements = sheet.page.elements
    for time in find_marks(sheet).times:
        above: Element | None = time.element
        while above is not None and above.index not in around:
            around.add(above.index)
            above = above.parent
    groups: dict[tuple[str, str], list[Element]] = defaultdict(list)
    for index in sorted(around):
        element = elements[index]
        if element.tag not in _INLINE_BLOCKS or sheet.size(element) < 4:
            continue
        if element.raw:
            for name in element.get("class").split()[:4]:
                groups[element.tag, "." + _DIGITS.sub("", name)].append(element)
            identity = element.get("id")
            if _NUMBERED.match(identity):
                groups[element.tag, "#" + _DIGITS.sub("", identity)].append(element)
        if element.parent is not None:
            groups[element.tag, f"@{element.parent.index}"].append(element)
    unique: dict[tuple[int, ...], list[Element]] = {}
    for (tag, key), members in groups.items():
        if len(members) <= _MAX_BLOCKS and (key[0] != "@" or _mostly_timed(sheet, tag, members)):
            unique.setdefault(tuple(member.index for member in members[:50]), members)
    return list(unique.values())


def _mostly_timed(sheet: Sheet, tag: str, members: list[Element]) -> bool:
    """Whether the members are most of the elements of their tag under their parent."""
    parent = members[0].parent
    if parent is None or len(members) < 2:
        return True
    alike = sum(1 for child in parent.children() if child.tag == tag and sheet.size(child) >= 4)
    return len(members) * 10 >= alike * 6


def _is_full(block: Element, marks: Marks) -> bool:
    first, last = block.first_event, block.last_event
    return bool(marks.authors_in(first, last)) and bool(marks.times_in(first, last))


def _crowded(blocks: list[Element], marks: Marks) -> bool:
    """Whether the blocks hold several posts each: strong times far outnumber the blocks."""
    strong = sum(
        1 for block in blocks for time in marks.times_in(block.first_event, block.last_event) if time.strength == 3
    )
    return strong > 2.5 * len(blocks) and not any(above.holds(below) for above, below in pairwise(blocks))


def _says_post(block: Element) -> bool:
    return bool(block.raw) and bool(block.tokens & class_words("post"))


def _inside_any(block: Element, others: list[Element]) -> bool:
    return any(other is not block and other.holds(block) for other in others[:64])


def find_contributions(sheet: Sheet) -> tuple[Marks, Group | None]:
    """Return the marks of the page and its group of contributions; names are inferred where no markup names them."""
    return sheet.once("contributions", _find_contributions)


def _find_contributions(sheet: Sheet) -> tuple[Marks, Group | None]:
    marks = find_marks(sheet)
    group = find_group(sheet, marks)
    if (group is None or group.full < 2) and marks.times:
        inferred = _infer_authors(sheet, marks)
        if inferred is not None:
            second = find_group(sheet, inferred)
            if second is not None and second.full > (group.full if group else 0):
                return inferred, second
    return marks, group


def _infer_authors(sheet: Sheet, marks: Marks) -> Marks | None:
    """Take the first short words of alike blocks with a time each for the author's name.

    Something has to be said beside name and time: a list of headlines with dates is no thread.
    """
    best: tuple[tuple[int, int, int], list[Author]] | None = None
    for members in sheet.once("groups", _groups):
        if (len(members) < 2 and not _under_comments(members[0])) or _crowded(members, marks):
            continue
        authors = []
        said = 0
        for block in members:
            author = _first_words(sheet, block)
            if author is not None:
                authors.append(author)
                time = marks.times_in(block.first_event, block.last_event)[0]
                said += sheet.size(block) - author.units - len(time.written) >= _SAID_UNITS
        if len(authors) * 10 < len(members) * 8 or said * 10 < len(members) * 6:
            continue
        if len({author.element.tag for author in authors}) != 1:
            continue
        rank = (len(members), sum(sheet.size(block) for block in members), -members[0].index)
        if best is None or rank > best[0]:
            best = (rank, authors)
    if best is None:
        return None
    merged = sorted([*marks.authors, *best[1]], key=lambda author: (author.event, author.last_event))
    return Marks(merged, marks.times, [author.event for author in merged], marks.time_events)


def _under_comments(block: Element) -> bool:
    """Whether the block stands in an element that calls itself a list of comments."""
    above, words = block.parent, class_words("comments")
    for _ in range(3):
        if above is None:
            return False
        if above.raw and above.tokens & words:
            return True
        above = above.parent
    return False


def _first_words(sheet: Sheet, block: Element) -> Author | None:
    """Return the first visible words of a block as a name, None when they are too long or no name."""
    page = sheet.page
    for _, (event, start, stop, holder) in sheet.shown(block.first_text, min(block.first_text + 4, block.last_text)):
        text = page.decode_units(page.units[start:stop]).strip()
        name = name_before(text)
        short = len(text) <= 80 and 0 < weight(name) <= _NAME_WEIGHT
        return Author(event, event + 1, holder or block, name, "", 3, stop - start) if short else None
    return None
