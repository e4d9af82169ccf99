"""Ages in Chinese texts as ISO 8601 durations, told from plain durations by what stands around.

A unit of age (岁, 月龄) is one by itself. Months, weeks and days are an age beside a child: right
before or after its name, after a word such as 当时 or 年仅, or as a clause of their own in a text that
names a child. Pregnancy, stays, waits, rates ("1天喝多少") and deadlines are none. English ages are in
``ages_english``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import ahocorasick_rs

from ringtrace.text import lexicon
from ringtrace.text.numbers.finding import find_numbers
from ringtrace.text.numbers.signs import Number, as_decimal

LIMITS = {"Y": 120, "M": 60, "W": 60, "D": 400}
UPPER, LOWER = "upper bound", "lower bound"
_BREAKS = frozenset("，,。.;；!！?？、 \n\t:：()（）[]【】|/~…“”\"'「」—·*#")
_SECOND = {"Y": "M", "M": "D"}
_REACH = 16
_NEWBORN_APART = 8
_MINDED = 2
"""Of days, more than so many: "一天该喝多少" is a rate."""
_STILL = 10
"""Up to so many days or weeks "宝宝5天了还没" tells how long something has lasted."""


@dataclass(frozen=True, slots=True)
class AgeFound:
    """start, stop: code points of the folded text; value ISO 8601; rule names a bound as such."""

    start: int
    stop: int
    value: str
    probability: float
    rule: str


@dataclass(frozen=True)
class AgeWords:
    """The lexicon ``age``; chinese and english: (unit, code), longest first; code "M!": always an age."""

    fixed: Mapping[str, str]
    phrases: Mapping[str, str]
    chinese: tuple[tuple[str, str], ...]
    english: tuple[tuple[str, str], ...]
    terms: Mapping[str, tuple[str, ...]]
    marked_by: frozenset[str]
    marks: ahocorasick_rs.AhoCorasick
    chinese_first: frozenset[str]
    english_first: frozenset[str]

    def marked(self, text: str) -> bool:
        """Whether a word of age or birth stands in ``text``, so that it may hold an age without a number."""
        return bool(self.marks.find_matches_as_indexes(text))


@dataclass(frozen=True, slots=True)
class _Around:
    """What stands around a number and its unit. head: its clause up to it, from the last break."""

    head: str
    bare: str
    before: str
    tail: str


def find_chinese_ages(text: str, words: AgeWords) -> list[AgeFound]:
    """Return the ages of a folded text in order of finding; they may overlap."""
    found: list[AgeFound] = []
    if words.marked(text):
        found.extend(_marked(text, words))
    numbers = find_numbers(text)
    for index, number in enumerate(numbers):
        found.extend(_number(text, number, numbers[index + 1 : index + 2], words))
    if words.marked(text):
        found.extend(newborns(text, found, words.terms["newborn_zh"], words))
    return found


def _marked(text: str, words: AgeWords) -> Iterator[AgeFound]:
    """Yield the ages that are words (满月) and, where a child stands beside, phrases (半个月)."""
    for key, value in words.fixed.items():
        at = text.find(key)
        while at >= 0:
            yield _fixed(text, at, key, value, words)
            at = text.find(key, at + len(key))
    for phrase, value in words.phrases.items():
        at = text.find(phrase)
        while at >= 0:
            stop = at + len(phrase)
            judged = _judge(text, (at, stop), value[-1], Decimal(value[1:-1]), words)
            if judged is not None:
                yield AgeFound(at, stop, value, *judged)
            at = text.find(phrase, stop)


def newborns(text: str, found: list[AgeFound], terms: tuple[str, ...], words: AgeWords) -> Iterator[AgeFound]:
    """Yield P0D for words of birth, unless an age in numbers stands beside them ("刚出生3天")."""
    ages = [(one.start, one.stop) for one in found if one.value and one.probability >= 0.5]
    for term in terms:
        at = text.find(term)
        while at >= 0:
            stop = at + len(term)
            tail = text[stop : stop + 24].lstrip(" -")
            beside = any(a < stop + _NEWBORN_APART and b > at - _NEWBORN_APART for a, b in ages)
            within = term.isascii() and (text[at - 1 : at].isalnum() or text[stop : stop + 1].isalnum())
            if not beside and not within and not tail.startswith(words.terms["newborn_never_after"]):
                kind_of_child = term.startswith("new") and tail.startswith(words.terms["child"])
                yield AgeFound(at, stop, "P0D", 0.4 if kind_of_child else 0.45, "word of birth")
            at = text.find(term, stop)


def duration(value: Decimal, letter: str) -> str:
    """1.5 Y -> P1Y6M, 3 M -> P3M."""
    whole, part = divmod(value, 1)
    if letter == "Y" and part:
        months = int(part * 12)
        return (f"P{whole:f}Y" if whole else "P") + f"{months}M"
    return f"P{as_decimal(value)}{letter}"


def both_ends(number: Number, letter: str) -> list[tuple[str, str]]:
    """Return (value, rule suffix) for a number or the ends of a range; an end of zero is none."""
    if number.high is None:
        return [(duration(number.value, letter), "")]
    low = [(duration(number.value, letter), f" > {LOWER}")] if number.value else []
    return [*low, (duration(number.high, letter), f" > {UPPER}")]


def _fixed(text: str, at: int, key: str, value: str, words: AgeWords) -> AgeFound:
    stop = at + len(key)
    limit = text.startswith(words.terms["within"], stop) or text[:at].endswith(words.terms["not_yet"])
    return AgeFound(at, stop, value, 0.85, "word of age" + (f" > {UPPER}" if limit else ""))


def _number(text: str, number: Number, following: tuple[Number, ...], words: AgeWords) -> Iterator[AgeFound]:
    tail = text[number.stop : number.stop + 8].lstrip(" ")
    if tail[:1] not in words.chinese_first:
        return
    unit = next((pair for pair in words.chinese if tail.startswith(pair[0])), None)
    top = number.value if number.high is None else number.high
    if unit is None or top <= 0 or text[number.start - 1 : number.start] == "第":
        return
    name, code = unit
    letter, sure = code[0], code.endswith("!")
    stop = text.index(tail, number.stop) + len(name)
    half = "15D" if "半" in name else ""
    if letter == "Y" and text.startswith("半", stop):
        half, stop = "6M", stop + 1
    if top > LIMITS[letter] or (number.value % 1 and letter != "Y"):
        return
    judged = _sure(text, number.start, stop, words) if sure else None
    if not sure:
        judged = _judge(text, (number.start, stop), letter, number.value, words)
    if judged is None:
        return
    probability, rule = judged
    for value, end in both_ends(number, letter):
        if number.high is None and not half and following:
            whole, last = _extend(text, following[0], value, stop, words)
        else:
            whole, last = value + half, stop
        yield AgeFound(number.start, last, whole, probability, rule + end)


def _sure(text: str, start: int, stop: int, words: AgeWords) -> tuple[float, str]:
    head = text[max(0, start - 4) : start]
    tail = text[stop : stop + 3]
    if tail.startswith(words.terms["within"]) or head.endswith(words.terms["not_yet"]):
        return 0.9, f"number > unit of age > {UPPER}"
    if tail.startswith(words.terms["above"]):
        return 0.9, f"number > unit of age > {LOWER}"
    return 0.95, "number > unit of age"


def _extend(text: str, number: Number, value: str, stop: int, words: AgeWords) -> tuple[str, int]:
    """一岁三个月, 1岁 2个月, 一岁零三个月: the second part belongs to the first."""
    between = text[stop : number.start]
    if value[-1] not in _SECOND or between not in ({"", " ", "零", "又"} if value[-1] == "Y" else {"", "零", "又"}):
        return value, stop
    for name, code in words.chinese:
        if text.startswith(name, number.stop) and code[0] == _SECOND[value[-1]] and number.value < 32:
            return value + as_decimal(number.value) + code[0], number.stop + len(name)
    return value, stop


def _around(text: str, start: int, stop: int, words: AgeWords) -> _Around:
    low = max(0, start - _REACH)
    at = start
    while at > low and text[at - 1] not in _BREAKS:
        at -= 1
    head = text[at:start]
    return _Around(head, _strip(head, words.terms["about"]), text[low:at], text[stop : stop + 6])


def _judge(text: str, at: tuple[int, int], letter: str, value: Decimal, words: AgeWords) -> tuple[float, str] | None:
    """Return (probability, rule) where months, weeks or days are an age, else None."""
    terms, around = words.terms, _around(text, *at, words)
    head, bare, tail = around.head, around.bare, around.tail
    pregnant = any(term in head for term in terms["pregnant"]) or tail.startswith(terms["pregnant"])
    spent = head.endswith(terms["never_before"]) or (head.endswith("了") and not head.endswith(terms["lasting"]))
    born = head.endswith(terms["birth"]) or bare.endswith(terms["birth"])
    if (pregnant or spent) and not born:
        return None
    limit = f" > {UPPER}" if head.endswith(terms["not_yet"]) else ""
    if tail.startswith(terms["old"]):
        return 0.85, "number > unit > child" + limit
    if letter == "Y":
        return None
    bound = _bound(text, around, words)
    if born and tail.startswith(terms["within"]):
        bound = (0.75, f"number > unit > {UPPER}")
    still = letter in "DW" and value <= _STILL and tail.startswith(terms["still"])
    gone = letter == "M" and bare.endswith(terms["infant"]) and tail.startswith(terms["vanished"])
    if bound is not None or still or (tail.startswith(terms["never_after"]) and not gone):
        return bound
    if _used(around, letter, value, words):
        return 0.55, "age of use"
    beside = 0.9 if born else _beside(text, around, letter, value, words)
    return (beside, "child > number > unit" + limit) if beside else None


def _used(around: _Around, letter: str, value: Decimal, words: AgeWords) -> bool:
    """Whether the age says for whom something is: 适合3个月, 20天穿, 两个月该打哪针, 断奶8个月合适吗."""
    terms, tail = words.terms, around.tail
    cared = tail.startswith(terms["care"]) and (letter != "D" or value > _MINDED)
    fits = around.head.endswith(terms["fits"]) or (letter in "MWD" and tail.startswith(terms["wear"]))
    return fits or (cared and (not around.bare or around.bare.endswith(terms["weaned"])))


def _beside(text: str, around: _Around, letter: str, value: Decimal, words: AgeWords) -> float:
    """Return the probability of an age by what stands before it, 0 where nothing speaks for one."""
    terms, bare = words.terms, around.bare
    rest = _strip_front(around.tail, terms["end"])
    closed = not rest or rest[0] in _BREAKS
    lasting = closed and around.tail.startswith("了") and letter in "DW"
    named = bare or (around.before.rstrip(" :：,，、") if closed else "")
    if named.endswith((*terms["born"], *terms["pet"])):
        rate = value == 1 and (rest.startswith(terms["rate"]) or rest[:1].isdigit())
        if rate or named.endswith(terms["minding"]):
            return 0.0
        if closed:
            return 0.85 if bare or not lasting else 0.4
        return 0.75 if letter == "M" else 0.55 if value > _STILL or letter == "W" else 0.4
    if not closed or (bare and not bare.endswith(terms["lead"])) or not _names_child(text, words):
        return 0.0
    if rest.startswith(terms["wear"]) or any(term in around.before for term in terms["ongoing"]):
        return 0.3
    return 0.4 if lasting or (value == 1 and letter == "D") else 0.7


def _bound(text: str, around: _Around, words: AgeWords) -> tuple[float, str] | None:
    """要10天以内, 15天以内的, 6个月以下男婴, 8个月以上: a bound where a child is asked for, no deadline."""
    terms = words.terms
    rules = ((UPPER, terms["within"]), (LOWER, terms["above"]))
    rule, term = next(
        ((rule, term) for rule, group in rules for term in group if around.tail.startswith(term)), ("", "")
    )
    if not term or not _names_child(text, words):
        return None
    rest = around.tail[len(term) :]
    asked = around.bare.endswith(terms["asked"]) or around.head.endswith(terms["asked"])
    follows = rest.startswith(("的", *terms["old"], *terms["born"]))
    closed = not rest or rest[0] in _BREAKS
    if (asked and (closed or follows)) or (not around.bare and (follows or (rule == LOWER and closed))):
        return 0.75, f"number > unit > {rule}"
    return None


def _names_child(text: str, words: AgeWords) -> bool:
    return any(term in text for term in words.terms["named"])


def _strip(head: str, terms: tuple[str, ...]) -> str:
    """Return ``head`` without the words of about and already at its end, at most three."""
    for _ in range(3):
        term = next((term for term in terms if head.endswith(term)), "")
        if not term:
            break
        head = head[: -len(term)]
    return head


def _strip_front(tail: str, terms: tuple[str, ...]) -> str:
    for _ in range(2):
        term = next((term for term in terms if tail.startswith(term)), "")
        if not term:
            break
        tail = tail[len(term) :]
    return tail


@cache
def age_words(lexicons: Path | None) -> AgeWords:
    """Return the words of ages, the case's own added. Raises LexiconError."""
    fixed: dict[str, str] = {}
    units: dict[str, str] = {}
    phrases: dict[str, str] = {}
    for _, document in lexicon.documents("age", lexicons):
        fixed.update(document.get("fixed", {}))
        units.update(document.get("unit", {}))
        phrases.update(document.get("phrase", {}))
    terms = lexicon.load("age", lexicons)
    marks = {*fixed, *phrases, *terms["newborn_zh"], *terms["newborn_en"], *terms["article"]}
    ordered = sorted(units.items(), key=lambda pair: (-len(pair[0]), pair[0]))
    return AgeWords(
        {key: fixed[key] for key in sorted(fixed, key=lambda key: (-len(key), key))},
        {key: phrases[key] for key in sorted(phrases, key=lambda key: (-len(key), key))},
        tuple(pair for pair in ordered if not pair[0].isascii()),
        tuple(pair for pair in ordered if pair[0].isascii()),
        terms,
        frozenset(marks),
        ahocorasick_rs.AhoCorasick(sorted(marks), store_patterns=False),
        frozenset(key[0] for key in units if not key.isascii()),
        frozenset(key[0] for key in units if key.isascii()),
    )
