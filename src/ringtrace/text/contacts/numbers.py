"""All telephone numbers of a scene, none overlapping another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from ringtrace.text.contacts.foreign import (
    british_lines,
    british_numbers,
    dressed_american_numbers,
    dressed_british_numbers,
    grouped_numbers,
    international_numbers,
    national_numbers,
    north_american_numbers,
)
from ringtrace.text.contacts.landlines import free_lines, landlines, service_lines
from ringtrace.text.contacts.mobiles import JOINED, JOINED_WEAK, backward_mobiles, joined_mobiles, whole_mobiles
from ringtrace.text.contacts.scene import Scene
from ringtrace.text.contacts.telephone import MOST, Number, Taken

# "ext. 123", "x123", 转8001: which desk of a line is asked for.
_EXTENSION = re.compile(r" ?(?:ext(?:ension)?\.?|x|转|分机) ?\d{1,6}(?![\da-z])")
_MOBILE_DIGITS, _WITH_AREA, _LOCAL, _DRESSED, _SERVICE_DIGITS = 11, 10, 7, 4, 3


def find_numbers(scene: Scene) -> list[Number]:
    """Return the scene's telephone numbers in order of place, none overlapping another."""
    taken = Taken()
    found: list[Number] = []
    for source in _sources(scene, taken):
        for number in islice(source, MOST):
            if taken.claim(number.start, number.stop):
                found.append(_extended(scene, number))
    found.sort(key=lambda number: number.start)
    return found


def _sources(scene: Scene, taken: Taken) -> Iterator[Iterator[Number]]:
    """Yield the readings that a scene's digits and cues allow; what an earlier one takes, no later one does."""
    concepts, digits = {cue.concept for cue in scene.found}, scene.digits
    cued = bool(concepts & {"phone", "wechat", "qq", "telegram", "whatsapp", "add"})
    if "reverse" in concepts:
        yield backward_mobiles(scene)
    if digits >= _WITH_AREA and not scene.chinese:
        yield british_lines(scene)
    if digits >= (_LOCAL if "+" in scene.text else 8):
        yield from (whole_mobiles(scene), international_numbers(scene))
        if digits >= _WITH_AREA and not scene.chinese:
            yield north_american_numbers(scene)
        yield from (landlines(scene), free_lines(scene))
    if digits >= 11:
        yield joined_mobiles(scene, JOINED, scene.strong, cued, taken)
    if len(scene.text) >= _MOBILE_DIGITS:
        yield joined_mobiles(scene, JOINED_WEAK, scene.weak, cued, taken)
    if cued and digits >= 10:
        yield grouped_numbers(scene)
    if digits >= _DRESSED and not scene.chinese:
        yield from _dialled_abroad(scene, called="phone" in concepts)
    if digits >= _SERVICE_DIGITS:
        yield service_lines(scene)


def _dialled_abroad(scene: Scene, called: bool) -> Iterator[Iterator[Number]]:
    """Yield the readings of numbers as other countries dial them, for a text without Chinese."""
    if scene.digits >= _WITH_AREA:
        yield british_numbers(scene)
    yield from (dressed_british_numbers(scene), dressed_american_numbers(scene))
    if called and scene.digits >= _LOCAL:
        yield national_numbers(scene)


def _extended(scene: Scene, number: Number) -> Number:
    """Return the number with the extension behind it in its stretch; the value stays the line's own."""
    extension = None if number.value.startswith("+861") else _EXTENSION.match(scene.text, number.stop)
    if extension is None:
        return number
    pieces = (*number.pieces[:-1], (number.pieces[-1][0], extension.end()))
    return replace(number, stop=extension.end(), pieces=pieces)
