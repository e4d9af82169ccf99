"""The value that stands right behind a group of cues, or right before it."""

from __future__ import annotations

import re

from ringtrace.text.contacts.groups import Group
from ringtrace.text.contacts.handle_digits import read_digits
from ringtrace.text.contacts.handle_ids import read_id, read_name
from ringtrace.text.contacts.handle_token import Token
from ringtrace.text.contacts.reading import Reading, numbers_in
from ringtrace.text.contacts.scene import LONGEST_CUE, Scene
from ringtrace.text.contacts.telephone import Number

_BEFORE = re.compile(r"(?<![a-z0-9_@./-])(@?[a-z][a-z0-9_-]{4,31}|\d{5,11}|\d{3,4}(?:[ -]\d{3,4}){1,2})$")
_TURNED = re.compile(r"[a-z0-9_-]{5,19}[a-z](?![a-z0-9_])")
_SIGNS = re.compile(r"[^\w+@]{0,4}")
_STRAY_SIGN = re.compile(r"[^\w\n]{1,3}(?=[a-z][a-z0-9_-]{5,19}(?![a-z0-9_]))")
_NEAR = 14
# No telephone number with its separators is longer. Code points.
_WIDEST = 140


def value_behind(reading: Reading, group: Group, same: bool) -> Token | Number | None:
    """Return the value that ends right before the cue: "1234567 is my QQ"."""
    scene = reading.scene
    reach = _NEAR if same else 8
    for number in numbers_in(reading, group.start - reach - _WIDEST, group.start):
        gap = scene.text[number.stop : group.start]
        if 0 <= group.start - number.stop <= reach and (same or scene.cues.before.fullmatch(gap)):
            return number
    last = reading.last
    if last is not None and 0 <= group.start - last.stop <= reach:
        return last if same else None
    return _token_before(reading, group, same)


def _token_before(reading: Reading, group: Group, same: bool) -> Token | None:
    scene = reading.scene
    base = max(0, group.start - 60)
    window = scene.text[base : group.start]
    tail = scene.cues.before_reversed.match(window[::-1])
    cut = len(window) - (tail.end() if tail else 0)
    match = _BEFORE.search(scene.strong[base : base + cut])
    if match is None:
        return None
    start, stop, value = base + match.start(1), base + match.end(1), match.group(1).lstrip("@")
    if value[0].isdigit():
        value = re.sub(r"\D", "", value)
    inside = any(cue.stop > start for cue in scene.cues_in(start - LONGEST_CUE, stop))
    taken = inside or reading.taken.holds(start, stop)
    called = group.sure or same or "我" in window[cut:] or "my" in window[cut:]
    if taken or not is_strong(value) or (value.isdigit() and (value[0] == "0" or not called)):
        return None
    return Token(start, stop, ((start, stop),), value, "value before its cue", match.group(1)[0] == "@")


def value_at(reading: Reading, group: Group, at: int, linked: str) -> Token | None:
    scene, kinds = reading.scene, group.kinds
    joins = chinese_before(scene, group.start, at) or any(sign in linked for sign in ":=")
    token: Token | None = None
    if kinds & {"wechat", "add", "other_app"} and "a" <= scene.text[at : at + 1] <= "z":
        token = read_id(scene, at, joins)
    if token is None and "wechat" in kinds:
        token = _turned_id(scene, group.stop, at)
    if token is None and kinds & {"telegram", "add"} and scene.text[at : at + 1]:
        token = read_name(scene, at, joins)
        if token is not None and kinds == {"add"} and scene.text[at] != "@" and not is_strong(token.value):
            token = None
    if token is None and kinds & {"qq", "wechat", "not_contact", "group_number", "add", "other_app", "phone"}:
        token = read_digits(scene, at)
    if token is None and "wechat" in kinds and "qq" not in kinds:
        token = _misspelt_id(scene, at)
    if token is None or reading.taken.holds(token.start, token.stop):
        return None
    return _reversed(scene, token)


def sounded_digits(reading: Reading, group: Group, at: int) -> Token | None:
    """Return digits by sound that begin with what looks like a link word: "微信吧气溜久..."."""
    scene = reading.scene
    if at == group.stop or not group.kinds & {"qq", "wechat"}:
        return None
    signs = _SIGNS.match(scene.text, group.stop)
    first = signs.end() if signs else group.stop
    if (
        first >= at
        or at >= len(scene.text)
        or any(
            scene.text[place] < "\u4e00" or scene.weak[place] not in "0123456789" or scene.strong[place] in "0123456789"
            for place in (first, at)
        )
    ):
        return None
    token = read_digits(scene, first)
    later = read_digits(scene, at)
    size = len(later.value) if later is not None else 0
    longer = token is not None and len(token.value) > size and len(token.value) >= 7
    return token if longer and "homophones" in token.rule else None  # type: ignore[union-attr]


def _misspelt_id(scene: Scene, at: int) -> Token | None:
    """Return an id whose letters stand behind one stray sign or that begins with a digit look-alike."""
    match = _STRAY_SIGN.match(scene.text, at)
    return read_id(scene, match.end(), joins=False) if match else None


def _turned_id(scene: Scene, low: int, at: int) -> Token | None:
    """Return an id that the words between cue and value say to read from its end; still unturned."""
    if not any(cue.concept == "reverse" for cue in scene.cues_in(low, at)):
        return None
    match = _TURNED.match(scene.text, at)
    return Token(match.start(), match.end(), (match.span(),), match.group(), "cue+id", False) if match else None


def chinese_before(scene: Scene, start: int, at: int) -> bool:
    return not scene.text[max(0, start - 6) : at].isascii()


def _reversed(scene: Scene, token: Token) -> Token:
    for cue in scene.cues_in(token.start - 20 - LONGEST_CUE, token.stop + 20):
        if cue.concept == "reverse" and cue.stop >= token.start - 20:
            return Token(token.start, token.stop, token.pieces, token.value[::-1], token.rule + ", backwards", False)
    return token


def is_strong(value: str) -> bool:
    return any(char.isdigit() or char == "_" for char in value)
