"""Places: GB/T 2260 codes for China, ISO 3166-2 or GeoNames numbers abroad, ISO 3166-1 for a country."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path

from ringtrace.model.mention import Candidate
from ringtrace.text.places.abroad import find_abroad, names_abroad
from ringtrace.text.places.gazetteer import Place, find_places, place_names
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "place"
READS = ("sent_at",)
_MINIMUM, _TAKEN = 0.1, 0.5
_DAY = 86_400_000_000
_EPOCH = date(1970, 1, 1).toordinal()


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    return ((need((*place_names(lexicons), *names_abroad(lexicons))),),)


def find(view: TextView) -> Iterator[Candidate]:
    """Yield every place named in ``view.text``; an ambiguous name yields each of its readings."""
    folded = view.folded
    best: dict[tuple[int, int, str], Place] = {}
    for place in _places(view):
        start, stop = folded.origin(place.start, place.stop)
        key = (start, stop, place.code)
        if place.probability < _MINIMUM or start >= stop:
            continue
        if key not in best or best[key].probability < place.probability:
            best[key] = place
    for (start, stop, code), place in best.items():
        yield Candidate(KIND, ((start, stop),), code, place.probability, f"gazetteer {place.form}")


def _places(view: TextView) -> Iterator[Place]:
    """Yield the places of China and the countries, then those abroad that none of these has taken."""
    text = view.folded.text
    known = find_places(text, view.text, _month(view.sent_at), view.lexicons)
    yield from known
    abroad = find_abroad(text, view.text, view.lexicons)
    if not abroad:
        return
    taken = {at for place in known if place.probability >= _TAKEN for at in range(place.start, place.stop)}
    for place in abroad:
        if taken.isdisjoint(range(place.start, place.stop)):
            yield place


def _month(sent_at: int | None) -> str:
    """Return "YYYY-MM" for microseconds UTC, "" when unknown or out of range."""
    if sent_at is None or not 0 <= sent_at < 4_102_444_800_000_000:
        return ""
    return _month_of(sent_at // _DAY)


@lru_cache(maxsize=4096)
def _month_of(day: int) -> str:
    return date.fromordinal(_EPOCH + day).strftime("%Y-%m")
