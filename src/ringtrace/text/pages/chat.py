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
from ringtrace.text.pages.html import Element
from ringtrace.text.pages.layout import Laid, join, lay_out
from ringtrace.text.pages.page import Sheet, invalid_bytes, open_sheet, rest_of

_SHORT = 400
"""Units of a page in which a name or a time ends."""


def classes(element: Element) -> frozenset[str]:
    """Return the classes of an element as written."""
    return frozenset(element.get("class").split())


def _outermost(parts: list[Element]) -> list[Element]:
    """Return the elements in the order given, without those that lie in another of them or come again."""
    kept: set[int] = set()
    beyond = -1
    for part in sorted(parts, key=lambda part: part.index):
        if part.index >= beyond:
            kept.add(part.index)
            beyond = part.last
    return [part for part in dict.fromkeys(parts) if part.index in kept]


class ChatPage:
    """One page of a chat. posts given out are remembered, so that ``rest`` is what lies between them.

    Tags that nobody closes put one message into another, up to every message of the page. So each looks only
    at what is its own, and reading takes time in proportion to the page however it is nested.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.sheet: Sheet = open_sheet(bytes(source.data), source.charset)
        self._posts: frozenset[int] = frozenset()
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

    def claim(self, blocks: Iterable[Element]) -> None:
        """Name the elements that become posts: from now on what lies in one of them belongs to no other."""
        self._posts = frozenset(block.index for block in blocks)

    def within(self, part: Element, *names: str, outside: Iterable[str] = ()) -> list[Element]:
        """Return the outermost descendants that have all the classes, none inside a post within the part.

        outside: classes inside whose elements nothing is looked for.
        """
        found = []
        at, elements = part.index + 1, self.sheet.page.elements
        barred = frozenset(outside)
        while at < part.last:
            element = elements[at]
            mine = classes(element) if "class" in element.raw else frozenset()
            shut = element.index in self._posts or bool(mine & barred)
            if not shut and mine.issuperset(names):
                found.append(element)
                shut = True
            at = element.last if shut else at + 1
        return found

    def lay(self, parts: Iterable[Element], joint: str = "\n") -> Laid:
        """Return the visible text of the elements, ``joint`` between them; what is in several of them once."""
        page = self.sheet.page
        laid = join([lay_out(page, part, self._posts) for part in _outermost(list(parts))], joint)
        self._laid.append(laid)
        return laid

    def words(self, parts: Iterable[Element]) -> str:
        """Return the text of the first of the elements, white space folded; "" for none or more than 400 units."""
        first = next(iter(parts), None)
        if first is None or not 0 < self.sheet.size(first) <= _SHORT:
            return ""
        return " ".join(lay_out(self.sheet.page, first, self._posts).text.split())

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
