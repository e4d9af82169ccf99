"""Which kinds of contact a value is, by the cues that it stands beside."""

from __future__ import annotations

import re

from ringtrace.model.mention import Owner
from ringtrace.text.contacts.beside import chinese_before, is_strong
from ringtrace.text.contacts.groups import Group
from ringtrace.text.contacts.handle_token import Token
from ringtrace.text.contacts.reading import Reading
from ringtrace.text.contacts.scene import Scene
from ringtrace.text.contacts.telephone import Number

# What ends a clause behind a name of letters only: not another word.
_CLOSED = re.compile(r"\s*(?:$|[\n.,;!?)]|[^\x00-\x7f])")
# Nobody writes out a sum or a number of things of so many digits.
_COUNTABLE = 9
_TAIL = re.compile(r"(?<=[a-z_])\d[0-9oil]*$")
_ALIKE = str.maketrans("oil", "011")


def _undress(scene: Scene, token: Token) -> str:
    """Return the value of an id with the capital O and I among its last digits read as 0 and 1."""
    tail = _TAIL.search(token.value)
    if tail is None or tail.group().isdigit() or len(token.pieces) != 1:
        return token.value
    start, stop = scene.layer.origin(token.stop - len(tail.group()), token.stop)
    shown = scene.layer.original[start:stop]
    if sum(map(str.isdigit, tail.group())) < 2 or not any(char in "OI" for char in shown):
        return token.value
    return token.value[: tail.start()] + tail.group().translate(_ALIKE)


def assign(reading: Reading, group: Group, token: Token | Number, linked: str, used: set[int]) -> None:
    """Add the candidates that a group of cues makes of one value."""
    kinds = group.kinds
    reading.last, reading.last_kinds = token, kinds
    if isinstance(token, Number):
        used.add(token.start)
        add_number(reading, token, kinds, group)
        return
    if kinds & {"not_contact", "group_number"}:
        reading.taken.claim(token.start, token.stop)
        return
    value = _undress(reading.scene, token)
    for kind, probability in _kinds_of(reading, group, token, linked):
        reading.add(kind, token.pieces, value, probability, token.rule, group.start)
    reading.taken.claim(token.start, token.stop)


def _kinds_of(reading: Reading, group: Group, token: Token, linked: str) -> list[tuple[str, float]]:
    value, kinds = token.value, group.kinds
    if value.isdigit():
        return _digit_kinds(reading, group, token, linked)
    if value in reading.scene.cues.not_handle:
        return []
    sign = any(mark in linked for mark in ":=@") or token.rule == "value before its cue"
    strong = is_strong(value)
    chinese = chinese_before(reading.scene, group.start, token.start)
    sure = 0.95 if strong else 0.85 if sign else 0.75 if chinese and token.plain else 0.45
    ends = not re.match(r" [a-z]", reading.scene.text[token.stop : token.stop + 2])
    if not strong and ends and re.search(r"\b(?:is|id|no|number|name|username|handle|as)\W*$", linked):
        sure = max(sure, 0.6)
    if kinds == {"telegram"} and not group.sure and re.fullmatch(r"[a-z]{2}\d{3,4}", value):
        return []
    if not group.sure:
        sure -= 0.08 if strong or sign else 0.3
    found = []
    if "wechat" in kinds and 6 <= len(value) <= 20:
        found.append(("wechat", sure))
    if "telegram" in kinds and "-" not in value and 4 <= len(value) <= 32:
        found.append(("telegram", max(sure, 0.95 if token.plain and reading.scene.text[token.start] == "@" else 0.0)))
    if kinds == {"add"}:
        found += _added(reading, token)
    return found


