"""Dots and at signs in other dress, where a well-known host follows: "163_dot_com", "201/at/163.com", t·me/name."""

from __future__ import annotations

import re
from itertools import islice

from ringtrace.text import lexicon
from ringtrace.text.contacts.disguises import WORDLESS
from ringtrace.text.folding import Edit

_MAIL_HOSTS = lexicon.load("contact")["mail_host"]
_ENDINGS = ("com", "cn", "net", "org")
HINTS = (
    *WORDLESS, *(f"{sign}{ending}" for sign in "点丶·•,。])}>】」_-* t" for ending in _ENDINGS),
    *(f"at{host}" for host in _MAIL_HOSTS),
)  # fmt: skip
_HOSTS = f"(?:{'|'.join(map(re.escape, _MAIL_HOSTS))})"
_DOT = r"[ _\[({<【「*/-]{0,2}(?:dot|d0t|点|點|丶|·|•|,|。|\.|。)[ _\])}>】」*/-]{0,2}"
_MAIL_DOT = re.compile(rf"(?<=[^a-z0-9]){_HOSTS}({_DOT})(?=(?:com|cn|net|org)(?![a-z0-9]))")
_AT = re.compile(
    rf"(?<=[a-z0-9])(?:[ _\[({{<【「*/-]{{1,2}}(?:at|a|艾特|圈a|#)[ _\])}}>】」*/-]{{1,2}}|@@|(?<=\d)at)"
    rf"(?={_HOSTS}(?:{_DOT})(?:com|cn|net|org)(?![a-z0-9]))"
)
_LINK = re.compile(
    rf"(?<![a-z0-9])(?:t|telegram)({_DOT})me(?= ?(?:/|斜杠|slash|后面))( ?(?:/|斜杠|slash|后面) ?)(?=@?[a-z])"
)


def find_edits(text: str) -> list[Edit]:
    """Return the edits that put plain dots and at signs."""
    edits: list[Edit] = [(*match.span(), "@") for match in islice(_AT.finditer(text), 100)]
    dressed = text if not edits else _replaced(text, edits)
    for match in islice(_MAIL_DOT.finditer(dressed), 100):
        if dressed[slice(*match.span(1))] != ".":
            edits.append((*match.span(1), "."))
    for match in islice(_LINK.finditer(text), 100):
        edits += [(*match.span(group), put) for group, put in ((1, "."), (2, "/")) if match.group(group) != put]
    return edits


def _replaced(text: str, edits: list[Edit]) -> str:
    """Return the text with at signs in place, every character where it was."""
    chars = list(text)
    for start, stop, _ in edits:
        chars[start:stop] = ["@"] * (stop - start)
    return "".join(chars)
