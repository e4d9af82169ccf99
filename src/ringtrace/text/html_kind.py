"""What kind of page it is: forum thread, listing, news, or any other; one look for all HTML readers."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

from ringtrace.text.html_article import read_article
from ringtrace.text.html_blocks import find_contributions
from ringtrace.text.html_listing import is_offer_markup, read_listing
from ringtrace.text.html_page import Sheet, open_sheet
from ringtrace.text.html_thread import names_engine


@lru_cache(maxsize=8)
def page_kind(head: bytes) -> MappingProxyType[str, float]:
    """Return how sure each kind is, 0..1, for the first bytes of an HTML page."""
    sheet = open_sheet(head)
    engine = names_engine(sheet.page)
    forum, inside = _forum(sheet, engine)
    if not engine and _answers_an_advert(sheet):
        forum = min(forum, 0.4)
    return MappingProxyType(
        {
            "forum": forum,
            "listing": _listing(sheet, engine, forum),
            "news": _news(sheet, engine, forum, inside),
            "page": 0.3,
        }
    )


def _forum(sheet: Sheet, engine: bool) -> tuple[float, float]:
    """Return (sureness, share of the page's visible text in the repeated blocks)."""
    marks, group = find_contributions(sheet)
    if group is None:
        return (0.35 if engine else 0.0), 0.0
    members = [a.native or a.name for b in group.blocks for a in marks.authors_in(b.first_event, b.last_event)[:1]]
    linked = sum(
        1
        for b in group.blocks
        if any(a.native or a.strength >= 5 for a in marks.authors_in(b.first_event, b.last_event))
    )
    share = _share(sheet, [(b.first_event, b.last_event) for b in group.blocks])
    sure = 0.55 + 0.15 * (group.full >= 2) + 0.1 * (linked == group.full) + 0.05 * (len(set(members)) > 1)
    if engine:
        sure = max(sure, 0.9)
    return (sure if share >= 0.3 else sure - 0.25), share


def _answers_an_advert(sheet: Sheet) -> bool:
    """Whether the repeated blocks stand apart from one advert with fields set off: they are its comments."""
    listing, group = read_listing(sheet), find_contributions(sheet)[1]
    if listing is None or group is None or len(listing.adverts) != 1:
        return False
    block = listing.adverts[0].block
    apart = not any(other.holds(block) or block is other for other in group.blocks)
    return apart and listing.fields >= 2 and bool(listing.concepts & {"price", "contact"})


def _share(sheet: Sheet, ranges: list[tuple[int, int]]) -> float:
    covered = upto = 0
    for first, last in ranges:
        if last > upto:
            covered += sheet.weight[last] - sheet.weight[max(first, upto)]
            upto = last
    return covered / max(sheet.weight[-1], 1)


def _listing(sheet: Sheet, engine: bool, forum: float) -> float:
    listing = None if engine else read_listing(sheet)
    if listing is None:
        return 0.0
    strong = len(listing.concepts & {"price", "contact"})
    sure = 0.2 + 0.1 * min(listing.fields, 3) + 0.12 * strong + 0.15 * is_offer_markup(sheet)
    if len(listing.adverts) > 1:
        sure += 0.1
    return min(sure, 0.92) if strong else 0.2


def _news(sheet: Sheet, engine: bool, forum: float, inside: float) -> float:
    article = None if engine else read_article(sheet)
    if article is None:
        return 0.0
    dated = bool(article.written)
    signed = bool(article.author)
    sure = 0.25 + 0.1 * min(article.paragraphs, 3) + 0.1 * dated + 0.05 * signed + 0.05 * bool(article.title.text)
    if article.stated:
        sure = max(sure + 0.2, 0.8)
    if article.paragraphs < 2 and not article.stated:
        sure = min(sure, 0.28 + 0.1 * (dated and signed))
    return min(sure, 0.95)
