"""One text laid out for reading contacts: its layer with spoken digits settled, its cues, its digits."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from ringtrace.text.contacts.disguises import undo_disguises
from ringtrace.text.contacts.spoken import digit_edits
from ringtrace.text.contacts.tables import Cues, digit_tables
from ringtrace.text.folding import Folded

# A value worth weighing by itself: five digits in a row, an id with digits or an underscore.
_WEIGHED = re.compile(r"\d{5}|\d(?:[^\w\n]{1,3}\d){5}")
_WEIGHED_ID = re.compile(r"[a-z0-9]_{1,2}[a-z0-9]|[a-z][a-z0-9]\d\d")
# No term of the lexicon and no spelled-out name is longer. Code points.
LONGEST_CUE = 40
# A hostile text may hold any number of cues; a page of a hundred thousand words holds a few thousand.
MOST = 10_000
# A capital B looks like 8, a small one like 6.
_CAPITAL_EIGHT = re.compile(r"b(?=[0-9a-z]?)")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_ADDED = frozenset("加+")
# Names of Telegram that mean an aeroplane or a telegram elsewhere.
_AMBIGUOUS = frozenset(["飞机", "✈", "🛩", "电报"])
# No Chinese or English name begins so: the v is the cue, "vlanlucky9399".
_CLUSTERED = re.compile(r"(?<![a-z0-9_@./-])v(?=[bcdfghjkmnpqrstwxzl][a-z0-9_]{5,19}(?![a-z0-9_@.]))")
_SINGLE = re.compile(r"[qvw](?![a-z])(?<![a-z0-9_].)(?=[^a-z0-9]{0,8}[a-z0-9])")
_GLUED = frozenset(
    {"vx", "wx", "qq", "tg", "wechat", "weixin", "weichat", "telegram", "telegrm", "teleg", "telly", "tele"}
)
_LONG = frozenset(name for name in _GLUED if len(name) > 5)
_WX = frozenset({"vx", "wx"})
# Behind a bare "wx" and a blank: letters with digits, so that no word that begins so is torn.
_STRONG_ID = re.compile(r"[a-z]{3,16}[0-9]{2,8}(?![a-z0-9_])|[a-z]{3,16}[_-][a-z0-9]{1,8}(?![a-z0-9_])")
_TORN_ID = re.compile(r"[a-z]{1,4}\n[a-z0-9_]{1,8}(?![a-z])")
_WEAK_RUN = re.compile(r"\d(?:[^\w]{0,3}\d){4}")
_SOUNDED_Q = re.compile(r"(?<![a-z0-9_])q(?:[:号 ]{0,2}(?=[^a-z0-9])|(?=[oilzsb]{1,2}\d))")
ADDING = frozenset("加+我留伽嘉佳私")
_PARTED_Q = re.compile(r"q(?<=\dq)(?=[^\w]{0,3}\d{5})")
_TOLD = 24
_EAST_ASIAN = re.compile(r"[\u3040-\u9fff\uac00-\ud7a3]")
# "17000... 加V": the letter stands behind its number, and nothing has to follow.
_ADDED_BEHIND = re.compile(r"(?<=\d)[ ,;/]{0,2}[加+] ?([vwq])(?![a-z0-9])")
_ADDED_LETTER = re.compile(r"(?<=[加+伽嘉佳私])[vw](?=[a-z])")
_LEET = re.compile(r"(?<![a-z0-9])[a-z]+[013457@$!][a-z013457@$!]*(?![a-z0-9])")
LEET_LETTERS = str.maketrans("013457@$!", "oieastasi")
_NAMES = {"wechat": "wechat", "weixin": "wechat", "telegram": "telegram", "whatsapp": "whatsapp", "phone": "phone"}
_TORN = ("telegram", "whatsapp", "wechat", "weixin")
SPELLED_NAMES = (*_TORN, "phone")
"""Names of platforms that are looked for with signs for letters; all but the last also torn."""
_SPACED_NAME = re.compile("(?<![a-z])(?:" + "|".join("[ ._*-]{0,2}".join(name) for name in _TORN) + ")(?![a-z])")
_COUNTED = re.compile(
    r"(?:([前头]|first )|(中|middle |next )|([后尾末]|last |final ))"
    r"(?:(?:面|边|间|端|头)?的?(?:\d|几)(?:位|个)(?:数字?|号码|数)?"
    r"|(?:\d|two|three|four|five|six|seven|eight)(?: digits| numbers| of it| of them)?(?![\da-z]))"
)
_PART_NAMES = {1: "split_head", 2: "split_middle", 3: "split_tail"}


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue at ``text[start:stop]`` of the layer; sure is False for sound-alikes and single letters."""

    start: int
    stop: int
    concept: str
    sure: bool


