"""HTML as evidence: a linear-time tokenizer and a light tree whose offsets are the file's own bytes.

The page is not decoded before it is cut: every charset that web pages use keeps ``<``, ``>``, ``&``,
quotes and white space out of its multi-byte characters, so the bytes are looked at one unit a byte
(UTF-16: one unit for two bytes) and each text run is decoded by itself, see ``html_layout``. An
offset in units is therefore ``base + width * offset`` in bytes, without any map.

Broken markup is read as browsers read it, within budgets: implied end tags, stray end tags, quotes
that never close, comments that never end. Nothing recurses; all scans move forward.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import lru_cache

VOID = frozenset(
    [
        "area",
        "base",
        "basefont",
        "bgsound",
        "br",
        "col",
        "embed",
        "frame",
        "hr",
        "img",
        "input",
        "keygen",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
    ]
)
RAW = frozenset(["script", "style", "textarea", "title", "xmp", "noembed", "noframes", "iframe"])
_UNTIL_END = frozenset(("script", "style"))
BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "frameset",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "listing",
        "main",
        "menu",
        "nav",
        "ol",
        "optgroup",
        "option",
        "p",
        "plaintext",
        "pre",
        "search",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "ul",
        "caption",
        "td",
        "th",
    ]
)
_TABLE_PARTS = frozenset(["table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption"])
_CELLS = frozenset(["td", "th", "table", "caption"])
_NOT_PUSHED = frozenset(("html", "body"))
_P_CLOSERS = BLOCK - frozenset(
    ["option", "optgroup", "html", "body", "td", "th", "tr", "tbody", "thead", "tfoot", "caption", "legend", "summary"]
)
# start tag -> (open elements it closes, elements that stop the search)
_IMPLIED: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset(("li",)), frozenset(("ul", "ol", "menu", "table"))),
    "dd": (frozenset(("dd", "dt")), frozenset(("dl", "table"))),
    "dt": (frozenset(("dd", "dt")), frozenset(("dl", "table"))),
    "option": (frozenset(("option",)), frozenset(("select", "datalist"))),
    "optgroup": (frozenset(("option", "optgroup")), frozenset(("select",))),
    "td": (frozenset(("td", "th")), frozenset(("tr", "table"))),
    "th": (frozenset(("td", "th")), frozenset(("tr", "table"))),
    "tr": (frozenset(("tr", "td", "th", "caption")), frozenset(("table", "tbody", "thead", "tfoot"))),
    "tbody": (frozenset(("tbody", "thead", "tfoot", "tr", "caption")), frozenset(("table",))),
    "thead": (frozenset(("tbody", "thead", "tfoot", "tr", "caption")), frozenset(("table",))),
    "tfoot": (frozenset(("tbody", "thead", "tfoot", "tr", "caption")), frozenset(("table",))),
    "a": (frozenset(("a",)), BLOCK),
}
MAX_DEPTH = 256
_SHORT = 400
_NO_WORDS: frozenset[str] = frozenset()
MAX_ELEMENTS = 400_000

_TOKEN = re.compile(r"<(?:(/?)([A-Za-z][^ \t\n\r\f/>]*+)([^>]*+)>|(!--)|(!\[CDATA\[)|[!?][^>]*+>|/[^>]*+>)")
_ATTRIBUTE = re.compile(
    r"([^ \t\n\r\f/>=\"'][^ \t\n\r\f/>=]*+)"
    r"(?:[ \t\n\r\f]*+=[ \t\n\r\f]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^ \t\n\r\f>]*+)))?"
)
_NAME_AND_EQUALS = re.compile(r"[ \t\n\r\f/]*+(?:[^ \t\n\r\f/>=][^ \t\n\r\f/>=]*+)?(?:[ \t\n\r\f]*+(=)[ \t\n\r\f]*+)?")
_UNQUOTED = re.compile(r"[^ \t\n\r\f>]*+")
_RAW_END = {tag: re.compile(rf"</{tag}(?=[ \t\n\r\f/>])", re.IGNORECASE) for tag in RAW}
_COMMENT_END = re.compile(r"--!?>")
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


def _attributes(raw: str) -> dict[str, str]:
    """Return attribute name (lower case) -> value in units; the first of a name counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(raw):
        found.setdefault(name.lower(), double or single or bare)
    return found


@lru_cache(maxsize=16_384)
def _ascii_attributes(raw: str) -> dict[str, str]:
    """The same with references resolved; shared by all tags that read alike, so never changed."""
    return {name: html.unescape(value) if "&" in value else value for name, value in _attributes(raw).items()}


