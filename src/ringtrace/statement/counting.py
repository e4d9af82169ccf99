"""What each number of a sentence counts and with which status, with what earlier sentences were about in mind.

Every reading of a number comes with cues (``choices``), and fitted weights choose (``lexicons/counting.model.toml``,
written by ``benchmarks/figures.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from ringtrace.statement.choices import Choice, choices
from ringtrace.statement.counted import Count, Memory
from ringtrace.statement.cues import Setting, cue_words
from ringtrace.statement.vocabulary import Vocabulary, is_word
from ringtrace.statement.weighing import choose
from ringtrace.text import lexicon
from ringtrace.text.lexicon import constants
from ringtrace.text.numbers import Number
from ringtrace.text.places import Place

_FRACTION = re.compile(r"(?:\b(?:one|two|three|four|five|six|seven|eight|nine|[0-9]+) in|out of|every|分之) ?$")
_IN_TEN = re.compile(r" (?:in|out of) (?:every )?(?:three|four|five|ten|twenty|a hundred|[0-9])")
_COMPOUND = re.compile(r"-[a-z]")
""" "640-kilometre", "12-strong": no count, but "27-province raid"."""
_DENIED = re.compile(r"(?:\b(?:not|instead of|rather than) (?:the )?|(?:而非|不是|并非|而不是)[^，,；;。0-9]{0,10})$")
""" "181, not 185 as first reported": a number that is taken back."""


def counts(
    vocabulary: Vocabulary, numbers: Sequence[Number], memory: Memory, places: Sequence[Place] = (),
    given: Mapping[str, float] | None = None,
) -> list[Count]:  # fmt: skip
    """Return what each number counts; numbers that count nothing known are left out.

    memory: what the sentence's story has counted so far; the sentence's own counts are added to it. places: those
    that the sentence names. given: weights other than the shipped ones.
    """
    found = []
    for setting in settings(vocabulary, numbers, places):
        able = list(choices(setting, memory))
        best, _ = choose((((choice.quantity, choice.status), choice.cues) for choice in able), given or weights())
        choice = _nearest([one for one in able if one.told == able[best].told], setting.number) or able[best]
        if choice.quantity:
            found.append(Count(setting.number, choice.quantity, choice.status, choice.noun))
            memory.add(choice.quantity, choice.status, setting.number.value)
    memory.end_sentence()
    return found


def _nearest(able: Sequence[Choice], number: Number) -> Choice | None:
    """Of several nouns that give one reading, the one that stands nearest to the number: 6女婴3男婴."""
    named = [one for one in able if one.noun[0] < one.noun[1]]
    return min(named, key=lambda one: (_distance(one, number), one.noun[0] < number.start), default=None)


def _distance(choice: Choice, number: Number) -> int:
    return max(choice.noun[0] - number.stop, number.start - choice.noun[1], 0)


def settings(vocabulary: Vocabulary, numbers: Sequence[Number], places: Sequence[Place]) -> Iterator[Setting]:
    """Yield the numbers of a sentence that may count something; ages, days, sums, shares and ordinals do not."""
    able = [number for number in numbers if not _is_no_count(vocabulary.text, number)]
    han = any(char > "\u2e80" for char in vocabulary.text)
    for index in range(len(able)):
        yield Setting(vocabulary, able, index, places, "han" if han else "latin")


def _is_no_count(text: str, number: Number) -> bool:
    """Ages, days, sums of money, ordinals, shares, and the "one" that only introduces somebody."""
    if number.value % 1 or _is_cash(text, number) or text.startswith(cue_words("no_count_after"), number.stop):
        return True
    if _COMPOUND.match(text, number.stop) and not text.startswith("-province", number.stop):
        return True
    before = text[max(0, number.start - 24) : number.start]
    if before.endswith(cue_words("no_count_before")) or _FRACTION.search(before) or _DENIED.search(before):
        return True
    if _IN_TEN.match(text, number.stop):
        return True
    return number.value == 1 and number.words and text[number.stop : number.stop + 1] not in {"名", " "}


def _is_cash(text: str, number: Number) -> bool:
    behind = text[number.stop : number.stop + 16].lstrip(" ")
    if any(behind.startswith(term) and is_word(behind, 0, len(term)) for term in currencies_behind()):
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
