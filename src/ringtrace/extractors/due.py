"""Due dates: when a birth is expected, as ISO 8601, partial where the text is ("预产期3月5日", "due in May")."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ahocorasick_rs

from ringtrace.model.mention import Candidate
from ringtrace.text import lexicon
from ringtrace.text.dates.finding import find_dates, local_day
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "due"
READS = ("sent_at",)
_BEFORE, _BEHIND = 10, 6
"""Code points before and behind a date within which a word of birth makes it a due date."""


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    terms = lexicon.load("due", lexicons)
    return ((need((*terms["before"], *terms["behind"])),),)


def find(view: TextView) -> Iterator[Candidate]:
    """Yield the dates beside a word of expected birth; relative ones from the time of the post."""
    terms = lexicon.load("due", view.lexicons)
    folded = view.folded
    text = folded.text
    if not _words(view.lexicons).find_matches_as_indexes(text):
        return
    for found in find_dates(text, local_day(view.sent_at), view.lexicons):
        head, tail = text[max(0, found.start - _BEFORE) : found.start], text[found.stop : found.stop + _BEHIND]
        piece = folded.origin(found.start, found.stop)
        told = any(word in head for word in terms["before"]) or any(word in tail for word in terms["behind"])
        if told and piece[0] < piece[1] and found.probability >= 0.4:
            yield Candidate(KIND, (piece,), found.value, 0.85, f"word of expected birth > {found.rule}")


@cache
def _words(lexicons: Path | None) -> ahocorasick_rs.AhoCorasick:
    terms = lexicon.load("due", lexicons)
    return ahocorasick_rs.AhoCorasick(sorted({*terms["before"], *terms["behind"]}), store_patterns=False)
