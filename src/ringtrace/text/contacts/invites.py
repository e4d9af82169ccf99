"""Addresses that let whoever holds them into a closed group: an invitation names a group as nothing else does.

Which addresses those are is data (``lexicons/invite.any.toml``); none is ever opened.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from ringtrace.text.lexicon import load

_CODE = 4
"""Characters of a group's code at least, where the list does not say more."""
_LEAST = re.compile(r"(.+)\{([0-9]{1,2})\}")
_CODES = re.compile(r"[A-Za-z0-9_\-]+=*")
_REMEMBERED = 1 << 14


@lru_cache(maxsize=_REMEMBERED)
def invited_to(address: str) -> str:
    """Return "app code" of the group that ``address``, the value of a mention of kind url, invites to, else "".

    However it is spelt: telegram.me/joinchat/X and t.me/+X are one group. A page of the app's own under such an
    address (its terms, its downloads) is no group.
    """
    host, slash, path = address.partition("://")[2].removeprefix("www.").partition("/")
    place = host + slash + path
    for app, start, least in _starts():
        if place.startswith(start):
            code = place[len(start) :].partition("?")[0].partition("&")[0].strip("/")
            if start.endswith("+") and code.replace("-", "").isdecimal():
                return ""  # +8617000001234 is how somebody is reached by number, not a group
            whole = len(code) >= least and _CODES.fullmatch(code) and code.lower() not in _pages()
            return f"{app} {code}" if whole else ""
    return ""


@cache
def _pages() -> frozenset[str]:
    return frozenset(load("invite").get("page", ()))


@cache
def _starts() -> tuple[tuple[str, str, int], ...]:
    """Return (app, how its invitations begin, characters of a code at least), the longest first."""
    told = []
    for app, starts in load("invite").items():
        for start in starts if app != "page" else ():
            least = _LEAST.fullmatch(start)
            told.append((app, least[1], int(least[2])) if least else (app, start, _CODE))
    return tuple(sorted(told, key=lambda one: (-len(one[1]), one)))
