"""The visible text of a page or of a part of it, as a browser lays it out, with its bytes.

White space is collapsed, ``<br>`` and blocks become newlines, paragraphs blank lines, table cells
tabs, ``<pre>`` stays. Each run of character data becomes one ``Segment`` in bytes of the page, so
that ``offsets.decode(segment.codec, bytes)`` is exactly its piece of text. Newlines, tabs and
spaces that the layout adds have no bytes of their own.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from collections.abc import Container as Holder
from itertools import islice
from typing import NamedTuple

from ringtrace.model.span import Segment
from ringtrace.text import offsets
from ringtrace.text.pages.html import BLOCK, Element, Page

WHITE = " \t\n\r\f"
_IRREGULAR = re.compile(r"[&\t\n\r\f]|  ")
_IRREGULAR_PRE = re.compile(r"[&\r]")
_PARAGRAPHS = frozenset(("p",))
PREFORMATTED = frozenset(("pre", "listing", "textarea", "xmp"))
_INLINE_CELLS = frozenset(("td", "th"))
_WINDOW = 1024
_NONE: frozenset[int] = frozenset()


class Laid(NamedTuple):
    """Laid out text. invalid: byte ranges that the page's charset cannot decode, U+FFFD in ``text``."""

    text: str
    segments: tuple[Segment, ...]
    invalid: tuple[tuple[int, int], ...] = ()


EMPTY = Laid("", ())


def lay_out(page: Page, part: Element | None = None, skip: Holder[int] = _NONE, show_hidden: bool = False) -> Laid:
    """Return the visible text of an element (None: the whole page).

    skip: indexes of elements to leave out. show_hidden: take in what a browser does not show.
    """
    first, last = (part.first_event, part.last_event) if part is not None else (0, len(page.events))
    return lay_out_events(page, first, last, skip, show_hidden)


def lay_out_events(page: Page, first: int, last: int, skip: Holder[int] = _NONE, show_hidden: bool = False) -> Laid:
    """Return the visible text of a half-open range of ``page.events``."""
    sheet = _Sheet(page)
    events, elements = page.events, page.elements
    at = first
    while at < last:
        event = events[at]
        at += 1
        if type(event) is tuple:
            sheet.write(event[0], event[1])
        elif type(event) is int:
            sheet.leave(elements[event])
        elif event.index in skip or (event.hidden and not show_hidden):  # type: ignore[union-attr]
            if event.tag in BLOCK:  # type: ignore[union-attr]
                sheet.need = max(sheet.need, 1)
            at = event.last_event  # type: ignore[union-attr]
        else:
            sheet.enter(event)  # type: ignore[arg-type]
    return sheet.laid()


def join(parts: list[Laid], separator: str) -> Laid:
    """Return the parts that have text as one, ``separator`` (no bytes of its own) between them."""
    texts: list[str] = []
    segments: list[Segment] = []
    invalid: list[tuple[int, int]] = []
    at = 0
    for part in parts:
        if not part.text:
            continue
        if texts:
            texts.append(separator)
            at += len(separator)
        texts.append(part.text)
        segments.extend(Segment(s.text_start + at, s.text_stop + at, s.start, s.stop, s.codec) for s in part.segments)
        invalid.extend(part.invalid)
        at += len(part.text)
    return Laid("".join(texts), tuple(segments), tuple(invalid))


def slice_laid(laid: Laid, ranges: list[tuple[int, int]], data: bytes, separator: str = "\n") -> Laid:
    """Return the parts ``[start, stop)`` (code points, in order) joined by ``separator``.

    data: the page's bytes, for segments that a range cuts.
    """
    parts = []
    starts = [segment.text_start for segment in laid.segments]
    for start, stop in ranges:
        kept = []
        for segment in laid.segments[max(0, bisect_right(starts, start) - 1) :]:
            if segment.text_start >= stop:
                break
            if segment.text_stop > start:
                kept.extend(_cut(segment, start, stop, data))
        parts.append(Laid(laid.text[start:stop], tuple(kept)))
    joined = join(parts, separator)
    return Laid(joined.text, joined.segments, laid.invalid)


def _cut(segment: Segment, start: int, stop: int, data: bytes) -> list[Segment]:
    """Return the segment's share of ``[start, stop)``, counted from ``start``."""
    low, high = max(segment.text_start, start), min(segment.text_stop, stop)
    first, last = segment.start, segment.stop
    if low > segment.text_start or high < segment.text_stop:
        text, places = offsets.boundaries(segment.codec, data[segment.start : segment.stop])
        a, b = low - segment.text_start, high - segment.text_start
        first, last = segment.start + places[a], segment.start + places[b]
        if offsets.decode(segment.codec, data[first:last]) != text[a:b]:
            return []
    return [Segment(low - start, high - start, first, last, segment.codec)]


