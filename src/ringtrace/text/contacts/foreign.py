"""Numbers of other countries: with a plus, as dialled there, as North America and Britain write theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ringtrace.text.contacts.scene import LONGEST_CUE, Scene
from ringtrace.text.contacts.telephone import CALLED, MOBILE, MOST, TRIES, Number, international, near_cue

_ABROAD = re.compile(r"(?:(?<!\d)\+|\bplus |(?<![\d.,/-])(?:00|\(?011\)? ))\s?[1-9](?:[\s()./-]{0,3}\d){6,14}(?!\d)")
_THREE = re.compile(r"\d{3}")
"""Three digits in a row: without them nothing is grouped, nor by threes and four."""
_GROUPED = re.compile(
    r"(?=[(\d])(?<![\d+(.-])(?:\(\d{3}\)[ -]?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\d-])|(?<!\d)0\d{4}[ -]?\d{6}(?!\d)"
)
_DIALLED_THERE = re.compile(
    r"(?<![\d+.,$/-])\(?\d{1,13}\)?(?:[ ./-]{1,3}\(?\d{1,9}\)?|(?<=\))\d{1,8}){0,6}(?![\d@%]|[.,]\d)"
)
# A mobile number as Britain writes it: 07 and nine digits; no other country's of that look is as common.
_BRITISH = re.compile(r"(?<![\d+.,/-])(?:\(0\)|0)7\d{3}([ -]?)\d{3}[ -]?\d{3}(?![\d@%]|[.,-]\d)")
# A line of Britain as Britain groups it: 020 and two fours, 01x1 and three and four. China writes 020-81234567.
_BRITISH_LINE = re.compile(
    r"(?<![\d+.,/-])\(?0(?:20\)?[ ·.]\d{4}[ ·.]\d{4}|1\d1\)?[ ·.-]\d{3}[ ·.-]\d{4}|1[2-9]\d{2}\)?[ ·]\d{6})"
    r"(?![\d@%]|[.,-]\d)"
)
# A number of North America without its country, by threes and four, maybe behind the 1 that is dialled first.
_AMERICAN = re.compile(
    r"(?<![\d+.,/$])(?:(?<![a-z\d]-)(?:1[ .-]{1,2})?\(?(\d{3})(?:\)[ .-]{0,2}|/|[ .-]{1,2})(\d{3})"
    r"[ .-](\d{4}|\d{2}[ .-]\d{2})"
    r"|(?<!\d-)(?:1[ .-]{0,2})?\((\d{3})\)[ .-]{0,2}(\d{3})[ .-]?(\d{4}))(?![\d@%]|[.,-]\d)"
)
_CODE_BEFORE = re.compile(r"\+ ?\d{0,3}[ .()0-]{0,4}$")
_AMERICAN_DIGITS = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
# The same with its digits in other dress or torn apart: "4 0 4 - 5 5 5 - O l 6 2", keycaps, spoken words; also whole.
_AMERICAN_DRESSED = re.compile(
    r"(?<![\w.,/$-])\+?(?:1[ .()*_·•|-]{1,3})?"
    r"([2-9](?:[ .()*_·•|\n-]{0,3}\d){2}[ .()*_·•|\n-]{0,3}[2-9](?:[ .()*_·•|\n-]{0,3}\d){6})(?![\w@%]|[.,:-]\d)"
)
_BRITISH_DRESSED = re.compile(
    r"(?<![\w.,/$-])(?:\+?44[ .()-]{0,3}(?:0[ .()-]{0,2})?|0[ .()*_·•|-]{0,2})"
    r"(7(?:[ .()*_·•|\n-]{0,3}\d){9})(?![\w@%]|[.,:-]\d)"
)
_PLAIN_DIGITS = frozenset("0123456789 .-()+/•·|\n")
_HANGING = frozenset("-@#:")
_SINGLE = 10
"""Groups of a number that stands digit by digit."""
_BORDERS = (2, 5)
"""Gaps between the groups of a number that stands digit by digit."""
_LETTERS_MOST, _LETTERS_BRITISH = 4, 6
"""Letters that may stand for digits in one number: with more it is a word."""
_UNMARKED = 11
_HANDLED = frozenset({"qq", "wechat", "telegram", "whatsapp", "email", "other_app", "group_number", "not_contact"})
_SHORTEST, _LONGEST = 7, 13
"""Digits of a number as dialled within a country; with its code it has at most fifteen (E.164)."""
_BESIDE, _JOINT = 6, 2
_DIFFERENT = 3
"""Different digits that a number in other dress must show."""


def international_numbers(scene: Scene) -> Iterator[Number]:
    text = scene.strong
    if "+" not in text and "00" not in text and "011" not in text and "plus " not in text:
        return
    for tried, match in enumerate(_ABROAD.finditer(text)):
        if tried >= TRIES:
            return
        digits = re.sub(r"\D", "", match.group())
        if not match.group().startswith(("+", "plus")):
            digits = digits[3 if digits.startswith("011") else 2 :]
            if not near_cue(scene, match.start()):
                continue
        if digits.startswith("86") and MOBILE.fullmatch(digits[2:]):
            number = digits[2:]
            yield Number(*match.span(), (match.span(),), f"+86{number}", number, 0.97, "country code > 11 digits")
            continue
        value, valid = international(digits, None)
        start, stop = match.span()
        start -= text[start - 1 : start] == "(" and ")" in match.group().partition("(")[0]
        if value:
            yield Number(start, stop, ((start, stop),), value, "", 0.93 if valid else 0.7, "international number")


def grouped_numbers(scene: Scene) -> Iterator[Number]:
    if _THREE.search(scene.text) is None:
        return
    for tried, match in enumerate(_GROUPED.finditer(scene.text)):
        if tried >= TRIES or not near_cue(scene, match.start(), CALLED):
            continue
        region = "GB" if match.group().startswith("0") else "US"
        value, valid = international(re.sub(r"\D", "", match.group()), region)
        if value:
            yield Number(
                *match.span(), (match.span(),), value, "", 0.75 if valid else 0.55, "national number beside a cue"
            )


def north_american_numbers(scene: Scene) -> Iterator[Number]:
    """Yield numbers of ten digits by threes and four; area code and exchange of North America begin with 2 to 9.

    Other area codes are no country's, but what is written so is dialled all the same: its value is its digits.
    """
    if _THREE.search(scene.strong) is None:
        return
    for match in islice(_AMERICAN.finditer(scene.strong), MOST):
        if _CODE_BEFORE.search(scene.text[max(0, match.start() - 9) : match.start()]):
            continue
        digits = re.sub(r"\D", "", "".join(filter(None, match.groups())))
        near = near_cue(scene, match.start(), CALLED)
        if _AMERICAN_DIGITS.fullmatch(digits):
            yield Number(
                *match.span(), (match.span(),), f"+1{digits}", "", 0.85 if near else 0.65, "North American number"
            )
        elif digits[3] > "1" and (near or _dashed(scene.text, *match.span())):
            yield Number(*match.span(), (match.span(),), digits, "", 0.7 if near else 0.55, "number by threes and four")


def _dashed(text: str, start: int, stop: int) -> bool:
    """Whether a number by threes and four has more than blanks in it, or hangs on what it belongs to."""
    return not text[start:stop].replace(" ", "").isdigit() or text[max(0, start - 1) : start] in _HANGING


def dressed_american_numbers(scene: Scene) -> Iterator[Number]:
    """Yield numbers of North America whose digits are words, keycaps, look-alike letters or torn apart."""
    for match in islice(_AMERICAN_DRESSED.finditer(scene.weak), MOST):
        start, stop = match.span()
        digits = re.sub(r"\D", "", match.group(1))
        shown, original = scene.text[start:stop], scene.layer.original[slice(*scene.layer.origin(start, stop))]
        letters = sum(map(str.isalpha, shown))
        if letters > _LETTERS_MOST or _touches_word(scene, start, stop) or len(set(digits)) < _DIFFERENT:
            continue
        near = near_cue(scene, start, CALLED)
        disguised = not _PLAIN_DIGITS.issuperset(original)
        apart = _parted(scene.weak[match.start(1) : stop])
        if _of_another(scene, start) or not (disguised or apart is not None):
            continue
        even = apart == _SINGLE and _even(scene.weak[match.start(1) : stop])
        torn = "\n" not in shown and not letters and (disguised or even)
        if near or torn:
            sure = 0.85 if near and not letters else 0.75 if near else 0.6
            yield Number(start, stop, ((start, stop),), f"+1{digits}", "", sure, "North American number, dressed")


def dressed_british_numbers(scene: Scene) -> Iterator[Number]:
    """Yield mobile numbers of Britain whose digits are words, look-alike letters or torn apart: "o77oo 9oo I84"."""
    for match in islice(_BRITISH_DRESSED.finditer(scene.weak), MOST):
        start, stop = match.span()
        shown = scene.text[start:stop]
        digits = re.sub(r"\D", "", match.group(1))
        letters = sum(map(str.isalpha, shown))
        if letters > _LETTERS_BRITISH or _touches_word(scene, start, stop) or len(set(digits)) < _DIFFERENT:
            continue
        near, gaps = near_cue(scene, start, CALLED), set(re.findall(r"\D+", scene.weak[start:stop]))
        if not _of_another(scene, start) and (near or letters or len(gaps) <= 1):
            sure = 0.85 if near and not letters else 0.75 if near else 0.6
            yield Number(start, stop, ((start, stop),), f"+44{digits}", "", sure, "British mobile number, dressed")


def _parted(shown: str) -> int | None:
    """Return how many groups ten digits fall into: by three, three and four, or these digit by digit; else None."""
    sizes = [len(run) for run in re.findall(r"\d+", shown)]
    if sizes in ([10], [3, 7], [6, 4], [3, 3, 2, 2]):
        return len(sizes)
    blocks = iter(sizes)
    for block in (3, 3, 4):
        first = next(blocks, 0)
        if first != block and (first != 1 or [next(blocks, 0) for _ in range(block - 1)] != [1] * (block - 1)):
            return None
    return None if next(blocks, 0) else len(sizes)


def _even(shown: str) -> bool:
    """Whether one sign stands within the groups of ten single digits: prices and scores have several."""
    gaps = re.findall(r"\D+", shown)
    return len({gap for place, gap in enumerate(gaps) if place not in _BORDERS}) == 1


def _of_another(scene: Scene, start: int) -> bool:
    """Whether the last cue before a number names an account that no telephone reaches: "my QQ number"."""
    near = scene.cues_in(start - LONGEST_CUE, start)
    cues = [cue for cue in near if cue.concept in _HANDLED - {"whatsapp"}]
    if not cues or any(map(str.isdigit, scene.text[cues[-1].stop : start])):
        return False
    return not any(
        cue.concept in CALLED and cue.start > cues[-1].stop + _JOINT for cue in near
    )  # "snap no, txt 209..."


def _touches_word(scene: Scene, start: int, stop: int) -> bool:
    """Whether a letter read as a digit belongs to a word: "gig 2125550123"."""
    shown = scene.text
    return any(
        shown[edge : edge + 1].isalpha() and shown[beyond : beyond + 1].isalnum()
        for edge, beyond in ((start, start - 1), (stop - 1, stop))
        if beyond >= 0
    )


def british_numbers(scene: Scene) -> Iterator[Number]:
    for match in islice(_BRITISH.finditer(scene.text), MOST):
        value, _ = international(re.sub(r"\D", "", match.group()).removeprefix("0"), "GB")
        if value:
            near = near_cue(scene, match.start(), CALLED)
            sure = 0.9 if near else 0.75 if match.group(1) else 0.6
            yield Number(*match.span(), (match.span(),), value, "", sure, "British mobile number")


def british_lines(scene: Scene) -> Iterator[Number]:
    """Yield landlines of Britain in a text without Chinese."""
    for match in islice(_BRITISH_LINE.finditer(scene.strong), MOST):
        value, valid = international(re.sub(r"\D", "", match.group()).removeprefix("0"), "GB")
        if value and valid:
            sure = 0.9 if near_cue(scene, match.start(), CALLED) else 0.7
            yield Number(*match.span(), (match.span(),), value, "", sure, "British landline")


def national_numbers(scene: Scene) -> Iterator[Number]:
    """Yield numbers of a country that the text does not name, right beside a telephone cue of an English text.

    Without the country there is no E.164: the value is the digits as they are dialled there.
    """
    for match in islice(_DIALLED_THERE.finditer(scene.text), MOST):
        digits = re.sub(r"\D", "", match.group())
        cues = [cue for cue in scene.cues_in(match.start() - LONGEST_CUE, match.start()) if cue.concept != "add"]
        beside = [cue for cue in cues if 0 <= match.start() - cue.stop <= _BESIDE]
        if _of_another(scene, match.start()) or any(cue.concept == "whatsapp" for cue in cues):
            continue
        day = re.fullmatch(r"(?:19|20)\d\d[01]\d[0-3]\d", digits)
        called = beside and beside[-1].concept == "phone" and not day
        if called and _AMERICAN_DIGITS.fullmatch(digits):
            yield Number(*match.span(), (match.span(),), f"+1{digits}", "", 0.6, "North American number")
        elif called and len(digits) > _UNMARKED and international(digits, None)[1]:
            yield Number(*match.span(), (match.span(),), f"+{digits}", "", 0.6, "international number without its plus")
        elif called and _SHORTEST <= len(digits) <= _LONGEST:
            yield Number(*match.span(), (match.span(),), digits, "", 0.55, "number of an unnamed country beside a cue")
