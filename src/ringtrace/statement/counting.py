"""What each number of a sentence counts and with which status, with what earlier sentences were about in mind."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from ringtrace.statement.copying import Count, copy_count, ends_clause, find_tally, pair_counts
from ringtrace.statement.nouns import PERSON_CLASSIFIERS, find_noun
from ringtrace.statement.verbs import find_status, fits, has_own_verb
from ringtrace.statement.vocabulary import CHILD_STATUS, PERSONS, SUSPECT_STATUS, Term, Vocabulary
from ringtrace.text.numbers import Number

_NO_COUNT = (
    "岁", "年", "个月", "月", "天", "小时", "%", "％", "元", "万元", "美元", "克", "公里", "条", "日", "号", "周", "时",
    "s ", "th ", "st ", "nd ", "rd ", "-year", "-month", "-day", "-week", "-hour", " percent", " per cent",
    " years", " year", " months", " month", " days", " day", " weeks", " hours", " yuan", " dollars", " a.m", " p.m",
    " km", " gmt", " hkt",
)  # fmt: skip
_ELLIPSIS = re.compile(
    r" (?:have |has |had )?(?:(?:so far|since|already|now) )?"
    r"(?:(?:more|others?|another|further) )?(?:(?:were|was|have|has|had|are|in|from|of (?:them|whom|those|these)|"
    r"remain|remained|await|still|to (?:death|life|prison|terms|jail))\b)"
)
_PART_OF = re.compile(r" of (?:the|those|these|its|all(?: the)?) ")
_WHOLE = re.compile(r"\bof (?:the|those|these|its|all(?: the)?) $")
_IN_PLACE = re.compile(r"\bin [a-z][a-z' ]{1,20} $")
""" "... detained 15 in Sichuan, in Anhui 13": what is counted is said before."""
_OF_THEM = re.compile(r" (?:of (?:them|whom|those)|are|were)(?: (?:all|both))? $")
_OF_THEM_CHINESE = re.compile(r"其中[^，,；;。]{0,6}$")
_STATED = PERSONS | {"families"}
_OPENS_WHOLE = re.compile(r"\s*of (?:the|those|these|its|all(?: the)?) $")
_LEADING_WHOLE = re.compile(r"(?: [a-z]+){0,3},|[名人位]?[^，,；;。]{0,6}中[，,]")
_FRACTION = re.compile(r"(?:\b(?:one|two|three|four|five|six|seven|eight|nine|[0-9]+) in|out of|every|分之) ?$")
_IN_TEN = re.compile(r" (?:in|out of) (?:every )?(?:three|four|five|ten|twenty|a hundred|[0-9])")
_CHINESE_END = re.compile(r"[余多]?[名位人个]?(?:[，,；;。、()（）已被在仍均获落因未将正尚系为是和及与]|$)")
"""Behind an elliptic Chinese number: anything else is a noun that is not known."""
_NO_NUMBER = frozenset("第-数几")
"""Before a number: ordinals, and 数百 and 几十, which say no number."""
_CUSTODY = frozenset({"arrested", "detained", "charged", "convicted"})
_YEAR, _FIRST_YEAR = 4, 1900
_DENIED = re.compile(r"(?:\b(?:not|instead of|rather than) (?:the )?|(?:而非|不是|并非|而不是)[^，,；;。0-9]{0,10})$")
""" "181, not 185 as first reported": a number that is taken back."""
_LAST_WORD = re.compile(
    r"\b(?:police|officers|they|we|it|investigators|which|who|and|but) (?:have |had |has )?(?:so far )?$"
)
_MORE = ("增加", "减少", "增长", "新增")
_RELATIVES = ("who were ", "who was ", "that were ", "who have been ", "who had been ")
_KIND_OF_PERSON = frozenset({"women", "children"})


def counts(
    vocabulary: Vocabulary,
    numbers: Sequence[Number],
    earlier: Sequence[Count] = (),
    place_ends: frozenset[int] = frozenset(),
) -> list[Count]:
    """Return what each number counts; numbers that count nothing known are left out.

    place_ends: where the places that the sentence names end, for "Hunan 46 and Jiangxi 36".
    earlier: counts of persons in the story's sentences before, for "three of them" and "11 have been charged".
    """
    found: list[Count] = []
    able = [number for number in numbers if not _is_no_count(vocabulary, number)]
    size = len(vocabulary.text)
    able = [n for n in able if n.value != 1 or not n.words or find_noun(vocabulary, n, n.start, size)]
    for index, number in enumerate(able):
        low = able[index - 1].stop if index else 0
        if index and number.start - low == 1:  # 139件212人: one verb for both
            low = able[index - 2].stop if index > 1 else 0
        high = able[index + 1].start if index + 1 < len(able) else size
        following = able[index + 1] if index + 1 < len(able) else None
        noun = find_noun(vocabulary, number, low, high)
        if noun is not None and noun.kind == "children" and _is_charged(vocabulary, number, noun):
            noun = None
        persons = [item for item in found if item.quantity in PERSONS]
        if noun is None and following is not None and _is_part_of_next(vocabulary, number, following):
            beyond = able[index + 2].start if index + 2 < len(able) else size
            noun, high = find_noun(vocabulary, following, number.stop, beyond), beyond
        window = (low if not found or low < found[-1].number.start else max(low, found[-1].noun[1]), high)
        if not _has_noun(noun) and following and not _has_noun(find_noun(vocabulary, following, number.stop, size)):
            told = persons if len(persons) > 1 or not place_ends else [*earlier, *persons]
            found.extend(pair_counts(vocabulary.text, (number, following), told))
        if any(item.number == number for item in found):
            continue
        part = _part_of_whole(vocabulary, number, noun, persons)
        if part is not None:
            found.append(part)
            continue
        anew = None if _has_noun(noun) else find_tally(vocabulary.text, number, [*earlier, *persons])
        count = anew or (
            _named(vocabulary, number, noun, window, persons, earlier)
            if noun
            else _elliptic(vocabulary, number, window, persons, earlier, place_ends)
        )
        if count is not None:
            found.append(count)
    return found


def _part_of_whole(vocabulary: Vocabulary, number: Number, noun: Term | None, persons: Sequence[Count]) -> Count | None:
    """ "Of the 34, nineteen bought children and 15 acted as go-betweens", 34人中，买家19人: parts of who came first."""
    text = vocabulary.text
    if not persons or not _LEADING_WHOLE.match(text[persons[0].number.stop :]) or persons[0].number == number:
        return None
    if not (_OPENS_WHOLE.match(text[: persons[0].number.start]) or not text[number.start].isascii() or "中" in text):
        return None
    whole = persons[0]
    own = [s for s in vocabulary.statuses if number.stop <= s.start <= number.stop + 1]
    does = any(s.kind in {"bought", "sold"} for s in own) and whole.quantity == "suspects"
    said = (
        noun is not None
        and noun.kind == "suspects"
        and not any(fits("suspects", s.kind) and s.start > whole.number.stop for s in vocabulary.statuses)
    )
    return Count(number, whole.quantity, whole.status, (number.stop, number.stop)) if does or said else None


def _is_no_count(vocabulary: Vocabulary, number: Number) -> bool:
    """Ages, days, sums of money, ordinals, and the "one" that only introduces somebody."""
    text = vocabulary.text
    if text.startswith(_NO_COUNT, number.stop) or text[number.start - 1 : number.start] in _NO_NUMBER:
        return True
    if text.endswith(_MORE, 0, number.start):
        return True
    if _FRACTION.search(text[max(0, number.start - 8) : number.start]) or _IN_TEN.match(text, number.stop):
        return True
    if _DENIED.search(text[max(0, number.start - 24) : number.start]):
        return True
    return number.value == 1 and number.words and text[number.stop : number.stop + 1] not in {"名", " "}


def _is_charged(vocabulary: Vocabulary, number: Number, noun: Term) -> bool:
    """ "Fourteen charged over sale of newborns": the noun is what they are charged with."""
    verbs = [s for s in vocabulary.statuses if number.stop < s.start <= number.stop + 1 and s.stop <= noun.stop]
    return any(s.kind in SUSPECT_STATUS for s in verbs) and vocabulary.text[number.start].isascii()


def _is_part_of_next(vocabulary: Vocabulary, number: Number, following: Number) -> bool:
    """ "Ten of the 17 children": the part is of the kind that the whole is."""
    match = _PART_OF.match(vocabulary.text, number.stop)
    return match is not None and match.end() == following.start


def _named(
    vocabulary: Vocabulary, number: Number, noun: Term, window: tuple[int, int], persons: Sequence[Count],
    earlier: Sequence[Count],
) -> Count | None:  # fmt: skip
    """The count of a number whose noun is told."""
    text = vocabulary.text
    before = persons[-1] if persons else None
    quantity = noun.kind
    if before and quantity in _KIND_OF_PERSON and _is_kind_of(text, number, noun):
        return Count(number, before.quantity, before.status, (noun.start, noun.stop))
    status = find_status(vocabulary, number, noun, window)
    if _is_whole(text, number) and text[noun.stop : noun.stop + 1] == " ":
        status = _status_of_whole(vocabulary, noun.stop, quantity, [*persons, *earlier], number) or status
    if (
        not status
        and before is not None
        and quantity in PERSONS
        and fits(quantity, before.status)
        and not (has_own_verb(text, noun.stop))
    ):
        status = before.status
    if number.value == 1 and number.words and not status:
        return None
    if not status and quantity in PERSONS and vocabulary.has("all_parts"):
        told = {item.status for item in earlier if item.quantity == quantity}
        status = told.pop() if len(told) == 1 else ""
    quantity = _person(quantity, status, {item.quantity for item in (*earlier, *persons)})
    if not quantity:
        return None
    return Count(number, quantity, status if quantity in _STATED or status == "solved" else "", (noun.start, noun.stop))


def _is_kind_of(text: str, number: Number, noun: Term) -> bool:
    """ "24 people, 15 of them women", 其中女性15人: a kind of those counted before."""
    last = text[: noun.stop].rpartition(" ")
    if text[number.start].isascii() and noun.stop > number.stop:
        return _OF_THEM.search(text[number.stop : noun.stop].removesuffix(last[2])) is not None
    return noun.stop <= number.start and _OF_THEM_CHINESE.search(text[: noun.start]) is not None


def _elliptic(
    vocabulary: Vocabulary, number: Number, window: tuple[int, int], persons: Sequence[Count],
    earlier: Sequence[Count], place_ends: frozenset[int],
) -> Count | None:  # fmt: skip
    """The count of a number without a noun: of what was counted before, chosen by the status it is given."""
    text = vocabulary.text
    copied = copy_count(vocabulary, number, persons, place_ends)
    if copied is not None:
        return copied
    of_the = _of_the(vocabulary, number)
    noun = Term(number.stop, number.stop, "persons")
    headline = next((s.kind for s in vocabulary.statuses if s.start == number.stop + 1), "")
    alone = not (persons or earlier or of_the) and text[number.start].isascii() and number.digits != _YEAR
    if alone and headline in SUSPECT_STATUS:
        return Count(number, "suspects", headline, (number.stop, number.stop))  # "Fourteen charged over sale of ..."
    same = [item for item in earlier if item.number.value == number.value] if _is_whole(text, number) else []
    if same:
        return Count(number, same[-1].quantity, same[-1].status, (noun.start, noun.stop))
    if not _is_elliptic(vocabulary, number) or (_is_whole(text, number) and earlier):
        return None
    if not (persons or earlier or of_the):
        return _by_status(vocabulary, number, noun, window)
    return _of_told(vocabulary, number, window, persons, [item.quantity for item in earlier] or [of_the])


def _of_told(
    vocabulary: Vocabulary, number: Number, window: tuple[int, int], persons: Sequence[Count], kinds: Sequence[str]
) -> Count | None:
    """An elliptic number, of the persons told. kinds: the quantities told in sentences before."""
    text, noun = vocabulary.text, Term(number.stop, number.stop, "persons")
    status = find_status(vocabulary, number, noun, window)
    if persons:
        quantity = _of_kind(status, [*filter(None, kinds), *(item.quantity for item in persons)])
        status = status if fits(quantity, status) else ""
        if not status and persons and not has_own_verb(text, number.stop):
            status = next((item.status for item in reversed(persons) if item.quantity == quantity), "")
    else:
        quantity = _of_kind(status, kinds)
        if not status or not fits(quantity, status):
            return None
    return Count(number, quantity, status, (number.stop, number.stop)) if quantity in PERSONS else None


def _by_status(vocabulary: Vocabulary, number: Number, noun: Term, window: tuple[int, int]) -> Count | None:
    """ "We rescued 89": where nobody was counted before, the status says who is."""
    if number.digits == _YEAR and number.value > _FIRST_YEAR:
        return None
    status = find_status(vocabulary, number, noun, window)
    quantity = "children" if status in {"rescued", "reunited"} else "suspects" if status in _CUSTODY else ""
    return Count(number, quantity, status, (number.stop, number.stop)) if quantity else None


def _is_whole(text: str, number: Number) -> bool:
    """Whether it is the whole of a part: "ten of the 17", "of the 50 children rescued"."""
    return _WHOLE.search(text[max(0, number.start - 16) : number.start]) is not None


def _status_of_whole(vocabulary: Vocabulary, at: int, quantity: str, told: Sequence[Count], number: Number) -> str:
    """The participle right behind the whole, else the status it was told with before."""
    ends = {at + 1, *(at + 1 + len(words) for words in _RELATIVES if vocabulary.text.startswith(words, at + 1))}
    own = next((s.kind for s in vocabulary.statuses if s.start in ends and fits(quantity, s.kind)), "")
    alike = [item for item in told if item.quantity == quantity and item.status]
    same = [item for item in alike if item.number.value == number.value]
    return own or next((item.status for item in reversed(same or alike)), "")


def _of_kind(status: str, told: Sequence[str]) -> str:
    """The kind last told of which ``status`` can be said, suspects where it is custody, else the kind told last."""
    if not any(fits(kind, status) for kind in told):
        if status in SUSPECT_STATUS - CHILD_STATUS:
            return "suspects"
        if status in CHILD_STATUS - SUSPECT_STATUS:
            return "children"
    return next((kind for kind in reversed(told) if fits(kind, status)), told[-1])


def _has_noun(noun: Term | None) -> bool:
    return noun is not None and noun.kind != "persons"


def _person(quantity: str, status: str, told: Set[str]) -> str:
    """told: the kinds of persons counted before; 17人 are children where the report is about children.

    人 and "people" are suspects when arrested, children when rescued, officers when deployed."""
    if quantity == "officers" and status in SUSPECT_STATUS | CHILD_STATUS | {"solved"}:
        return ""
    if quantity in {"members", "women"} and status in SUSPECT_STATUS:
        return "suspects"
    if quantity == "adults":
        return "suspects" if status in SUSPECT_STATUS else ""
    if quantity != "persons":
        return quantity
    if status in SUSPECT_STATUS:
        return "suspects"
    rescued = "children" if "children" in told else "victims"
    return rescued if status in CHILD_STATUS else "officers" if status == "deployed" else ""


def _of_the(vocabulary: Vocabulary, number: Number) -> str:
    """ "Of the suspects, 18 were arrested": what the subset is taken of."""
    head = vocabulary.text[: number.start]
    for noun in vocabulary.nouns:
        if noun.stop <= number.start and noun.kind in PERSONS and ("of the" in head[: noun.start] or "其中" in head):
            return noun.kind
    return ""


def _is_elliptic(vocabulary: Vocabulary, number: Number) -> bool:
    text = vocabulary.text
    if text.startswith((*PERSON_CLASSIFIERS, "个"), number.stop):
        verb = any(number.stop < s.start <= number.stop + 3 for s in vocabulary.statuses)
        return verb or _CHINESE_END.match(text, number.stop) is not None
    if number.digits == 4 and 1900 <= number.value < 2100:
        return False
    if _ELLIPSIS.match(text, number.stop) or _PART_OF.match(text, number.stop):
        return True
    if text.startswith(" ", number.stop) and any(s.start == number.stop + 1 for s in vocabulary.statuses):
        return True
    if not ends_clause(text, number):
        return False
    done = any(s.stop == number.start - 1 and _LAST_WORD.search(text[: s.start]) for s in vocabulary.statuses)
    return done or _IN_PLACE.search(text[: number.start]) is not None
