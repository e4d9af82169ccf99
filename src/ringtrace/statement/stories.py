"""Which story a sentence belongs to: the main one, an older case, one of several parts, a count over years."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ringtrace.statement.period import Period, read_period
from ringtrace.statement.sentences import Sentence, sentences
from ringtrace.statement.vocabulary import PERSONS, Vocabulary, look_up, terms

_OPENING = 60
_ITEM = re.compile(r"\s{0,40}(?:[•·*◆■\-–—]|[^\n:：]{2,40}[:：] ?[0-9])")
_LEAD = 6
_SHORT_LINE = 60
_SENTENCE_ENDS = (".", "。", "!", "！", "?", "？", '"', "”", "」", ")", "）", ";", "；", "…")
_OLDER_DAYS = 45
_LONG_DAYS = 300
"""Operations of months are told as one event; from this on a count is one of statistics."""


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence with its words, its period and its story ("" = the main one)."""

    sentence: Sentence
    vocabulary: Vocabulary
    period: Period
    context: str


def tell(text: str, published: str) -> Iterator[Told]:
    """Yield the sentences of a folded text that belong to the article, each with its story.

    Lines that link to other articles are left out, and so is what follows a line such as "related
    articles" or "相关新闻".
    """
    context, paragraph, main_day, counted, asked = "", -1, "", False, False
    skipped = -1
    whole = list(sentences(text))
    last = _last_prose(whole)
    for sentence in whole:
        if sentence.paragraph > last:
            return
        line = sentence.text.strip()
        if len(line) < _SHORT_LINE and line.startswith(terms("page_end")):
            return
        if line.startswith(terms("page_skip")) or sentence.paragraph == skipped:
            skipped = sentence.paragraph
            continue
        vocabulary = look_up(sentence.text)
        period = read_period(vocabulary, published)
        opens = sentence.paragraph != paragraph
        if opens:
            paragraph = sentence.paragraph
            context = context if context and (asked or line.startswith(terms("back"))) else ""
        context = _turn(vocabulary, period, (context, main_day or published, counted), opens=opens)
        own = f"cumulative since {period.start}" if period.since else context
        if not own and _is_long(vocabulary, period, published):
            own = f"cumulative {period.start} to {period.stop}"
        if not own and not main_day and period.start and any(noun.kind in PERSONS for noun in vocabulary.nouns):
            main_day = period.start
        asked = line.endswith(("?", "？"))
        counted = counted or (not own and any(noun.kind in PERSONS for noun in vocabulary.nouns))
        yield Told(sentence, vocabulary, period, own)


def _last_prose(whole: Sequence[Sentence]) -> int:
    """Return the last paragraph that ends as a sentence does; what follows it are headlines, counters and links.

    Items of a list ("- suspects: 27") are story. A text without any such paragraph (a headline) is taken whole.
    """
    ended = [s.paragraph for s in whole if s.text.rstrip().endswith(_SENTENCE_ENDS) or _ITEM.match(s.text)]
    return max(ended, default=whole[-1].paragraph if whole else -1)


def _turn(vocabulary: Vocabulary, period: Period, state: tuple[str, str, bool], *, opens: bool) -> str:
    """The story after this sentence's opening words. state: (context, day of the main story or else of
    publication, begun).

    opens: whether the sentence opens a paragraph; only there does a mere time ("last year") turn to another story.
    """
    context, main_day, begun = state
    text = vocabulary.text
    part = vocabulary.first("part", _OPENING // 2)
    if part >= 0:
        return f"part: {text[:part].strip()[-40:]}"
    if context.startswith("part") and vocabulary.has("all_parts"):
        context = ""
    if begun and vocabulary.has("unrelated"):
        return "other: unrelated"
    opened = vocabulary.first("other_story", _OPENING)
    if opened < 0 and opens:
        opened = vocabulary.first("other_time", _LEAD)
    if opened >= 0 and begun:
        return f"other: {text[:opened].strip()[-40:]}"
    if not context and begun and main_day and _is_older(period, main_day) and not vocabulary.has("witness"):
        return f"earlier: {period.stop}"
    return context


def _is_long(vocabulary: Vocabulary, period: Period, published: str) -> bool:
    """Whether a period is a span of statistics and no event: most of a year at least, or a year that is over."""
    if not period.start or period.start.startswith("--") or period.stop.startswith("--"):
        return False
    if period.start == period.stop and len(period.start) == len("2011"):
        return published[:4] > period.start or vocabulary.has("alone")
    return _days(period.stop) - _days(period.start) > _LONG_DAYS


def _is_older(period: Period, main_day: str) -> bool:
    """Whether a period ended clearly before the main story's day, at the precision both have."""
    if not period.stop or period.stop.startswith("--") or main_day.startswith("--") or period.since:
        return False
    return _days(main_day) - _days(period.stop) > _OLDER_DAYS


def _days(value: str) -> int:
    year, month, day = (
        ([int(part) for part in value.split("-")] + [12, 28])[:3]
        if value.count("-") < 2
        else map(int, value.split("-"))
    )
    return year * 365 + month * 30 + day
