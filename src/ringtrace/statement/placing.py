"""Where the figures of a sentence are placed: its only place, its clause's, the nearest, or a bracket's own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ringtrace.statement.counted import Count
from ringtrace.statement.sentences import dateline_end
from ringtrace.statement.vocabulary import Vocabulary, terms
from ringtrace.text.places import Place, contains, find_places, parent

_LIST = re.compile(r" ?(?:[、,，/和与及]|and|or|,? and)? ?(?:(?:the )?(?:province|city|county)s?,?(?: and)? ?)?")
_CHINESE_PLACE = re.compile(r"(?:余|多)?(?:人|名|个|位)?(?:犯罪)?(?:嫌疑人)?(?:是)?[在于]")
""" "9人在贵州被抓获": the place behind the number is where it happened."""
_RELATIVE = re.compile(
    r"\b(?:that|who|which|whose|whom|from|(?:most|many|some|half|several|part) of (?:them|whom|those|these|the))\b"
)
"""Between a number and a place these open what is told of somebody else: "members of a gang that bought in ..."."""
_PART_THERE = re.compile(r"\b(?:most|many|some|half|several|part) of (?:them|whom|those|these|the)\b")
_BRACKETS = re.compile(r"[(（][^()（）]{1,200}[)）]")


def place_counts(vocabulary: Vocabulary, places: list[Place], counted: Sequence[Count]) -> list[str]:
    """Return the division code of each count of a sentence, "" where it is told of no place or of several."""
    text, found, last = vocabulary.text, [], ""
    for index, count in enumerate(counted):
        limit = counted[index + 1].number.start if index + 1 < len(counted) else len(text)
        own = _right_before(text, places, count.number.start) if count.noun[0] == count.noun[1] else ""
        if index and ";" in text[counted[index - 1].number.stop : count.number.start]:
            last = ""
        summed = not own and _is_sum(vocabulary, count) and len({p.code for p in places}) > 1
        place = own or "" if own or summed else _place(text, _within_reach(text, places, count), count, limit, last)
        last = place or last
        found.append(place)
    return found


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


def _place(text: str, places: list[Place], count: Count, limit: int, last: str) -> str:
    """The place of one figure: the sentence's only one, else the nearest, else that of the figure before."""
    start, stop = count.number.start, max(count.number.stop, count.noun[1])
    if _is_of_next(text, places, stop, limit):
        return last
    sole = innermost(places)
    if sole or not places:
        return innermost(_clause_places(text, places, start)) or sole
    before = [p for p in places if p.stop <= start]
    behind = [p for p in places if stop <= p.start < limit]
    if behind and before and (_leads(text, behind[0]) or _RELATIVE.search(text, stop, behind[0].start)):
        behind = []
    if behind and text[count.number.stop : stop + 1].isascii():  # Chinese names the place first
        return _common(_listed(text, behind, behind[0]))
    if not before:
        return ""
    clause = max(text.rfind(mark, 0, start) for mark in ",，;；、.")
    own = [p for p in before if p.start > clause]
    return (
        innermost(own)
        if own and len(_listed(text, before, own[-1])) == len(own)
        else last or _common(_listed(text, before, before[-1]))
    )


def _clause_places(text: str, places: Sequence[Place], start: int) -> list[Place]:
    """The places before a Chinese number in its own clause: in 在乐山解救1名，至此四川达14名 the second is 四川."""
    if text[start - 1 : start].isascii() or not places:
        return []
    clause = max(text.rfind(mark, 0, start) for mark in ",;")
    return [p for p in places if clause < p.start < start]


def _is_of_next(text: str, places: Sequence[Place], stop: int, limit: int) -> bool:
    """Whether the sentence's places all stand behind a count and are told of the next one or of a part:
    抓获294人，光河南一省就抓了121人; "294 arrests, most of them in Henan, where ..."."""
    if not places or min(p.start for p in places) < stop or limit >= len(text):
        return False
    first = min(p.start for p in places)
    if first >= limit:
        return False
    between = text[stop:first]
    return _PART_THERE.search(between) is not None or (not text[stop : stop + 1].isascii() and "," in between)


def _within_reach(text: str, places: list[Place], count: Count) -> list[Place]:
    """Places in brackets that hold a list ("(Jiangsu 21, Anhui 15)") are those of the numbers in there only."""
    start = count.number.start
    near = _CHINESE_PLACE.match(text, count.number.stop)
    told = [p for p in places if near is not None and p.start == near.end()]
    if told:
        return told
    here = _around(text, places, start) or places
    lists = [m.span() for m in _BRACKETS.finditer(text) if any(char.isdigit() for char in m.group())]
    own = next((span for span in lists if span[0] <= start < span[1]), None)
    if own is not None:
        inside = [p for p in places if own[0] <= p.start < start]
        return inside[-1:] or [p for p in here if not any(a <= p.start < b for a, b in lists)]
    return [p for p in here if not any(a <= p.start < b for a, b in lists)]


def _right_before(text: str, places: Sequence[Place], at: int) -> str:
    """The place that a number stands right behind: "Hunan 46", 江苏21名."""
    lead = text[max(0, at - 2) : at]
    gap = len(lead) - len(lead.rstrip(" (（"))
    return next((p.code for p in places if p.stop == at - gap), "")


def _around(text: str, places: list[Place], at: int) -> list[Place]:
    """The places between the semicolons around a number."""
    first = max(text.rfind(mark, 0, at) for mark in ";；")
    last = min((end for mark in ";；" if (end := text.find(mark, at)) >= 0), default=len(text))
    return [p for p in places if first < p.start < last]


def _is_sum(vocabulary: Vocabulary, count: Count) -> bool:
    """Whether the clause says that the figure is the sum of those before it: "27 in total", 共27人."""
    text, start, stop = vocabulary.text, count.number.start, max(count.number.stop, count.noun[1])
    first = max(text.rfind(mark, 0, start) for mark in ",，;；、.。(（") + 1
    last = min((at for mark in ",，;；.。(（" if (at := text.find(mark, stop)) >= 0), default=len(text))
    return vocabulary.has("total", first, last)


def _leads(text: str, place: Place) -> bool:
    """Whether the place behind a figure belongs to the next one: "in A 15 were held, in B 13"."""
    return text[place.stop : place.stop + 3].lstrip(" :,")[:1].isdigit()


def _listed(text: str, places: Sequence[Place], one: Place) -> list[Place]:
    """The enumeration that a place stands in: 河北、山东、四川; "Beijing and Jiangsu"."""
    at = next(index for index, place in enumerate(places) if place == one)
    first = last = at
    while first and _LIST.fullmatch(text[places[first - 1].stop : places[first].start]):
        first -= 1
    while last + 1 < len(places) and _LIST.fullmatch(text[places[last].stop : places[last + 1].start]):
        last += 1
    return list(places[first : last + 1])


def _common(places: Sequence[Place]) -> str:
    """Return the innermost code if the places lie in each other, else what holds them all, "" if nothing."""
    inner = innermost(places)
    if inner or not places:
        return inner
    above = parent(places[0].code)
    while above and above != "CN":
        if all(contains(above, place.code) for place in places):
            return above
        above = parent(above)
    return ""


def innermost(places: Sequence[Place]) -> str:
    """Return the innermost code of places that lie in each other, "" when they lie apart."""
    codes = sorted({p.code for p in places}, key=lambda code: (sum(contains(p.code, code) for p in places), code))
    if not codes:
        return ""
    return codes[-1] if all(contains(code, codes[-1]) for code in codes) else ""
