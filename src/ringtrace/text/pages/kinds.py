"""What kind of page it is: forum thread, listing, news, or any other; one look for all HTML readers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import inf
from types import MappingProxyType

from ringtrace.text.pages.article import read_article, says_article
from ringtrace.text.pages.blocks import find_contributions
from ringtrace.text.pages.html import Element
from ringtrace.text.pages.layout import PREFORMATTED
from ringtrace.text.pages.listing import is_offer_markup, read_listing
from ringtrace.text.pages.page import Sheet, open_sheet
from ringtrace.text.pages.thread import names_engine

_DOUBTFUL = 0.35
"""How sure a kind is at most where a story outweighs what repeats."""
_MOST_NEWS = 0.76
"""No page is surer to be news than this that does not state it: see ``_news``. Its story need not be looked for."""


@lru_cache(maxsize=8)
def page_kind(head: bytes) -> MappingProxyType[str, float]:
    """Return how sure each kind is, 0..1, for the first bytes of an HTML page."""
    sheet = open_sheet(head)
    forum = _forum(sheet)
    if names_engine(sheet.page):
        sure = 0.9 if forum else 0.35
        return MappingProxyType({"forum": max(forum, sure), "listing": 0.0, "news": 0.0, "page": 0.3})
    listing = _listing(sheet)
    if forum and _answers_an_advert(sheet):
        forum = min(forum, 0.4)
    if _tells_story(sheet):
        forum, listing = min(forum, 0.6), min(listing, 0.6)
    elif listing > _DOUBTFUL and _outweighs(sheet, _adverts(sheet)):
        listing = _DOUBTFUL
    group = find_contributions(sheet)[1]
    if group is not None and forum > _DOUBTFUL and _outweighs(sheet, group.blocks):
        forum = _DOUBTFUL
    best = max(forum, listing)
    if best > _MOST_NEWS and not says_article(sheet.page):
        return MappingProxyType({"forum": forum, "listing": listing, "news": 0.0, "page": 0.3})
    if best >= 0.7 and not _says_article(sheet):
        return MappingProxyType({"forum": forum, "listing": listing, "news": 0.0, "page": 0.3})
    return MappingProxyType({"forum": forum, "listing": listing, "news": _news(sheet), "page": 0.3})


def _says_article(sheet: Sheet) -> bool:
    """Whether the page's words outside repeated blocks could be a story: it states one, or most text stands apart."""
    group = find_contributions(sheet)[1]
    return says_article(sheet.page) or (group is not None and _share(sheet, group.blocks) < 0.6)


def _tells_story(sheet: Sheet) -> bool:
    """Whether the page states that it is an article, and a story stands apart from the repeated blocks."""
    article = read_article(sheet) if says_article(sheet.page) else None
    if article is None or article.paragraphs < 3:
        return False
    group = find_contributions(sheet)[1]
    return group is None or not any(block.holds(article.part) or article.part is block for block in group.blocks)


def _adverts(sheet: Sheet) -> list[Element]:
    listing = read_listing(sheet)
    return [advert.block for advert in listing.adverts] if listing else []


def _outweighs(sheet: Sheet, blocks: Sequence[Element]) -> bool:
    """Whether a story of several paragraphs is many times what the blocks hold."""
    held = 4 * sum(sheet.size(block) for block in blocks)
    if sheet.once("most", _most_text) <= held:
        return False  # no story of this page can be
    article = read_article(sheet)
    if article is None or article.paragraphs < 3:
        return False
    return len(article.body.text) > held


def _most_text(sheet: Sheet) -> float:
    """Return more characters than any part of the page has when it is laid out, without laying it out.

    A run of text has no more characters than units; before each stand two newlines at most, and one for
    every ``<br>``. Blank runs count only in preformatted text, of which nothing is known here.
    """
    breaks = 0
    for element in sheet.page.elements:
        if element.tag in PREFORMATTED:
            return inf
        breaks += element.tag == "br"
    return sheet.total + 2 * len(sheet.page.texts) + breaks


def _forum(sheet: Sheet) -> float:
    """Return how sure it is that the page is a thread, 0 without repeated blocks."""
    marks, group = find_contributions(sheet)
    if group is None:
        return 0.0
    first = [a[0] for a in (marks.authors_in(b.first_event, b.last_event) for b in group.blocks) if a]
    members = {author.native or author.name for author in first}
    named = sum(1 for author in first if author.native or author.strength >= 5)
    sure = 0.55 + 0.15 * (group.full >= 2) + 0.1 * (named == group.full) + 0.05 * (len(members) > 1)
    return sure if _share(sheet, group.blocks) >= 0.3 else sure - 0.25


def _answers_an_advert(sheet: Sheet) -> bool:
    """Whether the repeated blocks stand apart from one advert with fields set off: they are its comments."""
    listing, group = read_listing(sheet), find_contributions(sheet)[1]
    if listing is None or group is None or len(listing.adverts) != 1:
        return False
    block = listing.adverts[0].block
    apart = not any(other.holds(block) for other in group.blocks)
    return apart and listing.fields >= 2 and bool(listing.concepts & {"price", "contact"})


def _share(sheet: Sheet, blocks: Sequence[Element]) -> float:
    """Share of the page's visible text in the blocks."""
    covered = upto = 0
    for block in blocks:
        if block.last > upto:
            covered += sheet.size(block) if block.index >= upto else 0
            upto = max(upto, block.last)
    return covered / max(sheet.total, 1)


def _listing(sheet: Sheet) -> float:
    listing = read_listing(sheet)
    if listing is None:
        return 0.0
    strong = len(listing.concepts & {"price", "contact"})
    sure = 0.2 + 0.1 * min(listing.fields, 3) + 0.12 * strong + 0.15 * is_offer_markup(sheet)
    if len(listing.adverts) > 1:
        sure += 0.1
    return min(sure, 0.92) if strong else 0.2


def _news(sheet: Sheet) -> float:
    article = read_article(sheet)
    if article is None:
        return 0.0
    dated, signed = bool(article.written), bool(article.author)
    sure = 0.25 + 0.1 * min(article.paragraphs, 3) + 0.1 * dated + 0.05 * signed + 0.05 * bool(article.title.text)
    if article.stated:
        sure = max(sure + 0.2, 0.8)
    elif article.paragraphs < 2:
        sure = min(sure, 0.28 + 0.1 * (dated and signed))
    return min(sure, 0.95)
