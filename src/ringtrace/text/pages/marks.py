"""Who and when on a page: names of authors and times of posting, each at its place in the markup."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import NamedTuple

from ringtrace.text import lexicon
from ringtrace.text.pages.clock import TimeFound, find_time
from ringtrace.text.pages.html import Element
from ringtrace.text.pages.look import class_words
from ringtrace.text.pages.page import Sheet

_NAME_LIMIT = 40
_NAME_UNITS = 4 * _NAME_LIMIT + 40
_TIME_UNITS = 240
_DIGIT = re.compile("[0-9]|\xe5\x89\x8d|\xc7\xb0|\u524d")  # a digit, or the bytes of the word for "ago"
_NATIVE = re.compile(
    r"(?:uid[=\-]|user_?id[=\-]|\bu=|members?/[^/?#]{0,80}\.|[?&](?:id|user|showuser|mid)=|/(?:u|user|users|member|people|space)/)"
    r"([0-9]{1,20})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_NATIVE_NAME = re.compile(
    r"/(?:u|user|users|member|members|people|profile|author|space)/([A-Za-z0-9_.\-]{2,40})/?$", re.IGNORECASE
)
_ENTITY_EDGE = " \t\n\u00a0\u3000:：,，·|[]【】()（）<>《》»«"
# A colon: ASCII; full width in UTF-8, GB18030, Big5, UTF-16.
_COLON = re.compile("[:\uff1a]|\xef\xbc\x9a|\xa3\xba|\xa1\x47")


class Author(NamedTuple):
    """event: where it stands. strength: 1 weak class .. 9 stated by an attribute. units: of an inferred name."""

    event: int
    last_event: int
    element: Element
    name: str
    native: str
    strength: int
    units: int = 0


class Time(NamedTuple):
    """written: the time as written; strength: 3 marked by tag or class, 2 after a word like "posted", 1 bare."""

    event: int
    last_event: int
    element: Element
    written: str
    strength: int


@dataclass(frozen=True, slots=True)
class Marks:
    """Both in order of events."""

    authors: list[Author]
    times: list[Time]
    author_events: list[int]
    time_events: list[int]

    def authors_in(self, first: int, last: int) -> list[Author]:
        return self.authors[bisect_left(self.author_events, first) : bisect_left(self.author_events, last)]

    def times_in(self, first: int, last: int) -> list[Time]:
        return self.times[bisect_left(self.time_events, first) : bisect_left(self.time_events, last)]


@cache
def forum_words(concept: str) -> frozenset[str]:
    """Return the words of a concept of the page_forum lexicon in lower case."""
    return frozenset(term.lower() for term in lexicon.load("page_forum").get(concept, ()))


def find_marks(sheet: Sheet) -> Marks:
    """Return all names of authors and times of the page."""
    return sheet.once("marks", _find_marks)


def _find_marks(sheet: Sheet) -> Marks:
    authors = _find_authors(sheet)
    times = _find_times(sheet)
    return Marks(authors, times, [a.event for a in authors], [t.event for t in times])


def native_of(address: str) -> str:
    """Return the member's id in a link to the member's page, "" when it names none."""
    match = _NATIVE.search(address) or _NATIVE_NAME.search(address.split("?", maxsplit=1)[0])
    return match.group(1) if match else ""


def _find_authors(sheet: Sheet) -> list[Author]:
    found: list[Author] = []
    for element in sheet.page.elements:
        look = element.look
        if look.author or (look.tag == "a" and look.raw and _profile(look.attributes.get("href", "")) is not None):
            author = _author(sheet, element)
            if author:
                found.append(author)
    found.extend(_labelled_authors(sheet))
    found.sort(key=lambda author: (author.event, author.last_event))
    return found


def _author(sheet: Sheet, element: Element) -> Author | None:
    strength = element.look.author
    attributes = element.attributes
    if strength == 9:
        said = (attributes.get("data-author") or attributes.get("data-username") or "").strip()
        stated = clean_name(said) or said[:3]  # a name may be one sign: "*"
        if stated:
            return Author(element.first_event, element.first_event, element, stated, "", 5)
        strength = 0
    native = ""
    profile = _profile(attributes.get("href", "")) if element.tag == "a" else None
    if profile is not None:
        native = profile
        strength = strength + 2 if strength > 2 else 6 if native else 4
    if not strength or not 0 < sheet.size(element) <= _NAME_UNITS:
        return None
    name = clean_name(sheet.text(element))
    if not name:
        return None
    native = native or attributes.get("data-user-id", "") or attributes.get("data-uid", "")
    native = native if native != "0" else ""
    return Author(element.first_event, element.last_event, element, name, native[:64], strength)


@cache
def _profile_parts() -> tuple[str, ...]:
    return tuple(sorted(forum_words("profile_link")))


@lru_cache(maxsize=16_384)
def _profile(address: str) -> str | None:
    """Return the member's id in a link to a member's page, "" when it names none; None for any other link."""
    lower = address.lower()
    for part in _profile_parts():
        if part in lower:
            return native_of(address)
    return None


def _labelled_authors(sheet: Sheet) -> list[Author]:
    """Names after a word: "作者：小明", "Posted by: Ann" in one text run."""
    page, found = sheet.page, []
    labels = forum_words("author_label")
    for at, (event, start, stop, holder) in sheet.all_shown:
        if holder is None or not 2 < stop - start <= _TIME_UNITS:
            continue
        raw = page.units[start:stop]
        if not _COLON.search(raw):
            continue
        text = page.decode_units(raw).strip()
        label, colon, name = text.partition("：") if "：" in text[:12] else text.partition(":")
        if colon and not label.strip():
            label = _text_before(sheet, at)  # the label stands in an element of its own: <b>Author</b>: Ann
        if not colon or label.strip(_ENTITY_EDGE).lower() not in labels:
            continue
        name = name_before(name) or name.strip(" \t\n\u00a0")[:1]
        if name:
            found.append(Author(event, event + 1, holder, name.split("\u3000")[0].split("  ")[0], "", 5))
    return found


def name_before(text: str) -> str:
    """Return the name in front of a time in one run ("Ann posted on 2013-8-1"), the whole when there is no time."""
    found = find_time(text)
    if found is None or found.start < 2:
        return clean_name(text)
    name = text[: found.start].rstrip(_ENTITY_EDGE)
    for word in sorted(forum_words("posted_label"), key=lambda w: (-len(w), w)):
        if name.lower().endswith(word) and not (word.isascii() and name[-len(word) - 1 : -len(word)].isalnum()):
            name = name[: -len(word)].rstrip(_ENTITY_EDGE)
            break
    return clean_name(name)


@lru_cache(maxsize=16_384)
def clean_name(text: str) -> str:
    """Return a name without edges, "" when the text is no name: too long, a time, a button."""
    name = text.strip(_ENTITY_EDGE)
    for label in ("by ", "By ", "作者：", "作者:", "楼主：", "楼主:"):
        name = name.removeprefix(label).strip(_ENTITY_EDGE)
    if not name or len(name) > _NAME_LIMIT or "\n" in name or name.lower() in forum_words("button"):
        return ""
    found = find_time(name)
    if found and found.stop - found.start > len(name) // 2:
        return ""
    return name if any(char.isalnum() for char in name) or len(name) > 1 else ""


def _find_times(sheet: Sheet) -> list[Time]:
    page = sheet.page
    found: list[Time] = []
    covered: list[tuple[int, int]] = []
    for element in page.elements:
        if element.look.times and not element.hidden:
            time = _time_of(sheet, element, _text_before(sheet, element.first_text))
            if time:
                found.append(time)
                covered.append((element.first_text, element.last_text))
    marked = class_words("time")
    skip = {at for first, last in covered for at in range(first, last)}
    for at, (event, start, stop, holder) in sheet.all_shown:
        raw = page.units[start:stop]
        if holder is None or stop - start > _TIME_UNITS or at in skip or not _DIGIT.search(raw):
            continue
        text = page.decode_units(raw)
        time = _time_in(sheet, at, text, event, holder, marked)
        if time:
            found.append(time)
    found.sort(key=lambda time: (time.event, time.last_event))
    return found


def _text_before(sheet: Sheet, at: int) -> str:
    """Return the short text run before a place among the page's texts, "" when it is long."""
    while at > 0:
        at -= 1
        for _, (_, start, stop, _) in sheet.shown(at, at + 1):
            return sheet.page.decode_units(sheet.page.units[start:stop]).strip() if stop - start <= _TIME_UNITS else ""
    return ""


