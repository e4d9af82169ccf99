"""Telephone numbers in a scene, however their digits are written or torn apart.

Sources of constants: mobile prefixes and area codes follow the numbering plan of mainland China
(three-digit network prefixes of 11-digit mobile numbers, area codes 010, 02x and 03xx-09xx).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from ringtrace.text.contacts.scene import LONGEST_CUE, Scene

_PREFIX = r"1(?:3\d|4[14-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])"
MOBILE = re.compile(_PREFIX + r"\d{8}")
_WHOLE = re.compile(_PREFIX + r"\d{8}(?!\d)(?!\.\d)")
# A country code or trunk zero in front of a number, letter by letter from its end.
_COUNTRY_TURNED = re.compile(r"[-. ]{0,2}\)?68(?:00)?\+?\(?|0")
# "... four five six, one person": a number word that counts what follows is no digit of the number.
_COUNTED_AFTER = re.compile(_PREFIX + r"\d{8}(?=\d[个人位次下些起直定样般切家])")
_JOINED = re.compile(r"1[^0-9]{0,12}[3-9](?:[^0-9]{0,12}\d){9}")
_JOINED_WEAK = re.compile(r"1(?:[^\w\n]|_){0,2}[3-9](?:(?:[^\w\n]|_){0,2}\d){9}")
_BACKWARDS = re.compile(r"(?<!\d)\d(?:[^0-9a-z]{0,3}\d){8}[^0-9a-z]{0,3}[3-9][^0-9a-z]{0,3}1(?!\d)")
_LETTER_RUN = re.compile(r"(?<![a-z0-9])[a-z]+(?![a-z0-9])")
_LANDLINE = re.compile(
    r"(?=[0(+8])(?<![\d+.])(\(?\+?86\)?[- ]{0,2})?(\(?)(0?(?:10|2[0-57-9]|[3-9]\d\d))(\)?)"
    r"([-— ~]{0,3})([2-8]\d{2,3}[- ]?\d{4})(?![\d.]\d?)"
)
_FREE = re.compile(r"(?<![\d+.-])([48]00)([- ]{0,2})(\d{3,4})([- ]?)(\d{3,4})(?![\d]|[.-]\d)")
_ABROAD = re.compile(r"(?:(?<!\d)\+|(?<![\d.,/-])(?:00|\(?011\)? ))\s?[1-9](?:[\s()./-]{0,3}\d){6,14}(?!\d)")
_GROUPED = re.compile(
    r"(?=[(\d])(?<![\d+(.-])(?:\(\d{3}\)[ -]?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\d-])|(?<!\d)0\d{4}[ -]?\d{6}(?!\d)"
)
_DIALLED_THERE = re.compile(
    r"(?<![\d+.,$/-])\(?\d{1,13}\)?(?:[ ./-]{1,3}\(?\d{1,9}\)?|(?<=\))\d{1,8}){0,6}(?![\d@%]|[.,]\d)"
)
# A mobile number as Britain writes it: 07 and nine digits; no other country's of that look is as common.
_BRITISH = re.compile(r"(?<![\d+.,/-])(?:\(0\)|0)7\d{3}([ -]?)\d{3}[ -]?\d{3}(?![\d@%]|[.,-]\d)")
# A number of North America without its country, by threes and four: area code and exchange begin with 2 to 9.
_AMERICAN = re.compile(
    r"(?<![\d+.,/$-])\(?([2-9]\d{2})(?:\)[ .-]{0,2}|[ .-]{1,2})([2-9]\d{2})[ .-](\d{4})(?![\d@%]|[.,-]\d)"
)
# "ext. 123", "x123", 转8001: which desk of a line is asked for.
_EXTENSION = re.compile(r" ?(?:ext(?:ension)?\.?|x|转|分机) ?\d{1,6}(?![\da-z])")
_AMERICAN_DIGITS = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
_UNMARKED = 11
_HANDLED = frozenset({"qq", "wechat", "telegram", "whatsapp", "email", "other_app", "group_number", "not_contact"})
_SHORTEST, _LONGEST = 7, 13
"""Digits of a number as dialled within a country; with its code it has at most fifteen (E.164)."""
_BESIDE = 6
# A service number told as the other choice: "call 07700 900742 or 999".
_OR = re.compile(r"\d ?(?:or|或者|或) ?$")
_SHORT = re.compile(r"[19](?<![\d./+#-].)(?<!\d:.)(?:(?<=9)\d\d|(?<=1)\d{2,5}|(?<=9)[56]\d{3})(?![\d:/]|[.-]\d)")
_MOBILE_DIGITS, _SERVICE_DIGITS = 11, 3
# A hostile text may hold any number of numbers and almost-numbers; ordinary ones hold a handful.
_TRIES = 4_000
MOST = 2_000
_STRIPPED = 12
"""Code points of what a text says to leave out between the digits."""
_LISTING = frozenset([",", "、", ";", "/", "至", "~"])
_COMMON = frozenset(
    [(3, 4, 4), (3, 8), (4, 4, 3), (3, 3, 5), (3, 3, 3, 2), (4, 3, 4), (3, 5, 3), (5, 6), (6, 5),
     (7, 4), (4, 7), (3, 2, 2, 2, 2), (3, 2, 3, 3), (5, 3, 3)]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number at ``[start, stop)`` of the layer.

    value: E.164, or a service number's digits; national: its digits as used for handles ("" when
    it can be none); pieces: the stretches of the layer that carry its digits.
    """

    start: int
    stop: int
    pieces: tuple[tuple[int, int], ...]
    value: str
    national: str
    probability: float
    rule: str


