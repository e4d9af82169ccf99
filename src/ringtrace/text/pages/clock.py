"""Times as pages write them, in Chinese and English, read into ``Clock``s.

Month names, zones and words are data (``lexicons/page_date.*.toml``). A relative time ("昨天 12:30",
"3 hours ago") can be read only when the capture time is known. A date whose day and month could be
swapped is ``ambiguous``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache
from itertools import compress
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ringtrace.model.clock import NO_CLOCK, Clock
from ringtrace.text import lexicon
from ringtrace.text.dates.order import full_year

_GAP = r"[ \t\n\u00a0\u3000]"
_CLOCK = (
    r"(?P<{p}half>{half})?[ \u00a0]?(?P<{p}hour>[0-9]{{1,2}})(?::|：|时|點|点)(?P<{p}minute>[0-9]{{2}})"
    r"(?:(?::|：|分)(?P<{p}second>[0-9]{{2}})?)?秒?(?:\.[0-9]{{1,9}})?"
    r"(?:[ \u00a0]?(?P<{p}ampm>[AaPp]\.?[Mm]\b\.?))?"
)
_ZONE = r"(?:[ \u00a0]?\(?(?P<{p}zone>Z\b|(?:GMT|UTC)?[+-][0-9]{{2}}:?[0-9]{{2}}\b|{zones})\)?)?"


class TimeFound(NamedTuple):
    """A time in a text. start, stop: code points. text: as written."""

    start: int
    stop: int
    text: str
    parts: tuple[tuple[str, str], ...]


@cache
def _words() -> dict[str, str]:
    """Word (lower case) -> concept of the date lexicon."""
    return {term.lower(): concept for concept, terms in lexicon.load("page_date").items() for term in terms}


def _alternatives(prefix: str) -> str:
    terms = [
        term for concept, terms in lexicon.load("page_date").items() if concept.startswith(prefix) for term in terms
    ]
    return "|".join(re.escape(term) for term in sorted(terms, key=lambda t: (-len(t), t))) or r"(?!)"


@cache
def _pattern() -> re.Pattern[str]:
    half, zones, months = _alternatives("half_"), _alternatives("zone"), _alternatives("month_")
    days, units = _alternatives("day_"), _alternatives("unit_")
    between = (
        rf"(?:{_GAP}{{0,2}}(?:at|-{{1,2}}|–|—|\||@|星期.|周.|\([^()]{{1,6}}\)){_GAP}{{0,2}}(?:[Uu]pdated{_GAP})?"
        rf"|{_GAP}{{1,4}}|T|日|,{_GAP}{{0,2}})"
    )

    def clock(p: str) -> str:
        return _CLOCK.format(p=p, half=half) + _ZONE.format(p=p, zones=zones)

    numeric = (
        r"(?<![0-9.])(?P<y>(?:19|20)[0-9]{2})(?P<s>[-/.年])[ ]?(?P<m>[0-9]{1,2})[-/.月][ ]?(?P<d>[0-9]{1,2})(?![0-9])"
        rf"日?(?:{between}?{clock('a')})?"
    )
    swapped = (
        r"(?<![0-9.])(?P<x1>[0-9]{1,2})(?P<xs>[-/.])(?P<x2>[0-9]{1,2})[-/.](?P<xy>(?:19|20)[0-9]{2})(?![0-9])"
        rf"(?:{between}{clock('b')})?"
    )
    english = (
        rf"\b(?P<em>{months})\.?{_GAP}{{1,2}}(?P<ed>[0-9]{{1,2}})(?:st|nd|rd|th)?,?{_GAP}{{1,2}}(?P<ey>(?:19|20)[0-9]{{2}})"
        rf"(?:{between}(?P<emil>[0-2][0-9][0-5][0-9])?(?:{clock('c')})?{_GAP}?(?P<emilzone>{zones})?)?"
    )
    british = (
        rf"(?<![0-9])(?P<bd>[0-9]{{1,2}})(?:st|nd|rd|th)?[ \u00a0-]"
        rf"(?P<bm>{months})\.?,?[ \u00a0-](?P<by>(?:19|20)[0-9]{{2}})"
        rf"(?:{between}{clock('e')})?"
    )
    relative = rf"(?P<ago>[0-9]{{1,4}}|半|an?\b){_GAP}?个?(?P<unit>{units}){_GAP}?(?:前|ago\b)"
    named = rf"(?P<day>{days}){_GAP}{{0,3}}(?:at{_GAP})?,?{_GAP}?{clock('f')}"
    yearless = rf"(?<![0-9./-])(?P<ym>[0-9]{{1,2}})(?:-|月|/)(?P<yd>[0-9]{{1,2}})日?{_GAP}{{1,2}}{clock('g')}"
    short = (
        r"(?<![0-9./-])(?P<z1>[0-9]{1,2})(?P<zs>[./])(?P<z2>[0-9]{1,2})[./](?P<zy>[0-9]{2})(?![0-9])"
        rf"{between}{clock('h')}"
    )
    return re.compile(
        "|".join((numeric, english, british, swapped, short, relative, named, yearless)), re.ASCII | re.IGNORECASE
    )


@cache
def _part_names() -> tuple[str, ...]:
    """Names of the pattern's groups in order; all of them have one."""
    return tuple(sorted(_pattern().groupindex, key=_pattern().groupindex.__getitem__))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHORT = 80
