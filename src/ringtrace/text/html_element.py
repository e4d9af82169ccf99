"""One element of a page: its place in units and events, and what its tag says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from ringtrace.text.html_look import Look

if TYPE_CHECKING:
    from ringtrace.text.html import Page


class Element:
    """One element. Offsets are in units of the page: [start, stop) with tags, [inner, inner_stop) without.

    index, last: its place among ``Page.elements`` and the place after its last descendant.
    first_event, last_event: its half-open range in ``Page.events``, its own open and close included.
    first_text, last_text: the half-open range of its runs in ``Page.texts``.
    look, tag, raw, hidden: see ``html_look.Look``.

    ``inner_stop``, ``stop``, ``last``, ``last_event`` and ``last_text`` are set where it closes, at
    the latest at the page's end.
    """

    __slots__ = (
        "first_event", "first_text", "hidden", "index", "inner", "inner_stop", "last", "last_event", "last_text",
        "look", "page", "parent", "raw", "start", "stop", "tag",
    )  # fmt: skip
    inner_stop: int
    stop: int
    last: int
    last_event: int
    last_text: int

    def __init__(
        self,
        page: Page,
        look: Look,
        index: int,
        parent: Element | None,
        start: int,
        inner: int,
        first_event: int,
        first_text: int,
    ) -> None:
        self.page = page
        self.look = look
        self.tag = look.tag
        self.raw = look.raw
        self.hidden = look.hidden
        self.index = index
        self.parent = parent
        self.start = start
        self.inner = inner
        self.first_event = first_event
        self.first_text = first_text

    def __repr__(self) -> str:
        return f"<{self.tag} #{self.index} [{self.start}, {self.stop})>"

    @property
    def attributes(self) -> Mapping[str, str]:
        """Attribute name (lower case) -> value, references resolved; the first of a name counts."""
        return self.look.attributes

    def get(self, name: str, default: str = "") -> str:
        """Return the attribute's value, "" when it is absent."""
        return self.look.attributes.get(name, default)

    @property
    def tokens(self) -> frozenset[str]:
        """Lower-case words of class and id: "postAuthor_12" gives {"post", "author", "postauthor"}."""
        return self.look.tokens

    def ancestors(self) -> Iterator[Element]:
        """Yield its parent, the parent's parent, ..."""
        above = self.parent
        while above is not None:
            yield above
            above = above.parent

    def descendants(self) -> list[Element]:
        """Return the elements inside it in document order, without itself."""
        return self.page.elements[self.index + 1 : self.last]

    def children(self) -> Iterator[Element]:
        """Yield its child elements in order."""
        at = self.index + 1
        while at < self.last:
            child = self.page.elements[at]
            yield child
            at = child.last

    def holds(self, other: Element) -> bool:
        """Whether ``other`` is this element or inside it."""
        return self.index <= other.index < self.last
