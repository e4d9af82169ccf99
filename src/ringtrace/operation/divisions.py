"""Places of records: division codes and names, checked against the dated tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from ringtrace.operation.vocabulary import nearest
from ringtrace.text.folding import fold
from ringtrace.text.places.divisions import Division, contains, divisions, names, parent
from ringtrace.text.places.gazetteer import find_places


@dataclass(frozen=True, slots=True)
class PlaceReading:
    """code: "" when refused. problem: why it is refused, or what is odd about it; "" when all is well."""

    code: str
    problem: str = ""


@lru_cache(maxsize=4096)
def read_place(text: str, date: str) -> PlaceReading:
    """Return the division that a cell means on ``date`` (ISO, partial): a code, a name or several levels of names."""
    word = text.strip()
    if word.isascii() and word.isdigit():
        return _read_code(word, date[:7])
    if word.upper() in names():
        return PlaceReading(word.upper())
    codes = _by_name().get(word.lower(), ())
    current = [code for code in codes if code in names()] or list(codes)
    if len(current) == 1:
        return _read_code(current[0], date[:7]) if current[0].isdigit() else PlaceReading(current[0])
    if len(current) > 1:
        top = min(current, key=_level)
        if sum(_level(code) == _level(top) for code in current) == 1:
            return PlaceReading(top)
        told = ", ".join(f"{code} in {place_words(_named_parent(code))}" for code in sorted(current)[:4])
        return PlaceReading("", f"place {word!r} may be {len(current)} divisions ({told}); give the code")
    return _read_names(word, date)


def province_of(code: str) -> str:
    """Return the first-level division that holds ``code`` (510115 -> 510000, US-GA -> US-GA), "" for none."""
    if len(code) == 6 and code.isdigit():
        return code[:2] + "0000"
    return code if code != "CN" else ""


def place_words(code: str) -> str:
    native, english = names().get(code, (_past().get(code, code), ""))
    return native if english in ("", native) else f"{english} {native}"


def _read_code(code: str, month: str) -> PlaceReading:
    held = _by_code().get(code, ())
    if not held:
        near = _nearest_code(code)
        return PlaceReading("", f"division code {code} is unknown; nearest: {near} {place_words(near)}")
    if not any((not d.start or d.start <= month) and (not d.stop or month < d.stop) for d in held):
        last = held[-1]
        span = f"from {last.start}" if last.start and month < last.start else f"until {last.stop}"
        return PlaceReading(code, f"division code {code} ({last.name}) was valid {span} only")
    return PlaceReading(code)


def _read_names(word: str, date: str) -> PlaceReading:
    folded = fold(word).text
    found = [place for place in find_places(folded, when=date[:7]) if place.probability >= 0.5]
    if not found:
        near = nearest(word.lower(), _by_name())
        code = _by_name()[near][0]
        return PlaceReading("", f"place {word!r} is unknown; nearest: {place_words(code)} ({code})")
    deepest = max(found, key=lambda place: (_level(place.code), place.probability))
    if all(contains(place.code, deepest.code) for place in found):
        return PlaceReading(deepest.code)
    return PlaceReading("", f"place {word!r} names several places; give one division code")


def _named_parent(code: str) -> str:
    """The lowest division above ``code`` that has a name: the districts of a municipality have none between."""
    above = parent(code)
    return above if above in names() or above in ("", "CN") else parent(above)


def _level(code: str) -> int:
    if not code.isdigit():
        return 1 if "-" in code else 0
    return 3 if code[4:] != "00" else 2 if code[2:] != "0000" else 1


def _nearest_code(code: str) -> str:
    """The known code with most digits in common from the left, then the nearest in value."""

    def distance(known: str) -> tuple[int, int]:
        same = next((at for at, (a, b) in enumerate(zip(known, code, strict=False)) if a != b), len(known))
        return -same, abs(int(known) - int(code[:6].ljust(6, "0")))

    return min((known for known in _by_code() if known in names()), key=distance)


@cache
def _by_code() -> Mapping[str, tuple[Division, ...]]:
    found: dict[str, list[Division]] = defaultdict(list)
    for division in divisions():
        found[division.code].append(division)
    return {code: tuple(held) for code, held in found.items()}


@cache
def _past() -> Mapping[str, str]:
    return {division.code: division.name for division in divisions()}


@cache
def _by_name() -> Mapping[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for division in divisions():
        for name in (division.name, division.short, division.roman):
            if len(name) > 1:
                found[name.lower()][division.code] = None
    return {name: tuple(codes) for name, codes in found.items()}