@lru_cache(maxsize=16_384)
def _words_of(names: str) -> frozenset[str]:
    words: set[str] = set()
    for name in names.split()[:16]:
        parts = [part.lower() for part in _CAMEL.findall(name[:80])]
        words.update(parts)
        words.add("".join(parts))
    return frozenset(words)


class Element:
    """One element. Offsets are in units of the page: [start, stop) with tags, [inner, inner_stop) without.

    index, last: its place among ``Page.elements`` and the place after its last descendant.
    first_event, last_event: its half-open range in ``Page.events``, its own open and close included.
    """

    __slots__ = (
        "_attributes", "_hidden", "_tokens", "first_event", "index", "inner", "inner_stop", "last",
        "last_event", "page", "parent", "raw", "start", "stop", "tag",
    )  # fmt: skip

    def __init__(
        self, page: Page, tag: str, raw: str, index: int, parent: Element | None, start: int, inner: int
    ) -> None:
        self.page, self.tag, self.raw, self.index, self.parent = page, tag, raw, index, parent
        self.start, self.inner, self.inner_stop, self.stop = start, inner, inner, inner
        self.last = index + 1
        self.first_event = self.last_event = len(page.events)
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
                    name: self.page.decode_units(value) if value else "" for name, value in _attributes(raw).items()
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
            words = _words_of(names[:_SHORT]) if names else _NO_WORDS
            self._tokens = words | _words_of(identity[:80]) if identity else words
        return self._tokens

    @property
    def hidden(self) -> bool:
        """Whether a browser shows nothing of it: script, style, ``hidden``, ``display:none`` and the like."""
        if self._hidden is None:
            self._hidden = self.tag in HIDDEN_TAGS or (
                bool(self.raw) and _MAY_HIDE.search(self.raw) is not None and self._hides()
            )
        return self._hidden

    def _hides(self) -> bool:
        style = "".join(self.get("style").lower().split())
        return "hidden" in self.attributes or bool(style and _HIDING_STYLE.search(style))

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


class Page:
    """A parsed page.

    events: in document order an Element where it opens, the index of the element that closes, or
            a text run (start, stop) in units. Comments, declarations and tags have no event.
    cut:    where reading ended: the size in units, or less when the file stops within a tag or
            holds more elements than the budget; ``cut_reason`` says which.
    """

    __slots__ = ("base", "charset", "comments", "cut", "cut_reason", "data", "elements", "events", "units", "width")

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
        self.comments: list[tuple[int, int]] = []
        self.cut, self.cut_reason = len(self.units), ""
        _Builder(self).build()

    def byte(self, unit: int) -> int:
        """Return the byte offset in ``data`` of an offset in units."""
        return self.base + self.width * unit

    def decode_units(self, value: str) -> str:
        """Return units as text with references resolved; undecodable bytes become U+FFFD."""
        if not value.isascii() and self.width == 1:
            value = value.encode("latin-1").decode(self.charset, "replace")
        return html.unescape(value) if "&" in value else value

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


