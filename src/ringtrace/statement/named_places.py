"""The places that a sentence of a report surely names, and what holds several of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ringtrace.statement.cues import window
from ringtrace.statement.sentences import dateline_end
from ringtrace.statement.vocabulary import Vocabulary, look_up, terms
from ringtrace.text import lexicon
from ringtrace.text.places.abroad import find_abroad
from ringtrace.text.places.divisions import contains, parent
from ringtrace.text.places.gazetteer import Place, find_places

_ISSUER = re.compile(r"\s*(?:@([^\s:：]{2,24})|[\[【(（]([^\]】)）\n]{2,80})[\]】)）])")

_CERTAIN = 0.9
"""From here on a name has no namesake that is worth a thought."""
_TOP_LINES, _SIGNED_LINES = 5, 3
_DATELINE_REACH = 80
_SHORT_LINE, _LONGEST_HEADING = 60, 120
_SENTENCE_ENDS = (".", "。", "!", "！", "?", "？", ";", "；", "…", ":", "：")


def find_named(text: str, told: frozenset[str] = frozenset(), original: str = "") -> list[Place]:
    """The places that a sentence surely names; the dateline and the country itself are none.

    told: codes that its report surely names, for names that alone may mean several places. original: the sentence
    before it was folded, where it is as long: its capitals tell towns abroad from words."""
    named = list(find_places(text, told=told))
    named = sorted([*named, *_towns_abroad(text, original, named)], key=lambda place: place.start)
    behind = dateline_end(text, named)
    return [p for p in named if _is_sure(text, p) and p.start >= behind and not _helped(text, p)]


def _towns_abroad(text: str, original: str, named: Sequence[Place]) -> list[Place]:
    """Towns abroad that are divisions of ISO 3166-2 ("in Derby"), but those that another name covers."""
    doubtful = lexicon.load("place")["doubtful"]
    return [
        town
        for town in find_abroad(text, original)
        if town.probability >= _LIKELY_TOWN
        and "-" in town.code
        and not (text.startswith("the ", town.start) or text[town.start : town.stop] in doubtful)
        and not any(p.start < town.stop and town.start < p.stop for p in named)
    ]


_LIKELY_TOWN = 0.7


def told_codes(sentences: Iterable[str]) -> frozenset[str]:
    """Return the codes that the sentences of a report surely name, with what holds them."""
    codes = {place.code for text in sentences for place in _sure(text) if _is_certain(place)}
    above = {parent(code) for code in codes} | {parent(parent(code)) for code in codes}
    return frozenset(codes | above - {"", "CN"})


def _is_certain(place: Place) -> bool:
    return place.probability >= _CERTAIN or place.form in {"country", "abroad"}


def _is_sure(text: str, place: Place) -> bool:
    """Whether a place is meant: likely by its name, or a short name abroad behind "in" or before "state"."""
    if place.code == "CN":
        return False
    if place.probability >= 0.5 or place.form != "abroad":
        return place.probability >= 0.5
    words = lexicon.load("place")
    level = text[place.stop : place.stop + 14].lstrip().startswith(words["level"])
    doubtful = text[place.start : place.stop] in words["doubtful"]
    head = text[max(0, place.start - 12) : place.start].rstrip()
    return level or (not doubtful and head.endswith(tuple(f" {word}" for word in words["before"])))


def _helped(text: str, place: Place) -> bool:
    """Whether only the support of a place's police is told: "with the help of police in Tianjin", 在天津警方协助下."""
    before, after = text[max(0, place.start - 48) : place.start], text[place.stop : place.stop + 8]
    words = terms("support")
    return any(word in before and "," not in before[before.rfind(word) :] for word in words if word.isascii()) or any(
        word in after for word in words if not word.isascii()
    )