def find_numbers(scene: Scene) -> list[Number]:
    """Return the scene's telephone numbers in order of place, none overlapping another."""
    taken = Taken()
    found: list[Number] = []
    concepts = {cue.concept for cue in scene.found}
    cued = bool(concepts & {"phone", "wechat", "qq", "telegram", "whatsapp", "add"})
    sources: list[Iterator[Number]] = []
    digits = scene.digits
    if "reverse" in concepts:
        sources.append(_backwards(scene))
    if digits >= 8:
        sources += [_whole(scene), _abroad(scene), _landline(scene), _free(scene)]
    if digits >= 11:
        sources.append(_joined(scene, _JOINED, scene.strong, cued, taken))
    if len(scene.text) >= _MOBILE_DIGITS:
        sources.append(_joined(scene, _JOINED_WEAK, scene.weak, cued, taken))
    if cued and digits >= 10:
        sources.append(_grouped(scene))
    if digits >= 10 and scene.text.isascii():
        sources += [_british(scene), _north_american(scene)]
    if digits >= _SERVICE_DIGITS:
        sources.append(_service(scene))
    if digits >= 7 and scene.text.isascii() and "phone" in concepts:
        sources.append(_national(scene))
    for source in sources:
        for number in islice(source, MOST):
            if taken.claim(number.start, number.stop):
                found.append(_extended(scene, number))
    found.sort(key=lambda number: number.start)
    return found


def _extended(scene: Scene, number: Number) -> Number:
    """Return the number with the extension behind it in its stretch; the value stays the line's own."""
    extension = None if number.value.startswith("+861") else _EXTENSION.match(scene.text, number.stop)
    if extension is None:
        return number
    pieces = (*number.pieces[:-1], (number.pieces[-1][0], extension.end()))
    return replace(number, stop=extension.end(), pieces=pieces)


class Taken:
    """Stretches that are spoken for; ``claim`` says whether a new one was free."""

    def __init__(self) -> None:
        self._places: set[int] = set()

    def claim(self, start: int, stop: int) -> bool:
        """Take ``[start, stop)`` unless any of it is taken. Stretches are short: at most a few hundred."""
        if not self._places.isdisjoint(range(start, stop)):
            return False
        self._places.update(range(start, stop))
        return True

    def holds(self, start: int, stop: int) -> bool:
        return not self._places.isdisjoint(range(start, stop))


def _whole(scene: Scene) -> Iterator[Number]:
    readings = [(scene.text, "11 digits", 0.97)]
    if scene.strong != scene.text:
        readings.append((scene.strong, "digit words > 11 digits", 0.95))
    for text, rule, sure in readings:
        for match in _WHOLE.finditer(text):
            place, stop = match.span()
            start = place - _country_before(text, place)
            if start == place and text[place - 1 : place] == "+" and scene.text.isascii() and _american(match.group()):
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
    return digits.startswith("1") and _international(digits, None)[1]


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
    if before in ("_", "@", "=", "&", "%", "#") or (_latin(before) and not scene.cue_ends_at(start)):
        return 0.8 if _letter_cue(scene.text, start) else 0.45
    return sure


def _letter_cue(text: str, start: int) -> bool:
    """Whether one letter stands between a Chinese word and the number: "电h170...", "T170..."."""
    before = text[max(0, start - 2) : start]
    return before[-1:].isalpha() and (len(before) == 1 or not before[0].isascii() or before[0].isspace())


