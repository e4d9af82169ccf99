"""A mail address told as a name and the house it lives in: "gmail: lily.home7", 163邮箱 lan0372, "lily7 on outlook"."""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text import lexicon
from ringtrace.text.folding import Edit

_HOUSES: dict[str, str] = {}
for _, _document in lexicon.documents("disguise"):
    _HOUSES.update(_document.get("mail_house", {}))
HINTS = tuple(_HOUSES)
_HOUSE = rf"(?<![a-z0-9@.])(?P<house>{'|'.join(map(re.escape, sorted(_HOUSES, key=len, reverse=True)))})"
_NAME = (
    r"(?P<name>(?=[a-z0-9._-]*\d|[a-z0-9-]*[._])[a-z][a-z0-9._-]{3,28}[a-z0-9])"
    r"(?![a-z0-9@_]|[.-][a-z0-9]| ?(?:at|@|艾特))"
)
_LINK = r"(?:的)?(?: ?(?:邮箱|邮件|邮|mail|account|address))?(?: ?(?:号|是|为|is|账号|id))?[ ::=-]{0,3}"
_BEFORE = re.compile(rf"{_HOUSE}(?![a-z0-9@]|\.[a-z]){_LINK}{_NAME}")
_BEHIND = re.compile(
    rf"(?<![a-z0-9@._-]){_NAME} (?:on|via|using) (?:my )?(?P<house>{'|'.join(_HOUSES)})(?![a-z0-9@]|\.[a-z])"
)
_DIGITS = re.compile(r"\d+")


def find_edits(text: str) -> list[Edit]:
    """Return the edits that write the address out; a number before 邮箱 that is only counted is no house."""
    edits: list[Edit] = []
    for pattern in (_BEFORE, _BEHIND):
        for match in islice(pattern.finditer(text), 20):
            if not _DIGITS.fullmatch(match["house"]) or "邮" in match.group() or "mail" in match.group():
                edits.append((*match.span("name"), f"{match['name']}@{_HOUSES[match['house']]}"))
    return sorted(edits)
