"""Reads all contacts of one text and settles which string is which kind of contact."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import islice

from ringtrace.model.mention import Candidate, Owner
from ringtrace.text.contacts.addresses import find_addresses
from ringtrace.text.contacts.bare import find_bare
from ringtrace.text.contacts.groups import Group, group_cues
from ringtrace.text.contacts.handles import Token, read_digits, read_id, read_name
from ringtrace.text.contacts.numbers import MOST as NUMBERS_MOST
from ringtrace.text.contacts.numbers import Number, Taken, find_numbers
from ringtrace.text.contacts.owners import owner_of
from ringtrace.text.contacts.scene import ADDED_ID, LONGEST_CUE, Scene, lay_out
from ringtrace.text.contacts.scene import MOST as CUES_MOST
from ringtrace.text.contacts.splits import find_splits
from ringtrace.text.contacts.tables import cues
from ringtrace.text.view import TextView

_BEFORE = re.compile(r"(?<![a-z0-9_@./-])(@?[a-z][a-z0-9_-]{4,31}|\d{5,11})$")
_WXID = re.compile(r"(?<![a-z0-9_])wxid_[a-z0-9]{6,20}(?![a-z0-9_])")
_TURNED = re.compile(r"[a-z0-9_-]{5,19}[a-z](?![a-z0-9_])")
_AT_NAME = re.compile(r"(?<![a-z_.@/+-])@([a-z][a-z0-9_]{4,31})(?![a-z0-9_@-]|\.[a-z0-9])")
_AT_SPACED = re.compile(r"(?<![a-z_.@/+-])@(?=[a-z0-9_]{1,5}[~*|/+、,;^#=&·•])")
_NEAR = 14
# What ends a clause behind a name of letters only: not another word.
_CLOSED = re.compile(r"\s*(?:$|[\n.,;!?)]|[^\x00-\x7f])")
# No telephone number with its separators is longer. Code points.
_WIDEST = 140
_TAKEN = 0.5
# Nobody writes out a sum or a number of things of so many digits.
_COUNTABLE = 9
# A value that only the case may bear out (the same handle elsewhere, behind a cue) is kept from here on.
_WORTH = 0.05
# Groups of cues, and bare values of a kind, that are read in one text: a budget for hostile ones.
_MOST = 1_500


@dataclass
class _Reading:
    scene: Scene
    view: TextView
    taken: Taken = field(default_factory=Taken)
    found: list[Candidate] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    last: Token | Number | None = None
    last_kinds: frozenset[str] = frozenset()

    def add(self, kind: str, pieces: tuple[tuple[int, int], ...], value: str, probability: float, rule: str,
            cue_start: int | None = None, owner: Owner | None = None) -> None:  # fmt: skip
        """Add a candidate given by stretches of the layer."""
        home = _home(self.scene, pieces)
        if not home or not value:
            return
        start, stop = pieces[0][0], pieces[-1][1]
        if owner is None:
            owner = owner_of(self.scene, start if cue_start is None else cue_start, start, stop)
        self.found.append(Candidate(kind, home, value, round(probability, 6), rule, owner))


def read(view: TextView) -> tuple[Candidate, ...]:
    """Return every contact candidate of the view, in order of place; kept with the view."""
    kept: tuple[Candidate, ...] | None = view.__dict__.get("_contacts")
    if kept is None:
        kept = _read(view)
        view.__dict__["_contacts"] = kept
    return kept


def cut(view: TextView) -> bool:
    """Return whether the text holds more cues or numbers than are read in one text; the rest was left unread."""
    if len(view.text) < _MOST:  # every cue and number takes a character
        return False
    read(view)
    return bool(view.__dict__.get("_contacts_cut", False))


def _read(view: TextView) -> tuple[Candidate, ...]:
    scene = lay_out(view.folded, cues(view.lexicons))
    if scene is None:
        return ()
    reading = _Reading(scene, view)
    _take_addresses(reading)
    splits = find_splits(scene)
    for number in [*splits, *find_numbers(scene)]:
        if reading.taken.holds(number.start, number.stop):
            continue
        reading.numbers.append(number)
        if number.probability >= _TAKEN:
            reading.taken.claim(number.start, number.stop)
    reading.numbers.sort(key=lambda number: number.start)
    reading.starts = [number.start for number in reading.numbers]
    used: set[int] = set()
    groups = group_cues(scene)
    over = len(groups) > _MOST or len(scene.found) >= CUES_MOST or len(reading.numbers) >= NUMBERS_MOST
    view.__dict__["_contacts_cut"] = over
    for group, following in _with_next(groups[:_MOST]):
        _read_group(reading, group, following, used)
    for number in reading.numbers:
        if number.start not in used:
            _add_number(reading, number, frozenset(), None)
    _read_bare(reading)
    return _unique(reading.found)


def _home(scene: Scene, pieces: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Return the pieces as sorted, disjoint, non-empty ranges of the original."""
    home: list[tuple[int, int]] = []
    for start, stop in sorted(scene.layer.origin(*piece) for piece in pieces):
        if home and start <= home[-1][1]:
            home[-1] = (home[-1][0], max(stop, home[-1][1]))
        elif stop > start:
            home.append((start, stop))
    return tuple(home)


