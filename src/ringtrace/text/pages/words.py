"""What the words of a short line on a page say about it: byline, advertising, related headline, ...

The words are data: ``lexicons/page_news.*.toml``.
"""

from __future__ import annotations

import re
from functools import cache

from ringtrace.text import lexicon
from ringtrace.text.pages.clock import TimeFound, find_time

_LINE_CONCEPTS = {
    "navigation_line": "navigation",
    "advertising_line": "advertising",
    "highlights_heading": "highlights heading",
    "tail_heading": "further headlines",
}
_PREFIX_CONCEPTS = {
    "related_prefix": "related headline",
    "caption_prefix": "caption",
    "byline_prefix": "byline",
    "source_prefix": "source line",
    "editor_prefix": "editorial note",
}
_EDGE = " \t\u3000\u00a0:：·•|[]【】()（）>»-—–"
_BULLET = re.compile(r"[•·●▪■◆◇►‣∙*\-–—][ \t\u00a0\u3000]+\S")
_ENDS = frozenset(".!?。！？…")
_CLOSERS = "\"'”’」』)）》】]"
_DATELINE = re.compile(
    r"(?:[A-Z][^\n()]{1,60}?[ ]?\((?P<agency>[A-Z][^()\n]{1,30})\)[ ]?(?:--?|–|—)[ ]"
    r"|[（(]?(?P<wire>[\u4e00-\u9fff]{2,8}(?:社|网|報|报|台))[\u4e00-\u9fff、]{0,12}[0-9]{1,2}月[0-9]{1,2}日[电電讯訊])"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_SPEAKS = re.compile(r"[.!?。！？…][\"'”’」』)）]*\s+\S")


@cache
def _lines() -> dict[str, str]:
    words = lexicon.load("page_news")
    return {term: what for concept, what in _LINE_CONCEPTS.items() for term in words.get(concept, ())}


@cache
def _prefixes() -> tuple[tuple[str, str], ...]:
    words = lexicon.load("page_news")
    pairs = [(term, what) for concept, what in _PREFIX_CONCEPTS.items() for term in words.get(concept, ())]
    return tuple(sorted(pairs, key=lambda pair: (-len(pair[0]), pair)))


@cache
def _prefix_terms() -> tuple[str, ...]:
    return tuple(prefix for prefix, _ in _prefixes())


def label_of(line: str) -> str:
    """Return what a line is by its words: "navigation", "byline", "related headline", ..., "" when they say nothing."""
    short = line.strip().lower()
    if not short:
        return ""
    if len(short) <= 40:
        whole = _lines().get(short.strip(_EDGE), "")
        if whole:
            return whole
    if not short.startswith(_prefix_terms()):
        return ""
    for prefix, what in _prefixes():
        if short.startswith(prefix) and _fits(what, line.strip(), prefix):
            return what
    return ""


def _fits(what: str, line: str, prefix: str) -> bool:
    """A sentence may begin with the same words ("By the time ..."): a byline is short and no sentence."""
    if what in ("byline", "source line"):
        names = line[len(prefix) :].strip()
        return (
            weight(line) <= 120
            and not ends_sentence(line)
            and (not names or _HAN.match(names) is not None or names[:1].isupper())
        )
    if what == "caption":
        return weight(line) <= 300
    return weight(line) <= 200


def without_prefix(line: str, what: str) -> str:
    """Return the line after the first word that made it ``what``."""
    short = line.strip()
    for prefix, kind in _prefixes():
        if kind == what and short.lower().startswith(prefix):
            return short[len(prefix) :].strip(" \t\u3000:：")
    return short


def weight(text: str) -> int:
    """Length of a text as a reader feels it: a Han character counts as two and a half letters."""
    return len(text) + 3 * len(_HAN.findall(text)) // 2


def ends_sentence(line: str) -> bool:
    """Whether the line ends as a sentence does, closing quotes and brackets aside."""
    stripped = line.rstrip().rstrip(_CLOSERS).rstrip()
    return bool(stripped) and stripped[-1] in _ENDS


def is_paragraph(line: str) -> bool:
    """Whether a line is running prose: it ends as a sentence, or holds a sentence's end, and is long enough."""
    size = weight(line)
    if ends_sentence(line):
        return size >= 30
    return size >= 140 or (size >= 80 and _SPEAKS.search(line) is not None)


def is_bullet(line: str) -> bool:
    """Whether a line is an item of a list with a mark in front."""
    return _BULLET.match(line.lstrip()) is not None


def date_line(line: str) -> TimeFound | None:
    """Return the time of a line that consists of little else ("March 1, 2014 -- Updated 0114 GMT"), or None."""
    short = line.strip()
    if len(short) > 120:
        return None
    found = find_time(short)
    if found is None or ends_sentence(short):
        return None
    return found if weight(short) - len(found.text) <= max(40, len(found.text)) else None


def dateline_agency(line: str) -> str:
    """Return the agency of a dateline at the head of a paragraph ("Beijing (CNN) --", "新华社北京2月28日电"), or ""."""
    match = _DATELINE.match(line.lstrip(" \t\u3000\u00a0(（"))
    return (match.group("agency") or match.group("wire") or "") if match else ""
