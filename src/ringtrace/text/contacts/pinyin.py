"""Whether Latin letters are Chinese syllables: names and ids are mostly spelled so."""

from __future__ import annotations

import re

_SYLLABLES = re.compile(
    r"(?:[zcs]h|[bpmfdtnlgkhjqxrzcswy])?(?:i?ang?|i?ong|u?eng?|u?an|ing?|un|u?ai|u?ei|i?ao|i?ou|u?o|i?u|i?e|[aeiouv])"
)


def is_pinyin(letters: str) -> bool:
    """Return whether lower-case letters are syllables of pinyin, one after another, without tones."""
    at = 0
    while at < len(letters):
        match = _SYLLABLES.match(letters, at)
        if match is None or match.end() == at:
            return False
        at = match.end()
    return True
