"""A sign of a handle that stands for another one, as the text itself says: "lanyi★★1968, ★是下杠", "★ = underscore"."""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text import lexicon
from ringtrace.text.folding import Edit

HINTS = lexicon.load("disguise")["underscore"]
_MEANT = r"(?:是|就是|=|代表|换成|改成|当|is|means|stands for)"
_SIGNS = "|".join(map(re.escape, HINTS))
_NAMED = re.compile(rf"([^\w\s,。.!?;:\"'()]|[oxz])\s?{_MEANT}\s?(?:an? |the )?(?:{_SIGNS})")


def find_edits(text: str) -> list[Edit]:
    """Return the edits that put the sign that is meant for each of those that the text names."""
    edits: list[Edit] = []
    for named in islice(_NAMED.finditer(text), 5):
        shown = re.escape(named.group(1))
        for match in islice(re.finditer(rf"(?<=[a-z0-9])(?:{shown}){{1,3}}(?=[a-z0-9])", text), 50):
            edits.append((*match.span(), "_" * (match.end() - match.start())))
    return sorted(set(edits))
