"""Ages in English texts: "3 days old", "a 3 month boy", "she is 6 mths", "under 6 months".

A duration is an age beside "old", a child or a pronoun, or as a clause of its own in a text that
names a child; "6 months pregnant", "for 3 days", "3 months rent" are none.
"""

from __future__ import annotations

import re
from decimal import Decimal

from ringtrace.text.ages.bare import find_bare_ages
from ringtrace.text.ages.chinese import LIMITS, UPPER, AgeFound, AgeWords, both_ends, duration, newborns
from ringtrace.text.numbers.finding import find_numbers
from ringtrace.text.numbers.signs import Number

_OLD = re.compile(r"(?: ?- ?| )?(?:and a half )?(?:of age|old)(?![a-z])")
_COMPOUND = re.compile(
    r"[ -]?(y(?:ea)?rs?|mo(?:nth)?s?|mths?|w(?:ee)?ks?)(,? and |, | )([1-9][0-9]?)[ -]?"
    r"(mo(?:nth)?s?|mths?|w(?:ee)?ks?|days?) ?-? ?(?:of age|old)(?![a-z])"
)
_A_UNIT = re.compile(
    r"(?<![a-z0-9])(half a|half-a|an?|one)[ \-](day|week|month|year)(?:s)?[ \-](and a half )?old(?![a-z])"
)
_BREAKS = frozenset(',.;!?()\n\t:|/"“”[]，。；！？：（）、')
_REACH = 40
_HALF = re.compile(r" (?:and|&|n) (?:a )?half(?![a-z])|-and-a-half(?![a-z])| 1/2(?![0-9/])")
_AGE = re.compile(r"(?<![a-z])age:? $")
_PERSON = re.compile(r"(?<![a-z])(?:s?he|daughter|son|boy|girl|baby|kid)(?:'?s| is| was) (?:only |just |about |now )?$")
_MONTHS = frozenset({"mo", "mos", "mths", "mth"})
_OLDEST, _CHILD = 5_000, 18
"""Years of what is called so many years old (a wall), and of a child."""
_SHORT = frozenset({"m", "w", "d", "y"})


def find_english_ages(text: str, words: AgeWords) -> list[AgeFound]:
    """Return the ages of a folded (lower-case) text in order of finding; they may overlap."""
    found: list[AgeFound] = []
    if "old" in text:
        found.extend(_with_article(match) for match in _A_UNIT.finditer(text))
    for number in find_numbers(text):
        if (number.value if number.high is None else number.high) > 0:
            found.extend(_compound(text, number) or _number(text, number, words))
    if text.isascii():
        found.extend(find_bare_ages(text, words))
    if words.marked(text):
        found.extend(newborns(text, found, words.terms["newborn_en"], words))
    return found


def _with_article(match: re.Match[str]) -> AgeFound:
    letter = match.group(2)[0].upper()
    value = {"Y": "P6M", "M": "P15D"}.get(letter, "") if match.group(1).startswith("half") else f"P1{letter}"
    more = "6M" if match.group(3) and letter == "Y" else ""
    return AgeFound(match.start(), match.end(), value + more, 0.95, "word of age")


def _number(text: str, number: Number, words: AgeWords) -> list[AgeFound]:
    halved = _HALF.match(text, number.stop)
    begin = halved.end() if halved else number.stop
    raw = text[begin : begin + 26]
    tail = raw.lstrip(" -")
    at = begin + len(raw) - len(tail)
    before = text[number.start - 1 : number.start]
    if before.isascii() and (before.isalnum() or before in {"$", "@", "_"}) and before:
        return []
    named = tail[:1] in words.english_first
    unit = next((pair for pair in words.english if tail.startswith(pair[0])), None) if named else None
    if unit is None or (tail[len(unit[0]) : len(unit[0]) + 1].isascii() and tail[len(unit[0]) :][:1].isalpha()):
        return _half_years(text, number, begin) if halved else _years(text, number, raw, words)
    stop = at + len(unit[0])
    letter, sure = unit[1][0], unit[1].endswith("!")
    top = number.value if number.high is None else number.high
    old = _OLD.match(text, stop)
    if top > (_OLDEST if old and letter == "Y" else LIMITS[letter]) or (number.value % 1 and letter != "Y"):
        return []
    half = "6M" if letter == "Y" and (halved or (old and "half" in old.group())) else ""
    if old or sure:
        judged: tuple[float, str] | None = (0.95 if top <= LIMITS[letter] else 0.55, "number > old")
        stop = old.end() if old else stop
    elif unit[0] in _SHORT:
        return []
    elif _aged(text, number, words):
        judged = (0.8, "age > number > unit")
    elif unit[0] in _MONTHS and begin == at and (not text[stop : stop + 1] or text[stop] in _BREAKS):
        judged = (0.6, "number with months on it")
    else:
        judged = _judge(text, number.start, stop, letter, words)
    if judged is None:
        return []
    limit = f" > {UPPER}" if text[: number.start].rstrip().endswith(words.terms["under"]) else ""
    return [
        AgeFound(number.start, stop, value + half, judged[0], judged[1] + (end or limit))
        for value, end in both_ends(number, letter)
    ]


