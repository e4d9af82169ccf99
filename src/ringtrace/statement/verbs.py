"""The status of what a number counts: the participle or passive behind it, else the verb that governs it."""

from __future__ import annotations

import re

from ringtrace.statement.vocabulary import CHILD_STATUS, SUSPECT_STATUS, Term, Vocabulary, terms
from ringtrace.text.numbers import Number

_ASIDE = r"(?:, [^,;.]{1,50},)?"
"""Five of the suspects, all from one village, have been charged."""
_AUXILIARY = re.compile(
    _ASIDE + r"[a-z ]{0,28}?\b(?:were|was|be|been|being|are|is|have|has|had|remain|remained)\b((?: [a-z]+){0,3}) ?$"
)
_GERUND = re.compile(r"(?<!miss)ing$")
_CLAUSE = re.compile(r"[，,；;。、()（）]")
_MAY_HAVE = {
    "suspects": SUSPECT_STATUS,
    "children": CHILD_STATUS,
    "victims": CHILD_STATUS,
    "women": CHILD_STATUS | SUSPECT_STATUS,
    "persons": CHILD_STATUS | SUSPECT_STATUS | {"deployed"},
    "members": SUSPECT_STATUS,
    "officers": frozenset({"deployed"}),
    "cases": frozenset({"solved"}),
}


def fits(quantity: str, status: str) -> bool:
    """Whether ``status`` can be said of ``quantity``: children are not charged, suspects are not rescued."""
    return status in _MAY_HAVE.get(quantity, frozenset({status}))


def find_status(vocabulary: Vocabulary, number: Number, noun: Term, window: tuple[int, int]) -> str:
    """Return the status word of the number, "" without one.

    window: from the end of the noun counted before to the start of the number counted next. Verbs that
    cannot be said of what is counted are looked past: "a court jailed 15 people for selling 10 children".
    """
    low, high = window
    text = vocabulary.text
    start = max(number.stop, noun.stop)
    verbs = [s for s in vocabulary.statuses if fits(noun.kind, s.kind)]
    behind = [s for s in verbs if start <= s.start < high]
    before = [s for s in verbs if low <= s.start and s.stop <= min(number.start, noun.start or number.start)]
    deed = next((s.kind for s in verbs if s.stop == noun.stop and noun.start <= s.start), "")
    if deed:
        return deed  # "22 arrests", "33 of the detentions"
    if noun.stop <= number.start and text[number.start].isascii() and text[noun.start].isascii():
        named = [s for s in verbs if noun.stop <= s.start and s.stop <= number.start]
        if named:
            return named[0].kind
    if behind and _is_behind(text, start, behind[0], before, number):
        return behind[0].kind
    inner = [
        s for s in verbs
        if number.stop <= s.start and s.stop <= start and text[s.start - 1 : s.start] != "被"
        and not text.startswith("-", s.stop)
    ]  # fmt: skip
    latin = [s for s in inner if text[s.start].isascii() and not _GERUND.search(text, s.start, s.stop)]
    if latin:
        return latin[0].kind  # "nine rescued babies"
    if before:
        own = [s for s in before if not _CLAUSE.search(text, s.stop, number.start)]
        return (own or before)[-1].kind
    if behind and not _CLAUSE.search(text, start, behind[0].start):
        return behind[0].kind
    return inner[0].kind if inner and not text[inner[0].start].isascii() else ""


def _is_behind(text: str, start: int, verb: Term, before: list[Term], number: Number) -> bool:
    between = text[start : verb.start]
    if not text[verb.start].isascii():
        own = [s for s in before if not _CLAUSE.search(text, s.stop, number.start)]
        clause = not _CLAUSE.search(between)
        near = between.startswith(_chinese("passive")) or verb.start - start <= _NEAR_BEHIND
        return clause and near and not own
    return not between.strip() or _AUXILIARY.match(between) is not None


_NEAR_BEHIND = 6


def _chinese(concept: str) -> tuple[str, ...]:
    return tuple(term for term in terms(concept) if not term.isascii())
