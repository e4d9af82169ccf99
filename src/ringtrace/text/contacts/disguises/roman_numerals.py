"""Digits of a number as Roman numerals, one after another: "i vii 0 0 0 i ii vi viii iii ix"."""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text.folding import Edit

_VALUES = {"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
HINTS = ("vii", "viii", "iii", "iv ", "ix ", "vi ", "ii ", "ii-", "vi-", "iv-", "ix-", "ii.", "vi.", "iv.", "ix.")
_ONE = r"(?:i[xv]|v?i{1,3}|v|\d{1,4})(?![a-z0-9])"
_CHAIN = re.compile(rf"(?<![a-z0-9]){_ONE}(?:[ .,·/-]{{1,2}}{_ONE}){{3,14}}")
_WORD = re.compile(r"[ivx]+|\d+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_QQ = re.compile(r"(?:q|扣|鹅|球|企)(?:号)?(?:是|is)?[^\w]{0,3}$")
_LEAST = 2
"""Numerals that must be Roman."""


def find_edits(text: str) -> list[Edit]:
    """Return the edits that put digits for chains that make a contact."""
    edits: list[Edit] = []
    for chain in islice(_CHAIN.finditer(text), 50):
        words = [(match, _VALUES.get(match.group(), match.group())) for match in _WORD.finditer(chain.group())]
        digits = "".join(value for _, value in words)
        roman = sum(match.group().isalpha() for match, _ in words)
        cued = 5 <= len(digits) <= 11 and _QQ.search(text[max(0, chain.start() - 8) : chain.start()])
        if roman >= _LEAST and (_MOBILE.fullmatch(digits) or cued):
            edits += [(chain.start() + m.start(), chain.start() + m.end(), value) for m, value in words]
    return edits
