"""Numbers told in parts: "first 170, then 0012, ends with 3456", also told in another order."""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text.contacts.scene import Cue, Scene
from ringtrace.text.contacts.telephone import MOBILE, Number

_RANK = {"split_head": 0, "split_middle": 1, "split_tail": 2}
_PARTS_MOST = 8
# See numbers: a budget for hostile texts.
_TRIES = 2_000
_PART = re.compile(r"\d(?:[ -]?\d)*")
_SPAN_MOST = 80


def find_splits(scene: Scene) -> list[Number]:
    """Return 11-digit mobile numbers whose parts are joined by words only."""
    if scene.digits < 11:
        return []
    labels = [cue for cue in scene.found if cue.concept in _RANK]
    text = scene.strong
    inside = {place for cue in labels for place in range(cue.start, cue.stop)}
    parts = [m.span() for m in islice(_PART.finditer(text), 4 * _TRIES) if m.start() not in inside]
    found: list[Number] = []
    index = 0
    tried = 0
    while index < len(parts) - 1 and tried < _TRIES:
        tried += 1
        joined = _join(scene, parts, index)
        number = _number(scene, joined, labels) if joined else None
        if number is None:
            index += 1
        else:
            found.append(number)
            index += len(joined)
    return found


def _join(scene: Scene, parts: list[tuple[int, int]], first: int) -> list[tuple[int, int]]:
    """Return the parts from ``first`` on that make eleven digits, or an empty list."""
    joined = [parts[first]]
    total = _size(scene, parts[first])
    worded = False
    for part in parts[first + 1 : first + _PARTS_MOST]:
        gap = scene.text[joined[-1][1] : part[0]]
        if total >= 11 or part[0] - joined[0][0] > _SPAN_MOST or not _only_filler(scene, joined[-1][1], part[0]):
            break
        worded = worded or any(char.isalpha() for char in gap)
        joined.append(part)
        total += _size(scene, part)
    return joined if total == 11 and worded and len(joined) > 1 else []


def _size(scene: Scene, part: tuple[int, int]) -> int:
    return sum(char.isdigit() for char in scene.strong[part[0] : part[1]])


def _only_filler(scene: Scene, start: int, stop: int) -> bool:
    if stop - start > 30:
        return False
    gap = scene.text[start:stop]
    for cue in scene.cues_in(start, stop):
        if cue.concept in _RANK and cue.stop <= stop:
            gap = gap[: cue.start - start] + " " * (cue.stop - cue.start) + gap[cue.stop - start :]
    rest = scene.cues.filler.sub(" ", gap)
    return not any(char.isalnum() for char in rest)


def _number(scene: Scene, joined: list[tuple[int, int]], labels: list[Cue]) -> Number | None:
    ranked = sorted(joined, key=lambda part: (_rank(scene, part, joined), part))
    digits = re.sub(r"\D", "", "".join(scene.strong[start:stop] for start, stop in ranked))
    plain = re.sub(r"\D", "", "".join(scene.strong[start:stop] for start, stop in joined))
    value = digits if MOBILE.fullmatch(digits) else plain
    if not MOBILE.fullmatch(value):
        return None
    sure = 0.92 if labels else 0.6
    return Number(joined[0][0], joined[-1][1], tuple(joined), f"+86{value}", value, sure, "parts joined by words")


def _rank(scene: Scene, part: tuple[int, int], joined: list[tuple[int, int]]) -> int:
    """Return 0, 1 or 2 by the label right before the part; without one, the middle keeps its place."""
    behind = [cue for cue in scene.cues_in(part[1], part[1] + 3) if cue.concept in _RANK]
    if behind and _closes(scene, behind[0]):
        return _RANK[behind[0].concept]
    before = max((other[1] for other in joined if other[1] <= part[0]), default=part[0] - 12)
    near = [cue for cue in scene.cues_in(before - 12, part[0]) if cue.concept in _RANK and cue.stop <= part[0]]
    near = [cue for cue in near if cue.start >= before or before == part[0] - 12]
    near = [cue for cue in near if not (_closes(scene, cue) and any(other[1] + 3 > cue.start for other in joined))]
    return _RANK[near[-1].concept] if near else 1 if part != joined[0] else 0


def _closes(scene: Scene, cue: Cue) -> bool:
    """Whether a label ends its clause, so that it names what stands before it: "6839结尾，..."."""
    return scene.text[cue.stop : cue.stop + 1] in ("", ",", ";", ".", "。", "\n", "、")
