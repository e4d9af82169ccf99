"""Adverts of a page: one with its fields, or a list of several."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from ringtrace.text.pages.blocks import find_contributions
from ringtrace.text.pages.fields import Field, find_fields, row_of, value_of
from ringtrace.text.pages.html import Element
from ringtrace.text.pages.layout import EMPTY, Laid, join, lay_out, lay_out_events
from ringtrace.text.pages.look import class_words
from ringtrace.text.pages.marks import Marks, clean_name, find_marks, native_of
from ringtrace.text.pages.page import Sheet, title_of, title_parts
from ringtrace.text.pages.thread import cut_to

_NUMBER = re.compile(r"[ \u3000/（(-]{0,8}\+?[0-9][0-9 -]{6,}")  # a telephone number after the name
_SHAPES = frozenset(("li", "div", "article", "section", "tr", "table", "dl", "td"))
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")


@dataclass(frozen=True, slots=True)
class Advert:
    """block: the whole record. body: its text with its fields, headline and furniture left out."""

    block: Element
    title: Laid
    body: Laid
    name: str
    native: str
    native_id: str
    written: str
    left_out: dict[int, str]


@dataclass(frozen=True, slots=True)
class Listing:
    """adverts in document order. fields: how many fields were set off; concepts: which kinds of fields."""

    adverts: tuple[Advert, ...]
    fields: int
    concepts: frozenset[str]


def read_listing(sheet: Sheet) -> Listing | None:
    """Return the adverts of a page, None when it holds no fields of adverts."""
    return sheet.once("listing", _read_listing)


def _read_listing(sheet: Sheet) -> Listing | None:
    fields = find_fields(sheet)
    if not fields:
        return None
    marks = find_marks(sheet)
    blocks = _repeated(sheet, fields)
    if blocks:
        adverts = tuple(_advert(sheet, block, fields, marks, None) for block in blocks)
    else:
        part = _single(sheet, fields)
        if part is None:
            return None
        adverts = (_advert(sheet, part, fields, marks, _heading(sheet, part)),)
    adverts = tuple(advert for advert in adverts if advert.body.text or advert.title.text)
    concepts = frozenset(concept for field in fields for concept in field.concepts)
    return Listing(adverts, sum(field.set_off for field in fields), concepts) if adverts else None


def _strong(field: Field) -> bool:
    return bool(field.concepts & {"price", "contact"})


def _repeated(sheet: Sheet, fields: list[Field]) -> list[Element]:
    """Return two or more alike blocks that each hold a headline and a price or contact, [] without such."""
    events = [field.event for field in fields if _strong(field)]
    groups: dict[tuple[str, str, int], list[Element]] = defaultdict(list)
    for element in sheet.page.elements:
        if element.tag in _SHAPES and element.parent is not None and sheet.size(element) >= 20 and not element.hidden:
            name = next(iter(element.get("class").split()), "") if element.raw else ""
            groups[element.tag, name, element.parent.index].append(element)
    best: tuple[tuple[int, int, int], list[Element]] | None = None
    for members in groups.values():
        full = [
            block
            for block in members
            if bisect_left(events, block.first_event) < bisect_left(events, block.last_event)
            and _headline(sheet, block) is not None
        ]
        if len(full) < 2 or len(full) * 10 < len(members) * 6:
            continue
        rank = (len(full), sum(sheet.size(b) for b in full), -full[0].index)
        if best is None or rank > best[0]:
            best = (rank, full)
    return best[1] if best else []


def _headline(sheet: Sheet, block: Element) -> Element | None:
    """Return the heading of an advert in a list: a heading, an element of class title, or the first long link."""
    first_link = None
    for element in block.descendants():
        text_size = sheet.size(element)
        if not 4 <= text_size <= 400:
            continue
        if element.tag in _HEADINGS or (
            element.raw and ({"title", "subject", "headline"} & element.tokens or element.get("itemprop") == "name")
        ):
            return element
        if first_link is None and element.tag == "a" and text_size >= 8 and sheet.text(element):
            first_link = element
    return first_link


def _single(sheet: Sheet, fields: list[Field]) -> Element | None:
    """Return the smallest element that holds most fields and the longest text near them."""
    page = sheet.page
    set_off = [field for field in fields if field.set_off] or fields
    scores: dict[int, int] = defaultdict(int)
    for field in set_off:
        above: Element | None = field.element
        while above is not None:
            scores[above.index] += 1
            above = above.parent
    need = max(1, (2 * len(set_off) + 2) // 3)
    holders = [index for index, count in scores.items() if count >= need]
    if not holders:
        return None
    part = page.elements[max(holders)]
    while part.parent is not None and part.parent.tag not in ("body", "html"):
        above = part.parent
        gained = sheet.size(above) - sheet.size(part)
        others = any(above.holds(other) and not part.holds(other) for other in _contributions(sheet))
        if gained and (others or _gains_furniture(sheet, above, part) or sheet.link_share(above) > 0.5):
            break
        part = above
    return part


def _contributions(sheet: Sheet) -> tuple[Element, ...]:
    """Return the blocks of answers to an advert: repeated, and without a price or contact of their own."""
    group = find_contributions(sheet)[1]
    if group is None:
        return ()
    fields = [field for field in find_fields(sheet) if field.set_off]
    return tuple(
        block for block in group.blocks if not any(block.first_event <= f.event < block.last_event for f in fields)
    )


def _gains_furniture(sheet: Sheet, above: Element, part: Element) -> bool:
    """Whether what the wider element adds is mostly navigation and the like."""
    gained = furniture = 0
    for child in above.children():
        if child.holds(part):
            continue
        size = sheet.size(child)
        gained += size
        if sheet.furniture(child) or sheet.link_share(child) > 0.6:
            furniture += size
    return gained > 0 and furniture * 2 > gained


def _heading(sheet: Sheet, part: Element) -> Element | None:
    """Return the headline of a single advert: a heading, or the words that the page's title begins with."""
    whole = title_of(sheet.page).text
    opening = title_parts(whole)[:1]
    found = []
    for element in sheet.page.elements:
        if element.index >= part.last or element.hidden or not 2 <= sheet.size(element) <= 400:
            continue
        named = bool(element.raw) and (
            bool({"title", "subject", "headline"} & element.tokens) or element.get("itemprop") == "name"
        )
        heading = element.tag in _HEADINGS
        single = bool(opening) and element.last_text - element.first_text == 1
        text = sheet.text(element) if heading or named or single else ""
        if text and (heading or named or [text] == opening):
            rank = (text in whole) * 4 + (element.tag == "h1") * 2 + part.holds(element) + named
            found.append((rank, -element.index, element))
    return max(found, key=lambda entry: entry[:2])[2] if found else None


