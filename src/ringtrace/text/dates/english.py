"""Dates as English speaks them: "next Monday", "tuesday the eleventh", "2 weeks before May 13 1999".

Everything is counted from the day of writing. What has no month of its own is ``bare``: in chat such words are said
without meaning a date.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path

from ringtrace.text import lexicon
from ringtrace.text.dates.calendar_days import DateFound, iso, shift_month, yearless
from ringtrace.text.lexicon import any_of

_MOST = 500
"""Dates of each form that are read in one text: a budget for hostile ones."""
_A_WEEK = 7
_WORD = 20
"""Code points beside a date in which the word next to it stands."""
SPOKEN = "spoken day"
"""The rule of what a text says of a day without naming it in full."""


@dataclass(frozen=True)
class _Grammar:
    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    days: Mapping[str, int]
    counts: Mapping[str, int]
    units: Mapping[str, int]
    shifts: Mapping[str, str]
    holidays: Mapping[str, str]
    year_words: Mapping[str, int]
    marks: re.Pattern[str]
    dated: re.Pattern[str]
    year_first: re.Pattern[str]
    shifted: re.Pattern[str]
    week: re.Pattern[str]
    numbered: re.Pattern[str]
    alone: re.Pattern[str]
    day_only: re.Pattern[str]
    counted: re.Pattern[str]
    feast: re.Pattern[str]


@cache
def _grammar(lexicons: Path | None) -> _Grammar:
    tables: dict[str, dict[str, int]] = {}
    names: dict[str, dict[str, str]] = {"shift": {}, "holiday": {}}
    for _, document in lexicon.documents("date", lexicons):
        for key in ("weekdays", "months", "ordinals", "counts", "units", "year_words"):
            tables.setdefault(key, {}).update(document.get(key, {}))
        for key, table in names.items():
            table.update(document.get(key, {}))
    week, month, unit = any_of(tables["weekdays"]), any_of(tables["months"]), any_of(tables["units"])
    ordinal, shift, feast = any_of(tables["ordinals"]), any_of(names["shift"]), any_of(names["holiday"])
    day, spelled = rf"[0-3]?[0-9](?:st|nd|rd|th)?|{ordinal}", any_of(tables["year_words"])
    count = rf"[0-9]{{1,3}}|{any_of(tables['counts'])}"
    four = "(?:19|20)[0-9]{2}"
    year = rf"{four}|(?:{spelled})(?: (?:and )?(?:{spelled}|{any_of(tables['counts'])})){{1,3}}"
    end, begin, length = r"(?![a-z0-9])", r"(?<![a-z0-9$£€#@])", rf"(?:{count}) (?:{unit})"
    named = rf"(?:{month})(?:\.(?= ?,? ?[0-9]))?"
    return _Grammar(
        tables["weekdays"], tables["months"], tables["ordinals"], tables["counts"], tables["units"],
        names["shift"], names["holiday"], tables["year_words"],
        marks=re.compile(
            rf"{begin}(?:{week}|{unit}|{feast}|{ordinal}|[0-9]{{1,2}}(?:st|nd|rd|th)|{month})|[0-9]/[0-9]"
        ),
        dated=re.compile(
            rf"{begin}(?:(?P<w>{week})\.?,? )?"
            rf"(?:(?:the )?(?P<d2>{day})(?: day)?(?: of |[ /-]|(?<=[a-z]) ?)(?P<m2>{named})"
            rf"|(?P<m1>{named})[ /-]?(?:the )?(?P<d1>{day})(?! ?[:%]|[a-z0-9]))"
            rf"(?:(?: ?, ?| of |[ /-])(?P<y>{year}))?{end}"
        ),
        year_first=re.compile(
            rf"{begin}(?P<y>{four})[/-](?:(?P<m1>{month})[/-](?P<d1>[0-3]?[0-9])"
            rf"|(?P<d2>[0-3]?[0-9])[/-](?P<m2>{month})){end}"
        ),
        shifted=re.compile(rf"{begin}(?P<s>{shift}) (?P<w>{week}){end}"),
        week=re.compile(
            rf"{begin}(?:(?P<s1>{shift}) week(?:,? on)?,? (?P<w1>{week})"
            rf"|(?P<w2>{week})(?: of)? (?P<s2>{shift}) week){end}"
        ),
        numbered=re.compile(
            rf"{begin}(?:(?:{shift}) )?(?P<w>{week})\.?,? \(?(?:(?P<y>{four})[-/])?"
            r"(?P<m>[01]?[0-9])[/.-](?P<d>[0-3]?[0-9])\)?(?![0-9/:]|\.[0-9])"
        ),
        alone=re.compile(
            rf"(?<!black )(?<!good ){begin}(?P<w>{week})"
            rf"(?:,? (?:the )?(?P<d>{day})(?![0-9/:-]|\.[0-9]|[a-z]| ?[ap]m| (?:{unit})))?{end}"
        ),
        day_only=re.compile(
            rf"{begin}(?:on )(?P<t>(?:the )?(?P<d>[0-3]?[0-9](?:st|nd|rd|th)|{ordinal})(?: day)?"
            rf"(?: of (?P<s>{shift}) month)?)(?=$|[ ]*[.,;!?\n-]| for| at| with| to)"
        ),
        counted=re.compile(
            rf"{begin}(?P<in>in )?(?P<q>{length}(?:,? (?:and )?{length}){{0,2}})"
            rf"(?P<dir>(?: ago| later| from now| hence){end}| (?:from|after|before) )?(?![0-9])"
        ),
        feast=re.compile(rf"{begin}(?P<h>{feast})(?:,? (?P<y>{four}))?{end}"),
    )  # fmt: skip


def spoken_words(lexicons: Path | None) -> tuple[str, ...]:
    """Return words of which a text must hold one for ``find_spoken_dates`` to look at it, if no 1/2 stands in it."""
    grammar = _grammar(lexicons)
    ordinals = (f"{digit}{ending}" for digit in range(10) for ending in ("st", "nd", "rd", "th"))
    return (*grammar.weekdays, *grammar.units, *grammar.holidays, *grammar.days, *grammar.months, *ordinals)


_SLASHED = re.compile(r"(?<![0-9./\-$])([01]?[0-9]|[0-3]?[0-9])/([0-3]?[0-9])(?:/([0-9]{2}))?(?![0-9]|[./\-][0-9]|%)")
"""Month and day, or day and month, perhaps with a short year."""


def find_spoken_dates(text: str, day: date | None, known: list[DateFound], lexicons: Path | None) -> list[DateFound]:
    """Return the dates of a folded text that need the day of writing or an English calendar; they may overlap.

    known: dates found otherwise, from which "2 weeks before ..." may count.
    """
    grammar = _grammar(lexicons)
    if grammar.marks.search(text) is None:
        return []
    found = [*_dated(text, day, grammar, lexicons)]
    if day is not None:
        found += [
            *_slashed(text, day),
            *_weekdays(text, day, grammar),
            *_days(text, day, grammar),
            *_feasts(text, day, grammar),
        ]
        found += _counted(text, day, sorted([*known, *found], key=lambda one: (one.start, -one.stop)), grammar)
    return found


def _number(word: str | None, grammar: _Grammar) -> int:
    if not word:
        return 0
    if word in grammar.days:
        return grammar.days[word]
    digits = word.rstrip("stndrh")
    return int(digits) if digits.isdigit() else 0


def _year(words: str | None, grammar: _Grammar) -> int:
    """Return 1999, "nineteen eighty six", "two thousand and thirty two" as a number; 0 where it is none."""
    if not words or words.isdigit():
        return int(words or 0)
    total = 0
    for word in words.replace("-", " ").split():
        value = grammar.year_words.get(word, grammar.counts.get(word, 0))
        total = total * value if value == 1000 else total * 100 + value if total in (19, 20) else total + value
    return total if 1900 <= total < 2100 else 0


def _dated(text: str, day: date | None, grammar: _Grammar, lexicons: Path | None) -> Iterator[DateFound]:
    for pattern in (grammar.dated, grammar.year_first):
        for match in islice(pattern.finditer(text), _MOST):
            month = grammar.months[(match.group("m1") or match.group("m2")).rstrip(".")]
            number = _number(match.group("d1") or match.group("d2"), grammar)
            year = _year(match.group("y"), grammar)
            if not 1 <= number <= 31 or (match.group("y") and not year):
                continue
            if not year and says_no_day(text, match, lexicons):
                continue
            value = iso(year, month, number) if year else yearless(month, number, day, False)
            if value:
                yield DateFound(match.start(), match.end(), value, 0.95, "month and day")


def says_no_day(text: str, match: re.Match[str], lexicons: Path | None) -> bool:
    """Whether a month and a number behind it are something else: "we march 5 miles", "i may 3 times".

    match: with groups m1 and d1 where the number stands behind the month.
    """
    if not match.group("d1"):
        return False
    terms = lexicon.load("date", lexicons)
    head = text[max(0, match.start() - _WORD) : match.start()].split()[-1:]
    if match.group("m1") == "may" and head and head[0] in terms["might"]:
        return True
    behind = text[match.end() : match.end() + _WORD]
    return behind.startswith(" ") and behind.strip(" ,.!?").partition(" ")[0].strip(",.!?") in terms["counted"]


def _weekdays(text: str, day: date, grammar: _Grammar) -> Iterator[DateFound]:
    for match in islice(grammar.shifted.finditer(text), _MOST):
        yield _bare(match.span(), _shifted(day, grammar.shifts[match.group("s")], grammar.weekdays[match.group("w")]))
    for match in islice(grammar.week.finditer(text), _MOST):
        shift, name = match.group("s1") or match.group("s2"), match.group("w1") or match.group("w2")
        yield _bare(match.span(), _shifted(day, grammar.shifts[shift], grammar.weekdays[name]))
    for match in islice(grammar.numbered.finditer(text), _MOST):
        month, number = int(match.group("m")), int(match.group("d"))
        value = iso(int(match.group("y")), month, number) if match.group("y") else _month_day(month, number, day)
        if value:
            yield DateFound(match.start(), match.end(), value, 0.8, "weekday and day")
    for match in islice(grammar.alone.finditer(text), _MOST):
        weekday, number = grammar.weekdays[match.group("w")], _number(match.group("d"), grammar)
        if match.group("d") is None:
            if len(match.group("w")) > 3:
                yield _bare(match.span(), day + timedelta((weekday - day.weekday() - 1) % _A_WEEK + 1))
        elif (near := _with_weekday(day, weekday, number)) is not None:
            yield DateFound(match.start(), match.end(), near.isoformat(), 0.8, "weekday and day")


def _slashed(text: str, day: date) -> Iterator[DateFound]:
    """Yield 22/04, 11/20, 03/18/40: only one of the two numbers can be a month."""
    for match in islice(_SLASHED.finditer(text), _MOST):
        left, right = int(match.group(1)), int(match.group(2))
        month, number = (right, left) if left > 12 else (left, right)
        if not (1 <= month <= 12 < number <= 31):
            continue
        short = match.group(3)
        if not short and left > 12 and match.group(1) == "24" and match.group(2) == "7":
            continue  # all day, all week
        value = iso(_century(int(short), day), month, number) if short else yearless(month, number, day, False)
        if value:
            yield DateFound(match.start(), match.end(), value, 0.6, SPOKEN, not short)


def _century(short: int, day: date) -> int:
    """Return the year of two digits that lies within 30 years ahead, else behind."""
    year = day.year - day.year % 100 + short
    return year - 100 if year > day.year + 30 else year


def _bare(span: tuple[int, int], value: date) -> DateFound:
    return DateFound(*span, value.isoformat(), 0.6, SPOKEN, True)


def _shifted(day: date, shift: str, weekday: int) -> date:
    """shift: "0", "1", "-1" for the week meant; "past" and "coming" for the nearest such day."""
    if shift == "past":
        return day - timedelta((day.weekday() - weekday - 1) % _A_WEEK + 1)
    if shift == "coming":
        return day + timedelta((weekday - day.weekday() - 1) % _A_WEEK + 1)
    return day + timedelta(weekday - day.weekday() + _A_WEEK * int(shift))


def _month_day(month: int, number: int, day: date) -> str:
    """The month stands first, unless only the second number can be one."""
    month, number = (number, month) if month > 12 >= number else (month, number)
    return yearless(month, number, day, False) if 1 <= month <= 12 and number else ""


def _with_weekday(day: date, weekday: int, number: int) -> date | None:
    """Return the nearest day of that weekday and number within 14 months; a coming one where two are as near."""
    if not 1 <= number <= 31:
        return None
    found = []
    for offset in range(-14, 15):
        year, month = shift_month(day, offset)
        value = iso(year, month, number)
        if value and (there := date.fromisoformat(value)).weekday() == weekday:
            found.append(there)
    return min(found, key=lambda there: (abs((there - day).days), there < day), default=None)


def _days(text: str, day: date, grammar: _Grammar) -> Iterator[DateFound]:
    """Yield "on the 18th", "on the 15th day of next month"."""
    for match in islice(grammar.day_only.finditer(text), _MOST):
        shift = grammar.shifts[match.group("s")] if match.group("s") else "0"
        year, month = shift_month(day, int(shift) if shift.lstrip("-").isdigit() else 0)
        value = iso(year, month, _number(match.group("d"), grammar))
        if value:
            yield DateFound(*match.span("t"), value, 0.55, SPOKEN, True)


def _feasts(text: str, day: date, grammar: _Grammar) -> Iterator[DateFound]:
    for match in islice(grammar.feast.finditer(text), _MOST):
        month, number = map(int, grammar.holidays[match.group("h")].split("-"))
        year = int(match.group("y") or 0)
        value = iso(year, month, number) if year else yearless(month, number, day, True)
        yield DateFound(match.start(), match.end(), value, 0.6, SPOKEN, not year)


def _counted(text: str, day: date, known: list[DateFound], grammar: _Grammar) -> Iterator[DateFound]:
    """Yield "in two weeks", "3 days ago", "2 weeks before May 13 1999"."""
    starts = [one.start for one in known]
    for match in islice(grammar.counted.finditer(text), _MOST):
        toward, ahead = (match.group("dir") or "").strip(), match.group("in") is not None
        stop, base = match.end(), day
        if toward in ("from", "after", "before"):
            at = bisect_left(starts, stop)
            if at == len(known) or starts[at] != stop or len(known[at].value) != 10:
                continue
            base, stop = date.fromisoformat(known[at].value), known[at].stop
        elif not toward and not ahead:
            continue
        start = match.start("q") if toward and ahead else match.start()
        value = _moved(base, match.group("q"), -1 if toward in ("ago", "before") else 1, grammar)
        if value is not None:
            yield DateFound(start, stop, value.isoformat(), 0.6, SPOKEN, base == day)


def _moved(base: date, lengths: str, sign: int, grammar: _Grammar) -> date | None:
    """Return the day ``lengths`` ("2 years 1 month", units in days; 30 and 365 stand for months and years) away."""
    words = lengths.replace(",", " ").replace(" and ", " ")
    months = days = 0
    for count, unit in re.findall(rf"([0-9]{{1,3}}|{any_of(grammar.counts)}) ({any_of(grammar.units)})", words):
        size = int(count) if count.isdigit() else grammar.counts[count]
        if grammar.units[unit] in (30, 365):
            months += size * (12 if grammar.units[unit] == 365 else 1)
        else:
            days += size * grammar.units[unit]
    year, month = shift_month(base, sign * months)
    if not 1900 <= year < 2100:
        return None
    number = base.day
    while not (value := iso(year, month, number)):
        number -= 1
    return date.fromisoformat(value) + timedelta(sign * days)