def _joined(scene: Scene, pattern: re.Pattern[str], text: str, cued: bool, taken: Taken) -> Iterator[Number]:
    at = 0
    for _ in range(_TRIES):
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
    near = _near_cue(scene, start)
    unsure = [i for i in places if not scene.strong[i].isdigit()]
    if unsure and _within_cue(scene, unsure):
        return None
    if unsure:
        probability, rule = _judge_weak(scene, gaps, places, unsure, near, cued)
    else:
        probability, rule = _judge_gaps(gaps, near, cued, any(c.concept == "strip" for c in scene.found))
        if probability and _goes_on(text, start, stop, gaps):
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


_DIALLED = frozenset({"phone", "wechat", "qq", "telegram", "whatsapp", "add", "split_head"})
_CALLED = frozenset({"phone", "whatsapp", "add"})


def _near_cue(scene: Scene, place: int, concepts: frozenset[str] = _DIALLED) -> bool:
    """Whether a cue of ``concepts`` ends right before ``place`` and none of another platform stands nearer."""
    cues = [cue for cue in scene.cues_in(place - LONGEST_CUE, place) if 0 <= place - cue.stop <= 12]
    named = [cue.concept for cue in cues if cue.concept in _DIALLED]
    return bool(named) and (concepts is _DIALLED or named[-1] in concepts)


def _judge_weak(
    scene: Scene, gaps: list[str], places: list[int], unsure: list[int], near: bool, cued: bool
) -> tuple[float, str]:
    before, after = scene.text[places[0] - 1 : places[0]], scene.text[places[-1] + 1 : places[-1] + 2]
    latin = [i for i in unsure if scene.text[i].isascii()]
    words = any(run[0] not in "ol" or len(run) > 1 for run in _loose_letters(scene, places))
    if words or (latin and ((_latin(before) and not scene.cue_ends_at(places[0])) or _latin(after))):
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
    return (0.6 if (cued and sure >= 3) or not any(gaps) else 0.3), "homophones > 11 digits"


def _loose_letters(scene: Scene, places: list[int]) -> list[str]:
    """Return the runs of Latin letters among the places that touch no digit: words, as a rule."""
    shown = scene.text[places[0] : places[-1] + 1]
    return [match.group() for match in _LETTER_RUN.finditer(shown)]


def _latin(char: str) -> bool:
    return bool(char) and char.isascii() and (char.isalnum() or char == "_")


def _judge_gaps(gaps: list[str], near: bool, cued: bool, strip: bool) -> tuple[float, str]:
    """Return (probability, rule) of eleven sure digits with these gaps; near: a cue stands right before."""
    full = [gap for gap in gaps if gap]
    if not full:
        return 0.0, ""
    sizes = _sizes(gaps)
    if any(char.isalnum() for gap in full for char in gap):
        return _judge_fillers(full, sizes, near, strip), "fillers > 11 digits"
    return _judge_signs(full, sizes, near, cued), "separators > 11 digits"


def _judge_signs(full: list[str], sizes: tuple[int, ...], near: bool, cued: bool) -> float:
    one = len(set(full)) == 1
    if max(sizes) == 1:
        dotted = sum("." in gap for gap in full)
        return 0.93 if one else 0.3 if dotted and dotted < len(full) and not near else 0.8
    if one and sizes in _COMMON and full[0].strip() in _LISTING:
        return 0.93 if near else 0.75
    if any(gap.strip() in _LISTING or ":" in gap for gap in full if gap.strip()):
        return 0.85 if near and one else 0.35
    if sizes[:2] in ((4, 2), (4, 1)):
        return 0.8 if near else 0.25
    if sizes in _COMMON:
        return 0.97 if near else 0.92 if sum(map(len, full)) <= 3 * len(full) else 0.8
    return 0.93 if near else _judge_odd_groups(full, sizes, one, cued)


def _judge_odd_groups(full: list[str], sizes: tuple[int, ...], one: bool, cued: bool) -> float:
    """Groups of no usual size and no cue: prices, sizes and scores look like this, too."""
    if max(sizes) <= 2 and len(set(sizes)) <= 2:
        return 0.6 if one and "".join(full).strip(" -") else 0.42
    if sizes[0] == 1 or sizes[-1] == 1:
        return 0.4
    return 0.8 if one else 0.65 if len(full) <= 4 or cued else 0.5


