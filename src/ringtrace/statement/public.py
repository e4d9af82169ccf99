"""Reads the figures that a public report prints: what is counted, its status, place, date, bound.

Every number of the text is looked at in its clause. What stands right beside it says what it
counts; the verb of its clause says the status; a date or place holds for its sentence. A sentence
that turns to another case opens a context of its own, so that its figures are never mixed with
the main story's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from ringtrace.statement.sentences import Sentence, sentences
from ringtrace.text import lexicon
from ringtrace.text.numbers import Number, as_decimal, find_numbers
from ringtrace.text.places import Place, contains, find_places

_UNITS = {
    "suspects": "person", "children": "person", "officers": "person", "rings": "ring", "provinces": "province",
    "cities": "city", "sites": "site", "forums": "forum", "groups": "group", "cases": "case", "accounts": "account",
}  # fmt: skip
_PERSONS = ("suspects", "children", "officers")
_CURRENCIES = {"yuan": "CNY", "rmb": "CNY", "cny": "CNY", "元": "CNY", "us$": "USD", "usd": "USD", "$": "USD",
               "dollars": "USD", "¥": "CNY", "￥": "CNY", "人民币": "CNY", "美元": "USD", "hk$": "HKD"}  # fmt: skip
_CLASSIFIERS = "名个位家起件支宗省对条多余"
_AFTER = 48
_NO_COMPOUND = (" from", " in", " and", " were", " suspected")
_STOPS = (
    ",", ";", ".", "，", "；", "。", "(", "（", "-month", "-year", "-day", " percent", "%", "岁", "年", "月", "元", "万元",
    "小时",
)  # fmt: skip
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_ENGLISH_DATE = re.compile(rf"\b({'|'.join(_MONTHS)}) ([0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? ([0-9]{{4}}))?(?![0-9])")
_ENGLISH_DATE_DAY_FIRST = re.compile(rf"\b([0-9]{{1,2}}) ({'|'.join(_MONTHS)})(?: ([0-9]{{4}}))?(?![0-9])")
_CHINESE_DATE = re.compile("(?:([0-9]{4})年)?([0-9]{1,2})月([0-9]{1,2})日")
_PASSIVE = re.compile(
    r"[^.;,，；]{0,16}\b(?:were|was|been|being)\b| (?:rescued|arrested|detained|freed|saved|held|charged)\b|被|获|落网"
)
_DATELINE = re.compile(r"[^\n.。]{0,40}?(?:\([a-z. /]{2,20}\) ?(?:--|—|-)|[0-9]{1,2}日[电讯])")
_ISO_DATE = re.compile(r"(?<![0-9])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Draft:
    """A figure before it has an id and bytes. start, stop: the number's code points in the text."""

    start: int
    stop: int
    quantity: str
    unit: str
    status: str
    population: str
    place: str
    period_start: str
    period_end: str
    bound: str
    value: str
    context: str
    subset: bool = False


def read_public_figures(text: str, *, published: str = "") -> list[Draft]:
    """Return the figures of an article's text in order of place.

    published: ISO date of publication or "", for dates without a year.
    """
    folded = text.lower() if len(text.lower()) == len(text) else text
    drafts: list[Draft] = []
    context, paragraph, when = "", -1, ""
    for sentence in sentences(folded):
        if sentence.paragraph != paragraph:
            context, paragraph = "", sentence.paragraph
        if opened := _other_story(sentence):
            context = opened
        own = _date(sentence.text, published)
        if own and not context:
            when = own
        drafts.extend(_sentence_figures(text, sentence, own, context))
    return _settle(drafts, when)


def _sentence_figures(text: str, sentence: Sentence, when: str, context: str) -> Iterator[Draft]:
    words = _Words(sentence.text)
    places = [place for place in find_places(sentence.text) if place.probability >= 0.5]
    numbers = [
        number
        for number in find_numbers(sentence.text)
        if not _is_date_part(sentence.text, number)
        and not any(p.start < number.stop and number.start < p.stop for p in places)
    ]
    province = _province(sentence.text, places)
    previous = ""
    for index, number in enumerate(numbers):
        limit = numbers[index + 1].start if index + 1 < len(numbers) else len(sentence.text)
        found = _counted(sentence.text, number, limit, words)
        if found is None and (money := _money(sentence.text, number)) and words.any("paid", 0, len(sentence.text)):
            yield _draft(sentence, number, ("price", money, ""), "", "", when, "witness" if context == "" else context)
            continue
        if found is None:
            continue
        quantity, noun_stop = found
        speaks = quantity in _PERSONS or quantity == "cases"
        status = _status(sentence.text, number, noun_stop, numbers, index, words) if speaks else ""
        if quantity in _PERSONS and not status:
            status = previous
        previous = status or previous
        where = province if quantity in (*_PERSONS, "cases", "rings") else ""
        population = _population(text, sentence, number, noun_stop)
        inner = context or ("witness" if words.any("witness", 0, number.start) and quantity in _PERSONS else "")
        draft = _draft(sentence, number, (quantity, _UNITS[quantity], status), population, where, when, inner)
        bound = _bound(sentence.text, number, words)
        yield replace(draft, bound=bound, subset=words.any("subset", max(0, number.start - 14), number.stop + 10))


