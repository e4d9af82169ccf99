"""Landlines of mainland China, its 400 and 800 numbers, and short service numbers.

Source of constants: area codes of the numbering plan of mainland China (010, 02x, 03xx to 09xx).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ringtrace.text.contacts.scene import Scene
from ringtrace.text.contacts.telephone import TRIES, Number, is_latin, near_cue

_LANDLINE = re.compile(
    r"(?=[0(+8])(?<![\d+.])(\(?\+?86\)?[- ]{0,2})?(\(?)(0?(?:10|2[0-57-9]|[3-9]\d\d))(\)?)"
    r"([-— ~]{0,3})([2-8]\d{2,3}[- ]?\d{4})(?![\d.]\d?)"
)
_FREE = re.compile(r"(?<![\d+.-])([48]00)([- ]{0,2})(\d{3,4})([- ]?)(\d{3,4})(?![\d]|[.-]\d)")
# A service number told as the other choice: "call 07700 900742 or 999".
_LINE_DIGITS = 5
_OR = re.compile(r"\d ?(?:or|或者|或) ?$")
_SHORT = re.compile(r"[19](?<![\d./+#-].)(?<!\d:.)(?:(?<=9)\d\d|(?<=1)\d{2,5}|(?<=9)[56]\d{3})(?![\d:/]|[.-]\d)")


def landlines(scene: Scene) -> Iterator[Number]:
    for match in _LANDLINE.finditer(scene.strong):
        country, opened, area, closed, gap, local = match.groups()
        digits = re.sub(r"\D", "", local)
        zero, area = area.startswith("0"), area.lstrip("0")
        marked = bool(opened and closed) or bool(gap.strip())
        if not (zero or country) or len(area) + len(digits) not in (9, 10, 11):
            continue
        near = near_cue(scene, match.start())
        probability = 0.93 if near else 0.85 if marked else 0.6 if gap else 0.35
        yield Number(
            *match.span(), (match.span(),), f"+86{area}{digits}", "", probability, "area code and local number"
        )


def free_lines(scene: Scene) -> Iterator[Number]:
    for match in _FREE.finditer(scene.strong) if "400" in scene.strong or "800" in scene.strong else ():
        head, gap, middle, second, tail = match.groups()
        digits = head + middle + tail
        if len(digits) != 10:
            continue
        probability = 0.93 if gap or second or near_cue(scene, match.start()) else 0.5
        yield Number(*match.span(), (match.span(),), digits, "", probability, "service number")


def service_lines(scene: Scene) -> Iterator[Number]:
    listed = scene.cues.service_numbers
    last = -100
    for match in islice(_SHORT.finditer(scene.strong), TRIES):
        digits = match.group()
        if digits not in listed or scene.cues.unit.match(scene.text, match.end()):
            continue
        start, stop = match.span()
        if is_latin(scene.text[start - 1 : start]) or is_latin(scene.text[stop : stop + 1]):
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
        alone = len(digits) == _LINE_DIGITS and digits != "12345" and not right[:1].strip(" .,;!?。，；！")
        yield Number(
            start, stop, ((start, stop),), digits, "", 0.9 if sure else 0.55 if alone else 0.3, "service number"
        )


def _grouping_comma(scene: Scene, place: int, beyond: int) -> bool:
    """Whether an ASCII comma at ``place`` groups thousands: a digit stands beyond it."""
    if scene.text[place : place + 1] != "," or place < 0 or not scene.text[beyond : beyond + 1].isdigit():
        return False
    return scene.layer.original[scene.layer.origin(place, place + 1)[0]] == ","