def _added(reading: Reading, token: Token) -> list[tuple[str, float]]:
    at_sign = reading.scene.text[token.start] == "@"
    if not at_sign and not is_strong(token.value) and not _CLOSED.match(reading.scene.text, token.stop):
        return []
    if at_sign or reading.view.platform == "telegram":
        named = is_strong(token.value) or not reading.scene.text.isascii()  # "the contact register" names nobody
        return [("telegram", 0.85 if at_sign else 0.55 if named else 0.35)] if "-" not in token.value else []
    chinese = not reading.scene.text.isascii() or reading.view.platform in ("wechat", "qq")
    return [("wechat", 0.6 if chinese else 0.35)] if 6 <= len(token.value) <= 20 and is_strong(token.value) else []


def _digit_kinds(reading: Reading, group: Group, token: Token, linked: str) -> list[tuple[str, float]]:
    value, kinds = token.value, group.kinds
    if value[0] == "0" or not 5 <= len(value) <= 11:
        return []
    unit = reading.scene.cues.unit.match(reading.scene.text, token.stop)
    sure = 0.96 if group.sure else 0.86 if len(value) >= 6 else 0.6
    if unit and token.plain and len(value) < _COUNTABLE:
        sure = 0.2
    linking = any(sign in linked for sign in ":号=是")
    if "separated" in token.rule and not (group.sure or linking or _worded(reading.scene, token)):
        spelled = 2 * len(value) - 1 <= token.stop - token.start  # digit by digit: nobody lists prices so
        sure -= 0.05 if spelled and len(value) > 5 else 0.25 if len(value) >= 8 else 0.4
    if "fillers" in token.rule or "homophones" in token.rule:
        sure = min(sure, 0.8)
    found = []
    if "qq" in kinds:
        found.append(("qq", sure))
    elif group.same and "wechat" in kinds:
        found.append(("qq", sure - 0.2))
    if "wechat" in kinds:
        found.append(("wechat", sure - (0.0 if len(value) >= 6 else 0.4)))
    if kinds == {"add"} and len(value) >= 6 and not unit and "homophones" not in token.rule:
        contained = reading.view.platform == "qq"
        chinese = not reading.scene.text.isascii() or reading.view.platform in ("wechat", "qq")
        found.append(("qq", 0.75 if contained else 0.55 if chinese and _addressed(reading, group) else 0.3))
    return found


def _worded(scene: Scene, token: Token) -> bool:
    """Whether the digits of a value stand in words or other dress."""
    return not scene.text[token.start : token.stop].isascii()


def _addressed(reading: Reading, group: Group) -> bool:
    return "我" in reading.scene.text[group.start : group.stop] or group.stop - group.start >= 3


def add_number(reading: Reading, number: Number, kinds: frozenset[str], group: Group | None) -> None:
    probability, start = number.probability, group.start if group else number.start
    owner: Owner | None = "hotline" if number.rule == "service number" else None
    national = number.national
    if kinds & {"not_contact"}:
        probability = min(probability, 0.15)
    elif kinds & {"phone", "whatsapp", "telegram", "add"} and number.value.startswith("+"):
        probability = max(probability, 0.97 if probability >= 0.5 else 0.6)
    handle_kinds = kinds & {"wechat", "qq"}
    if group is not None and not group.same and "phone" in kinds:
        handle_kinds -= {"qq"}
    if reading.scene.text[number.start] == "+":
        handle_kinds -= {"qq"}
    if handle_kinds and national and group is not None:
        for kind in sorted(handle_kinds):
            sure = (0.95 if group.sure else 0.85) - (0.1 if kind == "qq" else 0.0)
            reading.add(kind, number.pieces, national, sure if probability >= 0.4 else 0.4, number.rule, start)
        if not (group.same or kinds & {"phone", "whatsapp"}):
            probability = min(probability, 0.4)
    elif (
        handle_kinds
        and not number.value.startswith("+")
        and len(number.value) >= 5
        and group is not None
        and group.sure
    ):
        for kind in sorted(handle_kinds):
            reading.add(kind, number.pieces, number.value, 0.9 if group.sure else 0.7, number.rule, start)
        probability = 0.2
    reading.add("phone", number.pieces, number.value, probability, number.rule, start, owner)
