"""A page as readers look at it: parsed once, with its text measured and its furniture named."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ringtrace.model.source import Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.pages.charset import choose_charset
from ringtrace.text.pages.html import Element, Page, Text, parse
from ringtrace.text.pages.layout import WHITE, Laid, lay_out

_SIGN = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|meta|title|div|table|span|p|br|a|ul|article|section|h1)[\s/>]", re.IGNORECASE
)
_TITLE_BREAK = re.compile(r"(?<!\s)\s++[-–—|_·»]++\s+|[_|»]|-(?=[\u4e00-\u9fff])|(?<!\s)\s++-\s*|–|—")
T = TypeVar("T")


@lru_cache(maxsize=8)
def looks_like_html(head: bytes) -> bool:
    """Whether the first bytes of a file are markup: tags early on, in any charset."""
    start = head[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if start[:1] not in (b"<", b"&") and _SIGN.search(start[:1024]) is None:
        return False
    lower = start[:256].lower()
    if lower.startswith((b"<?xml", b"<!doctype")) and b"html" not in start[:2048].lower():
        return False
    first = _SIGN.search(start)
    return first is not None and _SIGN.search(start, first.end()) is not None


class Sheet:
    """A page with its measures: how much visible text an element holds, and how much of it in links.

    total: visible text of the page in units, white space around runs apart.
    """

    def __init__(self, page: Page) -> None:
        self.page = page
        self._weight, self._link = _measure(page)
        self.total = self._weight[-1]
        self._texts: dict[int, str] = {}
        self.known: dict[str, Any] = {}

    def size(self, element: Element) -> int:
        """Visible text of the element in units."""
        return self._weight[element.last_text] - self._weight[element.first_text]

    def link_share(self, element: Element) -> float:
        """Share of the element's visible text that stands in links."""
        size = self.size(element)
        return (self._link[element.last_text] - self._link[element.first_text]) / size if size else 0.0

    def shown(self, first: int, last: int) -> list[tuple[int, Text]]:
        """Return (index, run) of the visible runs among ``page.texts[first:last]``."""
        weight, texts = self._weight, self.page.texts
        return [(at, texts[at]) for at in range(first, last) if weight[at + 1] > weight[at]]

    @cached_property
    def all_shown(self) -> list[tuple[int, Text]]:
        """(index, run) of the visible runs of the page."""
        return self.shown(0, len(self.page.texts))

    def text(self, element: Element) -> str:
        """Visible text of a small element, white space folded; "" when it holds more than 400 units."""
        if not 0 < self.size(element) <= 400:
            return ""
        text = self._texts.get(element.index)
        if text is None:
            if element.last_text - element.first_text == 1:
                _, start, stop, _ = self.page.texts[element.first_text]
                text = self.page.decode_units(self.page.units[start:stop])
            else:
                text = lay_out(self.page, element).text
            text = self._texts[element.index] = " ".join(text.split())
        return text

    def once(self, name: str, find: Callable[[Sheet], T]) -> T:
        """Return ``find(self)``, computed at the first call: sniffing and reading look for the same things."""
        if name not in self.known:
            self.known[name] = find(self)
        found: T = self.known[name]
        return found

    def furniture(self, element: Element) -> str:
        """Return what the element is when it is no content by its tag or class, else ""."""
        return element.look.furniture


def _measure(page: Page) -> tuple[list[int], list[int]]:
    """Return running sums over ``page.texts`` of visible text and of visible text in links."""
    sizes = [stop - start for _, start, stop, _ in page.texts]
    linked = [0] * len(sizes)
    beyond = 0
    for element in page.elements:
        if element.first_text == element.last_text or element.index < beyond:
            continue
        if element.hidden:
            sizes[element.first_text : element.last_text] = [0] * (element.last_text - element.first_text)
            beyond = element.last
        elif element.tag == "a":
            linked[element.first_text : element.last_text] = sizes[element.first_text : element.last_text]
    return list(accumulate(sizes, initial=0)), list(accumulate(linked, initial=0))


@lru_cache(maxsize=8)
def open_sheet(data: bytes, transport: str = "") -> Sheet:
    """Return the parsed page of ``data``; the same bytes are parsed once for all readers."""
    return _sheet(data, choose_charset(data, transport))


@lru_cache(maxsize=4)
def _sheet(data: bytes, charset: str) -> Sheet:
    return Sheet(parse(data, charset))


def title_of(page: Page) -> Laid:
    """Return the page's ``<title>``."""
    title = page.first("title")
    return lay_out(page, title, show_hidden=True) if title else Laid("", ())


def title_parts(title: str) -> list[str]:
    """Return the parts of a title between its separators ("thread - board - site")."""
    return [part.strip() for part in _TITLE_BREAK.split(title) if part and part.strip()]


