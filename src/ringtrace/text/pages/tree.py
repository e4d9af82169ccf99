"""A page as a tree of elements: what was cut out of its units, and where each piece lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ringtrace.text.pages.look import Look, decode_units


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


Event = Element | int | tuple[int, int]
Text = tuple[int, int, int, Element | None]


class Page:
    """A page; ``html.parse`` fills what is empty here.

    events: in document order an Element where it opens, the index of the element that closes, or
            a text run (start, stop) in units. Comments, declarations and tags have no event.
    texts:  the runs that are not blank: (event, start, stop, the element they stand in or None).
    cut:    where reading ended: the size in units, or less when the file stops within a tag or
            holds more elements than the budget; ``cut_reason`` says which.
    """

    __slots__ = (
        "base", "charset", "comments", "cut", "cut_reason", "data", "elements", "events", "texts", "units", "width",
    )  # fmt: skip

    def __init__(self, data: bytes, charset: str) -> None:
        self.data, self.charset = data, charset
        self.base = 0
        if charset in ("utf-16-le", "utf-16-be"):
            self.width = 2
            self.base = 2 if data[:2] in (b"\xff\xfe", b"\xfe\xff") else 0
            self.units = _units16(data[self.base :], charset)
        else:
            self.width = 1
            self.base = 3 if data[:3] == b"\xef\xbb\xbf" else 0
            self.units = str(memoryview(data)[self.base :], "latin-1")
        self.elements: list[Element] = []
        self.events: list[Event] = []
        self.texts: list[Text] = []
        self.comments: list[tuple[int, int]] = []
        self.cut, self.cut_reason = len(self.units), ""

    def byte(self, unit: int) -> int:
        """Return the byte offset in ``data`` of an offset in units."""
        return self.base + self.width * unit

    def decode_units(self, value: str) -> str:
        """Return units as text with references resolved; undecodable bytes become U+FFFD."""
        return decode_units(value, self.charset if self.width == 1 else "")

    def find(self, *tags: str) -> list[Element]:
        """Return the elements with one of the tags in document order."""
        return [element for element in self.elements if element.tag in tags]

    def first(self, tag: str) -> Element | None:
        """Return the first element with the tag, or None."""
        return next((element for element in self.elements if element.tag == tag), None)


def _units16(data: bytes, charset: str) -> str:
    """One character per 16-bit unit, halves of astral characters as U+FFFD marks (markup is never astral)."""
    whole = data[: len(data) - len(data) % 2].decode(charset, "surrogatepass")
    if len(whole) == len(data) // 2:
        return whole
    return "".join(char if char < "\U00010000" else "\ufffd\ufffd" for char in whole)
