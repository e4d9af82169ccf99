"""Where in a contribution's block its own words stand, apart from its author, its time and the page's controls."""

from __future__ import annotations

from ringtrace.text.pages.html import BLOCK, Element
from ringtrace.text.pages.marks import Author, Marks, Time, forum_words
from ringtrace.text.pages.page import Sheet


def marks_inside(element: Element, author: Author, time: Time) -> bool:
    """Whether the author or the time of a contribution stands in the element."""
    return (element.first_event <= author.event < element.last_event) or (
        element.first_event <= time.event < element.last_event
    )


def find_body(
    sheet: Sheet, marks: Marks, block: Element, author: Author, time: Time, left_out: dict[int, str]
) -> tuple[Element | None, int, int]:
    """Return (element, first event, last event) of the block's own words.

    An element that a class names as body comes first; else the largest block apart from author
    and time with its neighbours; else what follows both (element None).
    """
    named, plain = _candidates(sheet, block, author, time, left_out)
    if named:
        best = max(named, key=lambda e: (_score(sheet, e), -e.index))
        clean = [e for e in named if not _holds_marks(marks, e, author)]
        inner = max(clean, key=lambda e: (_score(sheet, e), -e.index), default=best)
        best = inner if _score(sheet, inner) * 10 > _score(sheet, best) * 3 else best
        if _score(sheet, best) > 0:
            return best, best.first_event, best.last_event
    if plain:
        best = _widen(sheet, max(plain, key=lambda e: (_score(sheet, e), -e.index)), block, author, time)
        if _score(sheet, best) > 0:
            return best, *_neighbours(sheet, best, author, time)
    return None, max(author.last_event, time.last_event), block.last_event


def _candidates(
    sheet: Sheet, block: Element, author: Author, time: Time, left_out: dict[int, str]
) -> tuple[list[Element], list[Element]]:
    """Return elements that a class calls body, and other blocks; both without author and time."""
    skipped_until = -1
    named: list[Element] = []
    plain: list[Element] = []
    for element in block.descendants():
        if element.index < skipped_until:
            continue
        if element.index in left_out or element.hidden:
            skipped_until = element.last
            continue
        if not sheet.size(element) or marks_inside(element, author, time):
            continue
        if element.tag not in BLOCK:
            continue
        if "body" in element.look.concepts:
            named.append(element)
        elif element.tag not in ("tr", "tbody", "table", "thead"):
            plain.append(element)
    return named, plain


def _holds_marks(marks: Marks, element: Element, author: Author) -> bool:
    """Whether an element repeats the author's name or holds a marked time: a wrapper, not the words."""
    first, last = element.first_event, element.last_event
    return any(a.name == author.name for a in marks.authors_in(first, last)) or any(
        t.strength > 1 for t in marks.times_in(first, last)
    )


def _neighbours(sheet: Sheet, part: Element, author: Author, time: Time) -> tuple[int, int]:
    """Take in what stands beside the part in its parent, up to the author, the time or a list of links."""
    parent = part.parent
    if parent is None or part.tag in ("td", "th", "dd", "tr"):
        return part.first_event, part.last_event
    first, last = part.first_event, part.last_event
    before = True
    for child in parent.children():
        stops = marks_inside(child, author, time) or (sheet.size(child) and sheet.link_share(child) > 0.6)
        if child is part:
            before = False
        elif before:
            first = part.first_event if stops else min(first, child.first_event)
        elif stops or sheet.furniture(child):
            break
        else:
            last = child.last_event
    low = max(author.last_event, time.last_event)
    return (max(first, low) if low <= part.first_event else first), last


def _score(sheet: Sheet, element: Element) -> float:
    """Text that is not in links; what follows name and time weighs as much as what stands before."""
    return sheet.size(element) * (1.0 - 0.9 * sheet.link_share(element))


def _widen(sheet: Sheet, element: Element, block: Element, author: Author, time: Time) -> Element:
    """Take in neighbouring paragraphs: the largest ancestor that still holds neither author nor time."""
    above = element.parent
    while above is not None and above is not block and not marks_inside(above, author, time):
        if above.tag in ("tr", "table", "tbody") and sheet.link_share(above) > 0.5:
            break
        element, above = above, above.parent
    return element


def control_skip(sheet: Sheet, block: Element, left_out: dict[int, str]) -> set[int]:
    """Leave out links and buttons whose whole text is a control ("reply", "report")."""
    skip = set(left_out)
    for element in block.descendants():
        if element.tag in ("a", "button", "input", "label") and sheet.text(element).strip(
            "[]() "
        ).lower() in forum_words("button"):
            skip.add(element.index)
    return skip
