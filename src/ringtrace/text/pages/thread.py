"""The contributions of a page: who wrote what when, read from repeated blocks of any make."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from ringtrace.text.pages.blocks import Group, find_contributions
from ringtrace.text.pages.body import control_skip, find_body, marks_inside
from ringtrace.text.pages.html import Element, Page
from ringtrace.text.pages.layout import EMPTY, Laid, lay_out, lay_out_events, slice_laid
from ringtrace.text.pages.marks import Author, Marks, Time, forum_words
from ringtrace.text.pages.page import Sheet, title_of, title_parts

_POST_ID = re.compile(
    r"(?:post|pid|message|comment|reply|floor|msg|answer|tie|lou|item|p|c|id)[-_]?([0-9]{1,20})$", re.I
)
_POST_LINK = re.compile(
    r"(?:[?&;](?:pid|p|post_?id)=|#(?:post|pid|p|comment|msg|reply)[-_]?|(?:goto/post\?id=)|/posts?/)([0-9]{1,20})",
    re.I,
)
_SOURCE_ID = re.compile(r"post:\s?([0-9]{1,20})")
_FLOOR_ONE = re.compile(r"^(?:#\s?1|1\s?[#楼樓]|楼主|樓主|沙发?|1)$")
_LEFT_OUT = frozenset(("signature", "edit_note"))
_PAGE_LATER = re.compile(r"(?:[?&]page=|[?&]pn=|[?&]start=|-)([0-9]{1,5})(?:-[0-9]+\.html?)?(?:$|[&#])")


@dataclass(frozen=True, slots=True)
class Contribution:
    """One post or comment of a page.

    block: the element of the whole record. body: its visible text, signature and edit notes left
    out. left_out: element index -> what was left out. parent: index of the block it stands in, -1.
    """

    block: Element
    body: Laid
    author: Author | None
    time: Time | None
    native_id: str
    reply_native: str
    operator: bool
    opens: bool
    left_out: dict[int, str]
    parent: int = -1


@dataclass(frozen=True, slots=True)
class Thread:
    """title: the headline's layout. contributions in document order. engine: the board names itself."""

    title: Laid
    contributions: tuple[Contribution, ...]
    engine: bool
    group: Group


def read_thread(sheet: Sheet) -> Thread | None:
    """Return the contributions of a page, None when nothing repeats."""
    marks, group = find_contributions(sheet)
    if group is None:
        return None
    contributions = []
    events = [block.first_event for block in group.blocks]
    for number, block in enumerate(group.blocks):
        nested = [inner for inner in group.blocks[number + 1 : bisect_left(events, block.last_event)]]
        contribution = _contribution(sheet, marks, block, nested)
        if contribution is not None:
            contributions.append(contribution)
    if not contributions:
        return None
    return Thread(thread_title(sheet, group.blocks[0]), tuple(contributions), names_engine(sheet.page), group)


def names_engine(page: Page) -> bool:
    """Whether the page says which board software made it: generator, body id or class."""
    said = [
        e.get("content") for e in page.elements if e.tag == "meta" and e.get("name").lower() in ("generator", "author")
    ]
    said += [" ".join((e.get("id"), e.get("class"))) for e in page.elements if e.tag in ("body", "html")]
    text = " ".join(said).lower()
    ids = {e.get("id").lower() for e in page.elements if e.tag in ("body", "html")}
    return any(engine in text for engine in forum_words("engine")) or bool(ids & forum_words("engine_id"))


def _contribution(sheet: Sheet, marks: Marks, block: Element, nested: list[Element]) -> Contribution | None:
    page = sheet.page
    inner = [(child.first_event, child.last_event) for child in nested]
    inside = block.descendants()
    quotes = [e for e in inside if e.tag == "blockquote" or "quote" in e.look.concepts]
    apart = inner + [(quote.first_event, quote.last_event) for quote in quotes]
    authors = [a for a in marks.authors_in(block.first_event, block.last_event) if not _within(a.event, apart)]
    times = [t for t in marks.times_in(block.first_event, block.last_event) if not _within(t.event, apart)]
    if not authors or not times:
        return None
    strongest = max(author.strength for author in authors)
    author = next(
        a for a in authors if a.strength >= strongest - 2 and (a.native or a.strength == strongest or strongest < 6)
    )
    time = max(times, key=lambda t: (t.strength, -t.event))
    left_out = {child.index: "another post" for child in nested}
    for element in inside:
        concepts = element.look.concepts
        if not _LEFT_OUT.isdisjoint(concepts) and element.index not in left_out:
            if marks_inside(element, author, time):
                continue
            if "signature" in concepts:
                left_out[element.index] = "signature"
            elif sheet.size(element) < 300:
                left_out[element.index] = "edit note"
    body_part, first, last = find_body(sheet, marks, block, author, time, left_out)
    skip = control_skip(sheet, block, left_out) if body_part is None else set(left_out)
    body = lay_out_events(page, first, last, skip)
    name = _linked_name(author, authors)
    left = page.elements
    outside = [*apart, (first, last), *((left[i].first_event, left[i].last_event) for i in left_out)]
    texts = _texts(sheet, block, outside)
    return Contribution(
        block, body, name, time, _native_id(block, inner), _reply_to(quotes, inner),
        _is_operator(block, texts, outside), any(_FLOOR_ONE.match(t) for t in texts if len(t) <= 4), left_out,
    )  # fmt: skip


