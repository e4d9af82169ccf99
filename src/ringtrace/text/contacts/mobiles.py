"""Chinese mobile numbers in a scene, however their digits are written or torn apart."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from ringtrace.text.contacts.scene import LONGEST_CUE, Scene
from ringtrace.text.contacts.separators import goes_on, judge_gaps
from ringtrace.text.contacts.telephone import MOBILE, PREFIX, TRIES, Number, Taken, international, is_latin, near_cue

_WHOLE = re.compile(PREFIX + r"\d{8}(?!\d)(?!\.\d)")
# A country code or trunk zero in front of a number, letter by letter from its end.
_COUNTRY_TURNED = re.compile(r"[-. ]{0,2}\)?68(?:00)?\+?\(?|0")
# "... four five six, one person": a number word that counts what follows is no digit of the number.
_COUNTED_AFTER = re.compile(PREFIX + r"\d{8}(?=\d[个人位次下些起直定样般切家])")
JOINED = re.compile(r"1[^0-9]{0,12}[3-9](?:[^0-9]{0,12}\d){9}")
JOINED_WEAK = re.compile(r"1(?:[^\w\n]|_){0,2}[3-9](?:(?:[^\w\n]|_){0,2}\d){9}")
_BACKWARDS = re.compile(r"(?<!\d)\d(?:[^0-9a-z]{0,3}\d){8}[^0-9a-z]{0,3}[3-9][^0-9a-z]{0,3}1(?!\d)")
_LETTER_RUN = re.compile(r"(?<![a-z0-9])[a-z]+(?![a-z0-9])")


def whole_mobiles(scene: Scene) -> Iterator[Number]:
    readings = [(scene.text, "11 digits", 0.97)]
    if scene.strong != scene.text:
        readings.append((scene.strong, "digit words > 11 digits", 0.95))
    for text, rule, sure in readings:
        for match in _WHOLE.finditer(text):
            place, stop = match.span()
            start = place - _country_before(text, place)
            if start == place and text[place - 1 : place] == "+" and not scene.chinese and _american(match.group()):
                continue
            if not text[start - 1 : start].isdigit() and not _decimal(text, start):
                digits, probability = match.group(), _whole_probability(scene, start, stop, sure)
                if text[start:place] == "0":
                    probability -= 0.2
                yield Number(start, stop, ((start, stop),), f"+86{digits}", digits, probability, rule)
    for match in _COUNTED_AFTER.finditer(scene.strong) if len(readings) > 1 else ():
        digits = match.group()
        if not scene.strong[match.start() - 1 : match.start()].isdigit():
            yield Number(*match.span(), (match.span(),), f"+86{digits}", digits, 0.85, "digit words > 11 digits")


def _american(digits: str) -> bool:
    """Whether digits behind a plus are a number of North America in use; in Chinese texts the plus says "add"."""
    return digits.startswith("1") and international(digits, None)[1]


def _country_before(text: str, place: int) -> int:
    """Return the length of a country code or trunk zero in front of ``place``."""
    match = _COUNTRY_TURNED.match(text[max(0, place - 10) : place][::-1])
    return match.end() if match else 0


def _decimal(text: str, start: int) -> bool:
    return text[start - 1 : start] == "." and text[start - 2 : start - 1].isdigit()


def _whole_probability(scene: Scene, start: int, stop: int, sure: float) -> float:
    before, after = scene.text[start - 1 : start], scene.text[stop : stop + 1]
    if after in ("@", "_") or (after == "x" and scene.text[stop + 1 : stop + 2].isdigit()):
        return 0.2
    if before in ("_", "@", "=", "&", "%", "#") or (is_latin(before) and not scene.cue_ends_at(start)):
        return 0.8 if _letter_cue(scene.text, start) else 0.45
    return sure


def _letter_cue(text: str, start: int) -> bool:
    """Whether one letter stands between a Chinese word and the number: "电h170...", "T170..."."""
    before = text[max(0, start - 2) : start]
    return before[-1:].isalpha() and (len(before) == 1 or not before[0].isascii() or before[0].isspace())


def joined_mobiles(scene: Scene, pattern: re.Pattern[str], text: str, cued: bool, taken: Taken) -> Iterator[Number]:
    at = 0
    for _ in range(TRIES):
        match = pattern.search(text, at)
        if match is None:
            return
        number = None
        if not taken.holds(*match.span()):
            number = _judge(scene, text, match.start(), match.end(), cued)
        if number is None:
            at = match.start() + 1
        else:
            yield number
            at = number.stop


def _judge(scene: Scene, text: str, start: int, stop: int, cued: bool) -> Number | None:
    places = [i for i in range(start, stop) if text[i] in "0123456789" and text[i].isdigit()]
    digits = "".join(text[i] for i in places)
    if not MOBILE.fullmatch(digits) or _runs_on(scene, text, start, stop):
        return None
    shown = scene.text
    gaps = [shown[left + 1 : right] for left, right in itertools.pairwise(places)]
    near = near_cue(scene, start)
    unsure = [i for i in places if not scene.strong[i].isdigit()]
    if unsure and _within_cue(scene, unsure):
        return None
    if unsure:
        probability, rule = _judge_weak(scene, gaps, places, unsure, near, cued)
    else:
        probability, rule = judge_gaps(gaps, near, cued, any(c.concept == "strip" for c in scene.found))
        if probability and goes_on(text, start, stop, gaps):
            probability = min(probability, 0.3)
    if probability <= 0.3:
        return None
    return Number(start, stop, _pieces(places, gaps), f"+86{digits}", digits, probability, rule)


def _within_cue(scene: Scene, places: list[int]) -> bool:
    """Whether sounds of digits are letters of a platform's name: 企鹅 before 90041983 is no "72"."""
    cues = scene.cues_in(places[0] - LONGEST_CUE, places[-1] + 1)
    return any(
        cue.sure and cue.stop - cue.start > 1 and cue.start <= place < cue.stop for cue in cues for place in places
    )


