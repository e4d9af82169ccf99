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
_AUXILIARY_LATER = re.compile(
    r"(?:[a-z ]{1,24},)?" + _ASIDE + r"[a-z ]{0,28}?\b(?:were|was|be|been|being|are|is|have|has|had|remain|remained)\b"
    r"((?: [a-z]+){0,3}) ?$"
)
"""As above where no verb stands before the number: "four couples from Henan, have been released on bail"."""
_RELATIVE = re.compile(r" (?:who|that|accused of|suspected of)\b")
_AUXILIARY_VERB = re.compile(r"\b(?:were|was|have been|has been|had been)(?: (?:also|all|each|later|then))? (?=[a-z])")
_EACH = re.compile(r"(?:分别|均|全部|先后|也|一审)(?:已)?被?$")
_OF_THOSE = re.compile(r" of (?:those|the people|the suspects|the children|them)(?: who (?:were|had been))? ")
_AMONG = re.compile(r"(?:人员|者|嫌疑人|儿童|孩子|婴儿|人)[之当]?中[,，]?(?:已|现|目前|共|还)?有?")
_SENTENCE_PART = re.compile(r"[,;:.]|\b(?:and|but|who|which|that)\b")
_HAVE_BEEN = re.compile(r"\b(?:have|has|had|were|was)(?: been)?(?: [a-z]+)? $")
_PART = re.compile(r" of (?:the|those|these|its|all(?: the)?) [0-9]")
_OF_WHOLE = re.compile(r" (?:(?:who|that|which) (?:were|was|have been|had been) )?")
_GERUND = re.compile(r"(?<!miss)ing$")
_NEAR_BEHIND = 6
_NEXT = 3
"""Characters from a Chinese number to its own verb: a classifier and 被."""
_OWN_VERB = re.compile(
    r" (?:remain|remained|await|still|are still|(?:had|have|has) been [a-z]+ (?:up|away|in|by)|died|fell)\b"
    r"|[余多]?[名人个位](?:仍|等待|尚|正)|(?:仍|等待|尚|正)"
)
"""A number with a verb of its own that is no status: what was said before does not hold for it."""
_CLAUSE = re.compile(r"[，,；;。、()（）]")
_MAY_HAVE = {
    "suspects": SUSPECT_STATUS,
    "children": CHILD_STATUS,
    "victims": CHILD_STATUS,
    "women": CHILD_STATUS | SUSPECT_STATUS,
    "adults": CHILD_STATUS | SUSPECT_STATUS,
    "persons": CHILD_STATUS | SUSPECT_STATUS | {"deployed"},
    "members": SUSPECT_STATUS,
    "families": SUSPECT_STATUS | {"reunited"},
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
    if _PART.match(text, number.stop) and behind and _OF_WHOLE.fullmatch(text[start : behind[0].start]):
        behind = behind[1:]  # "96 of the 160 children who were rescued are living in welfare homes"
    if behind[1:] and _OF_THOSE.fullmatch(text[number.stop : behind[0].start]):
        behind = behind[1:]  # "712 of those arrested had been charged"
        start = text.find(" ", number.stop + 10)
    told = _AMONG.search(text, low, number.start)
    if told and behind and behind[0].start - start <= _NEXT:
        low = max(low, told.end())  # 被抓获人员中已有712人被起诉
    before = [s for s in verbs if low <= s.start and s.stop <= min(number.start, noun.start or number.start)]
    inner = [
        s for s in verbs
        if number.stop <= s.start and s.stop <= start and text[s.start - 1 : s.start] != "被"
        and not text.startswith("-", s.stop)
    ]  # fmt: skip
    own = [s for s in before if not _CLAUSE.search(text, s.stop, number.start)]
    has_own = has_own_verb(text, start)
    later = _main_verb(text, behind, start, high)
    ways = (
        [later] if later else [],
        [s for s in verbs if s.stop == noun.stop and noun.start <= s.start],  # "22 arrests", "33 of the detentions"
        _between_noun_and_number(text, verbs, number, noun),
        _of_object(text, behind, number, start),
        behind[:1] if behind and _is_behind(text, start, behind[0], own) else [],
        own[-1:] if text[number.start].isascii() and not has_own else [],
        [s for s in inner if text[s.start].isascii() and not _GERUND.search(text, s.start, s.stop)],  # "rescued babies"
        (own or before)[-1:] if not has_own else [],
        behind[:1] if behind and not has_own and not _CLAUSE.search(text, start, behind[0].start) else [],
        [s for s in inner if not text[s.start].isascii()],
        _of_subject(text, verbs, noun, start) if not has_own else [],
    )
    return next((way[0].kind for way in ways if way), "")


def _main_verb(text: str, behind: list[Term], start: int, high: int) -> Term | None:
    """ "Nine children bought through a closed group have been found": the participle behind a noun is no main verb."""
    if not behind or text[start : behind[0].start] != " " or not text[behind[0].start].isascii():
        return None
    for verb in behind[1:]:
        between = text[behind[0].stop : verb.start]
        if verb.stop > high or _SENTENCE_PART.search(between):
            return None
        if _HAVE_BEEN.search(between):
            return verb
    return None


def _of_subject(text: str, verbs: list[Term], noun: Term, start: int) -> list[Term]:
    """What befell those who did something: "five defendants who had sold six infants were sentenced",
    5名被告人拐卖婴儿6名，分别被判处三年."""
    if noun.kind != "suspects":
        return []
    if text[start : start + 1].isascii():
        clause = _RELATIVE.match(text, start)
        verb = _AUXILIARY_VERB.search(text, start) if clause else None
        return [s for s in verbs if verb and s.start == verb.end()]
    return [s for s in verbs if s.start >= start and _EACH.search(text, start, s.start)][:1]


def _of_object(text: str, behind: list[Term], number: Number, start: int) -> list[Term]:
    """对14人提起公诉, 14人因贩卖新生儿被公诉: the verb that was done to them stands behind, past the reason."""
    reason = text.startswith("因", start)
    if not reason and text[number.start - 1 : number.start] != "对":
        return []
    return [s for s in behind if s.kind in SUSPECT_STATUS and not _CLAUSE.search(text, start, s.start)][:1]


def _between_noun_and_number(text: str, verbs: list[Term], number: Number, noun: Term) -> list[Term]:
    """ "The number of people arrested there at 31"."""
    if noun.stop > number.start or not (text[number.start].isascii() and text[noun.start].isascii()):
        return []
    return [s for s in verbs if noun.stop <= s.start and s.stop <= number.start]


def _is_behind(text: str, start: int, verb: Term, own: list[Term]) -> bool:
    """Whether a verb behind the noun is its passive or participle. own: verbs before the number in its clause."""
    between = text[start : verb.start]
    if text[verb.start].isascii():
        return not between.strip() or (_AUXILIARY if own else _AUXILIARY_LATER).match(between) is not None
    near = between.startswith(_chinese("passive")) or verb.start - start <= _NEAR_BEHIND
    return near and not own and not _CLAUSE.search(between)


def _chinese(concept: str) -> tuple[str, ...]:
    return tuple(term for term in terms(concept) if not term.isascii())


def has_own_verb(text: str, at: int) -> bool:
    """Whether what stands at ``at`` says something of the number that is no status: "26 remain with ..."."""
    return _OWN_VERB.match(text, at) is not None
