"""The story of a page: its headline, byline, date and paragraphs, apart from what stands around them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from ringtrace.text.pages.clock import find_time
from ringtrace.text.pages.html import BLOCK, Element, Page
from ringtrace.text.pages.layout import EMPTY, Laid, drop_lines, lay_out
from ringtrace.text.pages.look import class_words
from ringtrace.text.pages.marks import clean_name
from ringtrace.text.pages.page import Sheet, meta, title_of, title_parts
from ringtrace.text.pages.thread import cut_to
from ringtrace.text.pages.words import date_line, is_paragraph, label_of, weight, without_prefix

_PROSE_UNITS = 80
_STORY_UNITS = 400
_NEVER_STORY = frozenset(("nav", "aside", "footer", "script", "style"))
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_HOLDS_LINKS = frozenset(("ul", "ol", "div", "table", "dl", "p"))
_NOT_STORY = frozenset(
    (
        "related headlines", "advertising", "navigation", "caption", "beside the main part", "page footer",
        "hidden text", "form", "script", "style", "embedded frame", "drawing",
    )
)  # fmt: skip
_DATE_META = (
    "article:published_time", "datepublished", "pubdate", "publishdate", "publish_date", "publishtime", "date",
    "dc.date", "dc.date.issued", "og:published_time", "parsely-pub-date", "sailthru.date", "weibo: article:create_at",
    "og:time", "og:release_date", "article:modified_time", "last-modified",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Article:
    """part: the element that holds the story. left_out: element index -> what it is. dropped: lines of
    its text that are not the story, as (byte start, byte stop, what).

    stated: the page itself says that it is an article. paragraphs: how many are prose.
    """

    part: Element
    body: Laid
    title: Laid
    author: str
    written: str
    left_out: dict[int, str]
    dropped: tuple[tuple[int, int, str], ...]
    paragraphs: int
    stated: bool


def read_article(sheet: Sheet) -> Article | None:
    """Return the story of the page, None when no element holds prose."""
    return sheet.once("article", _read_article)


def _read_article(sheet: Sheet) -> Article | None:
    leaves = _leaves(sheet)
    part = _main_part(sheet, leaves)
    if part is None:
        return None
    heading = _heading(sheet, part)
    left_out = _left_out(sheet, part, leaves, heading)
    body, dropped = drop_lines(lay_out(sheet.page, part, left_out), sheet.page.data, name_line)
    if not body.text:
        return None
    title = lay_out(sheet.page, heading) if heading is not None else _title(sheet)
    said = meta(sheet.page)
    prose = sum(1 for line in body.text.split("\n") if is_paragraph(line))
    stated = says_article(sheet.page)
    return Article(
        part,
        body,
        title,
        _author(sheet, part, said, heading),
        _written(sheet, part, said, heading),
        left_out,
        tuple(dropped),
        prose,
        stated,
    )


def says_article(page: Page) -> bool:
    """Whether metadata calls the page an article."""
    said = meta(page)
    return (
        said.get("og:type", "").lower() == "article"
        or "article:published_time" in said
        or any(element.look.states_article for element in page.elements)
    )


def name_line(line: str) -> str:
    """Return what a line of a story's element is when it is not the story, else ""."""
    return label_of(line) or ("date" if date_line(line) else "")


def _leaves(sheet: Sheet) -> list[Element]:
    """Return the blocks with text that hold no other block with text, furniture left out."""
    found: list[Element] = []
    elements = sheet.page.elements
    at = 0
    while at < len(elements):
        element = elements[at]
        apart = sheet.furniture(element) in _NOT_STORY or (element.raw and element.tokens & _comment_words())
        if element.hidden or (apart and not _is_whole(sheet, element)):
            at = element.last
            continue
        if element.tag in BLOCK and sheet.size(element) and _direct(sheet, element):
            found.append(element)
        at += 1
    return found