def _runs_on(scene: Scene, text: str, start: int, stop: int) -> bool:
    """Whether further digits touch ``text[start:stop]``; a country code in front does not count."""
    if text[stop : stop + 1].isdigit():
        return True
    if text[max(0, start - 2) : start] == "86" and not text[max(0, start - 3) : start - 2].isdigit():
        return False
    return text[start - 1 : start].isdigit() and start > 0 and not scene.cue_ends_at(start)


def _judge_weak(
    scene: Scene, gaps: list[str], places: list[int], unsure: list[int], near: bool, cued: bool
) -> tuple[float, str]:
    before, after = scene.text[places[0] - 1 : places[0]], scene.text[places[-1] + 1 : places[-1] + 2]
    latin = [i for i in unsure if scene.text[i].isascii()]
    words = any(run[0] not in "ol" or (len(run) > 1 and set(run) != {"o"}) for run in _loose_letters(scene, places))
    if words or (latin and ((is_latin(before) and not scene.cue_ends_at(places[0])) or is_latin(after))):
        return 0.0, ""
    if sum(map(len, gaps)) > 12:
        return 0.0, ""
    sure = 11 - len(unsure)
    if not latin and len(unsure) <= 2 and set(unsure) <= {*places[:2], *places[-2:]}:
        return 0.3, "homophones at the end of a digit string"
    if sure >= 6 or (sure >= 3 and len(latin) == len(unsure) and not any(gaps)):
        return (0.9 if near else 0.75), "look-alikes > 11 digits"
    if near:
        return 0.85, "homophones beside a cue > 11 digits"
    solid = not any(gaps) or (cued and not latin and not "".join(gaps).strip() and sum(map(len, gaps)) <= 2)
    return (0.6 if (cued and sure >= 3) or solid else 0.3), "homophones > 11 digits"


def _loose_letters(scene: Scene, places: list[int]) -> list[str]:
    """Return the runs of Latin letters among the places that touch no digit: words, as a rule."""
    shown = scene.text[places[0] : places[-1] + 1]
    return [match.group() for match in _LETTER_RUN.finditer(shown)]


def _pieces(places: list[int], gaps: list[str]) -> tuple[tuple[int, int], ...]:
    """Return the stretches with digits; gaps of symbols stay inside a piece, words part pieces."""
    pieces = [[places[0], places[0] + 1]]
    for place, gap in zip(places[1:], gaps, strict=True):
        if len(gap) > 3 or any(char.isalnum() for char in gap):
            pieces.append([place, place + 1])
        else:
            pieces[-1][1] = place + 1
    return tuple((start, stop) for start, stop in pieces)


def backward_mobiles(scene: Scene) -> Iterator[Number]:
    for text in (scene.strong, scene.weak):
        for match in _BACKWARDS.finditer(text):
            digits = "".join(char for char in reversed(match.group()) if char in "0123456789")
            if MOBILE.fullmatch(digits):
                yield Number(*match.span(), (match.span(),), f"+86{digits}", digits, 0.85, "backwards > 11 digits")