class _Builder:
    """The state of one pass over the units."""

    def __init__(self, page: Page) -> None:
        self.page, self.units = page, page.units
        self.stack: list[Element] = []
        self.open: dict[str, int] = {}
        self.overflow = 0
        self.trust_quotes = True

    def build(self) -> None:
        units, events, page = self.units, self.page.events, self.page
        end = units.rfind(">") + 1
        search = _TOKEN.search
        at = text_from = 0
        while match := search(units, at, end):
            start, stop = match.span()
            slash, name, raw, comment, cdata = match.groups()
            if name:
                if not slash and ("'" in raw or raw.count('"') & 1) and self.trust_quotes:
                    raw, stop = self._reach(match.end(2), raw, stop, end)
                if start > text_from:
                    events.append((text_from, start))
                text_from = stop
                if slash:
                    self._end(name.lower(), start, stop)
                else:
                    text_from = stop = self._start(name.lower(), raw, start, stop)
                if len(page.elements) >= MAX_ELEMENTS:
                    page.cut, page.cut_reason = stop, f"more than {MAX_ELEMENTS} elements in one page"
                    break
            else:
                if start > text_from:
                    events.append((text_from, start))
                stop = self._skip(start, stop, bool(comment), bool(cdata))
                text_from = stop
            at = stop
        if not page.cut_reason:
            self._tail(max(text_from, at))
        while self.stack:
            self._pop(page.cut, page.cut)

    def _tail(self, text_from: int) -> None:
        """Text after the last tag; a tag that the file's end cuts is told, not read as text."""
        page, units = self.page, self.units
        cut = units.find("<", text_from)
        while 0 <= cut < len(units) - 1 and not (units[cut + 1].isalpha() or units[cut + 1] in "/!?"):
            cut = units.find("<", cut + 1)
        if 0 <= cut < len(units) - 1:
            page.cut, page.cut_reason = cut, "the page ends within a tag"
        if page.cut > text_from:
            page.events.append((text_from, page.cut))

    def _skip(self, start: int, stop: int, comment: bool, cdata: bool) -> int:
        """Return where a comment, CDATA section or declaration ends; CDATA holds text."""
        units = self.units
        if comment:
            if units.startswith((">", "->"), start + 4):
                stop = units.index(">", start) + 1
            else:
                closing = _COMMENT_END.search(units, start + 4)
                stop = closing.end() if closing else len(units)
            self.page.comments.append((start, stop))
        elif cdata:
            closing_at = units.find("]]>", stop)
            stop = closing_at + 3 if closing_at >= 0 else len(units)
            if stop - 3 > start + 9:
                self.page.events.append((start + 9, stop - 3 if closing_at >= 0 else stop))
        return stop

    def _reach(self, at: int, raw: str, stop: int, end: int) -> tuple[str, int]:
        """Return (attributes, stop) of a tag whose quoted values may hold ``>``."""
        units, begin = self.units, at
        while at < end:
            match = _NAME_AND_EQUALS.match(units, at, end)
            at = match.end() if match else at
            if at >= end:
                break
            char = units[at]
            if match and match.group(1) and char in "\"'":
                closing = units.find(char, at + 1, end)
                if closing >= 0:
                    at = closing + 1
                    continue
            if match and match.group(1):
                unquoted = _UNQUOTED.match(units, at, end)
                at = unquoted.end() if unquoted else at
                char = units[at] if at < end else ">"
            if char == ">":
                return units[begin:at], at + 1
        self.trust_quotes = False
        return raw, stop

    def _start(self, tag: str, raw: str, start: int, stop: int) -> int:
        page, stack = self.page, self.stack
        if self.open:
            if tag in _P_CLOSERS and self.open.get("p"):
                self._close_implied("p", _PARAGRAPH, _CELLS, start)
            implied = _IMPLIED.get(tag)
            if implied:
                for closed in sorted(implied[0]):
                    if self.open.get(closed):
                        self._close_implied(closed, implied[0], implied[1], start)
            elif tag == "body" and self.open.get("head"):
                self._close_implied("head", frozenset(("head",)), frozenset(), start)
        element = Element(page, tag, raw, len(page.elements), stack[-1] if stack else None, start, stop)
        page.elements.append(element)
        page.events.append(element)
        if tag in VOID:
            self._shut(element, stop, stop)
            return stop
        if tag in RAW:
            closing = _RAW_END[tag].search(self.units, stop)
            if closing or tag in _UNTIL_END:
                inner_stop = closing.start() if closing else len(self.units)
                after = self.units.find(">", inner_stop) + 1 or len(self.units)
                if inner_stop > stop:
                    page.events.append((stop, inner_stop))
                self._shut(element, inner_stop, after)
                return after
        if len(stack) >= MAX_DEPTH:
            self.overflow += 1
            self._shut(element, stop, stop)
            return stop
        stack.append(element)
        self.open[tag] = self.open.get(tag, 0) + 1
        return stop

    def _end(self, tag: str, start: int, stop: int) -> None:
        if self.overflow:
            self.overflow -= 1
            return
        if not self.open.get(tag) or tag in _NOT_PUSHED:
            if tag in ("br", "p"):
                self._start(tag, "", start, stop)
                if tag == "p":
                    self._pop(stop, stop)
            return
        inline = tag not in BLOCK or tag == "form"
        for depth in range(len(self.stack) - 1, -1, -1):
            above = self.stack[depth].tag
            if above == tag:
                while len(self.stack) > depth + 1:
                    self._pop(start, start)
                self._pop(start, stop)
                return
            if (inline and above in BLOCK) or (above in _CELLS and tag not in _TABLE_PARTS):
                return

    def _close_implied(self, tag: str, closed: frozenset[str], until: frozenset[str], at: int) -> None:
        """Close the outermost open element of ``closed`` below the nearest of ``until``."""
        found = -1
        for depth in range(len(self.stack) - 1, -1, -1):
            above = self.stack[depth].tag
            if above in closed:
                found = depth
            elif above in until:
                break
        if found >= 0:
            while len(self.stack) > found:
                self._pop(at, at)

    def _pop(self, inner_stop: int, stop: int) -> None:
        element = self.stack.pop()
        self.open[element.tag] -= 1
        self._shut(element, inner_stop, stop)

    def _shut(self, element: Element, inner_stop: int, stop: int) -> None:
        element.inner_stop, element.stop = inner_stop, stop
        element.last = len(self.page.elements)
        self.page.events.append(element.index)
        element.last_event = len(self.page.events)


_PARAGRAPH = frozenset(("p",))