def _linked_name(author: Author, authors: list[Author]) -> Author:
    """Give the name its member id when another mark of the same name or an enclosing one has it."""
    if author.native:
        return author
    for other in authors:
        if other.native and (other.name == author.name or author.element.holds(other.element)):
            return Author(author.event, author.last_event, author.element, author.name, other.native, author.strength)
    return author


def _within(event: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= event < last for first, last in ranges)


def _native_id(block: Element, inner: list[tuple[int, int]]) -> str:
    for name in (
        "data-post-id",
        "data-pid",
        "data-postid",
        "data-content",
        "data-id",
        "data-message-id",
        "data-comment-id",
        "id",
        "data-lid",
    ):
        value = block.get(name)
        if value:
            match = _POST_ID.search(value)
            if match:
                return match.group(1)
            if value.isdigit() and name != "id":
                return value
    for element in block.descendants()[:200]:
        if not element.raw or _within(element.first_event, inner):
            continue
        value = element.get("id") or (element.get("name") if element.tag == "a" else "")
        match = _POST_ID.search(value) if value and len(value) < 40 else None
        if match and len(match.group(1)) > 1:
            return match.group(1)
    return ""


def _reply_to(quotes: list[Element], inner: list[tuple[int, int]]) -> str:
    for quote in quotes:
        if _within(quote.first_event, inner):
            continue
        for element in (quote, *quote.descendants()):
            match = _SOURCE_ID.search(element.get("data-source")) or _POST_LINK.search(element.get("href"))
            if match:
                return match.group(1)
    return ""


def _texts(sheet: Sheet, block: Element, apart: list[tuple[int, int]]) -> list[str]:
    """Return the short text runs of a block outside the ranges of events ``apart``."""
    page = sheet.page
    return [
        page.decode_units(page.units[start:stop]).strip()
        for _, (event, start, stop, _) in sheet.shown(block.first_text, block.last_text)
        if stop - start <= 80 and not _within(event, apart)
    ]


def _is_operator(block: Element, texts: list[str], apart: list[tuple[int, int]]) -> bool:
    """Whether the block says beside the name that its author runs or moderates the site."""
    ranks = forum_words("operator")
    for text in texts:
        if text.replace("：", ":").rpartition(":")[2].strip(" []()（）【】").lower() in ranks:
            return True
    return any(
        element.get("alt").strip().lower() in ranks or element.get("title").strip().lower() in ranks
        for element in block.descendants()
        if element.tag == "img" and element.raw and not _within(element.first_event, apart)
    )


def thread_title(sheet: Sheet, first: Element) -> Laid:
    """Return the headline over the posts: a heading that the page's title repeats, else the title's first part.

    Of several, as where the page's title names the board, too, the last one above the posts.
    """
    page = sheet.page
    whole = title_of(page)
    headings = []
    for element in page.elements:
        if element.tag in ("h1", "h2", "h3") or "thread_title" in element.look.concepts:
            text = sheet.text(element)
            if text and not element.hidden:
                known = text in whole.text
                named = "thread_title" in element.look.concepts
                before = element.index < first.last
                near = element.index if element.index < first.index else -element.index
                headings.append(((known and len(text) > 1) * 4 + named * 2 + before, near, element))
    if headings:
        best = max(headings, key=lambda entry: entry[:2])
        if best[0] >= 3:
            return lay_out(page, best[2])
    parts = title_parts(whole.text)
    return cut_to(whole, parts[0], page.data) if parts else EMPTY


def cut_to(laid: Laid, part: str, data: bytes) -> Laid:
    """Return a part of a laid out text of the page ``data``."""
    start = laid.text.find(part)
    return slice_laid(laid, [(start, start + len(part))], data) if start >= 0 and part != laid.text else laid


def later_page(address: str) -> bool:
    """Whether an address names the second or a later page of a thread."""
    match = _PAGE_LATER.search(address)
    return bool(match) and match is not None and int(match.group(1)) > 1 and "page" in address