_QUICK = re.compile(r"(?:19|20)[0-9]{2}|[:：时點点前]|ago")
_SHAPE = re.compile(r"(?:19|20)[0-9]{2}|[0-9][:：时點点][0-9]{2}|前|[Aa][Gg][Oo]")  # every time has one of these


def find_time(text: str, start: int = 0, stop: int | None = None) -> TimeFound | None:
    """Return the first time written in ``text[start:stop]``, or None."""
    if start == 0 and stop is None and len(text) <= _SHORT:
        return _find_short(text)
    return _find_time(text, start, len(text) if stop is None else stop)


@lru_cache(maxsize=4_096)
def _find_short(text: str) -> TimeFound | None:
    """A time is looked for where it stands, in names beside it, and once more where it is read."""
    return _find_time(text, 0, len(text))


def _find_time(text: str, start: int, stop: int) -> TimeFound | None:
    if _QUICK.search(text, start, stop) is None or _SHAPE.search(text, start, stop) is None:
        return None
    match = _pattern().search(text, start, stop)
    if match is None:
        return None
    values = match.groups("")
    parts = tuple(compress(zip(_part_names(), values, strict=True), values))
    written = match.group().rstrip(" \t\n\u00a0,-–—|@")
    return TimeFound(match.start(), match.start() + len(written), written, parts)


def read_time(written: str, zone: str, captured: int | None = None) -> Clock:
    """Return the clock of the first time in ``written``; ``NO_CLOCK`` when there is none.

    zone: IANA name assumed when none is written. captured: microseconds UTC of the capture, for
    relative times. A time that is there but cannot be read keeps its text with basis "none".
    """
    found = find_time(written)
    return clock_of(found, zone, captured) if found else NO_CLOCK


def clock_of(found: TimeFound, zone: str, captured: int | None = None) -> Clock:
    """Return the reading of a time that ``find_time`` found."""
    parts = dict(found.parts)
    if "ago" in parts:
        return _ago(found, parts, captured)
    date, why, other = _date(parts, zone, captured)
    try:
        moment = _with_time(date, parts) if date else None
        swapped = _with_time(other, parts) if other else None
    except ValueError:
        moment, why = None, "the numbers are no time of day"
    if moment is None:
        return Clock(found.text, None, "none", "", why)
    stated = _stated_zone(parts)
    tz, label = (stated, _label(stated)) if stated else (_zone(zone), zone)
    at = _micros(moment, tz)
    if swapped is not None:
        return Clock(found.text, at, "ambiguous", label, "day and month can be swapped", _micros(swapped, tz))
    if stated:
        return Clock(found.text, at, "stated", label, "the zone stands in the source")
    timeless = (
        ""
        if any(k.endswith("hour") for k in parts) or "emil" in parts
        else "; only the date stands there, read as 00:00"
    )
    return Clock(found.text, at, "assumed", zone, f"no zone in the source, the case's is assumed{why}{timeless}")


