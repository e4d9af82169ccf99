"""Addresses that let whoever holds them into a closed group: an invitation names a group as nothing else does.

Which addresses those are is data (``lexicons/invite.any.toml``); none is ever opened.
"""

from __future__ import annotations

from functools import cache, lru_cache

from ringtrace.text.lexicon import load

_CODE = 4
"""Characters of a group's code at least: shorter paths are pages of the app's own."""
_REMEMBERED = 1 << 14


@lru_cache(maxsize=_REMEMBERED)
def invited_to(address: str) -> str:
    """Return "app code" of the group that ``address``, the value of a mention of kind url, invites to, else "".

    However it is spelt: telegram.me/joinchat/X and t.me/+X are one group.
    """
    host, slash, path = address.partition("://")[2].removeprefix("www.").partition("/")
    place = host + slash + path
    for app, start in _starts():
        if place.startswith(start):
            code = place[len(start) :].partition("?")[0].partition("&")[0].strip("/")
            if start.endswith("+") and code.replace("-", "").isdecimal():
                return ""  # +8617000001234 is how somebody is reached by number, not a group
            return f"{app} {code}" if len(code) >= _CODE and "/" not in code else ""
    return ""


@cache
def _starts() -> tuple[tuple[str, str], ...]:
    """Return (app, how its invitations begin), the longest first."""
    told = ((app, start) for app, starts in load("invite").items() for start in starts)
    return tuple(sorted(told, key=lambda one: (-len(one[1]), one)))
