"""Dates as ISO 8601, partial where the text is; relative ones from the time of the post."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ringtrace.model.mention import Candidate
from ringtrace.text.dates.chinese import TOLD
from ringtrace.text.dates.counted import BEFORE_OR_AFTER, COUNTED, UNITS
from ringtrace.text.dates.english import SPOKEN, spoken_words
from ringtrace.text.dates.finding import date_words, find_dates, local_day
from ringtrace.text.dates.numeric import dated_words
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "date"
READS = ("sent_at", "kind")
_CHAT = frozenset({"message", "comment"})
_NICKNAME, _LONGEST_NAME = re.compile(r"@[^\s,，。:：!！?？@]*$"), 16
"""A name behind its sign, up to where a date seems to stand in it; code points of one."""
_LOOSE = frozenset({SPOKEN, TOLD, COUNTED})
"""Rules that in a listing, too, tell opening hours rather than a day."""
_CHATTED, _BELOW = 0.8, 0.49
"""What is left of a bare relative day in chat: "昨天", "see you tomorrow" are said without meaning a date."""


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    century, digits = need(("20", "19")), need(characters="0123456789")
    numeric = century, need([f" {month:02d}" for month in range(1, 13)], "-/.")
    compact = century, need(dated_words(lexicons))
    marked = digits, need(characters="/·日")
    clocked = digits, need(characters=":"), need(characters="-")
    counted = need(characters=BEFORE_OR_AFTER), need(characters=UNITS)
    return (
        (need((*date_words(lexicons), *spoken_words(lexicons)), "月年号"),),
        numeric,
        compact,
        marked,
        clocked,
        counted,
    )


def find(view: TextView) -> Iterator[Candidate]:
    """Yield the dates of ``view.text``; both readings of 03/04/2014, each below one half.

    "昨天" or "last month" without a number reaches one half only outside chat.
    """
    folded = view.folded
    for found in find_dates(folded.text, local_day(view.sent_at), view.lexicons):
        if _NICKNAME.search(folded.text, max(0, found.start - _LONGEST_NAME), found.start):
            continue  # @三月桃花, @user3号
        piece = folded.origin(found.start, found.stop)
        if piece[0] < piece[1]:
            bare = found.bare and (view.kind in _CHAT or (view.kind == "listing" and found.rule in _LOOSE))
            probability = round(min(found.probability * _CHATTED, _BELOW), 3) if bare else found.probability
            yield Candidate(KIND, (piece,), found.value, probability, found.rule)