def _date(parts: dict[str, str], zone: str, captured: int | None) -> tuple[datetime | None, str, datetime | None]:
    """Return (midnight, why, the other reading or None)."""
    try:
        written, other = _written_date(parts)
        if written is not None:
            return written, "", other
        if captured is None:
            return None, "a relative time, and no capture time is known", None
        return *_date_from_capture(parts, zone, captured), None
    except (ValueError, OverflowError):
        return None, "the numbers are no date", None


def _written_date(parts: dict[str, str]) -> tuple[datetime | None, datetime | None]:
    """Return a date with its year and, when day and month can be swapped, the other one."""
    words = _words()
    x = "x" if "xy" in parts else "z"
    if f"{x}y" in parts:
        first, second, year = int(parts[f"{x}1"]), int(parts[f"{x}2"]), full_year(int(parts[f"{x}y"]))
        if parts[f"{x}s"] == "." or first > 12:
            return datetime(year, second, first), None
        swappable = second <= 12 and first != second
        return datetime(year, first, second), datetime(year, second, first) if swappable else None
    if "y" in parts:
        return datetime(int(parts["y"]), int(parts["m"]), int(parts["d"])), None
    for of_year, of_month, of_day in (("ey", "em", "ed"), ("by", "bm", "bd")):
        if of_year in parts:
            return datetime(int(parts[of_year]), _month(words, parts[of_month]), int(parts[of_day])), None
    return None, None


def _date_from_capture(parts: dict[str, str], zone: str, captured: int) -> tuple[datetime, str]:
    """Return the date of "yesterday 12:30" or "08-01 12:30" and why."""
    seconds, micros = divmod(captured, 1_000_000)
    today = (datetime.fromtimestamp(seconds, _zone(zone)) + timedelta(microseconds=micros)).replace(tzinfo=None)
    today = today.replace(hour=0, minute=0, second=0, microsecond=0)
    if "day" in parts:
        back = int(_words()[parts["day"].lower()].rpartition("_")[2])
        return today - timedelta(days=back), "; counted back from the capture"
    date = datetime(today.year, int(parts["ym"]), int(parts["yd"]))
    date = date if date <= today + timedelta(days=1) else date.replace(year=today.year - 1)
    return date, "; the year is taken from the capture"


def _month(words: dict[str, str], name: str) -> int:
    return int(words[name.lower()].rpartition("_")[2])


def _with_time(date: datetime, parts: dict[str, str]) -> datetime:
    if "emil" in parts:
        return date.replace(hour=int(parts["emil"][:2]), minute=int(parts["emil"][2:]))
    for name in parts:
        if name.endswith("hour"):
            prefix = name[:-4]
            break
    else:
        return date
    hour = int(parts[prefix + "hour"])
    half = _words().get(parts.get(prefix + "half", "").lower(), "")
    ampm = parts.get(prefix + "ampm", "").lower()[:1]
    if (ampm == "p" or half == "half_pm") and hour < 12:
        hour += 12
    elif (ampm == "a" or half == "half_am") and hour == 12:
        hour = 0
    return date.replace(hour=hour, minute=int(parts[prefix + "minute"]), second=int(parts.get(prefix + "second", "0")))


def _ago(found: TimeFound, parts: dict[str, str], captured: int | None) -> Clock:
    if captured is None:
        return Clock(found.text, None, "none", "", "a relative time, and no capture time is known")
    seconds = int(_words()[parts["unit"].lower()].rpartition("_")[2])
    count = parts["ago"]
    amount = seconds // 2 if count == "半" else seconds * (int(count) if count.isdigit() else 1)
    return Clock(found.text, captured - amount * 1_000_000, "assumed", "UTC", "counted back from the capture")


def _stated_zone(parts: dict[str, str]) -> tzinfo | None:
    written = parts.get("emilzone") or next((v for k, v in parts.items() if k.endswith("zone")), "")
    if not written:
        return None
    if written in "Zz":
        return UTC
    concept = _words().get(written.lower(), "")
    offset = (
        concept.removeprefix("zone")
        if concept.startswith("zone")
        else written.upper().removeprefix("GMT").removeprefix("UTC")
    )
    digits = offset[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:4])
    if minutes >= 24 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))


def _label(zone: tzinfo) -> str:
    return zone.tzname(None) or "UTC"


@cache
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return timezone(timedelta(hours=8))


def _micros(moment: datetime, zone: tzinfo) -> int:
    delta = moment.replace(tzinfo=zone) - _EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
