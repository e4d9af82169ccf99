"""What each number of a sentence counts and with which status, with what earlier sentences were about in mind.

Every reading of a number comes with cues (``choices``), and fitted weights choose (``lexicons/counting.model.toml``,
written by ``benchmarks/figures.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from ringtrace.statement.choices import Choice, choices, may_have, resolve
from ringtrace.statement.counted import Count, Memory
from ringtrace.statement.cues import Setting, cue_words, has_sign
from ringtrace.statement.vocabulary import CHILD_STATUS, PERSONS, Vocabulary, is_word, look_up
from ringtrace.statement.weighing import choose
from ringtrace.text import lexicon
from ringtrace.text.lexicon import constants
from ringtrace.text.numbers.finding import find_numbers
from ringtrace.text.numbers.signs import Number
from ringtrace.text.places.gazetteer import Place

_FRACTION = re.compile(r"(?:\b(?:one|two|three|four|five|six|seven|eight|nine|[0-9]+) in|out of|every|分之) ?$")
_IN_TEN = re.compile(r" (?:in|out of) (?:every )?(?:three|four|five|ten|twenty|a hundred|[0-9]{1,3}(?![0-9]))")
_COMPOUND = re.compile(r"-[a-z]")
""" "640-kilometre", "12-strong": no count, but "27-province raid"."""
_COUNTING = ("-province", "-odd", "-plus")
_ONE_ALONE = re.compile(r"[个人位]?(?:[，,。.;；、)）]|[在于是被也已还]|$)|名| ")
"""What follows a "one" that counts: 剩下一个在外省, "and one in Hull"; not 一个团伙, which only introduces."""
_DENIED = re.compile(r"(?:\b(?:not|instead of|rather than) (?:the )?|(?:而非|不是|并非|而不是)[^，,；;。0-9]{0,10})$")
""" "181, not 185 as first reported": a number that is taken back."""


_JOINED_BEFORE = re.compile(r"[0-9][:·.•]$|/$")
_JOINED_BEHIND = re.compile(r"[:·•][0-9]|/[0-9]")
_ITEM_MARK = re.compile(r"\s*(?:[(（][0-9]{1,2}[)）]|[0-9]{1,2}[.、)）])")
""" "15:04", "4·08", "3/6", and "(2)" or "1." that opens an item."""
_CLOCK_DIGITS = 4
_FIRST_YEAR, _LAST_YEAR = 1950, 2050
_NAME_REACH = 24
_YEAR_BEFORE = re.compile(r"\b(?:in|since|between|from|and|to|until|by|of|during|before|after|early|late|mid|year) $")
_AGES = re.compile(r"\bage[ds]?(?: (?:from|between|under|about|over))?(?: [a-z0-9]{1,9})?(?:,| and| to| or| and a) $")
_ASKED = frozenset({"cases", "families", "sites", "groups", "tips", "rings", "accounts", "members"})


def counts(
    vocabulary: Vocabulary, numbers: Sequence[Number], memory: Memory, places: Sequence[Place] = (),
    given: Mapping[str, float] | None = None,
) -> list[Count]:  # fmt: skip
    """Return what each number counts; numbers that count nothing known are left out.

    memory: what the sentence's story has counted so far; the sentence's own counts are added to it. places: those
    that the sentence names. given: weights other than the shipped ones.
    """
    found = []
    memory.ask(topic(vocabulary, numbers))
    memory.heard.update(noun.kind for noun in vocabulary.nouns if noun.kind in PERSONS)
    for setting in settings(vocabulary, numbers, places):
        able = list(choices(setting, memory))
        best, _ = choose((((choice.quantity, choice.status), choice.cues) for choice in able), given or weights())
        choice = _nearest([one for one in able if one.told == able[best].told], setting.number) or able[best]
        if choice.quantity:
            found.append(Count(setting.number, choice.quantity, choice.status, choice.noun, choice.retold))
            memory.add(choice.quantity, choice.status, setting.number.value)
    memory.end_sentence()
    return found


def changes(text: str, numbers: Sequence[Number]) -> list[Number]:
    """Return the numbers of a sentence; what looks like a range but is a change is two: "has risen from 27 to 34"."""
    found: list[Number] = []
    for number in numbers:
        before = text[max(0, number.start - 6) : number.start].rstrip(" ")
        if number.high is None or not before.endswith(cue_words("change_before")):
            found.append(number)
            continue
        inner = text[number.start : number.stop]
        at = next((at + len(t) for t in cue_words("change_between") if (at := inner.find(t)) > 0), 0)
        first = find_numbers(inner[: at - 1] if at else "")
        second = find_numbers(inner[at:] if at else "")
        parts = [replace(n, start=n.start + number.start, stop=n.stop + number.start) for n in first[:1]]
        parts += [replace(n, start=n.start + at + number.start, stop=n.stop + at + number.start) for n in second[:1]]
        found.extend(parts if len(parts) == _TWO else [number])
    return found


_TWO = 2


def _nearest(able: Sequence[Choice], number: Number) -> Choice | None:
    """Of several nouns that give one reading, the one that stands nearest to the number: 6女婴3男婴."""
    named = [one for one in able if one.noun[0] < one.noun[1]]
    return min(named, key=lambda one: (_distance(one, number), one.noun[0] < number.start), default=None)


def _distance(choice: Choice, number: Number) -> int:
    return max(choice.noun[0] - number.stop, number.start - choice.noun[1], 0)


def topic(vocabulary: Vocabulary, numbers: Sequence[Number]) -> tuple[str, str, bool] | None:
    """Return (quantity, status, whether asked) that a sentence without counts of its own is about: a question, a label.

    None: it says nothing of the kind, or counts itself. The quantity may be "" where only a status is named."""
    text = vocabulary.text
    asked = text.rstrip().endswith(("?", "？"))
    counted = [n for n in numbers if not _is_no_count(text, n)]
    if counted and not asked:
        return _label(vocabulary, counted[0])
    nouns = [noun.kind for noun in vocabulary.nouns if noun.kind in PERSONS | _ASKED or noun.kind == "persons"]
    statuses = [status.kind for status in vocabulary.statuses]
    if not nouns and not statuses:
        return ("", "", True) if asked else None
    if not asked and not (text.rstrip().endswith((":", "：")) or has_sign(text, "told_about")):
        return None
    status = statuses[0] if statuses else ""
    kinds = [noun for noun in nouns if noun != "persons"]
    kind = kinds[0] if kinds else resolve("persons", status, {"children"} if status in CHILD_STATUS else set())
    if kind and status and not may_have(kind, status):
        status = next((one for one in statuses if may_have(kind, one)), "")
    return (kind, status, asked) if kind or asked else None


def _label(vocabulary: Vocabulary, first: Number) -> tuple[str, str, bool] | None:
    """What a label before the first number names, for the sentences behind it, too: "Babies: five in Kunming"."""
    stop = max(vocabulary.text.rfind(mark, 0, first.start) for mark in ":：")
    kinds = [noun.kind for noun in vocabulary.nouns if noun.stop <= stop and noun.kind in PERSONS | _ASKED]
    if stop < 0 or stop > _LONGEST_LABEL or len(kinds) != 1:
        return None
    said = [status.kind for status in vocabulary.statuses if status.stop <= stop and may_have(kinds[0], status.kind)]
    return kinds[0], said[0] if said else "", False


_LONGEST_LABEL = 40


def settings(vocabulary: Vocabulary, numbers: Sequence[Number], places: Sequence[Place]) -> Iterator[Setting]:
    """Yield the numbers of a sentence that may count something; ages, days, sums, shares and ordinals do not."""
    able = [number for number in numbers if not _is_no_count(vocabulary.text, number)]
    han = max(vocabulary.text, default="") > "\u2e80"
    for index in range(len(able)):
        yield Setting(vocabulary, able, index, places, "han" if han else "latin")


def _is_no_count(text: str, number: Number) -> bool:
    """Ages, days, sums of money, ordinals, shares, and the "one" that only introduces somebody."""
    cash = number.value % 1 or _is_year(text, number) or _is_cash(text, number)
    if cash or text.startswith(cue_words("no_count_after"), number.stop):
        return True
    if _COMPOUND.match(text, number.stop) and not text.startswith(_COUNTING, number.stop):
        return True
    before = text[max(0, number.start - 24) : number.start]
    if _is_mark(text, number, before) or _AGES.search(before):
        return True
    if before.endswith(cue_words("no_count_before")) or _FRACTION.search(before) or _DENIED.search(before):
        return True
    if _IN_TEN.match(text, number.stop):
        return True
    return number.value == 1 and number.words and _ONE_ALONE.match(text, number.stop) is None


def _is_year(text: str, number: Number) -> bool:
    """A bare year behind a word of time: "between 2013 and 2015", "rules of 2010"."""
    if not _FIRST_YEAR <= number.value < _LAST_YEAR or not text[number.start : number.start + 4].isdigit():
        return False
    if _YEAR_BEFORE.search(text[max(0, number.start - 12) : number.start]) is not None:
        return True
    behind = text[number.stop : number.stop + _NAME_REACH]
    return (
        behind[:1] == " "
        and behind[1:2].isascii()
        and not any(n.start <= 1 + _NAME_REACH for n in look_up(behind).nouns)
    )


def _is_mark(text: str, number: Number, before: str) -> bool:
    """A time of day, a part of a dotted day or of a code, the number of a list's item."""
    if number.words:
        return False
    behind = text[number.stop : number.stop + 2]
    if (
        _JOINED_BEFORE.search(before)
        or _JOINED_BEHIND.match(behind)
        or (before[-1:].isascii() and before[-1:].isalpha())
    ):
        return True
    clock = number.stop - number.start == _CLOCK_DIGITS and text[number.start] == "0"
    opens = not text[: number.start].strip(" (（")
    return clock or (opens and _ITEM_MARK.match(text[: number.stop + 2]) is not None)


def _is_cash(text: str, number: Number) -> bool:
    behind = text[number.stop : number.stop + 16].lstrip(" ")
    named = currencies_behind()
    if behind.startswith(named) and any(behind.startswith(t) and is_word(behind, 0, len(t)) for t in named):
        return True
    return text[max(0, number.start - 8) : number.start].rstrip(" ").endswith(cue_words("cash_before"))


@cache
def currencies_behind() -> tuple[str, ...]:
    """Return the names of currencies that stand behind a sum, longest first."""
    named = {
        term for _, document in lexicon.documents("money") for term in document.get("currency", {}).get("after", {})
    }
    return tuple(
        sorted({*cue_words("cash_after"), *(t.lower() for t in named if len(t) > 1)}, key=lambda t: (-len(t), t))
    )


@cache
def weights() -> Mapping[str, float]:
    """Return cue -> natural log-odds."""
    loaded: Mapping[str, float] = constants("counting")["weight"]
    return loaded
