"""One text laid out for reading contacts: its layer with spoken digits settled, its cues, its digits."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from ahocorasick_rs import AhoCorasick

from ringtrace.text.contacts.tables import Cues, digit_tables, digit_words
from ringtrace.text.folding import Edit, Folded

# A value worth weighing by itself: five digits in a row, an id with digits or an underscore.
_WEIGHED = re.compile(r"\d{5}|[a-z][a-z0-9]{0,20}(?:_[a-z0-9]|[a-z0-9]\d\d)|\d(?:[^\w\n]{1,3}\d){5}")
# No term of the lexicon and no spelled-out name is longer. Code points.
LONGEST_CUE = 40
# A hostile text may hold any number of cues; a page of a hundred thousand words holds a few thousand.
_MOST = 10_000
# A capital B looks like 8, a small one like 6.
_CAPITAL_EIGHT = re.compile(r"b(?=[0-9a-z]?)")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
_ADDED = frozenset("加+")
# Names of Telegram that mean an aeroplane or a telegram elsewhere.
_AMBIGUOUS = frozenset(["飞机", "✈", "🛩", "电报"])
_SINGLE = re.compile(r"[qvw](?![a-z])(?<![a-z0-9].)(?=[^a-z0-9]{0,4}[a-z0-9])")
_GLUED = frozenset({"vx", "wx", "qq", "tg", "wechat", "weixin"})
_WX = frozenset({"vx", "wx"})
# Behind a bare "wx" and a blank: letters with digits, so that no word that begins so is torn.
_STRONG_ID = re.compile(r"[a-z]{3,16}[0-9]{2,8}(?![a-z0-9_])|[a-z]{3,16}_[a-z0-9]{1,8}(?![a-z0-9_])")
_ADDING = frozenset("加+我留伽嘉佳私")
_PARTED_Q = re.compile(r"q(?<=\dq)(?=[^\w]{0,3}\d{5})")
_ADDED_LETTER = re.compile(r"(?<=[加+伽嘉佳])[vw](?=[a-z])")
_LEET = re.compile(r"(?<![a-z0-9])[a-z]+[013457@$!][a-z013457@$!]*(?![a-z0-9])")
_LEET_LETTERS = str.maketrans("013457@$!", "oieastasi")
_NAMES = {"wechat": "wechat", "weixin": "wechat", "telegram": "telegram", "whatsapp": "whatsapp", "phone": "phone"}
_COUNTED = re.compile(
    r"(?:([前头]|first )|(中|middle |next )|([后尾末]|last ))"
    r"(?:面|边|间|端|头)?的?(?:\d|几)(?:位|个| digits)(?:数字?|号码|数)?"
)
_PART_NAMES = {1: "split_head", 2: "split_middle", 3: "split_tail"}
# "一百七十" before further digits says 170.
_HUNDRED = re.compile(r"(\d)百(\d)十(\d?)(?=[^\w]{0,2}\d{2})")
# "3个8" inside a chain of digits says 888.
_TIMES = re.compile(r"(?<=\d)([2-5])[个連连](\d)|([2-5])[个连](\d)(?=[ -]?\d{2})")


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
    def weak(self) -> str:
        """The same with the readings that hold only beside a cue: homophones and look-alikes."""
        read = self.text.translate(digit_tables()[1])
        if "b" not in self.text:
            return read
        chars = list(read)
        for place in (match.start() for match in islice(_CAPITAL_EIGHT.finditer(self.text), _MOST)):
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
    for index, start, stop in lexicon.automaton.find_matches_as_indexes(marks)[:_MOST]:
        cue = _settle(text, start, stop, lexicon.concepts[index], lexicon)
        if cue is not None:
            kept.append(cue)
    if "3" in text or "@" in text or "1" in text or "4" in text or "0" in text:
        kept.extend(_leet_names(text, kept))
    if "v" in text or "w" in text or "q" in text:
        kept.extend(_single_letters(marks, kept))
    if "位" in text or "个" in text or "digits" in text:
        counted = _counted_parts(text.translate(digit_tables()[0]), kept)
        kept = [cue for cue in kept if not any(c.start < cue.stop and cue.start < c.stop for c in counted)] + counted
    if len(kept) > 1:
        kept.sort(key=lambda cue: (cue.start, -cue.stop))
    return tuple(kept[:_MOST])


def _settle(text: str, start: int, stop: int, concept: str, lexicon: Cues) -> Cue | None:
    """Return the cue that the automaton's hit is, or None when it is only part of a Latin word."""
    raw = text[start:stop]
    before, after = text[start - 1 : start] if start else "", text[stop : stop + 1]
    if concept in ("address", "at_word"):
        return Cue(start, stop, concept, True)
    if raw[0] in _LETTERS and before in _LETTERS and not (before in "wk" and text[max(0, start - 2)].isdigit()):
        return None
    if raw[-1] in _LETTERS and after in _LETTERS:
        return _glued(text, start, stop, concept, before)
    if concept == "wechat_single":
        return _single_character(raw, start, stop, before, after)
    if len(raw) == 1 and raw not in lexicon.term(concept):
        return None
    return Cue(start, stop, concept.removesuffix("_weak"), _is_sure(raw, concept, before, lexicon))