def _judge_fillers(full: list[str], sizes: tuple[int, ...], near: bool, strip: bool) -> float:
    one = len(set(full)) == 1
    longest = max(map(len, full))
    if len(full) == 1 and max(sizes) >= 8 and not strip:
        return 0.0
    if strip and longest <= _STRIPPED:
        return 0.9
    if len(full) >= 3 and all(len(gap) == 1 and "a" <= gap <= "z" for gap in full):
        return 0.9 if near else 0.65
    if max(sizes) == 1 and longest <= 2:
        return 0.9 if one or near else 0.8 if longest == 1 else 0.45
    if one and longest <= 2 and len(full) >= 2:
        return 0.85 if near else 0.6 if len(full) >= 3 else 0.5
    return 0.75 if near and longest <= 2 else 0.0


def _sizes(gaps: list[str]) -> tuple[int, ...]:
    sizes = [1]
    for gap in gaps:
        if gap:
            sizes.append(1)
        else:
            sizes[-1] += 1
    return tuple(sizes)


def _goes_on(text: str, start: int, stop: int, gaps: list[str]) -> bool:
    """Whether a row of single digits runs on beyond the eleven: then it is a longer number."""
    gap = gaps[0]
    if not gap or len(set(gaps)) != 1:
        return False
    size = len(gap)
    after = text[stop : stop + size] == gap and text[stop + size : stop + size + 1].isdigit()
    alone = not text[stop + size + 1 : stop + size + 2].isdigit()
    before = text[start - size : start] == gap and start > size and text[start - size - 1].isdigit()
    return (after and alone) or before


def _pieces(places: list[int], gaps: list[str]) -> tuple[tuple[int, int], ...]:
    """Return the stretches with digits; gaps of symbols stay inside a piece, words part pieces."""
    pieces = [[places[0], places[0] + 1]]
    for place, gap in zip(places[1:], gaps, strict=True):
        if len(gap) > 3 or any(char.isalnum() for char in gap):
            pieces.append([place, place + 1])
        else:
            pieces[-1][1] = place + 1
    return tuple((start, stop) for start, stop in pieces)


def _backwards(scene: Scene) -> Iterator[Number]:
    for text in (scene.strong, scene.weak):
        for match in _BACKWARDS.finditer(text):
            digits = "".join(char for char in reversed(match.group()) if char in "0123456789")
            if MOBILE.fullmatch(digits):
                yield Number(*match.span(), (match.span(),), f"+86{digits}", digits, 0.85, "backwards > 11 digits")


def _landline(scene: Scene) -> Iterator[Number]:
    for match in _LANDLINE.finditer(scene.strong):
        country, opened, area, closed, gap, local = match.groups()
        digits = re.sub(r"\D", "", local)
        zero, area = area.startswith("0"), area.lstrip("0")
        marked = bool(opened and closed) or bool(gap.strip())
        if not (zero or country) or len(area) + len(digits) not in (9, 10, 11):
            continue
        near = _near_cue(scene, match.start())
        probability = 0.93 if near else 0.85 if marked else 0.6 if gap else 0.35
        yield Number(
            *match.span(), (match.span(),), f"+86{area}{digits}", "", probability, "area code and local number"
        )


def _free(scene: Scene) -> Iterator[Number]:
    for match in _FREE.finditer(scene.strong) if "400" in scene.strong or "800" in scene.strong else ():
        head, gap, middle, second, tail = match.groups()
        digits = head + middle + tail
        if len(digits) != 10:
            continue
        probability = 0.93 if gap or second or _near_cue(scene, match.start()) else 0.5
        yield Number(*match.span(), (match.span(),), digits, "", probability, "service number")


def _service(scene: Scene) -> Iterator[Number]:
    listed = scene.cues.service_numbers
    last = -100
    for match in islice(_SHORT.finditer(scene.strong), _TRIES):
        digits = match.group()
        if digits not in listed or scene.cues.unit.match(scene.text, match.end()):
            continue
        start, stop = match.span()
        if _latin(scene.text[start - 1 : start]) or _latin(scene.text[stop : stop + 1]):
            continue
        left, right = scene.text[max(0, start - 12) : start], scene.text[stop : stop + 8]
        chained = start - last <= 3 or _OR.search(left) is not None
        if (_grouping_comma(scene, start - 1, start - 2) and not chained) or _grouping_comma(scene, stop, stop + 1):
            continue
        if digits == "12345" and scene.text[start] == "一":
            continue
        sure = chained or scene.cues.service_cue.search(left) or scene.cues.service_cue.search(right)
        if sure:
            last = stop
        yield Number(start, stop, ((start, stop),), digits, "", 0.9 if sure else 0.3, "service number")


