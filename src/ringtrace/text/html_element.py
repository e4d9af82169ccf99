"""One element of a page: its place in units and events, attributes, class words, whether it is shown."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringtrace.text.html import Page

_SHORT = 400
_NO_WORDS: frozenset[str] = frozenset()
_ATTRIBUTE = re.compile(
    r"([^ \t\n\r\f/>=\"'][^ \t\n\r\f/>=]*+)"
    r"(?:[ \t\n\r\f]*+=[ \t\n\r\f]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^ \t\n\r\f>]*+)))?"
)
_MAY_HIDE = re.compile(r"hidden|display|visibility|font-size", re.IGNORECASE)
_HIDING_STYLE = re.compile(r"display:none|visibility:(?:hidden|collapse)|font-size:0(?:px|pt|em|rem|%)?(?:;|!|$)")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
HIDDEN_TAGS = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "head",
        "select",
        "datalist",
        "iframe",
        "object",
        "svg",
        "math",
        "noembed",
    ]
)


def raw_attributes(raw: str) -> dict[str, str]:
    """Return attribute name (lower case) -> value in units; the first of a name counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(raw):
        found.setdefault(name.lower(), double or single or bare)
    return found


@lru_cache(maxsize=16_384)
def _ascii_attributes(raw: str) -> dict[str, str]:
    """The same with references resolved; shared by all tags that read alike, so never changed."""
    return {name: html.unescape(value) if "&" in value else value for name, value in raw_attributes(raw).items()}


@lru_cache(maxsize=16_384)
def words_of(names: str) -> frozenset[str]:
    """Return the lower-case words of class names and ids, and each name as a whole."""
    words: set[str] = set()
    for name in names.split()[:16]:
        parts = [part.lower() for part in _CAMEL.findall(name[:80])]
        words.update(parts)
        words.add("".join(parts))
    return frozenset(words)


@lru_cache(maxsize=16_384)
def _hides(raw: str) -> bool:
    """Whether attributes (in units) hide their element: hidden, display:none, no size."""
    if _MAY_HIDE.search(raw) is None:
        return False
    attributes = raw_attributes(raw)
    style = "".join(attributes.get("style", "").lower().split())
    return "hidden" in attributes or bool(style and _HIDING_STYLE.search(style))


class Element:
    """One element. Offsets are in units of the page: [start, stop) with tags, [inner, inner_stop) without.

    index, last: its place among ``Page.elements`` and the place after its last descendant.
    first_event, last_event: its half-open range in ``Page.events``, its own open and close included.
    first_text, last_text: the half-open range of its runs in ``Page.texts``.
    """

    __slots__ = (
        "_attributes", "_hidden", "_tokens", "first_event", "first_text", "index", "inner", "inner_stop", "last",
        "last_event", "last_text", "page", "parent", "raw", "start", "stop", "tag",
    )  # fmt: skip

    def __init__(
        self, page: Page, tag: str, raw: str, index: int, parent: Element | None, start: int, inner: int
    ) -> None:
        self.page, self.tag, self.raw, self.index, self.parent = page, tag, raw, index, parent
        self.start, self.inner, self.inner_stop, self.stop = start, inner, inner, inner
        self.last = index + 1
        self.first_event = self.last_event = len(page.events)
        self.first_text = self.last_text = len(page.texts)
        self._attributes: dict[str, str] | None = None
        self._tokens: frozenset[str] | None = None
        self._hidden: bool | None = None

    def __repr__(self) -> str:
        return f"<{self.tag} #{self.index} [{self.start}, {self.stop})>"

    @property
    def attributes(self) -> dict[str, str]:
        """Attribute name (lower case) -> value, references resolved; the first of a name counts."""
        if self._attributes is None:
            raw = self.raw
            if len(raw) < _SHORT and raw.isascii():
                self._attributes = _ascii_attributes(raw)
            else:
                self._attributes = {
                    name: self.page.decode_units(value) if value else "" for name, value in raw_attributes(raw).items()
                }
        return self._attributes

    def get(self, name: str, default: str = "") -> str:
        """Return the attribute's value, "" when it is absent."""
        if not self.raw:
            return default
        return (self._attributes or self.attributes).get(name, default)

    @property
    def tokens(self) -> frozenset[str]:
        """Lower-case words of class and id: "postAuthor_12" gives {"post", "author", "postauthor"}."""
        if self._tokens is None:
            attributes = self.attributes
            names, identity = attributes.get("class", ""), attributes.get("id", "")
            words = words_of(names[:_SHORT]) if names else _NO_WORDS
            self._tokens = words | words_of(identity[:80]) if identity else words
        return self._tokens

    @property
    def hidden(self) -> bool:
        """Whether a browser shows nothing of it: script, style, ``hidden``, ``display:none`` and the like."""
        if self._hidden is None:
            self._hidden = self.tag in HIDDEN_TAGS or (bool(self.raw) and _hides(self.raw))
        return self._hidden

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
