"""What stands around a number of a report, as cues: the observed facts from which its reading is weighed.

A cue is a short name of something that anybody can see in the sentence: "noun.behind.words=1",
"verb.before.comma". None of them names a case, a place or a person.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Protocol, TypeVar

from ringtrace.statement.sums import sum_cues
from ringtrace.statement.vocabulary import Vocabulary, is_word
from ringtrace.text import lexicon
from ringtrace.text.numbers.signs import Number
from ringtrace.text.places.gazetteer import Place

_WORD = re.compile(r"[a-z0-9'\-]+|[\u2e80-\U0003ffff]")
_MARKS = frozenset(",;:.，；：。、()（）")
_COMMAS = frozenset(",，、")
_ENDS = frozenset(";.；。")
_STEPS = (0, 1, 2, 3, 5, 8, 13, 21)
_FAR = 99
_MANY_WORDS = 32
"""More than any reach and step that words are counted for."""
_ITEM = re.compile(r"\s{0,40}(?:[•·*◆■\-–—]|[^\n:：]{2,40}[:：] ?[0-9])")
_LATIN_BEHIND = re.compile(r" ?([a-z'\-]+)")
_LATIN_BEFORE = re.compile(r"([a-z'\-]+) ?$")
_LONGEST_WORD = 14
_AGE_END = re.compile(r"[,.)]|$")
_OLDEST = 100
_YEAR_DIGITS, _FIRST_YEAR, _LAST_YEAR = 4, 1900, 2100
_PLACE_GAP = 3


@dataclass(frozen=True, slots=True)
class Setting:
    """A number in its sentence. script: "latin" or "han"; index: its place among the sentence's ``numbers``."""

    vocabulary: Vocabulary
    numbers: Sequence[Number]
    index: int
    places: Sequence[Place]
    script: str

    @property
    def text(self) -> str:
        return self.vocabulary.text

    @property
    def number(self) -> Number:
        return self.numbers[self.index]


class Placed(Protocol):
    """Something that begins at a code point of a sentence."""

    @property
    def start(self) -> int: ...


Anything = TypeVar("Anything", bound=Placed)


def window(items: Sequence[Anything], at: int) -> Sequence[Anything]:
    """Return those that begin nearest to ``at`` on either side, in order; a hostile sentence holds thousands."""
    middle = bisect_left(items, at, key=_start)
    return items[max(0, middle - MOST) : middle + MOST]


MOST = 24


def _start(item: Placed) -> int:
    return item.start


def words(text: str) -> int:
    """Latin words and Chinese signs, up to as many as are far by every measure; a hostile sentence has thousands."""
    return sum(1 for _ in islice(_WORD.finditer(text), _MANY_WORDS))


def step(count: int) -> int:
    """A count of words in steps that grow, so that far is far."""
    return next((top for top in _STEPS if count <= top), _FAR)


def between(setting: Setting, start: int, stop: int) -> Iterator[str]:
    """Yield what stands in [start, stop): marks, other numbers, small words."""
    part = setting.text[start:stop]
    marks = [char for char in part if char in _MARKS]
    if marks:
        yield "mark"
        commas = sum(char in _COMMAS for char in marks)
        if commas:
            yield f"commas={min(commas, 3)}"
        if any(char in _ENDS for char in marks):
            yield "end"
    near = setting.numbers[max(0, setting.index - _NEAR) : setting.index + _NEAR]
    inside = sum(start <= number.start and number.stop <= stop for number in near)
    if inside:
        yield f"numbers={min(inside, 3)}"
    if has(part, "relative"):
        yield "relative"
    yield from (f"has {word}" for word in found(part, "link"))


_NEAR = 6
"""Numbers on either side that are looked at."""


def found(part: str, concept: str) -> Iterator[str]:
    """Yield the terms of a concept that stand in a part, as words."""
    for term in cue_words(concept):
        at = part.find(term)
        if at >= 0 and is_word(part, at, at + len(term)):
            yield term


def has(part: str, concept: str) -> bool:
    return next(found(part, concept), "") != ""


@cache
def cue_words(concept: str) -> tuple[str, ...]:
    """Return the small words of a concept, longest first."""
    return tuple(lexicon.load("figure_cue").get(concept, ()))


def classifier(setting: Setting) -> str:
    """Return the Chinese classifier behind a number, "" without one."""
    return next((c for c in cue_words("classifier") if setting.text.startswith(c, setting.number.stop)), "")


def around(setting: Setting, values: Sequence[object], *, begun: bool) -> list[str]:
    """Return what stands right before and behind the number itself.

    values: those counted before; begun: whether persons were counted before.
    """
    text, number = setting.text, setting.number
    behind, before = text[number.stop : number.stop + 24], text[max(0, number.start - 24) : number.start]
    cues = [f"> {_neighbour(behind)}", f"< {_neighbour_before(before)}"]
    cues += [f"> {_kind_behind(setting)}", f"< {_kind_before(setting)}"]
    if not behind or behind[0] in ",.;:，。；、）) ":
        cues.append(f"> mark {behind[:1].strip()}")
    said = {
        "words": number.words,
        "year": number.digits == _YEAR_DIGITS and _FIRST_YEAR <= number.value < _LAST_YEAR,
        "one": number.value == 1,
        "one in words": number.value == 1 and number.words,
        "behind a place": any(
            0 <= number.start - place.stop <= _PLACE_GAP for place in window(setting.places, number.start)
        ),
        "in brackets": _in_brackets(text, number.start),
        "persons told": begun,
        "told before": number.value in values,
        "apposition": before.endswith((", ", "，")) and behind.startswith((",", "，")),
        "age": number.value < _OLDEST and _is_age(before, behind),
        "of the": _ends(before, "whole_before") or _is_whole(text, number),
        "in quotes": _in_quotes(text, number.start),
        "rumour": has_sign(text, "rumour"),
        "large beside money": number.value >= _LARGE and has_sign(text, "cash_after"),
        "the": before.endswith("the "),
        "part": behind.startswith(cue_words("part_after")),
        "among": has_sign(before[-12:], "among"),
        "asked": "?" in text or "？" in text,
        "item": _ITEM.match(text) is not None,
        "copula": _is_copula(setting),
        "of a change": _is_change(setting),
    }
    cues.extend(name for name, holds in said.items() if holds)
    near = range(max(0, setting.index - MOST), min(len(setting.numbers), setting.index + MOST))
    cues.extend(sum_cues([setting.numbers[n].value for n in near], setting.index - near.start, values))
    if said["rumour"] and said["in quotes"]:
        cues.append("rumour in quotes")
    return cues


