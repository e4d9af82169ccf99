"""Builds the tree of a page in one pass over its units, as browsers read broken markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ringtrace.text.html_element import Element

if TYPE_CHECKING:
    from ringtrace.text.html import Page

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
MAX_ELEMENTS = 400_000
_TOKEN = re.compile(r"<(?:(/?)([A-Za-z][^ \t\n\r\f/>]*+)([^>]*+)>|(!--)|(!\[CDATA\[)|[!?][^>]*+>|/[^>]*+>)")
_NAME_AND_EQUALS = re.compile(r"[ \t\n\r\f/]*+(?:[^ \t\n\r\f/>=][^ \t\n\r\f/>=]*+)?(?:[ \t\n\r\f]*+(=)[ \t\n\r\f]*+)?")
_UNQUOTED = re.compile(r"[^ \t\n\r\f>]*+")
_RAW_END = {tag: re.compile(rf"</{tag}(?=[ \t\n\r\f/>])", re.IGNORECASE) for tag in RAW}
_COMMENT_END = re.compile(r"--!?>")
_PARAGRAPH = frozenset(("p",))
_HEAD = frozenset(("head",))


class Builder:
    """The state of one pass over the units."""

    def __init__(self, page: Page) -> None:
        self.page, self.units = page, page.units
        self.stack: list[Element] = []
        self.open: dict[str, int] = {}
        self.overflow = 0
        self.trust_quotes = True

    def build(self) -> None:
        units, page = self.units, self.page
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
                    self._text(text_from, start)
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
                    self._text(text_from, start)
                stop = self._skip(start, stop, bool(comment), bool(cdata))
                text_from = stop
            at = stop
        if not page.cut_reason:
            self._tail(max(text_from, at))
        while self.stack:
            self._pop(page.cut, page.cut)

    def _text(self, start: int, stop: int, holder: Element | None = None) -> None:
        events = self.page.events
        if self.units[start:stop].strip(" \t\n\r\f"):
            self.page.texts.append((len(events), start, stop, holder or (self.stack[-1] if self.stack else None)))
        events.append((start, stop))

    def _tail(self, text_from: int) -> None:
        """Text after the last tag; a tag that the file's end cuts is told, not read as text."""
        page, units = self.page, self.units
        cut = units.find("<", text_from)
        while 0 <= cut < len(units) - 1 and not (units[cut + 1].isalpha() or units[cut + 1] in "/!?"):
            cut = units.find("<", cut + 1)
        if 0 <= cut < len(units) - 1:
            page.cut, page.cut_reason = cut, "the page ends within a tag"
        if page.cut > text_from:
            self._text(text_from, page.cut)

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
                self._text(start + 9, stop - 3 if closing_at >= 0 else stop)
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
                self._close_implied(_PARAGRAPH, _CELLS, start)
            implied = _IMPLIED.get(tag)
            if implied and any(map(self.open.get, implied[0])):
                self._close_implied(implied[0], implied[1], start)
            elif tag == "body" and self.open.get("head"):
                self._close_implied(_HEAD, frozenset(), start)
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
                    self._text(stop, inner_stop, element)
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

    def _close_implied(self, closed: frozenset[str], until: frozenset[str], at: int) -> None:
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
        element.last_text = len(self.page.texts)
        self.page.events.append(element.index)
        element.last_event = len(self.page.events)
