"""A number told by a sum: 17000123450加6, "17000123455, add one to the last digit", 每位减1, 比170...大1.

Only the digits of a number of five and more are changed, and only where the words say what to do with them.
"""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text import lexicon
from ringtrace.text.contacts.tables import digit_tables, digit_words
from ringtrace.text.folding import Edit

_WORDS = lexicon.load("disguise")
_MORE, _LESS = _WORDS["sum_more"], _WORDS["sum_less"]
_LAST, _EACH, _RESULT = _WORDS["last_digit"], _WORDS["each_digit"], _WORDS["sum_result"]
_SAID = tuple(sorted(digit_words()[0], key=lambda word: (-len(word), word)))
HINTS = (
    *_LAST, *_EACH, *(word for word in _RESULT if len(word) > 1),
    *(sign + digit for sign in "大小多少加减" for digit in "123456789一二三四五六七八九"),
)  # fmt: skip
_NUMBER = r"(?<!\d)(1[3-9]\d{9}|[1-9]\d{4,9})(?!\d)"
_CHANGE = (
    rf"(?P<sign>{'|'.join(map(re.escape, (*_MORE, *_LESS)))})\s?(?P<by>\d{{1,3}}|(?:{'|'.join(_SAID)})(?![a-z]))(?!\d)"
)
# Looked for where number words are digits already: 最后一位 is "最后1位" there.
_LISTED_LAST, _LISTED_EACH, _LISTED_RESULT = (
    "|".join(re.escape(word.translate(digit_tables()[0])) for word in words) for words in (_LAST, _EACH, _RESULT)
)
_GAP = r"[^\w\n]{0,3}(?:but |then |and |然后|再|记得|要|把|的)?"
_TOLD = re.compile(
    rf"{_NUMBER}{_GAP}(?:(?P<last>{_LISTED_LAST})|(?P<each>{_LISTED_EACH}))(?:都|再|全| is)?[^\w\n]{{0,2}}{_CHANGE}"
)
_TURNED = re.compile(
    rf"{_NUMBER}{_GAP}{_CHANGE}(?: to| from)?(?: the)? ?(?:(?P<last>{_LISTED_LAST})|(?P<each>{_LISTED_EACH}))"
)
_EQUALS = re.compile(rf"{_NUMBER}{_GAP}{_CHANGE}[^\w\n]{{0,2}}(?:{_LISTED_RESULT})")
_THAN = re.compile(rf"(?:比|跟){_NUMBER}{_CHANGE}")


def find_edits(text: str) -> list[Edit]:
    """Return the edits that put the digits that are meant, and blanks for the words that say so."""
    strong = text.translate(digit_tables()[0])
    edits: list[Edit] = []
    for pattern in (_TOLD, _TURNED, _EQUALS, _THAN):
        for match in islice(pattern.finditer(strong), 20):
            meant = _changed(match)
            if meant:
                edits += [(*match.span(1), meant), (match.end(1), match.end("by"), "")]
    return sorted(edits)


def _changed(match: re.Match[str]) -> str:
    """Return the number that the words make of the one they stand behind, "" where it would change its length."""
    digits, told = match.group(1), match.groupdict()
    said = digit_words()[0].get(match["by"], match["by"])
    by = -int(said) if match["sign"] in _LESS else int(said)
    if told.get("each"):
        return "".join(str((int(digit) + by) % 10) for digit in digits)
    if told.get("last"):
        last = int(digits[-1]) + by
        return digits[:-1] + str(last) if 0 <= last <= 9 else ""
    meant = str(int(digits) + by)
    return meant if len(meant) == len(digits) else ""