def _take_addresses(reading: _Reading) -> None:
    for address in find_addresses(reading.scene):
        reading.add(address.kind, ((address.start, address.stop),), address.value, address.probability, address.rule)
        if address.probability >= 0.5:
            reading.taken.claim(address.start, min(address.stop, address.start + 4_000))


def _with_next(groups: list[Group]) -> list[tuple[Group, int]]:
    starts = [group.start for group in groups[1:]]
    return list(zip(groups, [*starts, 1 << 60], strict=False))


def _read_group(reading: _Reading, group: Group, following: int, used: set[int]) -> None:
    scene = reading.scene
    pattern = scene.cues.narrow_link if "not_contact" in group.kinds else scene.cues.link
    link = pattern.match(scene.text, group.stop)
    at = link.end() if link else group.stop
    at = min(following, at)
    linked = scene.text[group.stop : at]
    if group.same and not _follows(reading, group, at) and (before := _behind(reading, group, same=True)):
        _assign(reading, group, before, linked, used)
        return
    if _bracketed(scene, group) and (before := _behind(reading, group, same=False) or _last(reading, group)):
        _take_back(reading, before)
        _assign(reading, group, before, ":", used)
        return
    number = _number_at(reading, at, following)
    if number is not None:
        if group.kinds == {"add"} or number.start not in used:
            _add_number(reading, number, group.kinds, group)
            used.add(number.start)
            reading.last, reading.last_kinds = number, group.kinds
            _read_list(reading, group, number.stop, used, linked)
        return
    token = None
    if at < following:
        token = _sounded(reading, group, at) or _token_at(reading, group, at, linked)
    if token is not None:
        _assign(reading, group, token, linked, used)
        _read_list(reading, group, token.stop, used, linked)
    elif group.kinds != {"add"} and (before := _behind(reading, group, same=False)):
        _assign(reading, group, before, ":", used)


def _follows(reading: _Reading, group: Group, at: int) -> bool:
    """Whether a number stands right behind "V同号" while a cue of its own has taken the value before."""
    last = reading.last
    own = last is not None and not reading.scene.text[last.stop : group.start].strip() and last.stop < group.start
    return own and at - group.stop <= 1 and _number_at(reading, at, 1 << 60) is not None


def _bracketed(scene: Scene, group: Group) -> bool:
    """Whether a cue stands in brackets of its own: it names what stands before them."""
    return scene.text[group.start - 1 : group.start] == "(" and scene.text[group.stop : group.stop + 1] == ")"


def _last(reading: _Reading, group: Group) -> Token | Number | None:
    """Return the value that another cue took, right before a bracket."""
    last = reading.last
    return last if last is not None and 0 <= group.start - last.stop <= 2 else None