def _grouping_comma(scene: Scene, place: int, beyond: int) -> bool:
    """Whether an ASCII comma at ``place`` groups thousands: a digit stands beyond it."""
    if scene.text[place : place + 1] != "," or place < 0 or not scene.text[beyond : beyond + 1].isdigit():
        return False
    return scene.layer.original[scene.layer.origin(place, place + 1)[0]] == ","


def _abroad(scene: Scene) -> Iterator[Number]:
    text = scene.strong
    if "+" not in text and "00" not in text and "011" not in text:
        return
    for tried, match in enumerate(_ABROAD.finditer(text)):
        if tried >= _TRIES:
            return
        digits = re.sub(r"\D", "", match.group())
        if not match.group().startswith("+"):
            digits = digits[3 if digits.startswith("011") else 2 :]
            if not _near_cue(scene, match.start()):
                continue
        if digits.startswith("86") and MOBILE.fullmatch(digits[2:]):
            number = digits[2:]
            yield Number(*match.span(), (match.span(),), f"+86{number}", number, 0.97, "country code > 11 digits")
            continue
        value, valid = _international(digits, None)
        start, stop = match.span()
        start -= text[start - 1 : start] == "(" and ")" in match.group().partition("(")[0]
        if value:
            yield Number(start, stop, ((start, stop),), value, "", 0.93 if valid else 0.7, "international number")


def _grouped(scene: Scene) -> Iterator[Number]:
    for tried, match in enumerate(_GROUPED.finditer(scene.text)):
        if tried >= _TRIES or not _near_cue(scene, match.start(), _CALLED):
            continue
        region = "GB" if match.group().startswith("0") else "US"
        value, valid = _international(re.sub(r"\D", "", match.group()), region)
        if value:
            yield Number(
                *match.span(), (match.span(),), value, "", 0.75 if valid else 0.55, "national number beside a cue"
            )


def _north_american(scene: Scene) -> Iterator[Number]:
    for match in islice(_AMERICAN.finditer(scene.strong), MOST):
        value = "+1" + "".join(match.groups())
        near = _near_cue(scene, match.start(), _CALLED)
        yield Number(*match.span(), (match.span(),), value, "", 0.85 if near else 0.65, "North American number")


def _british(scene: Scene) -> Iterator[Number]:
    if not scene.text.isascii():
        return
    for match in islice(_BRITISH.finditer(scene.text), MOST):
        value, _ = _international(re.sub(r"\D", "", match.group()).removeprefix("0"), "GB")
        if value:
            near = _near_cue(scene, match.start(), _CALLED)
            sure = 0.9 if near else 0.75 if match.group(1) else 0.6
            yield Number(*match.span(), (match.span(),), value, "", sure, "British mobile number")


def _national(scene: Scene) -> Iterator[Number]:
    """Yield numbers of a country that the text does not name, right beside a telephone cue of an English text.

    Without the country there is no E.164: the value is the digits as they are dialled there.
    """
    for match in islice(_DIALLED_THERE.finditer(scene.text), MOST):
        digits = re.sub(r"\D", "", match.group())
        cues = [cue for cue in scene.cues_in(match.start() - LONGEST_CUE, match.start()) if cue.concept != "add"]
        beside = [cue for cue in cues if 0 <= match.start() - cue.stop <= _BESIDE]
        last = max((cue.stop for cue in cues if cue.concept in _HANDLED), default=-1)
        if last >= 0 and not any(map(str.isdigit, scene.text[last : match.start()])):
            continue  # "my QQ number": not a telephone's
        day = re.fullmatch(r"(?:19|20)\d\d[01]\d[0-3]\d", digits)
        called = beside and beside[-1].concept == "phone" and not day
        if called and _AMERICAN_DIGITS.fullmatch(digits):
            yield Number(*match.span(), (match.span(),), f"+1{digits}", "", 0.6, "North American number")
        elif called and len(digits) > _UNMARKED and _international(digits, None)[1]:
            yield Number(*match.span(), (match.span(),), f"+{digits}", "", 0.6, "international number without its plus")
        elif called and _SHORTEST <= len(digits) <= _LONGEST:
            yield Number(*match.span(), (match.span(),), digits, "", 0.55, "number of an unnamed country beside a cue")


def _international(digits: str, region: str | None) -> tuple[str, bool]:
    """Return (E.164, known to be in use) or ("", False) when no country has such a number."""
    import phonenumbers

    try:
        number = phonenumbers.parse(digits if region else f"+{digits}", region)
    except phonenumbers.NumberParseException:
        return "", False
    if not phonenumbers.is_possible_number(number):
        return "", False
    value: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return value, bool(phonenumbers.is_valid_number(number))
