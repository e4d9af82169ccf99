"""Chats that an exporter wrote as a web page: elements by their exact classes, words with their bytes.

A reader names the classes of its exporter and turns each message element into a post; this module lays
out the pieces and accounts for the rest of the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from ringtrace.model.post import Post
from ringtrace.model.source import Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.html import Element
from ringtrace.text.html_layout import Laid, join, lay_out
from ringtrace.text.html_page import Sheet, invalid_bytes, open_sheet, rest_of


def classes(element: Element) -> frozenset[str]:
    """Return the classes of an element as written."""
    return frozenset(element.get("class").split())


class ChatPage:
    """One page of a chat. posts given out are remembered, so that ``rest`` is what lies between them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.sheet: Sheet = open_sheet(bytes(source.data), source.charset)
        self._kept: list[tuple[int, int]] = []
        self._laid: list[Laid] = []

    @cached_property
    def _by_class(self) -> dict[str, list[Element]]:
        found: dict[str, list[Element]] = {}
        for element in self.sheet.page.elements:
            if "class" in element.raw:
                for name in classes(element):
                    found.setdefault(name, []).append(element)
        return found

    def named(self, *names: str) -> list[Element]:
        """Return the elements of the page that have all the classes, in order."""
        first, *others = names
        return [one for one in self._by_class.get(first, ()) if classes(one).issuperset(others)]

    def within(self, part: Element, *names: str, outside: Iterable[str] = ()) -> list[Element]:
        """Return the descendants that have all the classes; none inside an element with a class of ``outside``."""
        found = []
        shut = 0
        barred = frozenset(outside)
        for element in part.descendants():
            if element.index < shut:
                continue
            mine = classes(element) if "class" in element.raw else frozenset()
            if mine & barred:
                shut = element.last
            elif mine.issuperset(names):
                found.append(element)
        return found

    def lay(self, parts: Iterable[Element], joint: str = "\n", skip: Iterable[Element] = ()) -> Laid:
        """Return the visible text of the elements, ``joint`` between them."""
        left_out = {element.index for element in skip}
        laid = join([lay_out(self.sheet.page, part, left_out) for part in parts], joint)
        self._laid.append(laid)
        return laid

    def words(self, parts: Iterable[Element]) -> str:
        """Return the text of the first of the elements, white space folded; "" for none."""
        first = next(iter(parts), None)
        return self.sheet.text(first) if first is not None else ""

    def keep(self, block: Element) -> Span:
        """Return the bytes of an element that becomes a post."""
        page = self.sheet.page
        low, high = page.byte(block.start), page.byte(block.stop)
        self._kept.append((low, high))
        return Span(self.source.evidence, self.source.member, low, high)

    def rest(self) -> Iterator[Post | Gap | Structure]:
        """Yield Gaps for undecodable bytes and Structure for what is no message."""
        yield from invalid_bytes(self.source, self.sheet.page, self._laid)
        yield from rest_of(self.sheet, self.source, self._kept)