def _glued(text: str, start: int, stop: int, concept: str, before: str) -> Cue | None:
    """Return the cue whose last letter runs on into another, as in 加vx_handle."""
    raw = text[start:stop]
    apart = not before.isascii() or before == "+" or (raw in _WX and not before.isalnum() and before not in "_-./@")
    if raw in _GLUED and before and apart and (before.strip() or _STRONG_ID.match(text, stop)):
        return Cue(start, stop, concept.removesuffix("_weak"), False)
    if concept == "wechat_weak" and raw[0] in "薇溦":
        return Cue(start, start + 1, "wechat", before in _ADDING)
    return None


def _single_character(raw: str, start: int, stop: int, before: str, after: str) -> Cue | None:
    """Return the cue that one character (薇, 微) is where what stands around it allows no word."""
    good = after and (not after.isalpha() or after.isascii() or after in "号我")
    added = before in _ADDING
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
        for match in islice(_COUNTED.finditer(strong), _MOST)
        if taken.isdisjoint(range(match.start(), match.end()))
    ]


def _single_letters(text: str, kept: list[Cue]) -> list[Cue]:
    taken = {place for cue in kept for place in range(cue.start, cue.stop)}
    places = [(match.start(), match.group()) for match in islice(_SINGLE.finditer(text), _MOST)]
    places += [(match.start(), "q") for match in islice(_PARTED_Q.finditer(text), _MOST)]
    places += [(match.start(), match.group()) for match in islice(_ADDED_LETTER.finditer(text), _MOST)]
    return [
        Cue(at, at + 1, "qq" if letter == "q" else "wechat", at > 0 and text[at - 1] in _ADDING)
        for at, letter in places
        if at not in taken
    ]


def _leet_names(text: str, kept: list[Cue]) -> list[Cue]:
    """Return platform names written with digits and signs for letters: "w3chat"."""
    found = []
    for match in islice(_LEET.finditer(text), _MOST):
        concept = _NAMES.get(match.group().translate(_LEET_LETTERS))
        if concept is not None and not any(cue.start < match.end() and match.start() < cue.stop for cue in kept):
            found.append(Cue(match.start(), match.end(), concept, True))
    return found


def lay_out(folded: Folded, lexicon: Cues) -> Scene | None:
    """Return the scene of a folded text, or None when it cannot hold a contact.

    The test is cheap: most posts have neither a cue with something like a value nor enough digits.
    """
    text = folded.text
    marks = text.translate(lexicon.marks)
    found = find_cues(text, lexicon, marks)
    digits = sum(map(marks.count, "0123456789"))
    spoken = _spoken(text)
    if not spoken and not _promising(text, marks, found, digits, lexicon):
        return None
    edits = _spoken_edits(text) if spoken else []
    if not edits and digits > 3 and any(sign in text for sign in "个连百"):
        edits = _times_edits(text.translate(digit_tables()[0]))
    if edits:
        return Scene(folded.rewrite(edits), lexicon)
    scene = Scene(folded, lexicon)
    scene.__dict__["found"] = found
    return scene


def _promising(text: str, marks: str, found: tuple[Cue, ...], digits: int, lexicon: Cues) -> bool:
    concepts = {cue.concept for cue in found}
    if digits >= 9 or "@" in text or "address" in concepts or concepts >= {"at_word", "email"}:
        return True
    if ("加" in text or "+" in text or digits >= 1) and ADDED_ID.search(text):
        return True
    if _WEIGHED.search(marks):
        return True
    if digits >= 3 and (concepts & _DIALLED or lexicon.service.search(marks)):
        return True
    if concepts & _NAMED and _HANDLE.search(marks):
        return True
    if digits < 5 and not concepts & _DIALLED:
        return False
    weak = text.translate(digit_tables()[1])
    return (_WEAK_RUN if concepts & _DIALLED else _WEAK_MOBILE).search(weak) is not None


