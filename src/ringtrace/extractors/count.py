"""Numbers of children or persons: "两个孩子", "27 suspects", twins. Ordinals are no counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ahocorasick_rs

from ringtrace.model.mention import Candidate
from ringtrace.text import lexicon
from ringtrace.text.numbers.finding import NUMBER, find_numbers
from ringtrace.text.numbers.signs import Number, as_decimal
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "count"
READS: tuple[str, ...] = ()
_STOPS = frozenset("，。,;；！？!?、\n:：()（） ")
_ADJECTIVES = 3
_FEW = 10
_BUDGET = 100
_CHINESE = "\u2e80"
_UNMEASURED = "俩仨人男女孩娃童婴"
"""Signs that count persons without a measure word."""


@dataclass(frozen=True)
class _Words:
    fixed: Mapping[str, int]
    terms: Mapping[str, tuple[str, ...]]
    nouns: frozenset[str]
    adjectives: frozenset[str]
    fixed_chinese: tuple[str, ...]
    automaton: ahocorasick_rs.AhoCorasick
    values: tuple[int, ...]


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    words = _words(lexicons)
    counted = need((*words.terms["measure"], *sorted(words.nouns)), _UNMEASURED)
    return (need(tuple(words.fixed)),), (NUMBER, counted)


def find(view: TextView) -> Iterator[Candidate]:
    """Yield counts of children and persons; "一个孩子" stays below one half (一 is an article)."""
    folded = view.folded
    text = folded.text
    words = _words(view.lexicons)
    for index, start, stop in words.automaton.find_matches_as_indexes(text)[:_BUDGET]:
        if text[start] > _CHINESE or not text[start - 1 : start].isalpha():
            yield from _candidate(view, start, stop, str(words.values[index]), 0.9, "word of number")
    for number in find_numbers(text):
        if not 0 < number.value < 1_000_000 or number.value % 1 or number.digits > 6:
            continue
        if number.digits and _in_name(text, number):
            continue
        tail = text[number.stop : number.stop + 12]
        found = _chinese(text, number, tail, words) if tail[:1] > "\u2e80" or tail[1:2] > "\u2e80" else None
        if found is None:
            found = _english(text, number, words)
        if found is not None:
            stop, probability = found
            for end in (number.value,) if number.high is None else (number.value, number.high):
                yield from _candidate(view, number.start, stop, as_decimal(end), probability, "number > person")


def _in_name(text: str, number: Number) -> bool:
    """Whether digits belong to a nickname: "@平梦88 男宝", "晨过客2013 发表于", "user99 kids"."""
    before, after = text[number.start - 1 : number.start], text[number.stop : number.stop + 1]
    if not before.isalnum() and before != "_":
        return False
    if before.isascii():
        return True
    return after in {"", " ", ":", "\n", "，", ","}


def _candidate(view: TextView, start: int, stop: int, value: str, probability: float, rule: str) -> Iterator[Candidate]:
    piece = view.folded.origin(start, stop)
    if piece[0] < piece[1]:
        yield Candidate(KIND, (piece,), value, probability, rule)


def _chinese(text: str, number: Number, tail: str, words: _Words) -> tuple[int, float] | None:
    head = text[max(0, number.start - 3) : number.start]
    if head.endswith(words.terms["ordinal"]) or (head[-1:].isascii() and head[-1:].isalnum()):
        return None
    rest = tail.lstrip(" ")
    at = number.stop + len(tail) - len(rest)
    measures = words.terms["measure"]
    measure = next(term for term in measures if rest.startswith(term)) if rest.startswith(measures) else ""
    rest = rest[len(measure) :]
    spent = measure and rest.startswith(("月", "星期", "礼拜", "多月", "小时", "半月", "钟头"))
    if spent or rest.startswith(words.terms["not"]) or rest.startswith(words.fixed_chinese):
        return None
    if not measure and text[number.start : number.stop] not in {"俩", "仨"}:
        return None if number.digits and at > number.stop else _unmeasured(number, at, rest)
    noun = _noun(rest[:8], words)
    if noun == 0:
        sure = _after_noun(text, number, measure, not rest or rest[0] in _STOPS, words)
        return (at + len(measure), sure) if sure else None
    sure = 0.85 if number.value != 1 else 0.4 if number.words else 0.6
    return None if measure in {"对", "双"} else (at + len(measure) + noun, sure)


def _after_noun(text: str, number: Number, measure: str, closed: bool, words: _Words) -> float:
    """Return the probability of a count without a noun behind it: 解救婴儿7名, 手上两个; 0 for none."""
    before = text[max(0, number.start - 4) : number.start].rstrip(" 共约有近")
    if measure in {"名", "位", "个", "余名", "多名"} and before.endswith(words.terms["noun_before"]):
        return 0.8
    few = closed and 1 < number.value < _FEW
    return 0.6 if few and (measure == "名" or (measure == "个" and before.endswith(words.terms["at_hand"]))) else 0.0


def _unmeasured(number: Number, at: int, rest: str) -> tuple[int, float] | None:
    """5人, 2女1男: only 人 may follow number words directly (二孩 and 二宝 are ordinals)."""
    if number.scaled and at > number.stop:
        return None
    if rest.startswith("人") and not (number.value == 1 and number.words):
        return at + 1, 0.8
    if number.words or not rest.startswith(("男", "女", "孩", "娃", "童", "婴")) or rest.startswith("孩政"):
        return None
    return at + 1, 0.85 if number.value != 1 else 0.6


def _noun(window: str, words: _Words) -> int:
    """Return the end of the first noun of persons in ``window``, 0 when a stop comes first."""
    for at, char in enumerate(window):
        if char in _STOPS:
            return 0
        if window.startswith(words.terms["person"], at):
            return at + len(next(term for term in words.terms["person"] if window.startswith(term, at)))
    return 0


def _english(text: str, number: Number, words: _Words) -> tuple[int, float] | None:
    raw = text[number.stop : number.stop + 48]
    if raw[:1] not in {" ", "-"} or text[number.start - 1 : number.start] in {"$", "¥", "£", "€", ".", "/"}:
        return None
    at = number.stop
    for position, token in enumerate(raw.split()[: _ADJECTIVES + 1]):
        start = text.index(token, at)
        word = token.strip("-.,;:!?()\"'")
        word = word.removesuffix("'s")
        at = start + len(token)
        following = text[at : at + 10].split()[:1]
        noun_next = bool(following) and following[0].strip(".,;:!?)") in words.nouns
        if word in words.nouns and not (word in words.adjectives and noun_next):
            end = text.index(word, start) + len(word)
            return end, _likely(number, word, position, words)
        if word not in words.adjectives and word not in {"of", "the", "our", "my", "these", "their"}:
            return None
        if token[-1] in ".,;:!?":
            return None
    return None


def _likely(number: Number, word: str, position: int, words: _Words) -> float:
    """ "one son" is an article, "12345 girl" no count: a number above ten stands before a plural."""
    if number.value == 1:
        return 0.4 if number.words or position else 0.55
    if word in words.terms["singular"]:
        return 0.3 if number.value > _FEW else 0.6
    return 0.9


@cache
def _words(lexicons: Path | None) -> _Words:
    fixed: dict[str, int] = {}
    for _, document in lexicon.documents("count", lexicons):
        fixed.update(document.get("fixed", {}))
    terms = lexicon.load("count", lexicons)
    return _Words(
        fixed,
        terms,
        frozenset(terms["noun"]),
        frozenset(terms["adjective"]),
        tuple(word for word in fixed if not word.isascii()),
        ahocorasick_rs.AhoCorasick(
            list(fixed), matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
        ),
        tuple(fixed.values()),
    )