def drop_lines(laid: Laid, data: bytes, name: Callable[[str], str]) -> tuple[Laid, list[tuple[int, int, str]]]:
    """Leave out whole lines that ``name`` calls something; return also their (byte start, stop, what).

    Only lines whose ends are ends of segments go: a line within a <pre> run stays.
    """
    edges = {segment.text_start for segment in laid.segments} | {segment.text_stop for segment in laid.segments}
    ranges: list[tuple[int, int]] = []
    dropped: list[tuple[int, int, str]] = []
    at = 0
    for line in laid.text.split("\n"):
        stop = at + len(line)
        what = name(line) if line.strip() else ""
        inside = [s for s in laid.segments if s.text_start >= at and s.text_stop <= stop] if what else []
        if inside and at in edges and stop in edges:
            dropped.append((inside[0].start, inside[-1].stop, what))
        elif ranges and ranges[-1][1] == at - 1:
            ranges[-1] = (ranges[-1][0], stop)
        else:
            ranges.append((at, stop))
        at = stop + 1
    if not dropped:
        return laid, []
    trimmed = [_trim(laid.text, start, stop) for start, stop in ranges]
    return slice_laid(laid, [r for r in trimmed if r[0] < r[1]], data, "\n\n"), dropped


def _trim(text: str, start: int, stop: int) -> tuple[int, int]:
    while start < stop and text[start] == "\n":
        start += 1
    while stop > start and text[stop - 1] == "\n":
        stop -= 1
    return start, stop


def _heads_quote(cite: Element) -> bool:
    """Whether a <cite> names who is quoted: boards set it on a line of its own."""
    return any(above.tag == "blockquote" for above in islice(cite.ancestors(), 2))


class _Sheet:
    """What has been laid out so far. need: newlines due before the next text; gap: what joins it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pieces: list[str] = []
        self.size = 0
        self.segments: list[Segment] = []
        self.invalid: list[tuple[int, int]] = []
        self.need = 0
        self.gap = ""
        self.pre = 0
        self.after_br = False
        self.fresh_pre = False

    def enter(self, element: Element) -> None:
        tag = element.tag
        if tag == "br":
            self.need = self.need + 1 if self.after_br else max(self.need, 1)
            self.after_br = True
        elif tag in BLOCK or (tag == "cite" and _heads_quote(element)):
            self._boundary(tag)
            if tag in PREFORMATTED:
                self.fresh_pre = True
        if tag in PREFORMATTED:
            self.pre += 1

    def leave(self, element: Element) -> None:
        tag = element.tag
        if tag in BLOCK or (tag == "cite" and _heads_quote(element)):
            self._boundary(tag)
        if tag in PREFORMATTED:
            self.pre -= 1

    def _boundary(self, tag: str) -> None:
        if tag in _INLINE_CELLS:
            if not self.need:
                self.gap = "\t"
        else:
            self.need = max(self.need, 2 if tag in _PARAGRAPHS else 1)

    def write(self, start: int, stop: int) -> None:
        units = self.page.units
        raw = units[start:stop]
        if self.pre > 0:
            if self.fresh_pre:
                self.fresh_pre = False
                start += 2 if raw.startswith("\r\n") else 1 if raw.startswith("\n") else 0
                raw = units[start:stop]
            if raw:
                self._lead()
                self._put(start, stop, raw, "htmlpre", _IRREGULAR_PRE)
            return
        body = raw.lstrip(WHITE)
        if not body:
            self.gap = self.gap or " "
            return
        if len(body) < len(raw):
            self.gap = self.gap or " "
            start = stop - len(body)
        trimmed = body.rstrip(WHITE)
        self._lead()
        self._put(start, start + len(trimmed), trimmed, "html", _IRREGULAR)
        if len(trimmed) < len(body):
            self.gap = " "

    def _lead(self) -> None:
        """Write the newlines or the joining space that are due."""
        if self.size:
            lead = "\n" * self.need if self.need else self.gap
            if lead:
                self.pieces.append(lead)
                self.size += len(lead)
        self.need, self.gap, self.after_br = 0, "", False

    def _put(self, start: int, stop: int, raw: str, scheme: str, irregular: re.Pattern[str]) -> None:
        page = self.page
        first, last = page.byte(start), page.byte(stop)
        codec = f"{scheme}+{page.charset}"
        if page.charset == "utf-8" and raw.isascii():
            piece = raw if irregular.search(raw) is None else offsets.decode(codec, page.data[first:last])
            self._add(piece, first, last, codec)
            return
        data = page.data[first:last]
        try:
            piece = data.decode(page.charset) if irregular.search(raw) is None else offsets.decode(codec, data)
        except UnicodeDecodeError:
            self._put_damaged(data, first, codec)
            return
        self._add(piece, first, last, codec)

    def _put_damaged(self, data: bytes, first: int, codec: str) -> None:
        """Valid stretches become segments, each undecodable sequence one U+FFFD without bytes."""
        charset, at = self.page.charset, 0
        while at < len(data):
            window = data[at : at + _WINDOW]
            try:
                window.decode(charset)
                good, bad = len(window), 0
            except UnicodeDecodeError as error:
                good, bad = error.start, max(error.end - error.start, 1)
                if good and at + len(window) < len(data):
                    bad = 0
            if good:
                self._add(offsets.decode(codec, window[:good]), first + at, first + at + good, codec)
            at += good
            if bad:
                self.pieces.append("\ufffd")
                self.size += 1
                self.invalid.append((first + at, first + at + bad))
                at += bad

    def _add(self, piece: str, first: int, last: int, codec: str) -> None:
        if piece:
            self.segments.append(Segment(self.size, self.size + len(piece), first, last, codec))
            self.pieces.append(piece)
            self.size += len(piece)

    def laid(self) -> Laid:
        return Laid("".join(self.pieces), tuple(self.segments), tuple(self.invalid))
