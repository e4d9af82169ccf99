"""What a number of a sentence counts, by the noun beside it, and the verb that says its status."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ringtrace.statement.vocabulary import PERSONS, Term, Vocabulary, terms
from ringtrace.text.numbers import Number

_CLASSIFIERS = (
    "余名",
    "多名",
    "余个",
    "多个",
    "余人",
    "多人",
    "余起",
    "多起",
    "名",
    "个",
    "位",
    "起",
    "家",
    "支",
    "宗",
    "条",
    "对",
    "户",
    "人",
)
_PERSON_CLASSIFIERS = ("名", "位", "人", "余名", "多名", "余人", "多人")
_NO_COUNT = (
    "岁",
    "年",
    "个月",
    "月",
    "天",
    "小时",
    "%",
    "％",
    "元",
    "万元",
    "美元",
    "克",
    "公里",
    "条",
    "日",
    "号",
    "周",
    "s ",
    "th ",
    "st ",
    "nd ",
    "rd ",
    "-year",
    "-month",
    "-day",
    "-week",
    "-hour",
    " percent",
    " per cent",
    " years",
    " year",
    " months",
    " days",
    " hours",
    " yuan",
    " dollars",
    " a.m",
    " p.m",
    " km",
    " gmt",
    " hkt",
)
_BREAKS = frozenset('.;,，；。、:：()（）!?！？"“”')
_WORD = re.compile(r"[a-z0-9'\-/]+")
_STOP_WORDS = frozenset({
    "in", "from", "were", "was", "have", "had", "has", "on", "to", "for", "and", "who", "that", "which", "at", "by",
    "with", "after", "before", "as", "or", "is", "are", "per", "while", "when", "where", "between", "during", "across",
    "since", "into", "than",
})  # fmt: skip
_ELLIPSIS = re.compile(r" (?:others? )?(?:(?:were|was|have|has|had|are|in|from|of (?:them|whom|those))\b)")
_IN_PLACE = re.compile(r"\bin [a-z][a-z' ]{1,20} $")
""" "... detained 15 in Sichuan, in Anhui 13": what is counted is said before."""
_FILLER = " 共约近逾达超过多至少大计为有总等余者已"
_SUSPECT_STATUS = frozenset({"arrested", "detained", "charged", "convicted", "bailed", "released"})
_CHILD_STATUS = frozenset({"rescued", "reunited", "placed", "abducted", "sold", "bought", "found"})
_AUXILIARY = re.compile(r"[a-z ]{0,28}?\b(?:were|was|been|being|are|is)\b((?: [a-z]+){0,2}) ?$")
_PHRASE = 8
"""Characters between two nouns of one Chinese phrase."""
_JOINS = frozenset("和及与并等在于由被将把其")
"""Between two nouns these begin another phrase."""
_CLAUSE = re.compile(r"[，,；;。、]")


@dataclass(frozen=True, slots=True)
class Count:
    """number: what stands in the text; noun: code points of what is counted, (0, 0) where it is implied."""

    number: Number
    quantity: str
    status: str
    noun: tuple[int, int]


def counts(vocabulary: Vocabulary, numbers: Sequence[Number]) -> list[Count]:
    """Return what each number counts; numbers that count nothing known are left out."""
    found: list[Count] = []
    for index, number in enumerate(numbers):
        low = numbers[index - 1].stop if index else 0
        high = numbers[index + 1].start if index + 1 < len(numbers) else len(vocabulary.text)
        if vocabulary.text.startswith(_NO_COUNT, number.stop) or vocabulary.text[number.start - 1 : number.start] in {
            "第",
            "-",
        }:
            continue
        noun = _noun(vocabulary, number, low, high)
        before = next((item for item in reversed(found) if item.quantity in PERSONS), None)
        if noun is None:
            implied = before.quantity if before else _of_the(vocabulary, number)
            if not implied or not _is_elliptic(vocabulary, number):
                continue
            noun = Term(number.stop, number.stop, implied)
        if number.value == 1 and number.words and vocabulary.text[number.stop : number.stop + 1] not in {"名", " "}:
            continue
        status = _status(vocabulary, number, noun, (low if not found else max(low, found[-1].noun[1]), high))
        if not status and before is not None and noun.kind in PERSONS:
            status = before.status
        if noun.kind == "children" and status in _SUSPECT_STATUS:
            status = ""  # "jailed for taking 10 children": the verb is another's
        quantity = _person(noun.kind, status)
        if quantity:
            found.append(
                Count(
                    number,
                    quantity,
                    status if quantity in PERSONS or status == "solved" else "",
                    (noun.start, noun.stop),
                )
            )
    return found


def _person(quantity: str, status: str) -> str:
    """人 and "people" are suspects when arrested, children when rescued, officers when deployed."""
    if quantity == "officers" and status in _SUSPECT_STATUS | _CHILD_STATUS | {"solved"}:
        return ""
    if quantity != "persons":
        return quantity
    if status in _SUSPECT_STATUS:
        return "suspects"
    return "victims" if status in _CHILD_STATUS else "officers" if status == "deployed" else ""


def _noun(vocabulary: Vocabulary, number: Number, low: int, high: int) -> Term | None:
    text = vocabulary.text
    if text[number.stop : number.stop + 2].strip(" ")[:1] > "\u2e80":
        return _noun_chinese(vocabulary, number, low, high)
    end = number.stop
    for match in _WORD.finditer(text, number.stop, min(high, number.stop + 60)):
        if match.group() in _STOP_WORDS or not _BREAKS.isdisjoint(text[end : match.start()]):
            break
        end = match.end()
    within = [noun for noun in vocabulary.nouns if number.stop <= noun.start and noun.stop <= end]
    if not within or len(text[number.stop : within[0].start].split()) > 5:
        return None
    head = within[0]
    for noun in within[1:]:  # "child-trafficking rings", "child trafficking suspects": the last noun is the head
        if len(text[head.stop : noun.start].replace("-", " ").split()) <= 1 and noun.kind != "officers":
            head = noun
    return Term(number.stop, head.stop, head.kind) if text[head.stop : head.stop + 1] != "-" else None


def _noun_chinese(vocabulary: Vocabulary, number: Number, low: int, high: int) -> Term | None:
    text = vocabulary.text
    classifier = next((c for c in _CLASSIFIERS if text.startswith(c, number.stop)), "")
    start = number.stop + len(classifier)
    stop = min(
        [
            high,
            start + 18,
            *(at for mark in _BREAKS if (at := text.find(mark, start)) >= 0 and not text.startswith("、自治区", at)),
        ]
    )
    after = [noun for noun in vocabulary.nouns if start <= noun.start < stop and noun.kind != "persons"]
    verb = next((s.start for s in vocabulary.statuses if s.start >= start), len(text))
    if after and (after[0].start - start <= 10) and (classifier or after[0].start == start):
        head = _last_of_phrase(vocabulary, after[0], high)
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
            if not text[noun.stop : number.start].strip(_FILLER) and classifier:
                return Term(noun.start, noun.stop, noun.kind)
            break
    if classifier.endswith("人") or text.startswith("人", number.stop):
        return Term(number.stop, number.stop + len(classifier), "persons")
    return None


def _last_of_phrase(vocabulary: Vocabulary, first: Term, high: int) -> Term:
    """Return the head of a Chinese noun phrase, its last noun: 买卖婴儿的犯罪嫌疑人 are suspects."""
    text, head = vocabulary.text, first
    for noun in vocabulary.nouns:
        if noun.start < head.stop or noun.start >= high or noun.kind == "officers":
            continue
        between = text[head.stop : noun.start]
        verbs = any(head.stop <= s.start < noun.start for s in vocabulary.statuses)
        if len(between) > _PHRASE or verbs or not _BREAKS.isdisjoint(between) or not _JOINS.isdisjoint(between):
            break
        if len(between) > 1 and "的" not in between and noun.kind not in ("rings", "cases"):
            break
        head = noun
    return head


def _of_the(vocabulary: Vocabulary, number: Number) -> str:
    """ "Of the suspects, 18 were arrested": what the subset is taken of."""
    head = vocabulary.text[: number.start]
    for noun in vocabulary.nouns:
        if noun.stop <= number.start and noun.kind in PERSONS and ("of the" in head[: noun.start] or "其中" in head):
            return noun.kind
    return ""


def _is_elliptic(vocabulary: Vocabulary, number: Number) -> bool:
    text = vocabulary.text
    if text.startswith(_PERSON_CLASSIFIERS, number.stop):
        return True
    if _ELLIPSIS.match(text, number.stop) and not (number.digits == 4 and 1900 <= number.value < 2100):
        return True
    if any(s.start == number.stop + 1 for s in vocabulary.statuses):
        return True
    ends = text[number.stop : number.stop + 1] in {"", ",", ";", "."} or text.startswith(" and ", number.stop)
    return ends and _IN_PLACE.search(text[: number.start]) is not None


def _status(vocabulary: Vocabulary, number: Number, noun: Term, window: tuple[int, int]) -> str:
    """The verb that governs the number: passive or participle right behind it, else the one before."""
    low, high = window
    text = vocabulary.text
    start = max(number.stop, noun.stop)
    behind = [s for s in vocabulary.statuses if start <= s.start < high]
    before = [
        s for s in vocabulary.statuses if low <= s.start and s.stop <= min(number.start, noun.start or number.start)
    ]
    if text[noun.start : noun.stop].strip().endswith("arrests"):
        return "arrested"
    if behind and _is_behind(text, start, behind[0], before, number):
        return behind[0].kind
    if before:
        own = [s for s in before if not _CLAUSE.search(text, s.stop, number.start)]
        return (own or before)[-1].kind
    inner = [
        s
        for s in vocabulary.statuses
        if number.stop <= s.start and s.stop <= start and text[s.start - 1 : s.start] != "被"
    ]
    if behind and not _CLAUSE.search(text, start, behind[0].start):
        return behind[0].kind
    return inner[0].kind if inner and noun.kind in PERSONS and not text[inner[0].start].isascii() else ""


def _is_behind(text: str, start: int, verb: Term, before: list[Term], number: Number) -> bool:
    between = text[start : verb.start]
    if not text[verb.start].isascii():
        own = [s for s in before if not _CLAUSE.search(text, s.stop, number.start)]
        clause = not _CLAUSE.search(between)
        return (
            clause
            and (between.startswith(terms_zh("passive")) or verb.start - start <= 6 or verb.start == start)
            and not own
        )
    return not between.strip() or _AUXILIARY.match(between) is not None


def terms_zh(concept: str) -> tuple[str, ...]:
    """The Chinese terms of a concept."""
    return tuple(term for term in terms(concept) if not term.isascii())
