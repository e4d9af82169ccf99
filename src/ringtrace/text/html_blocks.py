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

from ringtrace.text.html import Element
from ringtrace.text.html_marks import Author, Marks, find_marks, name_before
from ringtrace.text.html_page import Sheet, class_words
from ringtrace.text.page_words import weight

_DIGITS = re.compile(r"[0-9]+")
_NUMBERED = re.compile(r"^[A-Za-z][A-Za-z_-]{0,30}[0-9]{1,20}$")
_MAX_BLOCKS = 20_000
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
        if not full or (len(full) == 1 and not _says_post(full[0])):
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
    groups: dict[tuple[str, str], list[Element]] = defaultdict(list)
    for element in sheet.page.elements:
        if element.tag not in _INLINE_BLOCKS or sheet.size(element) < 4 or element.hidden:
            continue
        if element.raw:
            for name in element.get("class").split()[:4]:
                groups[element.tag, "." + _DIGITS.sub("", name)].append(element)
            identity = element.get("id")
            if _NUMBERED.match(identity):
                groups[element.tag, "#" + _DIGITS.sub("", identity)].append(element)
        if element.parent is not None:
            groups[element.tag, f"@{element.parent.index}"].append(element)
    found = [members for members in groups.values() if len(members) <= _MAX_BLOCKS]
    seen: set[tuple[int, ...]] = set()
    unique = []
    for members in found:
        key = tuple(member.index for member in members[:50])
        if key not in seen:
            seen.add(key)
            unique.append(members)
    return unique


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
    if (group is None or group.full < 2) and len(marks.times) > 1:
        inferred = _infer_authors(sheet, marks)
        if inferred is not None:
            second = find_group(sheet, inferred)
            if second is not None and second.full > (group.full if group else 1):
                return inferred, second
    return marks, group


def _infer_authors(sheet: Sheet, marks: Marks) -> Marks | None:
    """Take the first short words of alike blocks with a time each for the author's name."""
    best: tuple[tuple[int, int, int], list[Author]] | None = None
    for members in sheet.once("groups", _groups):
        timed = [b for b in members if marks.times_in(b.first_event, b.last_event)]
        if len(timed) < 2 or len(timed) * 10 < len(members) * 6 or _crowded(timed, marks):
            continue
        authors = [author for author in (_first_words(sheet, block) for block in timed) if author is not None]
        tags = {author.element.tag for author in authors}
        size = sum(sheet.size(block) for block in timed)
        if len(authors) * 10 < len(timed) * 8 or len(tags) != 1 or size < 60 * len(timed):
            continue
        rank = (len(timed), size, -timed[0].index)
        if best is None or rank > best[0]:
            best = (rank, authors)
    if best is None:
        return None
    merged = sorted([*marks.authors, *best[1]], key=lambda author: (author.event, author.last_event))
    return Marks(merged, marks.times, [author.event for author in merged], marks.time_events)


def _first_words(sheet: Sheet, block: Element) -> Author | None:
    """Return the first visible words of a block as a name, None when they are too long or no name."""
    page = sheet.page
    holder = block
    for at in range(block.first_event, block.last_event):
        event = page.events[at]
        if type(event) is tuple:
            raw = page.units[event[0] : event[1]]
            if not raw.strip():
                continue
            text = page.decode_units(raw).strip()
            name = name_before(text)
            short = name if weight(name) <= _NAME_WEIGHT and len(text) <= 80 else ""
            return Author(at, at + 1, holder, short, "", 3) if short else None
        if type(event) is not int:
            holder = event  # type: ignore[assignment]
            if holder.hidden:
                return None
    return None