def _take_back(reading: _Reading, value: Token | Number) -> None:
    """Drop what an earlier cue made of a value that a bracket names more closely."""
    home = _home(reading.scene, value.pieces)
    reading.found = [candidate for candidate in reading.found if candidate.pieces != home]


def _numbers_in(reading: _Reading, low: int, high: int) -> list[Number]:
    """Return the telephone numbers that begin in ``[low, high)`` of the layer."""
    starts = reading.starts
    return reading.numbers[bisect_left(starts, low) : bisect_left(starts, high)]


def _number_at(reading: _Reading, at: int, following: int) -> Number | None:
    for number in _numbers_in(reading, at - 3, at + 1):
        if number.value[0] != "+" and number.probability < 0.5:
            continue
        if number.start < following and number.stop > at:
            return number
    return None


def _behind(reading: _Reading, group: Group, same: bool) -> Token | Number | None:
    """Return the value that ends right before the cue: "1234567 is my QQ"."""
    scene = reading.scene
    reach = _NEAR if same else 8
    for number in _numbers_in(reading, group.start - reach - _WIDEST, group.start):
        gap = scene.text[number.stop : group.start]
        if 0 <= group.start - number.stop <= reach and (same or scene.cues.before.fullmatch(gap)):
            return number
    last = reading.last
    if last is not None and 0 <= group.start - last.stop <= reach:
        return last if same else None
    return _token_before(reading, group, same)


def _token_before(reading: _Reading, group: Group, same: bool) -> Token | None:
    scene = reading.scene
    base = max(0, group.start - 60)
    window = scene.text[base : group.start]
    tail = scene.cues.before_reversed.match(window[::-1])
    cut = len(window) - (tail.end() if tail else 0)
    match = _BEFORE.search(scene.strong[base : base + cut])
    if match is None:
        return None
    start, stop, value = base + match.start(1), base + match.end(1), match.group(1).lstrip("@")
    inside = any(cue.stop > start for cue in scene.cues_in(start - LONGEST_CUE, stop))
    taken = inside or reading.taken.holds(start, stop)
    if taken or not _strong_value(value) or (value.isdigit() and (value[0] == "0" or not (group.sure or same))):
        return None
    return Token(start, stop, ((start, stop),), value, "value before its cue", match.group(1)[0] == "@")


def _token_at(reading: _Reading, group: Group, at: int, linked: str) -> Token | None:
    scene, kinds = reading.scene, group.kinds
    joins = _chinese_before(scene, group.start, at) or any(sign in linked for sign in ":=")
    token: Token | None = None
    if kinds & {"wechat", "add", "other_app"} and "a" <= scene.text[at : at + 1] <= "z":
        token = read_id(scene, at, joins)
    if token is None and "wechat" in kinds:
        token = _turned_id(scene, group.stop, at)
    if token is None and kinds & {"telegram", "add"} and scene.text[at : at + 1]:
        token = read_name(scene, at, joins)
        if token is not None and kinds == {"add"} and scene.text[at] != "@" and not _strong_value(token.value):
            token = None
    if token is None and kinds & {"qq", "wechat", "not_contact", "group_number", "add", "other_app", "phone"}:
        token = read_digits(scene, at)
    if token is None and "wechat" in kinds and "qq" not in kinds:
        token = _misspelt_id(scene, at)
    if token is None or reading.taken.holds(token.start, token.stop):
        return None
    return _reversed(scene, token)


def _sounded(reading: _Reading, group: Group, at: int) -> Token | None:
    """Return digits by sound that begin with what looks like a link word: "微信吧气溜久..."."""
    scene = reading.scene
    if at == group.stop or not group.kinds & {"qq", "wechat"}:
        return None
    signs = re.compile(r"[^\w+@]{0,4}").match(scene.text, group.stop)
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
    match = re.compile(r"[^\w\n]{1,3}(?=[a-z][a-z0-9_-]{5,19}(?![a-z0-9_]))").match(scene.text, at)
    return read_id(scene, match.end(), joins=False) if match else None


