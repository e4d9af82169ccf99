"""What a number of a sentence counts: the noun behind it, right before it, or the one it is a part of."""

from __future__ import annotations

import re

from ringtrace.statement.vocabulary import UNITS, Term, Vocabulary
from ringtrace.text.numbers import Number

CLASSIFIERS = (
    "余名", "多名", "余个", "多个", "余人", "多人", "余起", "多起",
    "名", "个", "位", "起", "家", "支", "宗", "件", "条", "对", "户", "人",
)  # fmt: skip
PERSON_CLASSIFIERS = ("名", "位", "人", "余名", "多名", "余人", "多人")
_CASE_CLASSIFIERS = ("起", "宗", "件")
BREAKS = frozenset('.;,，；。、:：()（）!?！？"“”')
_WORD = re.compile(r"[a-z0-9'\-/]+")
_STOP_WORDS = frozenset({
    "in", "from", "were", "was", "have", "had", "has", "on", "to", "for", "and", "who", "that", "which", "at", "by",
    "with", "after", "before", "as", "or", "is", "are", "per", "while", "when", "where", "between", "during", "across",
    "since", "into", "than",
})  # fmt: skip
_FILLER = " 共约近逾达超过多至少大计为有总等余者已:"
_COUNTED_AS = re.compile(r"的?(?:人数|数量|数目|总数)?(?:应|已|则)?(?:为|是|由|从|达到?|升至|增至|上升到|约)?")
"""Between a noun and its number: 解救儿童人数应为181名."""
_NO_PERSONS = frozenset(quantity for quantity, unit in UNITS.items() if unit not in {"person", "member"})
_PHRASE = 8
"""Characters between two nouns of one Chinese phrase."""
_OTHERS = frozenset("由仍已向对因")
"""Between a classifier and a noun these say that the noun is somebody else: 26名仍由买家抚养."""
_JOINS = frozenset("和及与并等在于由被将把其")
"""Between two nouns these begin another phrase."""
_NUMBER_OF = re.compile(
    r"\bnumber of ([a-z][a-z0-9' \-]{2,110}?)(?:, | (?:(?:there|so far|nationwide|now) )?"
    r"(?:at|to|is|was|stands at|stood at|reached|rose to|has reached|had reached|"
    r"(?:has |had )?(?:risen|rose|grown|grew|climbed|increased|fallen|fell|gone up) (?:from|to)(?: [0-9]+ to)?) "
    r"(?:[a-z]+ ){0,2})$"
)
"""Before a number: "put the number of people arrested there at", "the number of arrests rose to"."""
_LABELLED = re.compile(r"^[•·*◆■\-–— ]{0,40}([a-z' \-]{3,60}): ?$")
"""An item of a list: "suspects arrested: 27"."""
_LONGEST_LEAD = 160


def find_noun(vocabulary: Vocabulary, number: Number, low: int, high: int) -> Term | None:
    """Return what is counted, from the number's end or its own start to the noun's end; None where nothing is named.

    low, high: where the numbers before and behind end and begin (code points of the sentence).
    """
    text = vocabulary.text
    if text[number.stop : number.stop + 2].strip(" ")[:1] > "\u2e80":
        return _noun_chinese(vocabulary, number, low, high)
    if text.startswith("-province", number.stop):  # "a 27-province raid"
        return Term(number.stop, number.stop + len("-province"), "provinces")
    end = number.stop
    for match in _WORD.finditer(text, number.stop, min(high, number.stop + 60)):
        if match.group() in _STOP_WORDS or not BREAKS.isdisjoint(text[end : match.start()]):
            break
        end = match.end()
    within = [noun for noun in vocabulary.nouns if number.stop <= noun.start and noun.start < end]
    if not within or len(text[number.stop : within[0].start].split()) > 5:
        return _noun_before(vocabulary, number)
    head = within[0]
    for noun in within[1:]:  # "child-trafficking rings", "child trafficking suspects": the last noun is the head
        if text[head.stop : noun.start].startswith(" of "):
            break  # "cases of child trafficking"
        if len(text[head.stop : noun.start].replace("-", " ").split()) <= 1 and noun.kind != "officers":
            head = noun
    return Term(number.stop, head.stop, head.kind) if text[head.stop : head.stop + 1] != "-" else None


