"""Ages told without a unit: "my daughter is 5", "mine are 7, 5 and 2", "my nephew Ifeanyi, 11, last seen", "我才17".

A number behind a person and a form of "be" that ends its clause is an age in years; so are numbers between commas
behind a child.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from ringtrace.text.ages.chinese import AgeFound, AgeWords

HINTS = (
    " is ",
    " are ",
    " was ",
    "'m ",
    "i am ",
    "im ",
    "shes ",
    "hes ",
    "'s ",
    "s, ",
    "last seen",
    "missing",
    " and ",
    "girl, ",
    "boy, ",
    "child, ",
    "girl of ",
    "boy of ",
    "child of ",
)
_LIST = r"(\d{1,2}(?:(?:, ?(?:and )?| ?& ?| and | or )\d{1,2}){0,4})"
_FORM = r"(?: (?:is|are|was|were)|'s|(?<=he)s|s are)"
_NUMBER = re.compile(r"\d{1,2}")
_RULE = "person > number"
_GROWN = 13
"""Of themselves people tell an age from so many years on: "i'm 5" is something else, as a rule."""
_NO_BABY, _NO_CHILD = 10, 30
"""Years from which on a number behind "baby", or right behind "boy", is no age: a price, a size, a count."""
_CLAUSE = re.compile(r"[.!?;,\n]")
_CLAUSE_LENGTH = 40
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_OF = re.compile(
    rf"(?<![a-z])(?:girl|boy|child) of (\d{{1,2}}|{'|'.join(_WORDS)})(?=\s*(?:$|[.!?;,\n)](?!\d)|and |who ))"
)
_BY_NOW = re.compile(r"[1-9]\d(?=$|[了,，。.;；!！?？、 \n](?!\d))")


@cache
def _patterns(
    child: tuple[str, ...], ours: tuple[str, ...], behind: tuple[str, ...]
) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of "mine are 7, 5 and 2", of "my nephew Ifeanyi, 11, last seen" and of "i'm 19"."""
    ends = rf"(?=\s*(?:$|[.!?;\n)](?!\d)|, (?!\d)|(?:{'|'.join(behind)})\b(?! (?:\d|a ))))"
    whose = "|".join(map(re.escape, sorted((*child, *ours), key=lambda word: (-len(word), word))))
    named = rf"(?:{'|'.join(map(re.escape, child))}|brothers|sisters|missing:)(?: [a-z]{{2,12}}){{0,3}}"
    about = "(?:only |just |now |nearly |almost |about )?"
    return (
        re.compile(rf"(?<![a-z])(?:{whose}){_FORM} {about}{_LIST}{ends}"),
        re.compile(rf"(?<![a-z]){named}, ?{_LIST},? ?(?=last|missing|gone|went|from|[.,!?;](?!\d)|$)"),
        re.compile(rf"(?<![a-z])(?:i'm|im|i am) (?:only |just )?(\d\d){ends}"),
    )


def find_bare_ages(text: str, words: AgeWords) -> Iterator[AgeFound]:
    """Yield the ages in years of a folded English text that no unit shows."""
    if not any(hint in text for hint in HINTS):
        return
    theirs, listed, mine = _patterns(words.terms["child"], words.terms["ours"], words.terms["behind"])
    for pattern, sure in ((theirs, 0.7), (listed, 0.7), (mine, 0.65)):
        for match in pattern.finditer(text):
            numbers = list(_NUMBER.finditer(text, match.start(1), match.end(1)))
            if pattern is mine and int(numbers[0].group()) < _GROWN:
                continue
            if _no_years(text, match, numbers, words):
                continue
            for number in numbers:
                if int(number.group()) > 0:
                    yield AgeFound(number.start(), number.end(), f"P{int(number.group())}Y", sure, _RULE)
    for match in _OF.finditer(text):
        years = _WORDS.get(match.group(1)) or int(match.group(1))
        if years:
            yield AgeFound(match.start(1), match.end(1), f"P{years}Y", 0.6, _RULE)


def _no_years(text: str, match: re.Match[str], numbers: list[re.Match[str]], words: AgeWords) -> bool:
    """Whether numbers behind a person say how many, what somebody costs or weighs, or more years than a child has."""
    who = text[match.start() : match.start(1)].rstrip(" ,")
    if len(numbers) == 1 and text[match.start(1) - 2] == "," and who in words.terms["several"]:
        return True
    baby = who.startswith(words.terms["newborns"])
    if any(int(number.group()) >= (_NO_BABY if baby else _NO_CHILD) for number in numbers) and (
        baby or who in words.terms["child"]
    ):
        return True
    clause = _CLAUSE.split(text[max(0, match.start() - _CLAUSE_LENGTH) : match.start()])[-1]
    return any(word in words.terms["measured"] for word in clause.split())


def find_bare_chinese_ages(text: str, words: AgeWords) -> Iterator[AgeFound]:
    """Yield the years of grown people that Chinese tells without 岁: "我大哥57了", "夫妻都42".

    A person stands right before them, with a word of time between or 了 behind.
    """
    for match in _BY_NOW.finditer(text):
        head = text[max(0, match.start() - 8) : match.start()]
        by_now = next((term for term in words.terms["by_now"] if head.endswith(term)), "")
        timed = by_now or text.startswith("了", match.end())
        grown = int(match.group()) >= _GROWN
        if timed and grown and head.removesuffix(by_now).endswith(words.terms["person"]):
            yield AgeFound(match.start(), match.end(), f"P{match.group()}Y", 0.6, _RULE)