def _advert(sheet: Sheet, block: Element, fields: list[Field], marks: Marks, heading: Element | None) -> Advert:
    page = sheet.page
    title_element = heading if heading is not None else _headline(sheet, block)
    own = [field for field in fields if block.first_event <= field.event < block.last_event]
    left_out = {other.index: "another post" for other in _contributions(sheet) if block.holds(other)}
    if title_element is not None and block.holds(title_element) and title_element is not block:
        left_out[title_element.index] = "headline"
    for element in block.descendants():
        what = sheet.furniture(element)
        if what in ("navigation", "advertising", "related headlines", "page footer") and not any(
            element.holds(f.element) for f in own
        ):
            left_out[element.index] = what
    if title_element is not None:
        title = lay_out(page, title_element)
    else:
        whole = title_of(page)
        parts = title_parts(whole.text)
        title = cut_to(whole, parts[0], page.data) if parts and heading is None and block.index < 40 else EMPTY
    name, native = _name(own, marks, block)
    body = _body(sheet, block, own, left_out)
    native_id, written = _native_id(block, title_element), _written(own, marks, block)
    return Advert(block, title, body, name, native, native_id, written, left_out)


def _body(sheet: Sheet, block: Element, fields: list[Field], left_out: dict[int, str]) -> Laid:
    """Return the advert's words: its block without headline, furniture, and fields that tell nothing of their own.

    A label that only introduces the text ("Details:") goes, its text stays.
    """
    parts: list[Laid] = []
    at = block.first_event
    for number, field in enumerate(fields):
        until = fields[number + 1].event if number + 1 < len(fields) else block.last_event
        if field.event < at or (field.tells and ("body" not in field.concepts or field.in_run)):
            continue
        first, last = row_of(sheet, field, until)
        parts.append(lay_out_events(sheet.page, at, first, left_out))
        at = last
    parts.append(lay_out_events(sheet.page, at, block.last_event, left_out))
    return join(parts, "\n")


def _name(fields: list[Field], marks: Marks, block: Element) -> tuple[str, str]:
    """Return (name, native id) of who placed the advert."""
    authors = marks.authors_in(block.first_event, block.last_event)
    for field in fields:
        if "name" in field.concepts and field.value:
            name = clean_name(_NUMBER.split(field.value.split("，")[0])[0])
            if any(char.isalpha() for char in name):
                return name, next((a.native for a in authors if a.native and a.name == name), "")
    strong = [author for author in authors if author.strength >= 2]
    best = max(strong, key=lambda a: (a.strength, -a.event), default=None)
    return (best.name, best.native) if best else ("", "")


def _native_id(block: Element, title: Element | None) -> str:
    for name in ("data-id", "data-item-id", "data-ad-id", "data-listing-id", "data-pid"):
        if block.get(name):
            return block.get(name)[:64]
    match = "".join(char for char in block.get("id") if char.isdigit())
    if match:
        return match[:20]
    link = title.get("href") if title is not None and title.tag == "a" else ""
    return native_of(link)


def _written(fields: list[Field], marks: Marks, block: Element) -> str:
    value = value_of([field for field in fields if "time" in field.concepts], "time")
    if any(char.isdigit() for char in value):
        return value
    times = marks.times_in(block.first_event, block.last_event)
    best = max(times, key=lambda t: (t.strength, -t.event), default=None)
    return best.written if best else ""


def is_offer_markup(sheet: Sheet) -> bool:
    """Whether schema.org or Open Graph says that the page offers something."""
    for element in sheet.page.elements:
        if element.raw:
            kind = element.get("itemtype").lower().rsplit("/", 1)[-1]
            if kind in ("offer", "product", "service", "aggregateoffer") or element.get("itemprop").lower() in (
                "price",
                "offers",
            ):
                return True
    return bool(class_words("listing")) and any(
        e.tag == "meta"
        and e.get("property").lower() == "og:type"
        and e.get("content").lower() in ("product", "product.item", "classified")
        for e in sheet.page.elements
    )