def _turned_id(scene: Scene, low: int, at: int) -> Token | None:
    """Return an id that the words between cue and value say to read from its end; still unturned."""
    if not any(cue.concept == "reverse" for cue in scene.cues_in(low, at)):
        return None
    match = _TURNED.match(scene.text, at)
    return Token(match.start(), match.end(), (match.span(),), match.group(), "cue+id", False) if match else None


def _chinese_before(scene: Scene, start: int, at: int) -> bool:
    return not scene.text[max(0, start - 6) : at].isascii()


def _reversed(scene: Scene, token: Token) -> Token:
    for cue in scene.cues_in(token.start - 20 - LONGEST_CUE, token.stop + 20):
        if cue.concept == "reverse" and cue.stop >= token.start - 20:
            return Token(token.start, token.stop, token.pieces, token.value[::-1], token.rule + ", backwards", False)
    return token


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


def _strong_value(value: str) -> bool:
    return any(char.isdigit() or char == "_" for char in value)


def _assign(reading: _Reading, group: Group, token: Token | Number, linked: str, used: set[int]) -> None:
    """Add the candidates that a group of cues makes of one value."""
    kinds = group.kinds
    reading.last, reading.last_kinds = token, kinds
    if isinstance(token, Number):
        used.add(token.start)
        _add_number(reading, token, kinds, group)
        return
    if kinds & {"not_contact", "group_number"}:
        reading.taken.claim(token.start, token.stop)
        return
    value = _undress(reading.scene, token)
    for kind, probability in _kinds_of(reading, group, token, linked):
        reading.add(kind, token.pieces, value, probability, token.rule, group.start)
    reading.taken.claim(token.start, token.stop)


def _kinds_of(reading: _Reading, group: Group, token: Token, linked: str) -> list[tuple[str, float]]:
    value, kinds = token.value, group.kinds
    if value.isdigit():
        return _digit_kinds(reading, group, token, linked)
    if value in reading.scene.cues.not_handle:
        return []
    sign = any(mark in linked for mark in ":=@") or token.rule == "value before its cue"
    strong = _strong_value(value)
    chinese = _chinese_before(reading.scene, group.start, token.start)
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


def _added(reading: _Reading, token: Token) -> list[tuple[str, float]]:
    at_sign = reading.scene.text[token.start] == "@"
    if not at_sign and not _strong_value(token.value) and not _CLOSED.match(reading.scene.text, token.stop):
        return []
    if at_sign or reading.view.platform == "telegram":
        return [("telegram", 0.85 if at_sign else 0.55)] if "-" not in token.value else []
    chinese = not reading.scene.text.isascii()
    return [("wechat", 0.6 if chinese else 0.35)] if 6 <= len(token.value) <= 20 and _strong_value(token.value) else []


def _digit_kinds(reading: _Reading, group: Group, token: Token, linked: str) -> list[tuple[str, float]]:
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
        chinese = not reading.scene.text.isascii()
        found.append(("qq", 0.75 if contained else 0.55 if chinese and _addressed(reading, group) else 0.3))
    return found


def _worded(scene: Scene, token: Token) -> bool:
    """Whether the digits of a value stand in words or other dress."""
    return not scene.text[token.start : token.stop].isascii()


def _addressed(reading: _Reading, group: Group) -> bool:
    return "我" in reading.scene.text[group.start : group.stop] or group.stop - group.start >= 3


def _add_number(reading: _Reading, number: Number, kinds: frozenset[str], group: Group | None) -> None:
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