@dataclass
class Scene:
    """layer: folded text with spoken digits as digits. The readings below have its length."""

    layer: Folded
    cues: Cues

    @cached_property
    def text(self) -> str:
        return self.layer.text

    @cached_property
    def strong(self) -> str:
        """Digits, number words and marks as digits, all else as in ``text``."""
        return self.text.translate(digit_tables()[0])

    @cached_property
    def chinese(self) -> bool:
        """Whether the text holds a Chinese character or another of East Asia."""
        return not self.text.isascii() and _EAST_ASIAN.search(self.text) is not None

    @cached_property
    def digits(self) -> int:
        """How many digits ``strong`` holds."""
        return sum(map(self.strong.count, "0123456789"))

    @cached_property
    def weak(self) -> str:
        """The same with the readings that hold only beside a cue: homophones and look-alikes."""
        read = self.text.translate(digit_tables()[1])
        if "b" not in self.text:
            return read
        chars = list(read)
        for place in (match.start() for match in islice(_CAPITAL_EIGHT.finditer(self.text), MOST)):
            if self.layer.original[self.layer.origin(place, place + 1)[0]] in "BＢВΒ":
                chars[place] = "8"
        return "".join(chars)

    def cues_in(self, low: int, high: int) -> tuple[Cue, ...]:
        """Return the cues that begin in ``[low, high)``."""
        return self.found[bisect_left(self._starts, low) : bisect_left(self._starts, high)]

    def cue_ends_at(self, place: int) -> bool:
        return any(cue.stop == place for cue in self.cues_in(place - LONGEST_CUE, place))

    @cached_property
    def _starts(self) -> list[int]:
        return [cue.start for cue in self.found]

    @cached_property
    def found(self) -> tuple[Cue, ...]:
        return find_cues(self.text, self.cues, self.text.translate(self.cues.marks))


def find_cues(text: str, lexicon: Cues, marks: str) -> tuple[Cue, ...]:
    """Return the cues of a folded text in order, without overlaps; marks: the text in sound classes."""
    kept = []
    for index, start, stop in lexicon.automaton.find_matches_as_indexes(marks)[:MOST]:
        cue = _settle(text, start, stop, lexicon.concepts[index], lexicon)
        if cue is not None:
            kept.append(cue)
    if "3" in text or "@" in text or "1" in text or "4" in text or "0" in text:
        kept.extend(_leet_names(text, kept))
    if "t" in text and _SPACED_NAME.search(text):
        kept = _spaced_names(text, kept)
    if "v" in text or "w" in text or "q" in text:
        kept.extend(_single_letters(text, marks, kept))
    if "位" in text or "个" in text or "first " in text or "last " in text or "digits" in text:
        counted = _counted_parts(text.translate(digit_tables()[0]), kept)
        kept = [cue for cue in kept if not any(c.start < cue.stop and cue.start < c.stop for c in counted)] + counted
    if len(kept) > 1:
        kept.sort(key=lambda cue: (cue.start, -cue.stop))
    return tuple(kept[:MOST])


def _settle(text: str, start: int, stop: int, concept: str, lexicon: Cues) -> Cue | None:
    """Return the cue that the automaton's hit is, or None when it is only part of a Latin word."""
    raw = text[start:stop]
    before, after = text[start - 1 : start] if start else "", text[stop : stop + 1]
    if concept in ("address", "at_word"):
        return Cue(start, stop, concept, True)
    doubled = text[max(0, start - 2) : start] == "qq" and not _latin(text[max(0, start - 3) : start - 2])
    scaled = before in "wk" and text[max(0, start - 2)].isdigit()
    if raw[0] in _LETTERS and before in _LETTERS and not (scaled or doubled):
        return None
    if raw[-1] in _LETTERS and after in _LETTERS:
        return _glued(text, start, stop, concept, before)
    if concept == "wechat_single":
        return _single_character(raw, start, stop, before, after)
    if len(raw) == 1 and raw not in lexicon.term(concept):
        return None
    return Cue(start, stop, concept.removesuffix("_weak"), _is_sure(raw, concept, before, lexicon))


def _latin(char: str) -> bool:
    return bool(char) and char.isascii() and (char.isalnum() or char == "_")