_NAMED = frozenset({"wechat", "qq", "telegram", "add", "same"})
# An id right behind "add", a heart or an unknown name after "add": whatever the name is meant to be.
ADDED_ID = re.compile(
    r"(?:(?<![参增更附施叠累追])[加伽➕]|[❤♥💗💕💚💙💛💜💖💓](?![^\W\d_a-z]{2})|\+(?=[^\W\d_a-z]))[^\W\d_a-z]{0,3}[^\w@]{0,3}(?:id|号)?[^\w@]{0,3}"
    r"([a-z][a-z0-9_-]{5,19})(?![a-z0-9_@.])"
)
_DIALLED = frozenset({"phone", "whatsapp", *_NAMED})
_HANDLE = re.compile(r"[a-z0-9](?:[^\w]{0,3}[a-z0-9_]){3}")
_WEAK_MOBILE = re.compile(r"1(?:[^\w\n]|_){0,2}[3-9](?:(?:[^\w\n]|_){0,2}\d){9}")
_WEAK_RUN = re.compile(r"\d(?:[^\w]{0,3}\d){4}")


def _times_edits(strong: str) -> list[Edit]:
    """Return edits for "three times 8" and "one hundred and seventy" inside chains of digits."""
    edits = [
        (m.start(), m.end(), (m.group(2) or m.group(4)) * int(m.group(1) or m.group(3)))
        for m in islice(_TIMES.finditer(strong), _MOST)
    ]
    if not edits:
        edits = [(m.start(), m.end(), m.group(1) + m.group(2) + (m.group(3) or "0")) for m in _HUNDRED.finditer(strong)]
    return edits[:_MOST]


def _word_pattern() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words, tens, repeat = digit_words()
    listed = "|".join(sorted((*words, *tens, *repeat), key=lambda w: (-len(w), w)))
    one = rf"(?:(?<![a-z])(?:{listed})(?![a-z])|\d{{1,8}})"
    return re.compile(rf"{one}(?:[^a-z0-9]{{1,3}}{one}){{2,40}}"), re.compile(
        rf"(?<![a-z])(?:{listed})(?![a-z])|\d{{1,8}}"
    )


_CHAIN, _WORD = _word_pattern()
_SPOKEN = AhoCorasick(sorted(word for words in digit_words() for word in words if len(word) > 1))


def _spoken(text: str) -> bool:
    return len(_SPOKEN.find_matches_as_indexes(text)) >= 2 and _CHAIN.search(text) is not None


def _spoken_edits(text: str) -> list[Edit]:
    """Return edits that put digits for chains of four or more spoken digits, gaps included."""
    edits: list[Edit] = []
    for chain in islice(_CHAIN.finditer(text), _MOST // 20):
        found = list(_WORD.finditer(chain.group()))
        if sum(not match.group().isdigit() for match in found) < 2:
            continue
        digits = _say([match.group() for match in found])
        base = chain.start()
        for place, (match, value) in enumerate(zip(found, digits, strict=True)):
            gap_stop = found[place + 1].start() if place + 1 < len(found) else match.end()
            edits.append((base + match.start(), base + match.end(), value))
            if gap_stop > match.end():
                edits.append((base + match.end(), base + gap_stop, ""))
    return edits


def _say(spoken: list[str]) -> list[str]:
    """Return the digits of each spoken word: "double", "5" gives "", "55"; "seventy", "2" gives "7", "2"."""
    words, tens, repeat = digit_words()
    said = []
    times = 1
    for place, word in enumerate(spoken):
        if word in repeat:
            times = repeat[word]
            said.append("")
        elif word in tens:
            following = words.get(spoken[place + 1], spoken[place + 1]) if place + 1 < len(spoken) else ""
            joins = len(following) == 1 and following not in ("0", "") and spoken[place + 1].isalpha()
            said.append(tens[word] + ("" if joins else "0"))
        else:
            said.append(words.get(word, word) * times)
            times = 1
    return said
