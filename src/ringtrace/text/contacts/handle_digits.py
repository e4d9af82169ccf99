"""Digits beside a cue, whatever stands between them: QQ numbers and WeChat ids that are numbers."""

from __future__ import annotations

import itertools
import re

from ringtrace.text.contacts.handle_token import Token
from ringtrace.text.contacts.scene import Scene

_CHAIN_GAP = re.compile(r"\s{0,2}\n\s{0,2}|(?:[^\w\n]|_){0,3}")
_ALIKE = frozenset("olisbzgq")
# Words that say outright that more of the number follows.
_GOES_ON = re.compile(r"[^\w\n]{0,2}(?:再加|再|然后|接着|后面|后接|最后|then|followed by|ends with)[^\w\n]{0,2}是?\d")
_PARTED = re.compile(r"\d{1,5}(?:[\u4e00-\u9fff]\d{1,5}){2,9}(?!\d)")
_DIGITS = re.compile(r"[0-9]{1,11}")
# What a number word right behind the digits counts or begins: "12345一起", "12345两个".
_COUNTED = frozenset("个人位次下些起直定样般切家")
# A number with a letter between its groups: "272r374b2t73".
_LETTERED = re.compile(r"\d{1,6}(?:[a-z]\d{1,6}){3,10}(?![a-z0-9_])")
_COMMA, _SIGNED = frozenset(",，、;；。"), 3
"""Signs that close a clause; gaps without one, from which on one of them ends a number."""


def read_digits(scene: Scene, at: int, low: int = 5, high: int = 11) -> Token | None:
    """Return the digit string of ``low`` to ``high`` digits that starts at ``at`` of the layer."""
    if at >= len(scene.text):
        return None
    grouped = _grouped(scene, at, high) or _lettered(scene, at, low, high)
    if grouped is not None:
        return grouped
    strict = _strict(scene, at, low, high)
    if strict is not None and (longer := _through(scene, strict, low, high)):
        return longer
    if strict is None or _GOES_ON.match(scene.strong, strict.stop):
        worded = _worded(scene, at, low, high)
        if worded is not None and (strict is None or worded.stop > strict.stop):
            return worded
    return strict or _loose(scene, at, low, high)


def _through(scene: Scene, strict: Token, low: int, high: int) -> Token | None:
    """Return the reading that goes on through digits by sound: "68404林43思", None where there is none."""
    if scene.text[strict.stop : strict.stop + 1] < "\u4e00" or scene.weak[strict.stop] not in "0123456789":
        return None
    loose = _loose(scene, strict.start, low, high)
    if loose is None or "homophones" not in loose.rule or len(loose.value) <= len(strict.value):
        return None
    beyond = scene.strong[strict.stop : loose.stop]
    return loose if any(char in "0123456789" for char in beyond) and len(loose.value) > 5 else None


def _strict(scene: Scene, at: int, low: int, high: int) -> Token | None:
    runs = _digit_runs(scene, at)
    if not runs:
        return None
    first_start, first_stop = runs[0]
    size = first_stop - first_start
    if size > high:
        return _ascii_part(scene, first_start, first_stop, low, high)
    if size < low:
        chosen = _fit(scene, runs, low, high)
        return _token(scene, chosen, "cue+separated digits") if chosen else None
    if len(runs) > 1 and _regular(scene, runs, high):
        return _token(scene, runs, "cue+separated digits")
    follows = scene.text[first_stop : first_stop + 2]
    if follows[:1] in _ALIKE and not (follows[1:].isascii() and follows[1:].isalpha() and follows[1:] not in _ALIKE):
        return None
    return _ascii_part(scene, first_start, first_stop, low, high) or _token(scene, [runs[0]], "cue+digits")


def _digit_runs(scene: Scene, at: int) -> list[tuple[int, int]]:
    """Return runs of strong digits from ``at`` on, parted only by a few symbols."""
    text = scene.strong
    runs: list[tuple[int, int]] = []
    gaps: list[str] = []
    while len(runs) < 24 and at < len(text) and text[at] in "0123456789":
        stop = at
        while stop < len(text) and text[stop] in "0123456789" and stop - at < 40:
            stop += 1
        runs.append((at, stop))
        gap = _CHAIN_GAP.match(text, stop)
        at = gap.end() if gap else len(text)
        if at == stop or _closes(gap, gaps):
            break
        gaps.append(gap.group() if gap else "")
    return runs


def _closes(gap: re.Match[str] | None, gaps: list[str]) -> bool:
    """Whether a comma closes the number whose digits had other signs between: "2 0 7 7 1 5 3 9 4 6 ,两边"."""
    if gap is None or len(gaps) < _SIGNED or _COMMA.isdisjoint(gap.group()):
        return False
    return all(_COMMA.isdisjoint(earlier) for earlier in gaps)


def _worded(scene: Scene, at: int, low: int, high: int) -> Token | None:
    """Return digits told in parts: "1234 then 5678"."""
    runs: list[tuple[int, int]] = []
    total, place = 0, at
    while len(runs) < 8 and (run := _DIGITS.match(scene.strong, place)) and total + run.end() - run.start() <= high:
        runs.append(run.span())
        total += run.end() - run.start()
        place = run.end()
        step = 0
        while step < 6 and (filler := _filler(scene, place)):
            place, step = filler, step + 1
    return _token(scene, runs, "cue+digits in parts") if len(runs) > 1 and total >= low else None


def _filler(scene: Scene, place: int) -> int:
    """Return where a symbol or filler word at ``place`` ends, 0 when there is none."""
    char = scene.text[place : place + 1]
    if char and not char.isalnum() and char not in "。!?;\n":
        return place + 1
    for cue in scene.cues_in(place, place + 1):
        if cue.concept.startswith(("split", "strip")):
            return cue.stop
    word = scene.cues.filler.match(scene.text, place)
    return word.end() if word else 0


