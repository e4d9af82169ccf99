"""Times as written: day and month order, halves of the day, zones, and what was only assumed.

All readings are microseconds since 1970 UTC; nothing here knows what time it is now.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ringtrace.errors import UsageError
from ringtrace.model.clock import Clock
from ringtrace.text import lexicon
from ringtrace.text.dates.order import DateOrder, arrange, prove_order

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO = timedelta(microseconds=1)
_YMD = re.compile(r"([0-9]{4}) {0,2}[-/.年] {0,2}([0-9]{1,2}) {0,2}[-/.月] {0,2}([0-9]{1,2})")
_COMPACT = re.compile(
    r"(?<![0-9])([12][0-9]{3})([01][0-9])([0-3][0-9])(?:T?([0-2][0-9])([0-5][0-9])([0-5][0-9]))?(?![0-9])"
)
_NUMERIC = re.compile(r"(?<![0-9])([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})(?![0-9])")
_DAY_MONTH = re.compile(r"(?<![0-9])([0-9]{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -]([0-9]{4})")
_MONTH_DAY = re.compile(r"(?<![A-Za-z])([A-Za-z]{3,9})\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})")
_TIME = re.compile(r"(?<![0-9])([0-9]{1,2})[:：时點点]([0-9]{2})(?:[:：分]([0-9]{2})(?:[.,]([0-9]{1,6})[0-9]{0,6})?)?")
_OFFSET = re.compile(r"(?: ?(?:UTC|GMT))? ?([+-])([0-9]{2}):?([0-9]{2})?(?![0-9:])")
_UTC = re.compile(r" ?(?:Z|UTC|GMT)(?![A-Za-z+-])")
_EPOCH_DIGITS = re.compile(r"-?[0-9]{9,10}(?:\.[0-9]{1,6})?|[0-9]{13}|[0-9]{16}")
_LONGEST = 80


@cache
def find_zone(name: str) -> ZoneInfo:
    """Return the IANA zone; raises UsageError for a name that does not exist."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(f"zone {name!r} is not an IANA time zone; use one like Asia/Shanghai") from error


def local_micros(day: tuple[int, int, int], time: tuple[int, int, int], zone: tzinfo, micro: int = 0) -> int | None:
    """Return microseconds UTC of a local (year, month, day) and (hour, minute, second), or None.

    None when there is no such day or time. A leap second counts as second 59.
    """
    year, month, number = day
    hour, minute, second = time
    if hour == 24 and minute == 0 and second == 0:
        start = local_micros(day, (0, 0, 0), zone)
        return None if start is None else start + 86_400_000_000
    try:
        moment = datetime(year, month, number, hour, minute, min(second, 59) if second == 60 else second, micro, zone)
        return (moment - _EPOCH) // _MICRO
    except (ValueError, OverflowError):
        return None


def half_day_hour(hour: int, half: str) -> int:
    """Return the hour 0..23 of a clock hour and the word beside it ("am", "下午", ""...).

    A word that contradicts a 24-hour value (13 pm) leaves the value as written.
    """
    if not half:
        return hour
    concept = half_days().get(half.strip().lower(), "")
    if concept == "pm":
        return hour + 12 if hour < 12 and not (half == "中午" and hour == 11) else hour
    if concept == "am":
        return 0 if hour == 12 else hour
    return hour


@cache
def half_days() -> dict[str, str]:
    """Return word -> "am" or "pm" over all languages, lower case, longest first."""
    words = lexicon.load("clock")
    both = [(word.lower(), half) for half in ("am", "pm") for word in words[half]]
    return dict(sorted(both, key=lambda item: (-len(item[0]), item[0])))


def ordered_clock(
    text: str, numbers: tuple[int, int, int], time: tuple[int, int, int], order: DateOrder, zone_name: str
) -> Clock:
    """Return the clock of a local time whose day and month order the file proved or left open."""
    zone = find_zone(zone_name)
    at = local_micros(arrange(numbers, order.name), time, zone)
    if at is None:
        return Clock(text=text, why="no such date or time")
    other = local_micros(arrange(numbers, order.other), time, zone) if order.other else None
    why = assumption(order.why, zone_name)
    if other is not None and other != at:
        return Clock(text, at, "ambiguous", zone_name, why, other)
    return Clock(text, at, "assumed", zone_name, why)


def assumed_clock(text: str, at: int | None, zone_name: str) -> Clock:
    """Return a clock read with a zone that the source does not state."""
    if at is None:
        return Clock(text=text, why="no such date or time")
    return Clock(text, at, "assumed", zone_name, assumption("", zone_name))


@lru_cache(maxsize=256)
def assumption(order: str, zone_name: str) -> str:
    """Return what was assumed: ``order``, the proof of day and month or "", and the zone."""
    zone = f"no zone in the source: {zone_name} assumed"
    return f"{order}; {zone}" if order else zone