def _read_list(reading: _Reading, group: Group, stop: int, used: set[int], linked: str) -> None:
    """Read further values of the same kind behind "/", "," or "or".

    A mobile number behind a QQ number or an id is a further way to reach the account, no second id.
    """
    scene = reading.scene
    numbers = isinstance(reading.last, Number) or group.same or not group.kinds <= {"qq", "wechat", "telegram"}
    for _ in range(8):
        gap = scene.cues.list_gap.match(scene.text, stop)
        if gap is None or scene.cues_in(gap.end(), gap.end() + 1):
            return
        number = _number_at(reading, gap.end(), 1 << 60)
        if number is not None and (number.value in scene.cues.service_numbers or not (numbers or not number.national)):
            return
        if number is not None:
            if number.start not in used:
                used.add(number.start)
                _add_number(reading, number, group.kinds, group)
            stop = number.stop
            continue
        token = _token_at(reading, group, gap.end(), linked)
        if token is None or not token.plain or token.value in scene.cues.service_numbers:
            return
        if token.value.isdigit() and len(token.value) < 6:
            return
        if not token.value.isdigit() and not _strong_value(token.value):
            return
        _assign(reading, group, token, linked, used)
        stop = token.stop


def _read_bare(reading: _Reading) -> None:
    """Add values that need no cue: names with an at sign, wxid_ ids, numbers in QQ talk."""
    scene, view = reading.scene, reading.view
    for match in islice(_WXID.finditer(scene.text), _MOST) if "wxid_" in scene.text else ():
        if reading.taken.claim(*match.span()):
            reading.add("wechat", (match.span(),), match.group(), 0.95, "wxid")
    for match in islice(ADDED_ID.finditer(scene.text), _MOST):
        known = scene.cues_in(match.start(), match.start(1) + 1)
        value = match.group(1)
        odd = "_" in value or sum(map(str.isdigit, value)) >= 2
        if not known and odd and reading.taken.claim(*match.span(1)):
            reading.add("wechat", (match.span(1),), value, 0.55, "id behind an unknown name")
    if "@" in scene.text:
        _read_at_names(reading)
    company = any(candidate.probability >= _TAKEN for candidate in reading.found)
    last = (-1, -1)
    for bare in find_bare(scene, view, company, reading.taken):
        if bare.probability < _WORTH:
            continue
        if (bare.start, bare.stop) == last or reading.taken.claim(bare.start, bare.stop):
            last = (bare.start, bare.stop)
            reading.add(bare.kind, ((bare.start, bare.stop),), bare.value, bare.probability, bare.rule)


def _read_at_names(reading: _Reading) -> None:
    scene, view = reading.scene, reading.view
    concepts = {cue.concept for cue in scene.found}
    adds = bool(concepts & {"add", "telegram", "phone"})
    for match in islice(_AT_SPACED.finditer(scene.text), _MOST):
        token = read_id(scene, match.end(), joins=False)
        if token is not None and token.rule == "cue+spaced id" and reading.taken.claim(match.start(), token.stop):
            reading.add("telegram", token.pieces, token.value, 0.85, "at sign, spaced name")
    for match in islice(_AT_NAME.finditer(scene.text), _MOST):
        if not reading.taken.claim(match.start(1), match.end()):
            continue
        leads = not scene.text[: match.start()].strip()
        if view.platform == "telegram":
            probability = 0.85 if adds else 0.4 if leads else 0.6
        else:
            named = "telegram" in concepts or _strong_value(match.group(1))
            probability = 0.55 if named and not leads and view.platform != "weibo" else 0.35
        reading.add("telegram", (match.span(),), match.group(1), probability, "at sign")


def _unique(found: list[Candidate]) -> tuple[Candidate, ...]:
    """Return the candidates in order of place, the likelier of two equal readings of one place."""
    best: dict[tuple[str, tuple[tuple[int, int], ...], str], Candidate] = {}
    for candidate in found:
        key = (candidate.kind, candidate.pieces, candidate.value)
        if key not in best or candidate.probability > best[key].probability:
            best[key] = candidate
    return tuple(sorted(best.values(), key=lambda c: (c.pieces, c.kind, -c.probability, c.value)))
