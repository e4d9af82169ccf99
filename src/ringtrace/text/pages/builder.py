"""Builds the tree of a page in one pass over its units, as browsers read broken markup."""

from __future__ import annotations

import re

from ringtrace.text.pages.look import Look, look_at, looks_in
from ringtrace.text.pages.tags import BLOCK, CELLS, IMPLIED, NOT_PUSHED, P_CLOSERS, RAW, TABLE_PARTS, UNTIL_END, VOID
from ringtrace.text.pages.tree import Element, Page

MAX_DEPTH = 256
MAX_ELEMENTS = 400_000
# Groups: a start tag, the name of an end tag, comment, CDATA section.
_TOKEN = re.compile(
    r"<(?:([A-Za-z][^>]*+)>|/([A-Za-z][^ \t\n\r\f/>]*+)[^>]*+>|(!--)|(!\[CDATA\[)|[!?][^>]*+>|/[^>]*+>)"
)
_START, _END, _COMMENT, _CDATA = 1, 2, 3, 4
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
        self.charset = page.charset if page.width == 1 else ""
        self.looks = looks_in(self.charset)
        self.long: dict[str, Look] = {}
        self.stack: list[Element] = []
        self.open: dict[str, int] = {}
        self.overflow = 0
        self.trust_quotes = True

    def build(self) -> None:
        page, end = self.page, self.units.rfind(">") + 1
        at, ahead = 0, True
        while ahead:
            at, ahead = self._run(at, end)
        if not page.cut_reason:
            self._tail(at)
        while self.stack:
            self._pop(page.cut, page.cut)

    def _run(self, at: int, end: int) -> tuple[int, bool]:
        """Read tags from ``at`` on; return where reading stopped and whether it has to go on from there.

        It stops where the next token does not begin behind the last one: after script, comments
        and quoted values that hold ``>``.
        """
        units, page, stack, opened, looks = self.units, self.page, self.stack, self.open, self.looks
        elements, events, texts = page.elements, page.events, page.texts
        for match in _TOKEN.finditer(units, at, end):
            start, stop = match.span()
            if start > at:
                if units[at:start].strip(" \t\n\r\f"):
                    texts.append((len(events), at, start, stack[-1] if stack else None))
                events.append((at, start))
            at = stop
            kind = match.lastindex
            if kind == _START:
                inside = match.group(1)
                look = looks.get(inside) or self._look(inside)
                if (
                    look.simple
                    and not (look.closes_p and opened.get("p"))
                    and not (look.closes and any(map(opened.get, look.closes)))
                    and len(stack) < MAX_DEPTH
                ):
                    self._open(look, start, stop)
                else:
                    at = self._start(*self._reach(look, start, stop, end))
                if len(elements) >= MAX_ELEMENTS:
                    page.cut, page.cut_reason = at, f"more than {MAX_ELEMENTS} elements in one page"
                    return at, False
            elif kind == _END:
                tag = match.group(2)
                if stack and stack[-1].tag == tag and not self.overflow and tag not in NOT_PUSHED:
                    element = stack.pop()
                    opened[tag] -= 1
                    events.append(element.index)
                    element.inner_stop, element.stop = start, stop
                    element.last, element.last_event, element.last_text = len(elements), len(events), len(texts)
                else:
                    self._end(tag.lower(), start, stop)
            else:
                at = self._skip(start, stop, kind == _COMMENT, kind == _CDATA)
            if at != stop:
                return at, True
        return at, False

    def _open(self, look: Look, start: int, stop: int) -> None:
        """Open the element of a simple tag that closes nothing."""
        page, stack = self.page, self.stack
        elements, events = page.elements, page.events
        above = stack[-1] if stack else None
        element = Element(page, look, len(elements), above, start, stop, len(events), len(page.texts))
        elements.append(element)
        events.append(element)
        if look.void:
            self._shut(element, stop, stop)
            return
        stack.append(element)
        tag = element.tag
        self.open[tag] = self.open.get(tag, 0) + 1

    def _look(self, inside: str) -> Look:
        """Return the look of a start tag that no page had yet, or whose attributes are long."""
        look = self.long.get(inside)
        if look is None:
            look = self.looks.look(inside)
            if inside not in self.looks:
                self.long[inside] = look
        return look

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

    def _reach(self, look: Look, start: int, stop: int, end: int) -> tuple[Look, int, int]:
        """Return (look, start, stop) of a tag, also of one whose quoted values hold ``>``."""
        if not (look.odd_quotes and self.trust_quotes):
            return look, start, stop
        at = start + 1 + len(look.name)
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
                return look_at(look.name, units[begin:at], self.charset), start, at + 1
        self.trust_quotes = False
        return look, start, stop

    def _start(self, look: Look, start: int, stop: int) -> int:
        page, stack, tag = self.page, self.stack, look.tag
        opened = self.open
        if opened:
            if tag in P_CLOSERS and opened.get("p"):
                self._close_implied(_PARAGRAPH, CELLS, start)
            implied = IMPLIED.get(tag)
            if implied and any(map(opened.get, implied[0])):
                self._close_implied(implied[0], implied[1], start)
            elif tag == "body" and opened.get("head"):
                self._close_implied(_HEAD, frozenset(), start)
        elements, events = page.elements, page.events
        above = stack[-1] if stack else None
        element = Element(page, look, len(elements), above, start, stop, len(events), len(page.texts))
        elements.append(element)
        events.append(element)
        if tag in VOID:
            self._shut(element, stop, stop)
            return stop
        if tag in RAW:
            closing = _RAW_END[tag].search(self.units, stop)
            if closing or tag in UNTIL_END:
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
        opened[tag] = opened.get(tag, 0) + 1
        return stop

    def _end(self, tag: str, start: int, stop: int) -> None:
        if self.overflow:
            self.overflow -= 1
            return
        if not self.open.get(tag) or tag in NOT_PUSHED:
            if tag in ("br", "p"):
                self._start(look_at(tag, "", ""), start, stop)
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
            if (inline and above in BLOCK) or (above in CELLS and tag not in TABLE_PARTS):
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
