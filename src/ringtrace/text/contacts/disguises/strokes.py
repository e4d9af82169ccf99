"""Strokes and radicals put between the letters of a handle: "liu丶xin丶0372", "xiao灬lan"."""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text import lexicon
from ringtrace.text.folding import Edit

HINTS = lexicon.load("disguise")["stroke"]
_BETWEEN = re.compile(rf"(?<=[a-z0-9_])(?:{'|'.join(map(re.escape, HINTS))}){{1,3}}(?=[a-z0-9_])")


def find_edits(text: str) -> list[Edit]:
    """Return the edits that leave strokes between Latin letters and digits out."""
    return [(*match.span(), "") for match in islice(_BETWEEN.finditer(text), 100)]