def _compound(text: str, number: Number) -> list[AgeFound]:
    """Return an age of two units: "5 years and 3 months old", "8 weeks and 3 days old" (told in days)."""
    match = _COMPOUND.match(text, number.stop)
    if match is None or number.high is not None or number.value > LIMITS["M"] or number.value % 1:
        return []
    whole, rest = int(number.value), int(match.group(3))
    letter, smaller = match.group(1)[0].upper(), match.group(4)[0].upper()
    if "YMWD".index(smaller) <= "YMWD".index(letter) or whole > LIMITS[letter]:
        return []
    days = 7 * rest if smaller == "W" else rest
    smaller = "D" if smaller == "W" else smaller
    value = f"P{7 * whole + days}D" if letter == "W" else f"P{whole}{letter}{days}{smaller}"
    return [AgeFound(number.start, match.end(), value, 0.95, "numbers > old")]


def _judge(text: str, start: int, stop: int, letter: str, words: AgeWords) -> tuple[float, str] | None:
    terms = words.terms
    low = max(0, start - _REACH)
    clause = start
    while clause > low and text[clause - 1] not in _BREAKS:
        clause -= 1
    tokens = text[clause:start].replace("-", " ").split()
    tail = text[stop : stop + 24].lstrip(" -")
    following = tail.split()[:2]
    if tail.startswith(terms["child"]) and not any(w.strip(".,!?") in terms["goods"] for w in following):
        return 0.75, "number > unit > child"
    if tail.startswith(terms["never_after_en"]):
        return None
    first = following[0].strip(".,!?") if following else ""
    closed = not tail or tail[0] in _BREAKS or first in terms["open"]
    if " ".join(tokens).endswith(terms["under"]):
        return (0.7, "child > number > unit") if closed and _names_child(text, words) else None
    while tokens and tokens[-1] in terms["filler"]:
        tokens.pop()
    last = tokens[-1] if tokens else ""
    if last in terms["child"] or last in terms["pronoun"]:
        return (0.75 if last in terms["child"] else 0.7, "child > number > unit") if closed else None
    at_that = tokens[-1:] == ["at"] and letter in "MW" and (closed or first in terms["pronoun"])
    bare = not last and clause > 0 and (not tail or tail[0] in _BREAKS)
    ongoing = any(term in text[low:clause] for term in terms["ongoing_en"])
    return (
        (0.3 if ongoing else 0.65, "clause > number > unit")
        if (bare and _names_child(text, words)) or at_that
        else None
    )


def _years(text: str, number: Number, raw: str, words: AgeWords) -> list[AgeFound]:
    """Aged 4, age: 3, turned 5: years without a unit."""
    aged = _aged(text, number, words)
    apart = not raw.lstrip(" -")[:1].isdigit() and not raw[:1].isalnum()
    word = raw.lstrip(" -").split()[:1]
    counted = bool(word) and word[0].strip(".,!?") in words.terms["no_years"]
    if not aged or not apart or counted or number.value > 120 or number.value % 1:
        return []
    value = duration(Decimal(number.value), "Y")
    named = _AGE.search(text[max(0, number.start - 7) : number.start])
    return [AgeFound(number.start - (len(named.group()) if named else 0), number.stop, value, 0.8, "age > number")]


def _aged(text: str, number: Number, words: AgeWords) -> bool:
    """Whether "aged", "age:" or "turned" stands right before a number."""
    head = text[max(0, number.start - 12) : number.start].rstrip(" :")
    return head.endswith(words.terms["aged"]) and not head.removesuffix("age").endswith(("p", "mess", "im", "aver"))


def _half_years(text: str, number: Number, stop: int) -> list[AgeFound]:
    """She's two and a half: years without a unit behind a person, closing their clause."""
    closed = stop == len(text) or text[stop] in _BREAKS
    person = _PERSON.search(text[max(0, number.start - 16) : number.start])
    if not closed or person is None or not 0 < number.value < _CHILD or number.value % 1:
        return []
    return [AgeFound(number.start, stop, f"P{int(number.value)}Y6M", 0.65, "person > number and a half")]


def _names_child(text: str, words: AgeWords) -> bool:
    return any(term in text for term in words.terms["child"]) or any(term in text for term in words.terms["pet"])
