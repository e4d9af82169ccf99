"""How QQ's own exports name a speaker: title, name, number or mail address in one line."""

from __future__ import annotations

import re
from functools import cache

from ringtrace.text import lexicon

_NUMBER = re.compile(r"[1-9][0-9]{4,11}")
_MAIL_NUMBER = re.compile(r"([1-9][0-9]{4,11})@qq\.com", re.IGNORECASE)


def split_identity(rest: str) -> tuple[str, str, str]:
    """Return (name, native id, title) of ``【title】name(12345)`` or ``name<mail>``."""
    name, native = rest, ""
    for opening, closing in (("(", ")"), ("<", ">"), ("（", "）")):
        at = rest.rfind(opening)
        if not rest.endswith(closing) or at < 0:
            continue
        inner = rest[at + 1 : -1].strip()
        mail = _MAIL_NUMBER.fullmatch(inner)
        if _NUMBER.fullmatch(inner) or mail or (opening == "<" and "@" in inner):
            name, native = rest[:at].rstrip(), mail[1] if mail else inner
            break
    if name.startswith("【") and "】" in name[:16]:
        title, _, bare = name[1:].partition("】")
        if title in _titles():
            return bare.strip(), native, title
    return name, native, ""


@cache
def _titles() -> frozenset[str]:
    words = lexicon.load("chat_qq")
    return frozenset((*words["operator_title"], *words["level_title"]))
