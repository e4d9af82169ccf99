"""Places: GB/T 2260 codes for China, ISO 3166-2 abroad, ISO 3166-1 for a whole country."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from ringtrace.model.mention import Candidate
from ringtrace.text.places import find_places, place_names
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "place"
READS = ("sent_at",)
_MINIMUM = 0.1
_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    return ((need(place_names(lexicons)),),)


def find(view: TextView) -> Iterator[Candidate]:
    """Yield every place named in ``view.text``; an ambiguous name yields each of its readings."""
    folded = view.folded
    seen: set[tuple[int, int, str]] = set()
    for place in find_places(folded.text, view.text, _month(view.sent_at), view.lexicons):
        start, stop = folded.origin(place.start, place.stop)
        if place.probability < _MINIMUM or (start, stop, place.code) in seen or start >= stop:
            continue
        seen.add((start, stop, place.code))
        yield Candidate(KIND, ((start, stop),), place.code, place.probability, f"gazetteer {place.form}")


def _month(sent_at: int | None) -> str:
    """Return "YYYY-MM" for microseconds UTC, "" when unknown or out of range."""
    if sent_at is None or not 0 <= sent_at < 4_102_444_800_000_000:
        return ""
    return _month_of(sent_at // _DAY)


@lru_cache(maxsize=4096)
def _month_of(day: int) -> str:
    return date.fromordinal(_EPOCH + day).strftime("%Y-%m")