def _kind_behind(setting: Setting) -> str:
    """Which kind of word follows the number and its classifier: a noun or verb of reports, a small word, a mark."""
    text, at = setting.text, setting.number.stop + len(classifier(setting))
    at += text[at : at + 1] == " "
    if any(noun.start == at for noun in window(setting.vocabulary.nouns, at)):
        return "is noun"
    if any(verb.start == at for verb in window(setting.vocabulary.statuses, at)):
        return "is verb"
    part = text[at : at + 12]
    if not part or part[0] in _MARKS or not part[0].isalnum():
        return "is mark"
    return _small_word(part, 0) or "is another word"


def _kind_before(setting: Setting) -> str:
    """Which kind of word stands before the number."""
    text, at = setting.text, setting.number.start
    at -= text[at - 1 : at] == " "
    if any(noun.stop == at for noun in window(setting.vocabulary.nouns, at)):
        return "is noun"
    if any(verb.stop == at for verb in window(setting.vocabulary.statuses, at)):
        return "is verb"
    if any(place.stop == at for place in window(setting.places, at)):
        return "is place"
    part = text[max(0, at - 12) : at]
    if not part or not part[-1].isalnum():
        return "is mark"
    return _small_word(part, len(part)) or "is another word"


def _is_change(setting: Setting) -> bool:
    """Whether a number says what the one before it was, or has become: "to 26 from 19", 由19名上升到34名."""
    if not setting.index:
        return False
    between = setting.text[setting.numbers[setting.index - 1].stop : setting.number.start]
    return len(between) <= _CHANGE_REACH and has_sign(between, "from_before")


_CHANGE_REACH = 16


def _is_copula(setting: Setting) -> bool:
    """Whether the number is said to be of a kind: 8名为男婴, "eight are boys"."""
    text, at = setting.text, setting.number.stop + len(classifier(setting))
    word = next((term for term in cue_words("copula") if text.startswith(term, at)), "")
    behind = at + len(word)
    return bool(word) and any(0 <= noun.start - behind <= 1 for noun in window(setting.vocabulary.nouns, behind))


_SMALL = ("link", "auxiliary", "relative", "passive_before", "perfect_before")


def _small_word(part: str, at: int) -> str:
    """The concept of the small word that begins at 0, or else ends at ``at``."""
    for concept in _SMALL:
        for term in cue_words(concept):
            if at == 0 and part.startswith(term) and is_word(part, 0, len(term)):
                return f"is {concept}"
            if at and part.endswith(term) and is_word(part, at - len(term), at):
                return f"is {concept}"
    return ""


def has_sign(part: str, concept: str) -> bool:
    return any(term in part for term in cue_words(concept))


def _ends(before: str, concept: str) -> bool:
    bare = before.rstrip(" ")
    return any(bare.endswith(term) and is_word(bare, len(bare) - len(term), len(bare)) for term in cue_words(concept))


def _is_age(before: str, behind: str) -> bool:
    aside = before.endswith((", ", "，"))
    return (aside or _ends(before, "person_at_age")) and _AGE_END.match(behind) is not None


def _neighbour(behind: str) -> str:
    match = _LATIN_BEHIND.match(behind)
    return match[1][:_LONGEST_WORD] if match else (behind[:2] if behind[:1] > "\u2e80" else behind[:1]).strip()


def _neighbour_before(before: str) -> str:
    match = _LATIN_BEFORE.search(before)
    return match[1][:_LONGEST_WORD] if match else before[-2:].strip()


def _is_whole(text: str, number: Number) -> bool:
    """Whether a Chinese number is that of a whole whose part follows: 27名妇女中, 13个孩子里."""
    behind = text[number.stop : number.stop + _WHOLE_REACH]
    if not behind or behind[0] <= "\u2e80":
        return False
    ends = [at for term in cue_words("whole_after") if (at := behind.find(term)) > 0]
    return bool(ends) and not any(char in "，,。;；、" or char.isdigit() for char in behind[: min(ends)])


_WHOLE_REACH = 14
_LARGE = 1000
_QUOTES = (("“", "”"), ("\u300c", "\u300d"))


def _in_quotes(text: str, at: int) -> bool:
    if text.count('"', 0, at) % 2 and '"' in text[at:]:
        return True
    return any(text.rfind(opened, 0, at) > text.rfind(closed, 0, at) for opened, closed in _QUOTES)


def _in_brackets(text: str, at: int) -> bool:
    opened = max(text.rfind("(", 0, at), text.rfind("（", 0, at))
    return opened >= 0 and opened > max(text.rfind(")", 0, at), text.rfind("）", 0, at))


def both_scripts(setting: Setting, cues: Sequence[str]) -> tuple[str, ...]:
    """Return cues as they hold in both scripts, and as they may weigh otherwise in this one."""
    return (*cues, *(f"{setting.script} {cue}" for cue in cues))
