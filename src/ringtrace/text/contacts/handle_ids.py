"""Ids and names beside a cue, WeChat's and Telegram's, with their disguise removed."""

from __future__ import annotations

import re

from ringtrace.text.contacts.handle_token import Token
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
_WORDS = re.compile(
    r"下划线|下滑线|下杠|底杠|底线|\bunderscore\b|横杠|横线|中杠|杠|中划线|减号|短横|\bdash\b|\bhyphen\b|\bminus\b|小写|大写|加(?=数字|字母|下划|下杠|\d{2})|字母|数字|英文|后面|再加|然后|加上|全小写"
)
_SIGNS = {"underscore": "_", "下划线": "_", "下滑线": "_", "下杠": "_", "底杠": "_", "底线": "_"}
_DASHES = frozenset({"杠", "横杠", "横线", "中杠", "中划线", "减号", "短横", "dash", "hyphen", "minus"})
# The second line of a torn id: letters and digits, and nothing else in it.
_SECOND_LINE = re.compile(r"\n[a-z]{0,5}\d{1,4}(?![a-z0-9_])")
# A tilde, with or without blanks, parts an id and nothing else that stands right behind one.
_TILDE = re.compile(r" ?[~〜∼] ?[a-z0-9_]")
_REACH = 60


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