def meta(page: Page) -> dict[str, str]:
    """Return name, property or itemprop (lower case) -> content of the page's ``<meta>``, the first of a name."""
    found: dict[str, str] = {}
    for element in page.elements:
        if element.tag == "meta":
            name = element.get("property") or element.get("name") or element.get("itemprop")
            if name and element.get("content"):
                found.setdefault(name.lower(), element.get("content").strip())
    return found


def site_of(source: Source, page: Page) -> str:
    """Return the host of the page: capture, ``<base>``, canonical link; else the site's name, else the file's."""
    addresses = [source.url]
    for element in page.elements:
        if element.tag == "base" or (element.tag == "link" and element.get("rel").lower() == "canonical"):
            addresses.append(element.get("href"))
    said = meta(page)
    addresses += [said.get("og:url", ""), said.get("twitter:url", "")]
    for address in addresses:
        host = host_of(address)
        if host:
            return host
    parts = title_parts(title_of(page).text)
    name = said.get("og:site_name") or said.get("application-name") or (parts[-1] if len(parts) > 1 else "")
    return name or (source.member or source.name).rsplit("/", 1)[-1].rsplit(".", 1)[0]


def host_of(address: str) -> str:
    """Return the lower-case host of an address, "" when it has none."""
    try:
        return (urlsplit(address.strip()).hostname or "") if "//" in address[:12] else ""
    except ValueError:
        return ""


def rest_of(
    sheet: Sheet, source: Source, kept: Sequence[tuple[int, int]], names: dict[int, str] | None = None
) -> Iterator[Structure | Gap]:
    """Yield Structure for all bytes outside ``kept`` (byte ranges), and a Gap where the page is cut.

    names: element index -> what it is, where the reader knows better than the page's own classes.
    """
    page, names = sheet.page, names or {}
    starts = {start for start, _ in kept}
    kept = _merged(kept)
    for start, stop, what in _outside(_named(sheet, names, starts), kept):
        yield Structure(Span(source.evidence, source.member, start, stop), what)
    for inner in _inner(sheet, names, kept):
        yield Structure(Span(source.evidence, source.member, inner[0], inner[1]), inner[2])
    if page.cut < len(page.units) or page.byte(len(page.units)) < len(page.data):
        start = page.byte(page.cut)
        reason = page.cut_reason or "a last byte that is no character"
        yield Gap(Span(source.evidence, source.member, start, len(page.data)), reason)


def invalid_bytes(source: Source, page: Page, parts: Iterable[Laid]) -> Iterator[Gap]:
    """Yield a Gap for each byte range of the laid out parts that does not decode."""
    for part in parts:
        for start, stop in part.invalid:
            yield Gap(Span(source.evidence, source.member, start, stop), f"bytes that are not {page.charset}")


def _named(sheet: Sheet, names: dict[int, str], kept: set[int]) -> list[tuple[int, int, str]]:
    """Cover the page with (byte start, byte stop, what) runs, furniture by name, the rest markup or other text."""
    page = sheet.page
    runs: list[tuple[int, int, str]] = []
    if page.base:
        runs.append((0, page.base, "byte-order mark"))
    at = event_at = 0
    events = page.events

    def put(start: int, stop: int, what: str) -> None:
        if start < stop:
            first, last = page.byte(start), page.byte(stop)
            if runs and runs[-1][2] == what and runs[-1][1] == first:
                runs[-1] = (runs[-1][0], last, what)
            else:
                runs.append((first, last, what))

    while event_at < len(events):
        event = events[event_at]
        event_at += 1
        if type(event) is tuple:
            if page.units[event[0] : event[1]].strip(WHITE):
                put(at, event[0], "markup")
                put(event[0], event[1], "other text of the page")
                at = event[1]
        elif type(event) is not int:
            element: Element = event  # type: ignore[assignment]
            what = names.get(element.index) or sheet.furniture(element)
            if page.byte(element.start) in kept and element.stop > at:
                what = "markup"
            if what and element.stop > at:
                put(at, element.start, "markup")
                put(max(at, element.start), element.stop, what)
                at, event_at = element.stop, element.last_event
    put(at, page.cut, "markup")
    return runs


def _merged(kept: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the ranges in order, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(kept):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _outside(runs: list[tuple[int, int, str]], kept: list[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    index = 0
    for start, stop, what in runs:
        at = start
        while index < len(kept) and kept[index][1] <= at:
            index += 1
        probe = index
        while probe < len(kept) and kept[probe][0] < stop:
            if kept[probe][0] > at:
                yield at, kept[probe][0], what
            at = max(at, kept[probe][1])
            probe += 1
        if at < stop:
            yield at, stop, what


def _inner(sheet: Sheet, names: dict[int, str], kept: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """Named elements inside the kept ranges (in order, apart): what a post leaves out of its own record."""
    page = sheet.page
    starts = [start for start, _ in kept]
    for index in sorted(names):
        element = page.elements[index]
        start, stop = page.byte(element.start), page.byte(element.stop)
        place = bisect_right(starts, start) - 1
        if start < stop and place >= 0 and stop <= kept[place][1]:
            yield start, stop, names[index]
