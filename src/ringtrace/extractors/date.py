"""Dates as ISO 8601, partial where the text is; relative ones from the time of the post."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.mention import Candidate
from ringtrace.text.dates import find_dates, local_day
from ringtrace.text.view import TextView

KIND = "date"


def find(view: TextView) -> Iterator[Candidate]:
    """Yield the dates of ``view.text``; both readings of 03/04/2014, each below one half."""
    folded = view.folded
    for found in find_dates(folded.text, local_day(view.sent_at), view.lexicons):
        piece = folded.origin(found.start, found.stop)
        if piece[0] < piece[1]:
            yield Candidate(KIND, (piece,), found.value, found.probability, found.rule)