def _is_whole(sheet: Sheet, element: Element) -> bool:
    """A wrapper with an unlucky class name around nearly the whole page, or most of its prose, is no furniture."""
    if element.tag in _NEVER_STORY or (element.raw and element.tokens & _comment_words()):
        return False
    if sheet.size(element) * 10 > sheet.total * 6:
        return True
    prose = sheet.once("prose", _prose)
    own = prose[element.last] - prose[element.index]
    return own >= _STORY_UNITS and own * 2 > prose[-1]


@cache
def _comment_words() -> frozenset[str]:
    return class_words("comments") - {"comment", "reply"}


def _prose(sheet: Sheet) -> list[int]:
    """Return running sums over the elements of the text in paragraphs of prose that no comment list holds."""
    sums, beyond = [0], 0
    for element in sheet.page.elements:
        if element.index >= beyond and (
            element.hidden or element.tag in _NEVER_STORY or (element.raw and element.tokens & _comment_words())
        ):
            beyond = element.last
        size = sheet.size(element) if element.tag == "p" and element.index >= beyond else 0
        counts = size >= _PROSE_UNITS and sheet.link_share(element) < 0.4
        sums.append(sums[-1] + (size if counts else 0))
    return sums


def _direct(sheet: Sheet, element: Element) -> bool:
    """Whether some text is the element's own: not inside a block within it."""
    inner = [child for child in element.descendants() if child.tag in BLOCK and child.tag != "br" and sheet.size(child)]
    if not inner:
        return True
    at, own = element.index + 1, sheet.size(element)
    while at < element.last:
        child = sheet.page.elements[at]
        if child.tag in BLOCK:
            own -= sheet.size(child)
            at = child.last
        else:
            at += 1
    return own > _PROSE_UNITS


def _main_part(sheet: Sheet, leaves: list[Element]) -> Element | None:
    """Return the element under which most prose stands close by; classes only break near ties."""
    scores: dict[int, float] = defaultdict(float)
    for leaf in leaves:
        size = sheet.size(leaf)
        if leaf.tag in _HEADINGS or size < 20 or sheet.link_share(leaf) > 0.4:
            continue
        worth = float(size) if size >= _PROSE_UNITS else size / 4
        share = 1.0
        above: Element | None = leaf
        if leaf.tag in ("p", "li", "dd", "blockquote", "font"):
            above = leaf.parent
        while above is not None and share > 0.1:
            scores[above.index] += worth * share
            share *= 0.6
            above = above.parent
    if not scores:
        return None
    elements = sheet.page.elements

    def rank(index: int) -> tuple[float, int]:
        element = elements[index]
        stated = element.get("itemprop").lower() == "articlebody"
        if element.tag in ("body", "html"):
            return scores[index] * 0.7, -index
        named = element.tag == "article" or bool(element.raw and element.tokens & class_words("article"))
        return scores[index] * (1.6 if stated else 1.15 if named else 1.0), -index

    best = elements[max(scores, key=rank)]
    return best if sheet.size(best) >= 40 else None


def _heading(sheet: Sheet, part: Element) -> Element | None:
    """Return the heading of the story: one that the page's title repeats, else the last one before the prose."""
    whole = title_of(sheet.page).text
    found = []
    for element in sheet.page.elements:
        if element.tag in ("h1", "h2", "h3") or (
            element.raw and "headline" in (element.get("itemprop").lower(), *element.tokens)
        ):
            text = sheet.text(element)
            if text and not element.hidden and weight(text) >= 6 and element.index < part.last:
                inside_first = element.index > part.index
                known = text in whole or (len(whole) > 6 and title_parts(whole)[:1] == [text])
                found.append((known * 4 + (element.tag == "h1") * 2 + (not inside_first), element.index, element))
    best = max(found, key=lambda entry: entry[:2], default=None)
    return best[2] if best and best[0] >= 1 else None


