"""A handle whose parts stand in brackets: "(xiao)(lan)(0372)", 【170】【0072】【3856】, "[l][i][n]"."""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text.folding import Edit

_OPEN, _CLOSE = r"(\[{<【「『《", r")\]}>】」』》"
HINTS = tuple(
    f"{close}{gap}{opening}" for close in ")]}>】」』》" for gap in ("", " ", "-", "_") for opening in "([{<【「『《"
)
_PART = rf"[{_OPEN}] ?[a-z0-9零〇一二三四五六七八九]{{1,8}} ?[{_CLOSE}]"
_CHAIN = re.compile(rf"(?:[a-z0-9_]{{1,12}} ?)?{_PART}(?:[ _-]?{_PART}){{1,20}}(?: ?[a-z0-9_]{{1,12}}(?![a-z0-9]))?")
_SIGN = re.compile(rf" ?[{_OPEN}{_CLOSE}] ?")
_LEAST = 5
"""Letters and digits that the parts must make together."""


def find_edits(text: str) -> list[Edit]:
    """Return the edits that take the brackets away where the parts together may be a handle or a number."""
    edits: list[Edit] = []
    for chain in islice(_CHAIN.finditer(text), 50):
        value = "".join(filter(str.isalnum, chain.group()))
        if len(value) >= _LEAST and any(map(str.isdigit, value)):
            edits += [(chain.start() + m.start(), chain.start() + m.end(), "") for m in _SIGN.finditer(chain.group())]
    return edits