def _noun_before(vocabulary: Vocabulary, number: Number) -> Term | None:
    """ "The number of people arrested there at 31": the noun and its participle stand before the number."""
    first = max(0, number.start - _LONGEST_LEAD)
    before = vocabulary.text[first : number.start]
    match = _NUMBER_OF.search(before) or (
        _LABELLED.search(before) if not first and _is_last(vocabulary.text, number) else None
    )
    if match is None:
        return None
    start, stop = first + match.start(1) + match[1].rfind(" and of ") + 1, first + match.end(1)
    inside = [noun for noun in vocabulary.nouns if start <= noun.start and noun.stop <= stop]
    if not inside or (match.re is _LABELLED and not _ends_as_label(vocabulary, inside[0], stop)):
        return None
    return Term(inside[0].start, inside[0].stop, inside[0].kind)


def _is_last(text: str, number: Number) -> bool:
    """Whether a line ends with the number: "children rescued: 22", but not "gang smashed: 19 held"."""
    return len(text[number.stop :].strip(" \n.;,")) <= 1


def _ends_as_label(vocabulary: Vocabulary, noun: Term, stop: int) -> bool:
    """Whether nothing but a status follows the noun: "suspects arrested: 27", not "gang smashed: 19 held"."""
    said = [s.start for s in vocabulary.statuses if noun.stop <= s.start < stop]
    return not vocabulary.text[noun.stop : min(said, default=stop)].strip()


def _noun_chinese(vocabulary: Vocabulary, number: Number, low: int, high: int) -> Term | None:
    text = vocabulary.text
    classifier = next((c for c in CLASSIFIERS if text.startswith(c, number.stop)), "")
    start = number.stop + len(classifier)
    stop = min(
        [
            high,
            start + 18,
            *(at for mark in BREAKS if (at := text.find(mark, start)) >= 0 and not text.startswith("、自治区", at)),
        ]
    )
    after = [noun for noun in vocabulary.nouns if start <= noun.start < stop and not _is_bare(noun)]
    verb = next((s.start for s in vocabulary.statuses if s.start >= start), len(text))
    if classifier.endswith("人"):
        after = []
    if after and not _OTHERS.isdisjoint(text[start : after[0].start]):
        after = []
    if after and (after[0].start - start <= 10) and (classifier or after[0].start == start):
        head = after[0] if _counts_persons(classifier, after[0]) else _last_of_phrase(vocabulary, after[0], high)
        inside = [s for s in vocabulary.statuses if start <= s.start < head.start]
        passive = any(
            text[max(start, s.start - 1) : s.start] in {"被", "获"}
            and text[s.stop : s.stop + 1] != "的"
            and s.stop < head.start
            and not text.startswith("被", start)
            for s in inside
        )
        if not passive and (verb >= head.start or any(s.stop <= head.start for s in inside)):
            return Term(number.stop, head.stop, head.kind)
    for noun in reversed(vocabulary.nouns):
        if low <= noun.start and noun.stop <= number.start:
            others = noun.kind in _NO_PERSONS and classifier in PERSON_CLASSIFIERS  # sold to 家庭28名: children
            if _COUNTED_AS.fullmatch(text[noun.stop : number.start].strip(_FILLER)) and classifier and not others:
                kind = "cases" if classifier in _CASE_CLASSIFIERS else noun.kind  # 犯罪嫌疑人139件212人
                return Term(noun.start, noun.stop, kind)
            break
    if classifier.endswith(_CASE_CLASSIFIERS):
        return Term(number.stop, start, "cases")
    if text.startswith("次", number.stop) and any(s.kind == "sold" for s in vocabulary.statuses if s.start >= start):
        return Term(number.stop, number.stop + 1, "cases")
    if classifier.endswith("人") or text.startswith("人", start):
        return Term(number.stop, number.stop + len(classifier), "persons")
    return None


def _is_bare(noun: Term) -> bool:
    """人, which says nothing of whom it counts; 职工 and 村民 do."""
    return noun.kind == "persons" and noun.stop - noun.start == 1


def _counts_persons(classifier: str, noun: Term) -> bool:
    """Whether a classifier of persons stands with the members of something: 400名成员的聊天群 are members."""
    return classifier in PERSON_CLASSIFIERS and noun.kind == "members"


def _last_of_phrase(vocabulary: Vocabulary, first: Term, high: int) -> Term:
    """Return the head of a Chinese noun phrase, its last noun: 买卖婴儿的犯罪嫌疑人 are suspects."""
    text, head = vocabulary.text, first
    for noun in vocabulary.nouns:
        if noun.start < head.stop or noun.start >= high or noun.kind == "officers":
            continue
        between = text[head.stop : noun.start]
        verbs = any(head.stop <= s.start < noun.start for s in vocabulary.statuses)
        if len(between) > _PHRASE or verbs or not BREAKS.isdisjoint(between) or not _JOINS.isdisjoint(between):
            break
        if len(between) > 1 and "的" not in between and noun.kind not in ("rings", "cases"):
            break
        head = noun
    return head