def read_clock(text: str, zone_name: str, order: DateOrder | None = None) -> Clock:
    """Return the reading of one written time: ISO 8601, epoch seconds, Chinese, English, numeric.

    zone_name: zone to assume when the text states none. order: for 03/04/2014; without it such a
    date is ambiguous unless a number is above 12. Text that holds no date gives basis "none".
    """
    written = text.strip()
    short = written[:_LONGEST].translate({0xA0: 32, 0x202F: 32, 0x2009: 32, 0x3000: 32})
    if _EPOCH_DIGITS.fullmatch(short):
        return _epoch_clock(written, short)
    if compact := _COMPACT.match(short):
        parts = [int(group or 0) for group in compact.groups()]
        zone, stated = _zone_after(short, compact.end(), zone_name)
        at = local_micros((parts[0], parts[1], parts[2]), (parts[3], parts[4], parts[5]), zone)
        return _stated_or_assumed(written, at, stated, zone_name)
    numbers, found, stop = _find_date(short, order)
    if numbers is None:
        return Clock(text=written, why="no date found")
    time, micro, after = _find_time(short, stop)
    zone, stated = _zone_after(short, after, zone_name)
    if found is None:
        at = local_micros(numbers, time, zone, micro)
        return _stated_or_assumed(written, at, stated, zone_name)
    clock = ordered_clock(written, numbers, time, found, zone_name)
    if stated and clock.at is not None:
        at = local_micros(arrange(numbers, found.name), time, zone, micro)
        return Clock(written, at, "ambiguous" if clock.alternative else "stated", stated, clock.why, clock.alternative)
    return clock


def _epoch_clock(written: str, digits: str) -> Clock:
    if len(digits) in (13, 16) and "." not in digits:
        at = int(digits) * (1000 if len(digits) == 13 else 1)
    else:
        whole, _, fraction = digits.partition(".")
        at = int(whole) * 1_000_000 + int((fraction + "000000")[:6])
    return Clock(written, at, "stated", "UTC", "Unix time in the source")


def _stated_or_assumed(written: str, at: int | None, stated: str, zone_name: str) -> Clock:
    if at is not None and stated:
        return Clock(written, at, "stated", stated, "zone stated in the source")
    return assumed_clock(written, at, zone_name)


def _find_date(short: str, order: DateOrder | None) -> tuple[tuple[int, int, int] | None, DateOrder | None, int]:
    """Return (numbers, the order they stand in or None for year-month-day, where they end)."""
    if match := _YMD.search(short):
        return (int(match[1]), int(match[2]), int(match[3])), None, match.end()
    for pattern, month_at, day_at in ((_DAY_MONTH, 2, 1), (_MONTH_DAY, 1, 2)):
        match = pattern.search(short)
        month = _months().get(match[month_at].lower()) if match else None
        if match and month:
            return (int(match[3]), month, int(match[day_at])), None, match.end()
    if match := _NUMERIC.search(short):
        numbers = (int(match[1]), int(match[2]), int(match[3]))
        return numbers, order or prove_order([numbers]), match.end()
    return None, None, 0


@cache
def _months() -> dict[str, int]:
    words = lexicon.load("clock")
    return {word.lower(): number for number in range(1, 13) for word in words.get(f"month_{number:02d}", ())}


def _find_time(short: str, stop: int) -> tuple[tuple[int, int, int], int, int]:
    """Return ((hour, minute, second), microseconds, where the time and "am" behind it end); midnight when none."""
    match = _TIME.search(short, stop) or _TIME.search(short)
    if not match:
        return (0, 0, 0), 0, stop
    before = short[max(0, match.start() - 6) : match.start()].strip().lower()
    behind = short[match.end() : match.end() + 8].lower()
    after = behind.strip()
    half = next((word for word in half_days() if before.endswith(word) or _starts_word(after, word)), "")
    micro = int(((match[4] or "") + "000000")[:6])
    hour = half_day_hour(int(match[1]), half)
    end = match.end()
    if half and _starts_word(after, half):
        end += len(behind) - len(behind.lstrip()) + len(half)
    return (hour, int(match[2]), int(match[3] or 0)), micro, end


def _starts_word(after: str, word: str) -> bool:
    rest = after[len(word) : len(word) + 1]
    return after.startswith(word) and not (rest.isalpha() and word.isascii())


def _zone_after(short: str, after: int, zone_name: str) -> tuple[tzinfo, str]:
    """Return (zone, its written name or "" when none is stated)."""
    if match := _OFFSET.match(short, after):
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes <= 14 * 60:
            sign = -1 if match[1] == "-" else 1
            return timezone(timedelta(minutes=sign * minutes)), f"{match[1]}{match[2]}:{match[3] or '00'}"
    if _UTC.match(short, after):
        return UTC, "UTC"
    return find_zone(zone_name), ""


def dates_as_written(texts: Iterable[str]) -> list[tuple[int, int, int]]:
    """Return the three numbers of every numeric date (03/04/2014) among ``texts``, for ``prove_order``."""
    found = []
    for text in texts:
        if not _YMD.search(text) and (match := _NUMERIC.search(text[:_LONGEST])):
            found.append((int(match[1]), int(match[2]), int(match[3])))
    return found
