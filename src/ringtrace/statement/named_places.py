"""The places that a sentence of a report surely names, and what holds several of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringtrace.statement.sentences import dateline_end
from ringtrace.statement.vocabulary import look_up, terms
from ringtrace.text.places import Place, contains, find_places, parent

_ISSUER = re.compile(r"\s*(?:@([^\s:：]{2,24})|[\[【(（]([^\]】)）\n]{2,80})[\]】)）])")


def find_named(text: str) -> list[Place]:
    """The places that a sentence surely names; the dateline and the country itself are none."""
    named = list(find_places(text))
    behind = dateline_end(text, named)
    return [p for p in named if p.probability >= 0.5 and p.code != "CN" and p.start >= behind and not _helped(text, p)]


def _helped(text: str, place: Place) -> bool:
    """Whether only the support of a place's police is told: "with the help of police in Tianjin", 在天津警方协助下."""
    before, after = text[max(0, place.start - 48) : place.start], text[place.stop : place.stop + 8]
    words = terms("support")
    return any(word in before and "," not in before[before.rfind(word) :] for word in words if word.isascii()) or any(
        word in after for word in words if not word.isascii()
    )


def innermost(places: Sequence[Place]) -> str:
    """Return the innermost code of places that lie in each other, "" when they lie apart."""
    codes = sorted({p.code for p in places}, key=lambda code: (sum(contains(p.code, code) for p in places), code))
    if not codes:
        return ""
    return codes[-1] if all(contains(code, codes[-1]) for code in codes) else ""


def common(places: Sequence[Place]) -> str:
    """Return the innermost code if the places lie in each other, else what holds them all, "" if nothing."""
    inner = innermost(places)
    if inner or not places:
        return inner
    above = places[0].code
    while above and above != "CN":
        if all(contains(above, place.code) for place in places):
            return above
        above = parent(above)
    return ""


def issuer_place(text: str) -> str:
    """Return the place in the name of the account that a post opens with ("@...", "[... , 23 May]"), "" without one."""
    match = _ISSUER.match(text)
    name = (match[1] or match[2]) if match is not None else ""
    if not name or look_up(name).has("no_issuer"):
        return ""
    return innermost([place for place in find_places(name) if place.probability >= 0.5 and place.code != "CN"])