def _regular(scene: Scene, runs: list[tuple[int, int]], high: int) -> bool:
    """Whether further runs clearly go on with the first: one sign between, sizes alike, no unit behind."""
    sizes = [stop - start for start, stop in runs]
    gaps = {scene.text[left[1] : right[0]] for left, right in itertools.pairwise(runs)}
    if len(gaps) != 1 or sum(sizes) > high or sizes[0] > 5 or max(sizes) - min(sizes) > 1:
        return False
    gap = gaps.pop()
    if gap == "\n":
        return len(runs) == 2 and sizes[0] >= 4 and not scene.cues.unit.match(scene.text, runs[-1][1])
    return gap not in (",", "、", "/", ";", ", ", "|") and not scene.cues.unit.match(scene.text, runs[-1][1])


def _fit(scene: Scene, runs: list[tuple[int, int]], low: int, high: int) -> list[tuple[int, int]]:
    chosen: list[tuple[int, int]] = []
    total = 0
    for start, stop in runs:
        if total + stop - start > high or (chosen and total >= low and scene.cues.unit.match(scene.text, stop)):
            break
        chosen.append((start, stop))
        total += stop - start
    if chosen != runs and len(runs) > len(chosen) and runs[0][1] - runs[0][0] == 1 and total == high:
        return []
    return chosen if total >= low else []


def _ascii_part(scene: Scene, start: int, stop: int, low: int, high: int) -> Token | None:
    """Return the ASCII digits at the head of a run that goes on with number words ("12345一起")."""
    end = start
    while end < stop and scene.text[end].isascii():
        end += 1
    counts = scene.text[stop : stop + 1] in _COUNTED and stop - end == 1
    if end == stop or not low <= end - start <= high or not (counts or stop - start > high):
        return None
    return _token(scene, [(start, end)], "cue+digits")


def _loose(scene: Scene, at: int, low: int, high: int) -> Token | None:
    """Return digits in homophones, look-alikes or with one-character fillers between."""
    text = scene.weak
    places: list[int] = []
    place = at
    while place < len(text) and len(places) <= high + 1:
        if text[place] in "0123456789":
            places.append(place)
            place += 1
            continue
        gap = 0
        while (
            gap < 3
            and place + gap < len(text)
            and not scene.text[place + gap].isalnum()
            and scene.text[place + gap] not in "\n,。;!?"
        ):
            gap += 1
        if not places or not gap or place + gap >= len(text) or text[place + gap] not in "0123456789":
            break
        place += gap
    if low <= len(places) <= high and not _latin_beside(scene, places):
        return _token(scene, [(i, i + 1) for i in places], "cue+homophones or look-alikes")
    return _filled(scene, at, low, high)


def _latin_beside(scene: Scene, places: list[int]) -> bool:
    after = scene.text[places[-1] + 1 : places[-1] + 2]
    letters = sum(scene.text[i].isascii() and scene.text[i].isalpha() for i in places)
    return letters > 0 and ((after.isascii() and after.isalpha()) or letters > len(places) * 0.7)


def _filled(scene: Scene, at: int, low: int, high: int) -> Token | None:
    """Return single digits parted by one or two characters each, whatever these are."""
    text = scene.strong
    places: list[int] = []
    place = at
    while place < len(text) and len(places) <= high and text[place] in "0123456789":
        places.append(place)
        step = 1
        while step <= 2 and place + step < len(text) and text[place + step] not in "0123456789":
            step += 1
        if step == 1 and place + 1 < len(text) and text[place + 1] in "0123456789":
            return None
        place += step
    if not low <= len(places) <= high or len(places) < 6:
        return None
    return _token(scene, [(i, i + 1) for i in places], "cue+digits between fillers")


def _grouped(scene: Scene, at: int, high: int) -> Token | None:
    """Return groups of digits parted by one Chinese character each: "207的213空260中9"."""
    match = _PARTED.match(scene.strong, at)
    if match is None:
        return None
    runs = [(at + m.start(), at + m.end()) for m in re.finditer(r"\d+", match.group())]
    size = sum(stop - start for start, stop in runs)
    if all(scene.weak[left[1]] in "0123456789" for left in runs[:-1]):
        return None
    units = any(scene.cues.unit.match(scene.text, stop) for _, stop in runs[:-1])
    return _token(scene, runs, "cue+digits between fillers") if 6 <= size <= high and not units else None


def _lettered(scene: Scene, at: int, low: int, high: int) -> Token | None:
    """Return groups of digits parted by one Latin letter each: "272r374b2t73"."""
    match = _LETTERED.match(scene.strong, at)
    if match is None:
        return None
    runs = [(at + m.start(), at + m.end()) for m in re.finditer(r"\d+", match.group())]
    size = sum(stop - start for start, stop in runs)
    return _token(scene, runs, "cue+digits between fillers") if max(low, 6) <= size <= high else None


def _token(scene: Scene, runs: list[tuple[int, int]], rule: str, source: str | None = None) -> Token:
    text = source or (scene.weak if "homophones" in rule else scene.strong)
    value = "".join(text[start:stop] for start, stop in runs)
    pieces = [list(runs[0])]
    for start, stop in runs[1:]:
        if start - pieces[-1][1] <= 3 and not any(c.isalnum() for c in scene.text[pieces[-1][1] : start]):
            pieces[-1][1] = stop
        else:
            pieces.append([start, stop])
    plain = len(runs) == 1 and scene.text[runs[0][0] : runs[0][1]].isascii()
    return Token(runs[0][0], runs[-1][1], tuple((a, b) for a, b in pieces), value, rule, plain)