def is_aside(vocabulary: Vocabulary, place: Place) -> bool:
    """Whether children were only taken from a place or brought there: "bought in Yunnan", 贩至河南、山东.

    The status verb that stands last before it, in the clause or list it belongs to, tells of the trade."""
    text = vocabulary.text
    verbs = [verb for verb in window(vocabulary.statuses, place.start) if verb.stop <= place.start]
    if not verbs or verbs[-1].kind not in _TRADE:
        return False
    between = text[verbs[-1].stop : place.start]
    return len(between) <= _ASIDE_REACH and not any(char in ",，;；.。:：" or char.isdigit() for char in between)


_TRADE = frozenset({"sold", "bought", "abducted"})
_ASIDE_REACH = 30


def innermost(places: Sequence[Place]) -> str:
    """Return the innermost code of places that lie in each other, "" when they lie apart."""
    codes = sorted({p.code for p in places}, key=lambda code: (sum(contains(p.code, code) for p in places), code))
    if not codes:
        return ""
    return codes[-1] if all(contains(code, codes[-1]) for code in codes) else ""


def common(places: Sequence[Place]) -> str:
    """Return the innermost code if the places lie in each other, else what holds them all, "" if nothing."""
    return innermost(places) or common_code([place.code for place in places])


def common_code(codes: Sequence[str]) -> str:
    """Return the innermost code, below the country, that holds all of several, "" if nothing does."""
    above = codes[0] if len(set(codes)) > 1 else ""
    while above and above != "CN":
        if all(contains(above, code) for code in codes):
            return above
        above = parent(above)
    return ""


@dataclass(frozen=True, slots=True)
class Frame:
    """The places of what stands around a report, codes or "". issuer: the account that posts it; headed: its headline;
    dated: its dateline; signed: the line below it ("... county public security bureau, 25 November")."""

    issuer: str = ""
    headed: str = ""
    dated: str = ""
    signed: str = ""


def frame_places(text: str, title: str) -> Frame:
    """Return the places around a report. text: folded; title: the headline, "" where the text may open with it."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if not lines:
        return Frame(headed=innermost(find_named(title)))
    headed = innermost(find_named(title))
    if not headed and len(lines) > 1 and _is_heading(lines[0]) and not look_up(lines[0]).has("masthead"):
        headed = innermost(find_named(lines[0]))
    dated = next((code for line in lines[:_TOP_LINES] if (code := _dateline_place(line[:_DATELINE_REACH]))), "")
    signed = ""
    for line in lines[-_SIGNED_LINES:] if len(lines) > _SIGNED_LINES else ():
        if len(line) < _SHORT_LINE and _is_heading(line) and not look_up(line).has("masthead"):
            signed = signed or innermost(_sure(line))
    return Frame(issuer_place(text), headed, dated, signed)


def _is_heading(line: str) -> bool:
    """Whether a line is no sentence: a headline, a signature, or something in brackets."""
    return len(line) < _LONGEST_HEADING and (not line.endswith(_SENTENCE_ENDS) or line[0] in "(（[【")


def heading_of(text: str) -> int:
    """Return the paragraph of a folded text that is its headline, -1 without one."""
    lines = text.split("\n")
    first = next((at for at, line in enumerate(lines) if line.strip()), -1)
    return first if len(lines) > first + 1 and first >= 0 and _is_heading(lines[first].strip()) else -1


def _dateline_place(line: str) -> str:
    behind = dateline_end(line, find_places(line))
    return innermost([place for place in _sure(line) if place.start < behind]) if behind else ""


def _sure(text: str) -> list[Place]:
    return [place for place in find_places(text) if _is_sure(text, place)]


def issuer_place(text: str) -> str:
    """Return the place in the name of the account that a post opens with ("@...", "[... , 23 May]"), "" without one."""
    match = _ISSUER.match(text)
    name = (match[1] or match[2]) if match is not None else ""
    if not name or look_up(name).has("no_issuer"):
        return ""
    return innermost([place for place in find_places(name) if place.probability >= 0.5 and place.code != "CN"])