def _title(sheet: Sheet) -> Laid:
    whole = title_of(sheet.page)
    parts = title_parts(whole.text)
    return cut_to(whole, parts[0], sheet.page.data) if parts else EMPTY


def _left_out(sheet: Sheet, part: Element, leaves: list[Element], heading: Element | None) -> dict[int, str]:
    """Return what inside the part is not the story: furniture, link lists, labelled lines, headline, byline, date."""
    left_out: dict[int, str] = {}
    if heading is not None and part.holds(heading) and heading is not part:
        left_out[heading.index] = "headline"
    skip = -1
    for element in part.descendants():
        what = _aside(sheet, part, element, heading) if element.index >= skip else ""
        if what:
            left_out[element.index], skip = what, element.last
    for leaf in leaves:
        if leaf is not part and leaf is not heading and part.holds(leaf) and leaf.index not in left_out:
            what = name_line(sheet.text(leaf))
            if what:
                left_out[leaf.index] = what
    return left_out


def _aside(sheet: Sheet, part: Element, element: Element, heading: Element | None) -> str:
    """Return what an element within the story's part is when it is not the story, else ""."""
    size = sheet.size(element)
    if not size or (heading is not None and element.holds(heading)):
        return sheet.furniture(element) if not size and element.tag in ("script", "style") else ""
    if element.tag in _HOLDS_LINKS and sheet.link_share(element) > 0.7 and size * 3 < sheet.size(part):
        return label_of(sheet.text(element)) or "related headlines"
    what = sheet.furniture(element)
    if what in _NOT_STORY and size * 2 < sheet.size(part):
        return what
    if what == "page furniture" and size < 300 and not is_paragraph(sheet.text(element)):
        return what
    return ""


def _author(sheet: Sheet, part: Element, said: dict[str, str], heading: Element | None) -> str:
    low = heading.index if heading is not None else max(0, part.index - 40)
    for element in sheet.page.elements:
        stated = element.raw and (
            element.get("itemprop") == "author"
            or element.get("rel") == "author"
            or element.tokens & class_words("author")
        )
        if stated and low <= element.index < part.last:
            text = sheet.text(element)
            name = clean_name(without_prefix(text, "byline")) if text else ""
            if name:
                return name
    for element in sheet.page.elements[low : part.last]:
        if 4 <= sheet.size(element) <= 240:
            name = _signed(sheet.text(element))
            if name:
                return name
    name = said.get("author", "") or said.get("byl", "") or said.get("article:author", "")
    return without_prefix(name, "byline") if name and "://" not in name and len(name) <= 80 else ""


def _signed(line: str) -> str:
    """Return the names of a byline, also of one among date and source in a line, else ""."""
    for part in (line, *line.replace("|", "\u3000").replace(" ", "\u3000").split("\u3000")):
        if part and label_of(part) == "byline":
            cut = find_time(part)
            name = without_prefix(part[: cut.start] if cut and cut.start > 3 else part, "byline")
            if name and len(name) <= 80:
                return name
    return ""


def _written(sheet: Sheet, part: Element, said: dict[str, str], heading: Element | None) -> str:
    """Return the time of publication as written: metadata, ``<time>``, or the first date around the headline."""
    for name in _DATE_META[:-2]:
        if find_time(said.get(name, "")):
            return said[name]
    low = heading.index if heading is not None else max(0, part.index - 60)
    for element in sheet.page.elements[low : part.last]:
        value = element.get("datetime") or (
            element.get("content") if element.get("itemprop").lower() == "datepublished" else ""
        )
        if value and find_time(value):
            return value
    for element in sheet.page.elements[max(0, low - 3) : part.last]:
        if element.tag not in ("script", "style") and 6 <= sheet.size(element) <= 240 and not element.hidden:
            text = sheet.text(element)
            found = find_time(text)
            if found and weight(text) - len(found.text) <= 90 and not is_paragraph(text):
                return found.text
    return next((said[name] for name in _DATE_META[-2:] if find_time(said.get(name, ""))), "")