def _glued(text: str, start: int, stop: int, concept: str, before: str) -> Cue | None:
    """Return the cue whose last letter runs on into another, as in 加vx_handle."""
    raw = "".join(filter(str.isalnum, text[start:stop]))
    if raw in _WX and text[stop : stop + 1] in ("i", "u") and not _latin(before):
        return Cue(start, start + 1, concept.removesuffix("_weak"), False)  # no syllable begins so: v + xiaohong
    apart = not before.isascii() or before == "+" or (raw in _WX and not before.isalnum() and before not in "_-./@")
    if raw == "qq" and not _latin(before) and _WEAK_RUN.match(text[stop : stop + _TOLD].translate(digit_tables()[1])):
        return Cue(start, stop, "qq", False)  # letters that look like digits: qqb6744z3oo
    free = not before or not (_latin(before) or before in "_-./@")
    strong = _STRONG_ID.match(text, stop) if free else None
    if raw in _GLUED and ((before and apart) or strong) and (before.strip() or strong or _TORN_ID.match(text, stop)):
        return Cue(start, stop, concept.removesuffix("_weak"), raw in _LONG)
    if concept == "wechat_weak" and raw[0] in "薇溦":
        return Cue(start, start + 1, "wechat", before in ADDING)
    return None


def _single_character(raw: str, start: int, stop: int, before: str, after: str) -> Cue | None:
    """Return the cue that one character (薇, 微) is where what stands around it allows no word."""
    good = after and (not after.isalpha() or after.isascii() or after in "号我")
    added = before in ADDING
    alone = raw in "薇溦" or (raw == "微" and (not before.isalpha() or before.isascii() or before in "我的是有"))
    return Cue(start, stop, "wechat", added) if good and (added or alone) else None


def _is_sure(raw: str, concept: str, before: str, lexicon: Cues) -> bool:
    """Whether the cue names its platform outright, not by a sound that ordinary words share."""
    if concept in ("wechat", "wechat_weak"):
        return raw in lexicon.strong_wechat or len(raw) > 9 or before in _ADDED
    if concept in ("qq", "qq_weak"):
        return raw in lexicon.strong_qq or before in _ADDED
    return concept != "telegram_weak" and raw not in _AMBIGUOUS


def _counted_parts(strong: str, kept: list[Cue]) -> list[Cue]:
    """Return "the first three", "后面8位": which part of a number follows."""
    taken = {place for cue in kept if not cue.concept.startswith("split") for place in range(cue.start, cue.stop)}
    return [
        Cue(match.start(), match.end(), _PART_NAMES[next(i for i in (1, 2, 3) if match.group(i))], True)
        for match in islice(_COUNTED.finditer(strong), MOST)
        if taken.isdisjoint(range(match.start(), match.end()))
    ]


def _single_letters(folded: str, text: str, kept: list[Cue]) -> list[Cue]:
    taken = {place for cue in kept for place in range(cue.start, cue.stop)}
    places = [(match.start(), match.group()) for match in islice(_SINGLE.finditer(text), MOST)]
    if "q" in text:
        weak = folded.translate(digit_tables()[1])
        places += [(match.start(), "q") for match in islice(_SOUNDED_Q.finditer(folded), MOST)
                   if _WEAK_RUN.match(weak, match.end())]  # fmt: skip
    places += [(match.start(), "q") for match in islice(_PARTED_Q.finditer(text), MOST)]
    places += [(match.start(), match.group()) for match in islice(_CLUSTERED.finditer(folded), MOST)]
    places += [(match.start(), match.group()) for match in islice(_ADDED_LETTER.finditer(text), MOST)]
    places += [(match.start(1), match.group(1)) for match in islice(_ADDED_BEHIND.finditer(text), MOST)]
    return [
        Cue(at, at + 1, "qq" if letter == "q" else "wechat", at > 0 and text[at - 1] in ADDING)
        for at, letter in places
        if at not in taken and folded[at - 1 : at] != "_"
    ]


def _leet_names(text: str, kept: list[Cue]) -> list[Cue]:
    """Return platform names written with digits and signs for letters: "w3chat"."""
    found = []
    for match in islice(_LEET.finditer(text), MOST):
        concept = _NAMES.get(match.group().translate(LEET_LETTERS))
        if concept is None:
            continue
        over = [cue for cue in kept if cue.start < match.end() and match.start() < cue.stop]
        if all(match.start() <= cue.start and cue.stop <= match.end() for cue in over):  # "tel3gr4m" holds "tel"
            for cue in over:
                kept.remove(cue)
            found.append(Cue(match.start(), match.end(), concept, True))
    return found


