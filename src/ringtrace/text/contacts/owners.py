"""Whose handle it is, as far as the words right around it say."""

from __future__ import annotations

from ringtrace.model.mention import Owner
from ringtrace.text.contacts.scene import Scene

_ENDS = "。!?;\n"
_OPEN, _CLOSE = '“「『《"', '”」』》"'
_LEFT, _RIGHT = 24, 10
_NAMES: dict[str, Owner] = {
    "owner_self": "self", "owner_other": "other", "owner_quoted": "quoted", "owner_hotline": "hotline",
}  # fmt: skip


def owner_of(scene: Scene, cue_start: int, start: int, stop: int) -> Owner:
    """Return the owner of a value at ``[start, stop)`` whose cue begins at ``cue_start`` (layer places).

    The nearest word before the value within its sentence decides, then the nearest behind it; a
    value deep inside an open quotation is quoted.
    """
    text = scene.text
    base = max(0, min(cue_start, start) - _LEFT)
    left = text[base:start]
    cut = max(left.rfind(mark) for mark in _ENDS)
    before = left[cut + 1 :]
    if _inside_quotes(text, start, stop):
        return "quoted"
    owner = _last(scene, before)
    if owner is not None:
        return owner
    right = text[stop : stop + _RIGHT]
    ends = [place for place in (right.find(mark) for mark in _ENDS) if place >= 0]
    return _first(scene, right[: min(ends, default=len(right))]) or "unknown"


def _hits(scene: Scene, part: str) -> list[Owner]:
    automaton, concepts = scene.cues.owners
    found = []
    for index, start, stop in automaton.find_matches_as_indexes(part):
        latin_left = part[start].isascii() and part[start].isalpha() and start and part[start - 1].isalpha()
        latin_right = part[stop - 1].isascii() and part[stop - 1].isalpha() and part[stop : stop + 1].isalpha()
        if part[start].isascii() and part[start - 1 : start] in ("@", ".", "/", "_") and start:
            continue
        if (latin_left and part[start - 1].isascii()) or (latin_right and part[stop].isascii()):
            continue
        found.append(_NAMES[concepts[index]])
    return found


def _last(scene: Scene, part: str) -> Owner | None:
    found = _hits(scene, part)
    if "quoted" in found:
        return "quoted"
    if "hotline" in found and found[-1] != "self":
        return "hotline"
    if "other" in found and "self" in found and scene.text.isascii():
        return "other"
    return found[-1] if found else None


def _first(scene: Scene, part: str) -> Owner | None:
    found = _hits(scene, part)
    return found[0] if found else None


def _inside_quotes(text: str, start: int, stop: int) -> bool:
    base = max(0, start - 120)
    before, after = text[base:start], text[stop : stop + 120]
    for opening, closing in zip(_OPEN, _CLOSE, strict=True):
        place = before.rfind(opening)
        if place < 0 or closing not in after or len(before) - place <= 6:
            continue
        if opening != closing and closing in before[place:]:
            continue
        if opening == closing and before.count(opening) % 2 == 0:
            continue
        return True
    return False
