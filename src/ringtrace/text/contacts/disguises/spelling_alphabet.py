"""Letters told by words that begin with them: "l for london i for india n for nancy", "lima india november"."""

from __future__ import annotations

import re
from itertools import islice, pairwise

from ringtrace.text import lexicon
from ringtrace.text.folding import Edit

_RADIO = lexicon.load("disguise")["radio_alphabet"]
HINTS = ("as in ", " like ", *(f"{a} for {a}" for a in "abcdefghijklmnopqrstuvwxyz"), *_RADIO)
_TOLD = r"(?<![a-z])([a-z]) (?:for|as in|like) (?=\1)[a-z]{2,12}(?![a-z])"
_RADIOED = rf"(?<![a-z])(?:{'|'.join(_RADIO)})(?![a-z])"
_CHAIN = re.compile(
    rf"(?:(?:{_TOLD}|{_RADIOED})[ ,.-]{{0,3}}){{3,20}}".replace(r"\1", r"[a-z]").replace("([a-z]) ", "[a-z] ")
)
_LETTER = re.compile(rf"{_TOLD}|{_RADIOED}")


def find_edits(text: str) -> list[Edit]:
    """Return the edits that put letters for three and more words of a spelling alphabet in a row."""
    edits: list[Edit] = []
    for chain in islice(_CHAIN.finditer(text), 50):
        found = list(_LETTER.finditer(chain.group()))
        if len(found) < 3:
            continue
        base = chain.start()
        edits += [(base + one.start(), base + one.end(), one.group()[0]) for one in found]
        gaps = [(left.end(), right.start()) for left, right in pairwise(found)]
        if re.match(r"\d", text[chain.end() : chain.end() + 1]):
            gaps.append((found[-1].end(), len(chain.group())))
        edits += [(base + start, base + stop, "") for start, stop in gaps if stop > start]
    return sorted(edits)