def _spaced_names(text: str, kept: list[Cue]) -> list[Cue]:
    """Return the cues with the platform names torn by blanks and signs: "te le gr am"."""
    for match in islice(_SPACED_NAME.finditer(text), MOST // 20):
        name = _NAMES[re.sub(r"[^a-z]", "", match.group())]
        if not any(cue.start <= match.start() and match.end() <= cue.stop for cue in kept):
            kept = [cue for cue in kept if cue.stop <= match.start() or cue.start >= match.end()]
            kept.append(Cue(match.start(), match.end(), name, True))
    return kept


def lay_out(folded: Folded, lexicon: Cues) -> Scene | None:
    """Return the scene of a folded text, or None when it cannot hold a contact.

    The test is cheap: most posts have neither a cue with something like a value nor enough digits.
    """
    folded = undo_disguises(folded)
    text = folded.text
    marks = text.translate(lexicon.marks)
    found = find_cues(text, lexicon, marks)
    digits = sum(map(marks.count, "0123456789"))
    edits = digit_edits(text, digits)
    if not edits and (_only_calls(text, found, digits) or not _promising(text, marks, found, digits, lexicon)):
        return None
    if edits:
        return Scene(folded.rewrite(edits), lexicon)
    scene = Scene(folded, lexicon)
    scene.__dict__["found"] = found
    return scene


def _only_calls(text: str, found: tuple[Cue, ...], digits: int) -> bool:
    """Whether a text only calls somebody ("@落叶 倒贴我才要"): it holds no letter and hardly a digit for a contact."""
    if "@" not in text or digits >= _FEWEST or len(text) > _CALL or _NAMING.search(text):
        return False
    if any(cue.stop - cue.start > 1 or text[cue.start] != "@" for cue in found):
        return False
    return sum(text.translate(digit_tables()[1]).count(digit) for digit in "0123456789") < _MOBILE_DIGITS


def _promising(text: str, marks: str, found: tuple[Cue, ...], digits: int, lexicon: Cues) -> bool:
    concepts = {cue.concept for cue in found}
    if digits >= 9 or "@" in text or "address" in concepts or concepts >= {"at_word", "email"}:
        return True
    if ("加" in text or "+" in text or digits >= 1) and ADDED_ID.search(text):
        return True
    if _WEIGHED_ID.search(text) or _WEIGHED.search(marks):
        return True
    if digits >= 3 and (concepts & _DIALLED or lexicon.service.search(marks)):
        return True
    if concepts & _NAMED and _HANDLE.search(marks):
        return True
    return _sounds(text, digits, bool(concepts & _DIALLED))


def _sounds(text: str, digits: int, dialled: bool) -> bool:
    """Whether homophones or look-alikes may tell a number."""
    if len(text) < _SHORTEST or (text.isascii() and digits < 3):
        return False
    weak = text.translate(digit_tables()[1])
    if dialled:
        return _WEAK_RUN.search(weak) is not None
    return (_WEAK_SOLID if digits < 5 else _WEAK_MOBILE).search(weak) is not None


_NAMED = frozenset({"wechat", "qq", "telegram", "add", "same"})
# An id right behind "add", a heart or an unknown name after "add": whatever the name is meant to be.
ADDED_ID = re.compile(
    r"(?:(?<![参增更附施叠累追])[加伽➕]|[❤♥💗💕💚💙💛💜💖💓](?![^\W\d_a-z]{2})|\+(?=[^\W\d_a-z]))[^\W\d_a-z]{0,3}[^\w@]{0,3}(?:id|号)?[^\w@]{0,3}"
    r"([a-z][a-z0-9_-]{5,19})(?![a-z0-9_@.])"
)
_DIALLED = frozenset({"phone", "whatsapp", *_NAMED})
_HANDLE = re.compile(r"[a-z0-9](?:[^\w]{0,3}[a-z0-9_]){3}")
_WEAK_MOBILE = re.compile(r"1(?:[^\w\n]|_){0,2}[3-9](?:(?:[^\w\n]|_){0,2}\d){9}")
_WEAK_SOLID = re.compile(r"1[3-9]\d{9}")
_NAMING = re.compile("[a-z_]")
_CALL, _FEWEST, _MOBILE_DIGITS = 200, 3, 11
_SHORTEST = 5
