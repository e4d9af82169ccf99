"""Repeated blocks of a page: elements that are alike and each hold an author and a time.

Boards of every make, and comment lists, repeat one block per contribution. Elements are grouped by
tag with class, tag with id pattern, and tag under the same parent; the group in which most blocks
hold an author and a time wins, the larger blocks before their own wrappers' contents.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from ringtrace.text.html import BLOCK, Element
from ringtrace.text.html_marks import Marks
from ringtrace.text.html_page import Sheet, class_words

_DIGITS = re.compile(r"[0-9]+")
_NUMBERED = re.compile(r"^[A-Za-z][A-Za-z_-]{0,30}[0-9]{1,20}$")
_MAX_BLOCKS = 20_000
_INLINE_BLOCKS = frozenset(("article", "section", "li", "div", "table", "tr", "tbody", "dl", "dd", "p", "ul", "td"))


@dataclass(frozen=True, slots=True)
class Group:
    """blocks: in document order, possibly one inside another. full: how many hold an author and a time."""

    blocks: tuple[Element, ...]
    full: int


def find_group(sheet: Sheet, marks: Marks, within: Element | None = None) -> Group | None:
    """Return the group of repeated blocks that best explains authors and times, None without any.

    within: look only inside this element. A single block counts only when its class or id says so.
    """
    if not marks.authors or not marks.times:
        return None
    best: tuple[tuple[float, ...], Group] | None = None
    for members in _groups(sheet, within):
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


def _groups(sheet: Sheet, within: Element | None) -> list[list[Element]]:
    groups: dict[tuple[str, str], list[Element]] = defaultdict(list)
    elements = within.descendants() if within else sheet.page.elements
    for element in elements:
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
    return strong > 2.5 * len(blocks) and not any(b.holds(a) for b, a in zip(blocks, blocks[1:], strict=False))


def _says_post(block: Element) -> bool:
    return bool(block.raw) and bool(block.tokens & class_words("post"))


def _inside_any(block: Element, others: list[Element]) -> bool:
    return any(other is not block and other.holds(block) for other in others[:64])


def is_block(element: Element) -> bool:
    """Whether a browser starts the element on a line of its own."""
    return element.tag in BLOCK
