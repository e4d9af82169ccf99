"""Digits told by how often they come: "17 three zeros 126839", "17 0x3 126839", 17零三遍126839, 17仨0126839.

Undone only where the chain of digits then is a mobile number, or stands right behind a cue of QQ.
"""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text import lexicon
from ringtrace.text.contacts.tables import digit_tables, digit_words
from ringtrace.text.folding import Edit

_PLURAL: dict[str, str] = {}
_TIMES: dict[str, int] = {}
for _, _document in lexicon.documents("disguise"):
    _PLURAL.update(_document.get("plural", {}))
    _TIMES.update(_document.get("times", {}))
_COUNTS, _SIGNS = "2345两三四五", "x×*"
HINTS = (
    *(count + word for count in _COUNTS for word in "个连遍次"),
    *(f"{digit}{sign}" for digit in range(10) for sign in _SIGNS),
    *(f" {sign}" for sign in _SIGNS), *_PLURAL, "0s", *(word for word in _TIMES if len(word) == 1 or word[-1] == "e"),
)  # fmt: skip
_LEAST = 4
"""Digits that a text must show, as digits or words, for a repeat to complete a contact."""
_WORDS = "|".join(sorted(digit_words()[0], key=lambda word: (-len(word), word)))
_ONE = re.compile(
    r"(?:连着|连续|连)?([2-5])(?:个|连|遍) ?(\d)"
    r"|(?<![x×*])(?<![x×*] )(\d) ?[x×*] ?([2-5])(?! ?[\dx×*]\d?[x×*]|\d| ?[x×*])|(\d)[,， ]{0,2}([2-5])(?:遍|次|连)"
    rf"|(仨|俩) ?(\d)|(?<![a-z])(double|triple|treble) ?-?(\d|(?:{_WORDS})(?![a-z]))"
    rf"|(?<![a-z])(two|three|four|five|[2-5]) ?({'|'.join(_PLURAL)}|\d'?s)(?![a-z])"
)
_CHAIN = re.compile(
    rf"(?:\d|(?:double|triple|treble|two|three|four|five|{'|'.join(_PLURAL)}|\d'?s)(?![a-z])"
    r"|连着|连续|[个连遍次仨俩x×*再 ,，.-]){6,40}"
)
# "ye_xiang_ni 加四个6": the digits are added to the id.
_ADDED = re.compile(r"(?<=[a-z_])[a-z_](?<=[a-z_]{4})( ?(?:后面|再|然后)?加(?:上)?([2-6])个(\d))(?!\d)")
_MOBILE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_QQ = re.compile(r"(?:q|扣|鹅|球)(?:号)?(?:是)?[^\w]{0,3}$")


def find_edits(text: str) -> list[Edit]:
    """Return the edits that write out repeated digits in chains that make a contact."""
    strong = text.translate(digit_tables()[0])
    few = sum(map(strong.count, "0123456789")) < _LEAST
    edits: list[Edit] = []
    for chain in () if few else islice(_CHAIN.finditer(strong), 200):
        told = [(chain.start() + m.start(), chain.start() + m.end(), _digits(m)) for m in _ONE.finditer(chain.group())]
        if told and _makes_contact(strong, chain, told):
            edits += told
    if not edits and "加" in text:
        edits = [(*m.span(1), m.group(3) * int(m.group(2))) for m in islice(_ADDED.finditer(strong), 50)]
    return edits


def _makes_contact(strong: str, chain: re.Match[str], told: list[Edit]) -> bool:
    digits, at = "", chain.start()
    for start, stop, value in [*told, (chain.end(), chain.end(), "")]:
        digits += "".join(char for char in strong[at:start] if char.isdigit()) + value
        at = stop
    if _MOBILE.fullmatch(digits):
        return True
    return 7 <= len(digits) <= 11 and _QQ.search(strong[max(0, chain.start() - 8) : chain.start()]) is not None


def _digits(match: re.Match[str]) -> str:
    """Return the digits that one telling stands for."""
    times, digit, digit_x, times_x, digit_said, times_said, sign, digit_sign, word, digit_word, count, plural = (
        match.groups()
    )
    if word:
        return digit_words()[0].get(digit_word, digit_word) * _TIMES[word]
    if sign:
        return str(digit_sign * _TIMES[sign])
    if plural:
        return _PLURAL.get(plural, plural[0]) * (_TIMES.get(count) or int(count))
    return str((digit or digit_x or digit_said) * int(times or times_x or times_said))