def _time_of(sheet: Sheet, element: Element, before: str) -> Time | None:
    """A time in an attribute: ``<time datetime>``, ``<span title="2013-8-1 12:30">``, an epoch."""
    if sheet.size(element) > _TIME_UNITS:
        return None
    is_time = element.tag in ("time", "abbr") or bool(element.tokens & class_words("time"))
    for name in ("datetime", "title", "data-time-string", "data-date"):
        value = element.get(name)
        if (
            not value
            or len(value) > 60
            or (name == "title" and element.tag not in ("span", "em", "abbr", "time", "i", "a", "font"))
        ):
            continue
        found = find_time(value)
        if found and len(found.text) * 2 > len(value):
            if _unposted(before):
                return None
            return Time(
                element.first_event, element.last_event, element, found.text, 3 if is_time or name != "title" else 2
            )
    return None


def _time_in(sheet: Sheet, at: int, text: str, event: int, holder: Element, marked: frozenset[str]) -> Time | None:
    found: TimeFound | None = find_time(text)
    if found is None:
        return None
    own = text[: found.start].strip().lower()
    lead = own if len(own) > 6 or _posted(own) else _text_before(sheet, at) + " " + own
    lead = lead[-24:].lower()
    if _unposted(lead):
        return None
    parent = holder.parent
    strength = 1
    if holder.tag == "time" or holder.tokens & marked or (parent is not None and parent.raw and parent.tokens & marked):
        strength = 3
    elif _posted(lead):
        strength = 2
    elif len(text.strip()) - len(found.text) > 60:
        return None
    return Time(event, event + 1, holder, found.text, strength)


def _posted(lead: str) -> bool:
    """Whether the words before a time say that it is the time of posting."""
    short = lead.rstrip(" :：»|,-–—")
    for word in forum_words("posted_label"):
        before = short[-len(word) - 1 : -len(word)]
        if short.endswith(word) and not (word.isascii() and before.isascii() and before.isalnum()):
            return True
    return False


def _unposted(lead: str) -> bool:
    """Whether the words before a time say that it is another one: registration, last login, edit."""
    short = lead[-24:].lower()
    return any(word in short for word in forum_words("not_posted"))