def _population(text: str, sentence: Sentence, number: Number, noun_stop: int) -> str:
    """What is counted, in the source's words."""
    if noun_stop > number.stop:
        return " ".join(text[sentence.start + number.stop : sentence.start + noun_stop].split()).lstrip("名个位家起")
    return re.split(r"[，,。；;、 ]", text[: sentence.start + number.start])[-1][-10:]


def _draft(
    sentence: Sentence, number: Number, kind: tuple[str, str, str], population: str, place: str, when: str, context: str
) -> Draft:
    quantity, unit, status = kind
    start, stop = sentence.start + number.start, sentence.start + number.stop
    bound = "at_least" if number.more else "exact"
    return Draft(
        start, stop, quantity, unit, status, population, place, when, when, bound, as_decimal(number.value), context
    )


class _Words:
    """Where the lexicon's terms stand in one sentence."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._terms = lexicon.load("figure")

    def any(self, concept: str, start: int, stop: int) -> bool:
        return any(True for _ in self.find(concept, start, stop))

    def find(self, concept: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
        for term in self._terms.get(concept, ()):
            at = self._text.find(term, start, stop)
            while at >= 0:
                if _is_word(self._text, at, at + len(term)):
                    yield at, at + len(term)
                at = self._text.find(term, at + 1, stop)

    def statuses(self) -> list[tuple[int, int, str]]:
        found = [
            (a, b, concept.removeprefix("status_"))
            for concept in self._terms
            if concept.startswith("status_")
            for a, b in self.find(concept, 0, len(self._text))
        ]
        return sorted(found)


def _counted(text: str, number: Number, limit: int, words: _Words) -> tuple[str, int] | None:
    """What the number counts, by the nearest noun behind it and before the next number."""
    stop = min(limit, number.stop + _AFTER)
    for mark in (
        ",",
        ";",
        ".",
        "，",
        "；",
        "。",
        "(",
        "（",
        "-month",
        "-year",
        "-day",
        " percent",
        "%",
        "岁",
        "年",
        "月",
        "元",
        "万元",
        "小时",
    ):
        at = text.find(mark, number.stop, stop)
        if at >= 0 and not (mark in "(（" and text.startswith(("(区", "（区"), at)):
            stop = at
    best: tuple[int, int, str] | None = None
    for quantity in _UNITS:
        for a, b in words.find(quantity, number.stop, stop):
            if best is None or (a, -b) < (best[0], -best[1]):
                best = (a, b, quantity)
    if best is None or not _adjoins(text[number.stop : best[0]]):
        return _counted_before(text, number, words)
    head = _head_noun(words, best, stop)
    return head[2], head[1]


def _counted_before(text: str, number: Number, words: _Words) -> tuple[str, int] | None:
    """嫌疑人27名, 婴儿382名: the noun right before the number, a classifier right behind it."""
    if not text.startswith(("名", "人", "个", "起", "家", "余名", "多名", "余人", "多人"), number.stop):
        return None
    for quantity in _UNITS:
        for _, b in words.find(quantity, max(0, number.start - 14), number.start):
            if not text[b : number.start].strip(" 共约近逾达超过多"):
                return quantity, number.stop
    return None


def _head_noun(words: _Words, first: tuple[int, int, str], stop: int) -> tuple[int, int, str]:
    """In a compound ("child-trafficking rings", 贩卖婴儿团伙) the last noun is the head."""
    head = first
    for quantity in _UNITS:
        for a, b in words.find(quantity, first[0], stop):
            if a <= head[1] + 14 and b > head[1] and quantity not in ("officers", "provinces") and a - head[1] < 14:
                between = words._text[head[1] : a]
                if " " not in between.strip() and not between.startswith(
                    (" from", " in", " and", " were", " suspected")
                ):
                    head = (a, b, quantity)
    return head


def _adjoins(between: str) -> bool:
    """Whether only adjectives and classifiers stand between number and noun."""
    plain = between.strip(" " + _CLASSIFIERS)
    verbs = (" were ", " was ", " have ", " had ", " in ", " from ", " to ", " for ", " and ", " on ")
    return len(plain) <= 30 and not any(verb in between for verb in verbs)


def _status(text: str, number: Number, noun_stop: int, numbers: list[Number], index: int, words: _Words) -> str:
    """The verb that governs the number: the nearest before it in its clause, else the first behind."""
    low = max((numbers[index - 1].stop if index else 0), _clause_start(text, number.start))
    high = numbers[index + 1].start if index + 1 < len(numbers) else len(text)
    before = [s for s in words.statuses() if low <= s[0] and s[1] <= number.start]
    behind = [s for s in words.statuses() if noun_stop <= s[0] < high]
    passive = _PASSIVE.match(text, noun_stop, high)
    if behind and (passive or not before):
        return behind[0][2]
    if before:
        return before[-1][2]
    return behind[0][2] if behind else ""


def _clause_start(text: str, at: int) -> int:
    return max(text.rfind(mark, 0, at) for mark in (";", "；", "。", ". "))


def _bound(text: str, number: Number, words: _Words) -> str:
    near = max(0, number.start - 22)
    clause = max(near, text.rfind(",", near, number.start), text.rfind("，", near, number.start))
    before = text[clause : number.start].rstrip()
    terms = lexicon.load("figure")
    if number.more or any(before.endswith(term) for term in terms["bound_at_least"]):
        return "at_least"
    if any(text.startswith(term, number.stop) for term in ("余", "多名", "多个", "以上")):
        return "at_least"
    if any(
        before.endswith(term) and _is_word(before, len(before) - len(term), len(before))
        for term in terms["bound_about"]
    ):
        return "about"
    return "exact"


def _money(text: str, number: Number) -> str:
    after = text[number.stop : number.stop + 10].lstrip(" ")
    before = text[max(0, number.start - 4) : number.start].rstrip(" ")
    for sign, code in sorted(_CURRENCIES.items(), key=lambda item: -len(item[0])):
        if after.startswith(sign) or before.endswith(sign):
            return code
    return ""


def _province(text: str, places: list[Place]) -> str:
    """The one province that a sentence speaks of, else "" (several, or none); a dateline is none."""
    dateline = _DATELINE.match(text.lstrip())
    behind = len(text) - len(text.lstrip()) + dateline.end() if dateline else 0
    sure = [p for p in places if p.start >= behind and (p.code.endswith("00") or p.form == "full")]
    codes = {p.code[:2] + "0000" for p in sure if p.code.isdigit()}
    return codes.pop() if len(codes) == 1 else ""


def _other_story(sentence: Sentence) -> str:
    words = _Words(sentence.text)
    hits = sorted(words.find("other_story", 0, min(len(sentence.text), 60)))
    return f"other: {sentence.text[: hits[0][1]].strip()[-40:]}" if hits else ""


def _is_word(text: str, start: int, stop: int) -> bool:
    if not text[start].isascii():
        return True
    before, after = text[start - 1 : start], text[stop : stop + 1]
    return not (before.isascii() and before.isalnum()) and not (after.isascii() and after.isalnum())


def _is_date_part(text: str, number: Number) -> bool:
    for pattern in (_ENGLISH_DATE, _ENGLISH_DATE_DAY_FIRST, _CHINESE_DATE, _ISO_DATE):
        if any(m.start() <= number.start < m.end() for m in pattern.finditer(text)):
            return True
    return text.startswith(("年", "月", "日"), number.stop) or (
        bool(number.digits == 4) and 1900 <= number.value <= 2100 and not text.startswith(" ", number.stop)
    )


def _date(text: str, published: str) -> str:
    """The first full or yearless date of a sentence as ISO 8601, or ""."""
    year = int(published[:4]) if published[:4].isdigit() else 0
    found: tuple[int, int, int] | None = None
    if match := _ISO_DATE.search(text):
        found = (int(match[1]), int(match[2]), int(match[3]))
    elif match := _CHINESE_DATE.search(text):
        found = (int(match[1] or year), int(match[2]), int(match[3]))
    elif match := _ENGLISH_DATE.search(text):
        found = (int(match[3] or year), _MONTHS.index(match[1]) + 1, int(match[2]))
    elif match := _ENGLISH_DATE_DAY_FIRST.search(text):
        found = (int(match[3] or year), _MONTHS.index(match[2]) + 1, int(match[1]))
    if found is None:
        return ""
    try:
        day = date(found[0] or 2000, found[1], found[2])
    except ValueError:
        return ""
    if not found[0]:
        return f"--{found[1]:02}-{found[2]:02}"
    if published and day.isoformat() > published[:10] and f"{year}" == f"{found[0]}":
        day = day.replace(year=found[0] - 1)  # a yearless date after the publication lies a year back
    return day.isoformat()


def _settle(drafts: list[Draft], when: str) -> list[Draft]:
    """Give the main story's undated totals its date, and drop a figure said twice in one story."""
    seen: set[tuple[str, ...]] = set()
    kept = []
    for draft in drafts:
        dated = draft
        if not draft.period_start and when and draft.context == "" and not draft.place and draft.quantity in _PERSONS:
            dated = replace(draft, period_start=when, period_end=when)
        key = (dated.quantity, dated.status, dated.place, dated.value, dated.context, dated.bound)
        if key not in seen:
            seen.add(key)
            kept.append(dated)
    return kept


def is_part_of(outer: str, inner: str) -> bool:
    """Whether place ``inner`` lies in ``outer``; "" is the whole."""
    return outer == "" or contains(outer, inner)
