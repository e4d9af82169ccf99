"""Dates as ISO 8601, partial where the text is; relative ones from the time of the post."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.mention import Candidate
from ringtrace.text.dates import find_dates, local_day
from ringtrace.text.view import TextView

KIND = "date"
_CHAT = frozenset({"message", "comment"})
_CHATTED, _BELOW = 0.8, 0.49
"""What is left in chat of a relative day ("昨天", 下周六) or of a year or month alone ("1984年冬天", "in May")."""
_DAY = 10


def find(view: TextView) -> Iterator[Candidate]:
    """Yield the dates of ``view.text``; both readings of 03/04/2014, each below one half.

    "昨天", "last month", a year or a month alone reach one half only outside chat, a year alone nowhere:
    people who label dates do not count them.
    """
    folded = view.folded
    for found in find_dates(folded.text, local_day(view.sent_at), view.lexicons):
        piece = folded.origin(found.start, found.stop)
        if piece[0] < piece[1]:
            loose = found.bare or found.rule.startswith("relative week") or len(found.value) < _DAY
            loose = loose and not found.value.startswith("--") or (found.value.startswith("--") and len(found.value) < 7)
            bare = (view.kind in _CHAT and loose) or (loose and not found.bare and len(found.value) == 4)
            probability = round(min(found.probability * _CHATTED, _BELOW), 3) if bare else found.probability
            yield Candidate(KIND, (piece,), found.value, probability, found.rule)
