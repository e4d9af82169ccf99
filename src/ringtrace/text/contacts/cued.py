"""Values that a cue names: behind it, before it, in a list."""

from __future__ import annotations

from ringtrace.text.contacts.beside import is_strong, sounded_digits, value_at, value_behind
from ringtrace.text.contacts.groups import Group
from ringtrace.text.contacts.handle_token import Token
from ringtrace.text.contacts.kinds import add_number, assign
from ringtrace.text.contacts.reading import Reading, home_of, number_at
from ringtrace.text.contacts.scene import Scene
from ringtrace.text.contacts.telephone import Number


def read_group(reading: Reading, group: Group, following: int, used: set[int]) -> None:
    scene = reading.scene
    pattern = scene.cues.narrow_link if "not_contact" in group.kinds else scene.cues.link
    link = pattern.match(scene.text, group.stop)
    at = link.end() if link else group.stop
    at = min(following, at)
    linked = scene.text[group.stop : at]
    if group.same and not _follows(reading, group, at) and (before := value_behind(reading, group, same=True)):
        assign(reading, group, before, linked, used)
        return
    if _bracketed(scene, group) and (before := value_behind(reading, group, same=False) or _last(reading, group)):
        _take_back(reading, before)
        assign(reading, group, before, ":", used)
        return
    number = number_at(reading, at, following)
    if number is not None:
        if group.kinds == {"add"} or number.start not in used:
            add_number(reading, number, group.kinds, group)
            used.add(number.start)
            reading.last, reading.last_kinds = number, group.kinds
            _read_list(reading, group, number.stop, used, linked)
        return
    token = None
    if at < following:
        token = sounded_digits(reading, group, at) or value_at(reading, group, at, linked)
    if token is not None:
        assign(reading, group, token, linked, used)
        _read_list(reading, group, token.stop, used, linked)
    elif group.kinds != {"add"} and (before := value_behind(reading, group, same=False)):
        assign(reading, group, before, ":", used)


def _follows(reading: Reading, group: Group, at: int) -> bool:
    """Whether a number stands right behind "V同号" while a cue of its own has taken the value before."""
    last = reading.last
    own = last is not None and not reading.scene.text[last.stop : group.start].strip() and last.stop < group.start
    return own and at - group.stop <= 1 and number_at(reading, at, 1 << 60) is not None


def _bracketed(scene: Scene, group: Group) -> bool:
    """Whether a cue stands in brackets of its own: it names what stands before them."""
    return scene.text[group.start - 1 : group.start] == "(" and scene.text[group.stop : group.stop + 1] == ")"


def _last(reading: Reading, group: Group) -> Token | Number | None:
    """Return the value that another cue took, right before a bracket."""
    last = reading.last
    return last if last is not None and 0 <= group.start - last.stop <= 2 else None


def _take_back(reading: Reading, value: Token | Number) -> None:
    """Drop what an earlier cue made of a value that a bracket names more closely."""
    home = home_of(reading.scene, value.pieces)
    reading.found = [candidate for candidate in reading.found if candidate.pieces != home]


def _read_list(reading: Reading, group: Group, stop: int, used: set[int], linked: str) -> None:
    """Read further values of the same kind behind "/", "," or "or".

    A mobile number behind a QQ number or an id is a further way to reach the account, no second id.
    """
    scene = reading.scene
    numbers = isinstance(reading.last, Number) or group.same or not group.kinds <= {"qq", "wechat", "telegram"}
    for _ in range(8):
        gap = scene.cues.list_gap.match(scene.text, stop)
        if gap is None or scene.cues_in(gap.end(), gap.end() + 1):
            return
        number = number_at(reading, gap.end(), 1 << 60)
        if number is not None and (number.value in scene.cues.service_numbers or not (numbers or not number.national)):
            return
        if number is not None:
            if number.start not in used:
                used.add(number.start)
                add_number(reading, number, group.kinds, group)
            stop = number.stop
            continue
        token = value_at(reading, group, gap.end(), linked)
        if token is None or not token.plain or token.value in scene.cues.service_numbers:
            return
        if token.value.isdigit() and len(token.value) < 6:
            return
        if not token.value.isdigit() and not is_strong(token.value):
            return
        assign(reading, group, token, linked, used)
        stop = token.stop
