"""Digits among other signs, and a word that only they count: "1个7天0点0分0秒6月9日3人1车8斤4两，只取数字"."""

from __future__ import annotations

import re
from itertools import islice, pairwise

from ringtrace.text import lexicon
from ringtrace.text.contacts.tables import digit_tables
from ringtrace.text.folding import Edit

HINTS = lexicon.load("disguise")["digits_only"]
_REACH, _FEWEST, _MOST_DIGITS = 80, 6, 13
_WORD = re.compile("|".join(map(re.escape, HINTS)))
_ENDS = frozenset(":\n。;!?")


def find_edits(text: str) -> list[Edit]:
    """Return the edits that leave out what stands between the digits before such a word."""
    strong = text.translate(digit_tables()[0])
    edits: list[Edit] = []
    for word in islice(_WORD.finditer(text), 20):
        begin = max((text.rfind(sign, max(0, word.start() - _REACH), word.start()) for sign in _ENDS), default=-1) + 1
        begin = max(begin, word.start() - _REACH)
        places = [place for place in range(begin, word.start()) if strong[place] in "0123456789"]
        if _FEWEST <= len(places) <= _MOST_DIGITS:
            edits += [(left + 1, right, "") for left, right in pairwise(places) if right > left + 1]
    return edits
