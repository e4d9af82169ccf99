"""Handles beside a cue: QQ numbers, WeChat ids and Telegram names, with their disguise removed."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from ringtrace.text.contacts.pinyin import is_pinyin
from ringtrace.text.contacts.scene import Scene

_ID = re.compile(r"[a-z][a-z0-9_-]{5,19}(?![a-z0-9_])")
# An id told character by character with one sign between them: "l-i-n-_-2-0".
SPACED = re.compile(
    r"(?<![a-z0-9])[a-z0-9][a-z0-9_]{0,4}([-_·•.~*|/+、,;^#=&])(?:[a-z0-9_-]{1,5}\1){2,30}[a-z0-9_]{1,8}(?![a-z0-9])"
)
_SYLLABLED = re.compile(r"([a-z]{2,6}(?: [a-z]{1,6}){1,3}) ?_?\d{2,6}(?![a-z0-9_])")
_ID_MOST = 20
_NAME = re.compile(r"@?([a-z][a-z0-9_]{3,31})(?![a-z0-9_@])")
_RUN = re.compile(r"[a-z0-9_-]+")
_CHAIN_GAP = re.compile(r"\s{0,2}\n\s{0,2}|(?:[^\w\n]|_){0,3}")
_WORDS = re.compile(
    r"下划线|下滑线|下杠|底杠|底线|\bunderscore\b|横杠|横线|中杠|杠|中划线|减号|短横|\bdash\b|\bhyphen\b|\bminus\b|小写|大写|加(?=数字|字母|下划|下杠|\d{2})|字母|数字|英文|后面|再加|然后|加上|全小写"
)
_SIGNS = {"underscore": "_", "下划线": "_", "下滑线": "_", "下杠": "_", "底杠": "_", "底线": "_"}
_DASHES = frozenset({"杠", "横杠", "横线", "中杠", "中划线", "减号", "短横", "dash", "hyphen", "minus"})
_ALIKE = frozenset("olisbzgq")
# Words that say outright that more of the number follows.
_GOES_ON = re.compile(r"[^\w\n]{0,2}(?:再加|再|然后|接着|后面|后接|最后|then|followed by|ends with)[^\w\n]{0,2}是?\d")
_PARTED = re.compile(r"\d{1,5}(?:[\u4e00-\u9fff]\d{1,5}){2,9}(?!\d)")
_DIGITS = re.compile(r"[0-9]{1,11}")
# What a number word right behind the digits counts or begins: "12345一起", "12345两个".
_COUNTED = frozenset("个人位次下些起直定样般切家")
# The second line of a torn id: letters and digits, and nothing else in it.
_SECOND_LINE = re.compile(r"\n[a-z]{0,5}\d{1,4}(?![a-z0-9_])")
# A tilde, with or without blanks, parts an id and nothing else that stands right behind one.
_TILDE = re.compile(r" ?[~〜∼] ?[a-z0-9_]")
# A number with a letter between its groups: "272r374b2t73".
_LETTERED = re.compile(r"\d{1,6}(?:[a-z]\d{1,6}){3,10}(?![a-z0-9_])")
_REACH = 60
_COMMA, _SIGNED = frozenset(",，、;；。"), 3
"""Signs that close a clause; gaps without one, from which on one of them ends a number."""


@dataclass(frozen=True, slots=True)
class Token:
    """A handle at ``[start, stop)`` of the layer; value without its disguise."""

    start: int
    stop: int
    pieces: tuple[tuple[int, int], ...]
    value: str
    rule: str
    plain: bool


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


def read_id(scene: Scene, at: int, joins: bool) -> Token | None:
    """Return the WeChat id (6 to 20 characters, a letter first) that starts at ``at`` of the layer.

    joins: whether parts divided by blanks or signs may be put together (not in running English).
    """
    text = scene.text
    spaced = SPACED.match(text, at)
    if spaced and (token := _despaced(spaced)):
        return token
    match = _ID.match(text, at)
    if match and not _continues(scene, match.end(), match.group()):
        return Token(at, match.end(), ((at, match.end()),), match.group(), "cue+id", True)
    if at >= len(text) or not ("a" <= text[at] <= "z"):
        return None
    return (_syllabled(scene, at) if joins else None) or _assemble(scene, at, joins)


def _syllabled(scene: Scene, at: int) -> Token | None:
    """Return an id whose syllables stand apart before its digits: "xiao lan 0372"."""
    match = _SYLLABLED.match(scene.text, at)
    value = match.group().replace(" ", "") if match else ""
    if match is None or len(value) > _ID_MOST or not all(map(is_pinyin, match.group(1).split())):
        return None
    return Token(*match.span(), (match.span(),), value, "cue+id in parts", False)


def _despaced(spaced: re.Match[str]) -> Token | None:
    """Return the id of which every second character is the sign between, None when it is none."""
    sign = spaced.group(1)
    parts = spaced.group().replace("___", "_\0_").split(sign)
    parts = ["_" if part == "\0" else part for part in parts]  # l_i_n___2_0: an underscore between two
    value = "".join(parts)
    if not re.fullmatch(r"[a-z][a-z0-9_-]{5,19}", value) or not _torn(parts, sign):
        return None
    return Token(spaced.start(), spaced.end(), (spaced.span(),), value, "cue+spaced id", False)


def _torn(parts: list[str], sign: str) -> bool:
    """Whether the parts are pieces of one id: single characters, or a few at a sign that ids cannot hold."""
    single = sum(len(part) == 1 for part in parts)
    if len(parts) >= 4 and single == len(parts) - 1 and parts[-1].isdigit() and len(parts[-1]) >= 3:
        return True
    if single >= len(parts) - 1:
        return len(parts) >= 8
    return sign not in "-_." and len(parts) >= 4 and max(map(len, parts)) <= 4 and any(map(str.isdigit, parts))


def _continues(scene: Scene, stop: int, value: str) -> bool:
    """Whether an id that would do by itself still goes on behind a sign, a newline or a spoken sign."""
    rest = scene.text[stop : stop + 8]
    if _WORDS.match(rest.lstrip(" ")) is not None or _TILDE.match(rest):
        return True
    if rest[:1] and not rest[0].isascii() and not rest[0].isalnum() and rest[0] not in "。，、；：！？…）】」》～—”’":
        return bool(re.match(r"[a-z0-9_]", rest[1:2]))
    if len(re.match(r"\d*", scene.strong[stop : stop + 12]).group()) >= 2:  # type: ignore[union-attr]
        return True
    if not any(map(str.isdigit, value)) and _SECOND_LINE.match(rest):
        return True
    return rest[:1] == "\n" and (value[-1] in "_-" or rest[1:2] in ("_", "-"))


def _assemble(scene: Scene, at: int, joins: bool) -> Token | None:
    text, strong = scene.text, scene.strong
    value, pieces, place, limit = "", [], at, min(len(text), at + _REACH)
    rough = 0
    while place < limit and len(value) <= 20:
        word = _WORDS.match(text, place)
        if word and text[word.end() : word.end() + 1] == ":" and text[word.end() + 1 : word.end() + 2].isascii():
            place, rough = word.end() + 1, rough + 1  # "前面:yun8 后面:_hong"
            continue
        if word:
            sign = _SIGNS.get(word.group(), "-" if word.group() in _DASHES else "")
            value += sign
            if sign:
                pieces.append(word.span())
            place = word.end()
            rough += 1
            continue
        run = _RUN.match(strong, place, limit)
        if run:
            value += run.group()
            pieces.append((run.start(), run.end()))
            place = run.end()
            continue
        step = _gap(text, strong, place, limit)
        if not step or not _may_join(value, strong[place + step : limit], text[place : place + step], joins, rough):
            break
        place += step
        rough += 1
    if not 6 <= len(value) <= 20 or not pieces or not re.fullmatch(r"[a-z][a-z0-9_-]+", value):
        return None
    if rough and not any(char.isdigit() or char == "_" for char in value) and len(pieces) < len(value):
        return None
    return Token(at, pieces[-1][1], tuple(pieces), value, "cue+id in parts", False)


def _gap(text: str, strong: str, place: int, limit: int) -> int:
    """Return the length of the signs at ``place`` before a further part, 0 when there is none."""
    step = 0
    while step < 4 and place + step < limit and not text[place + step].isalnum() and text[place + step] != "_":
        step += 1
    if place + step >= limit or not (strong[place + step].isascii() or _WORDS.match(text, place + step)):
        return 0
    return step


def _may_join(value: str, rest: str, gap: str, joins: bool, rough: int) -> bool:
    """Whether a further part belongs to the id: single characters, digits after letters, odd signs."""
    following = re.match(r"[a-z0-9_-]*", rest)
    part = following.group() if following else ""
    counts = part.isdigit() and re.match(r" [a-z]{2}", rest[len(part) : len(part) + 3])  # "weixin: after 4 months"
    if counts or any(char in "，。；！？、,;!?()（）:：" for char in gap):
        return False
    if not part or _WORDS.match(rest) or (value[-1:] in "_-" and rough and "\n" not in gap):
        return True
    if len(part) == 1 and (len(value) <= 1 or rough):
        return True
    if gap == "\n":
        torn = len(value) < 6 or _SECOND_LINE.match(gap + rest) is not None
        return torn or value[-1:] in "_-" or part[0] in "_-"
    if gap.strip() and not gap.isspace():
        return joins or not gap.isascii() or gap.strip() == "~"
    return (
        joins and (part.isdigit() or part[0] == "_" or value[-1:] in ("_", "-") or len(value) < 4) and len(value) < 12
    )


def read_name(scene: Scene, at: int, joins: bool) -> Token | None:
    """Return the Telegram name (4 to 32 characters, a letter first) that starts at ``at``; joins: see read_id."""
    after = at + (scene.text[at : at + 1] == "@")
    if SPACED.match(scene.text, after) or not _NAME.match(scene.text, at):
        return read_id(scene, after, joins)
    match = _NAME.match(scene.text, at)
    if match is None:
        return None
    if _SECOND_LINE.match(scene.text, match.end()) and not any(map(str.isdigit, match.group())):
        return read_id(scene, after, joins)
    return Token(match.start(), match.end(), (match.span(),), match.group(1), "cue+name", "@" in match.group())
