"""Dates in Chinese and English as ISO 8601, partial where the text is: "2014-02-19", "2014-02".

Yearless and relative dates are read from the day of writing (local day at UTC+8, the zone that
the evidence is assumed in); without one a month and day stay yearless ("--02-19").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import ahocorasick_rs

from ringtrace.text import lexicon
from ringtrace.text.dates.calendar_days import DateFound, iso, shift_month, yearless
from ringtrace.text.dates.chinese import find_told_dates, told_words
from ringtrace.text.dates.counted import find_counted_dates, find_weekdays, weekday_words
from ringtrace.text.dates.english import find_spoken_dates, says_no_day
from ringtrace.text.dates.numeric import find_numeric_dates
from ringtrace.text.numbers.finding import find_numbers

_A_DAY = 86_400_000_000
_CHINA = 8 * 3_600_000_000
"""Microseconds of a day, and by which UTC+8 is ahead of UTC."""
_EPOCH = date(1970, 1, 1).toordinal()
_D = "0-9〇零一二三四五六七八九十廿"
_YEAR = "[0-9〇零一二三四五六七八九]{4}"
_FULL = re.compile(rf"({_YEAR}) ?年 ?(?:([{_D}]{{1,3}}) ?月(?:份| ?([{_D}]{{1,3}}) ?[日号])?)?")
_SHORT_YEAR = re.compile(rf"(?<![{_D}])([01][0-9]|2[0-9]) ?年 ?([{_D}]{{1,3}}) ?月(?:份| ?([{_D}]{{1,3}}) ?[日号])?")
_MONTH = re.compile(rf"(?<![{_D}年第闰])([{_D}]{{1,3}}) ?月(?:份| ?([{_D}]{{1,3}}) ?[日号])?")
_DAY = re.compile(rf"(?<![{_D}月.\-/])([{_D}]{{1,3}})[号](?![码])")
_RELATIVE_TAIL = re.compile(rf"(?:的)?([{_D}]{{1,3}})(?:[号日])")
_YEAR_TAIL = re.compile(rf" ?(?:的)?([{_D}]{{1,3}}) ?月(?:份| ?([{_D}]{{1,3}}) ?[日号])?")
_CHINESE = "\u2e80"
_LATIN = re.compile("[a-z]{3}")
_MARKS = frozenset({"calendar", "told", "weekday"})
"""Words that only tell where to look for more."""
_WEEKDAY = "一二三四五六日天"
_EN_YEAR = re.compile(
    r"(?<![0-9a-z/.,\-])(?:in|since|of|during|until|early|late|year) ((?:19|20)[0-9]{2})(?![0-9\-/.]?[0-9])"
)


@dataclass(frozen=True)
class _Words:
    automaton: ahocorasick_rs.AhoCorasick
    entries: tuple[tuple[str, str, int], ...]
    weak: frozenset[str]
    future: tuple[str, ...]
    not_day: tuple[str, ...]
    lexicons: Path | None
    months: Mapping[str, int]
    english: re.Pattern[str]


def local_day(sent_at: int | None) -> date | None:
    """Return the day of ``sent_at`` (microseconds UTC) at UTC+8, None when unknown or out of range."""
    if sent_at is None or not 0 <= sent_at < 4_102_444_800_000_000:
        return None
    return date.fromordinal(_EPOCH + (sent_at + _CHINA) // _A_DAY)


def find_dates(text: str, day: date | None = None, lexicons: Path | None = None) -> list[DateFound]:
    """Return the dates of a folded text in order, none overlapping. day: the day of writing."""
    words = _words(lexicons)
    found: list[DateFound] = []
    if "月" in text or "年" in text or "号" in text:
        found.extend(_chinese(text, day, words))
    found.extend(find_numeric_dates(text, day, lexicons))
    marks = set()
    for index, start, stop in words.automaton.find_matches_as_indexes(text):
        word, unit, offset = words.entries[index]
        if unit in _MARKS:
            marks.add(unit)
        elif day is not None and word[0] > _CHINESE:
            found.extend(_relative(text, start, word, (unit, offset), day, words))
        elif day is not None and not text[start - 1 : start].isalnum() and not text[stop : stop + 1].isalnum():
            found.append(_relative_english(start, word, (unit, offset), day, words))
    if "calendar" in marks:
        found.extend(_english(text, day, words))
    if day is not None and not text.isascii():
        if "weekday" in marks:
            found.extend(find_weekdays(text, day, lexicons))
        if "told" in marks or "年" in text or "月" in text:
            found.extend(find_told_dates(text, day, found[:], lexicons))
        found.extend(find_counted_dates(text, day, lexicons))
    if _LATIN.search(text) is not None:
        found.extend(find_spoken_dates(text, day, found, lexicons))
    return found if len(found) < 2 else _longest(found)


def _longest(found: list[DateFound]) -> list[DateFound]:
    """Return dates in order; of those that overlap the one that begins first and reaches furthest, or its readings."""
    found.sort(key=lambda item: (item.start, -item.stop, -item.probability, item.value))
    kept: list[DateFound] = []
    for item in found:
        same = bool(kept) and (item.start, item.stop) == (kept[-1].start, kept[-1].stop)
        if not kept or item.start >= kept[-1].stop or (same and item.value != kept[-1].value):
            kept.append(item)
    return kept


def date_words(lexicons: Path | None) -> tuple[str, ...]:
    """Return the words of relative days and of months that ``find_dates`` looks for."""
    return tuple(word for word, _, _ in _words(lexicons).entries)


def _chinese(text: str, day: date | None, words: _Words) -> Iterator[DateFound]:
    if "年" in text:
        yield from _with_year(text)
    if "月" in text:
        for match in _MONTH.finditer(text):
            yield from _month_day(text, match, day, words)
    if "号" in text and day is not None:
        for match in _DAY.finditer(text):
            if not text.startswith(words.not_day, match.end()) and not text[: match.start()].endswith(
                ("第", "微信", "q", "群")
            ):
                value = iso(day.year, day.month, _integer(match.group(1)))
                if value:
                    yield DateFound(match.start(), match.end(), value, 0.55, "day of the month")


def _with_year(text: str) -> Iterator[DateFound]:
    for match in _FULL.finditer(text):
        year = _integer(match.group(1))
        if 1900 <= year < 2100:
            value = iso(year, _integer(match.group(2)), _integer(match.group(3)))
            if value and not (match.group(2) is None and text.startswith(("级", "份的酒"), match.end())):
                yield DateFound(match.start(), match.end(), value, 0.95, "year month day")
    for match in _SHORT_YEAR.finditer(text):
        value = iso(2000 + int(match.group(1)), _integer(match.group(2)), _integer(match.group(3)))
        if value:
            yield DateFound(match.start(), match.end(), value, 0.85, "short year")


def _month_day(text: str, match: re.Match[str], day: date | None, words: _Words) -> Iterator[DateFound]:
    month, number = _integer(match.group(1)), _integer(match.group(2))
    head, tail = text[max(0, match.start() - 6) : match.start()], text[match.end() : match.end() + 2]
    if not 1 <= month <= 12 or (match.group(2) is not None and not 1 <= number <= 31):
        return
    if match.group(2) is None and (
        tail.startswith(("龄", "大", "嫂", "子", "份大", "饼", "薪", "费", "经")) or head.endswith(("农历", "阴历"))
    ):
        return
    if match.group(1) == "一" and match.group(2) is None and re.match(r" ?[\d一二三四五六七八九]", tail):
        return  # 一月5500元: a month's pay
    if head.endswith(("去年", "今年", "明年", "前年", "农历", "阴历", "后年")):
        return
    future = any(term in head for term in words.future) or tail.startswith(("预产", "生产", "要生"))
    value = yearless(month, number, day, future)
    if value:
        yield DateFound(
            match.start(), match.end(), value, 0.9 if number else 0.75, "month and day" if number else "month"
        )


def _relative(text: str, at: int, word: str, shift: tuple[str, int], day: date, words: _Words) -> Iterator[DateFound]:
    unit, offset = shift
    stop = at + len(word)
    if unit == "day":
        if text[at - 1 : at] == "大" or (text.startswith(("的",), stop) and offset == 0):
            return
        yield DateFound(
            at,
            stop,
            (day + timedelta(days=offset)).isoformat(),
            0.45 if word in words.weak else 0.6,
            "relative day",
            True,
        )
    elif unit == "month":
        if text[at - 1 : at] and text[at - 1 : at] in "上下" and word[0] in "上下":
            return
        year, month = shift_month(day, offset)
        tail = _RELATIVE_TAIL.match(text, stop)
        value = iso(year, month, _integer(tail.group(1)) if tail else 0)
        if value:
            yield DateFound(at, tail.end() if tail else stop, value, 0.85 if tail else 0.7, "relative month", not tail)
    elif unit == "year":
        tail = _YEAR_TAIL.match(text, stop)
        value = (
            iso(day.year + offset, _integer(tail.group(1)), _integer(tail.group(2))) if tail else str(day.year + offset)
        )
        if value:
            probability = 0.9 if tail else 0.45 if word in words.weak else 0.6
            yield DateFound(at, tail.end() if tail else stop, value, probability, "relative year", not tail)
    elif unit == "week":
        monday = day - timedelta(days=day.weekday()) + timedelta(weeks=offset)
        weekday = _WEEKDAY.find(text[stop : stop + 1]) if stop < len(text) else -1
        if weekday >= 0:
            value = (monday + timedelta(days=min(weekday, 6))).isoformat()
            yield DateFound(at, stop + 1, value, 0.85, "relative weekday", offset == 0)
        else:
            year, week, _ = monday.isocalendar()
            yield DateFound(at, stop, f"{year}-W{week:02d}", 0.4 if word in words.weak else 0.5, "relative week", True)


def _english(text: str, day: date | None, words: _Words) -> Iterator[DateFound]:
    for match in words.english.finditer(text):
        month = words.months[match.group("m1") or match.group("m2")]
        number = int(match.group("d1") or match.group("d2") or 0)
        year = match.group("y1") or match.group("y2")
        named = match.group("m1") or match.group("m2")
        if not number and not year and not _calendar(text, match.start(), named):
            continue
        if not year and says_no_day(text, match, words.lexicons):
            continue
        head = text[max(0, match.start() - 12) : match.start()]
        value = (
            iso(int(year), month, number)
            if year
            else yearless(month, number, day, head.rstrip().endswith(words.future))
        )
        if value and (number <= 31):
            yield DateFound(match.start(), match.end(), value, 0.95 if number or year else 0.75, "month and day")
    for match in _EN_YEAR.finditer(text):
        yield DateFound(match.start(1), match.end(1), match.group(1), 0.75, "year")


def _calendar(text: str, start: int, name: str) -> bool:
    """Whether a lone month name is one: "in March", not "may" or "march"."""
    head = text[max(0, start - 9) : start].split()[-1:]
    led = bool(head) and head[0] in {
        "in",
        "since",
        "by",
        "until",
        "due",
        "early",
        "late",
        "mid",
        "last",
        "next",
        "this",
        "of",
    }
    if name in ("may", "march", "mar") and head == ["this"]:
        return False  # "this may be"
    return led or (name not in {"may", "march", "mar", "jan", "sep", "dec", "jun"} and len(name) > 3)


def _relative_english(at: int, word: str, shift: tuple[str, int], day: date, words: _Words) -> DateFound:
    unit, offset = shift
    probability = 0.45 if word in words.weak else 0.7 if unit == "month" else 0.6
    if unit == "day":
        value = (day + timedelta(days=offset)).isoformat()
    elif unit == "month":
        year, month = shift_month(day, offset)
        value = f"{year:04d}-{month:02d}"
    elif unit == "year":
        value = str(day.year + offset)
    else:
        year, week, _ = (day + timedelta(weeks=offset)).isocalendar()
        value, probability = f"{year}-W{week:02d}", 0.5 if offset else 0.4
    return DateFound(at, at + len(word), value, probability, f"relative {unit}", True)


def _integer(text: str | None) -> int:
    """二十 -> 20, 二零一四 -> 2014, None -> 0; 0 as well where it is no number."""
    if not text:
        return 0
    if text.isascii():
        return int(text) if text.isdigit() else 0
    numbers = find_numbers(text.replace("廿", "二十"))
    return int(numbers[0].value) if len(numbers) == 1 else 0


@cache
def _words(lexicons: Path | None) -> _Words:
    relative: dict[str, dict[str, int]] = {"day": {}, "month": {}, "year": {}, "week": {}}
    weak: dict[str, int] = {}
    months: dict[str, int] = {}
    for _, document in lexicon.documents("date", lexicons):
        for unit, table in relative.items():
            table.update(document.get(unit, {}))
        weak.update(document.get("weak", {}))
        months.update(document.get("months", {}))
    names = "|".join(sorted(months, key=lambda name: (-len(name), name)))
    tail = r"(?:,? (?P<{}>(?:19|20)[0-9]{{2}})(?![0-9]))?"
    month_first = rf"(?P<m1>{names})\.?(?: (?P<d1>[0-3]?[0-9])(?:st|nd|rd|th)?(?![0-9:]))?" + tail.format("y1")
    day_first = rf"(?P<d2>[0-3]?[0-9])(?:st|nd|rd|th)?(?: of)? (?P<m2>{names})\.?" + tail.format("y2")
    english = re.compile(rf"(?<![a-z0-9$£€])(?:{month_first}|{day_first})(?![a-z])")
    terms = lexicon.load("date", lexicons)
    entries = [(word, unit, offset) for unit, table in relative.items() for word, offset in table.items()]
    entries += [(mark, "calendar", 0) for mark in sorted({name[:3] for name in months} | {" 20", " 19"})]
    known = {word for word, _, _ in entries}
    entries += [(word, "told", 0) for word in told_words(lexicons) if word not in known]
    entries += [(word, "weekday", 0) for word in weekday_words(lexicons)]
    automaton = ahocorasick_rs.AhoCorasick(
        [word for word, _, _ in entries], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
    )
    future, not_day = terms.get("future", ()), terms.get("not_day", ())
    return _Words(automaton, tuple(entries), frozenset(weak), future, not_day, lexicons, months, english)
