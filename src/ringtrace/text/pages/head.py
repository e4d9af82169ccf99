"""The part of a page by which its kind is judged: its first markup without what only dresses it.

Saved pages (SingleFile, MHTML) carry megabytes of style, script and pictures as ``data:`` addresses before
the first word; none of that says what kind of page it is.
"""

from __future__ import annotations

import re

_DRESS = re.compile(rb"<(style|script|svg|noscript)\b[^>]{0,2000}>", re.IGNORECASE)
_DATA = re.compile(
    rb"data:[a-z]+/[a-z0-9.+\-]{1,40}(?:;[a-z0-9=\-]{1,40}){0,3},[A-Za-z0-9+/=%_\-.~]{64,}+", re.IGNORECASE
)
_SCANNED = 32 * 2**20
_STEP = 1 << 20


def thin_head(data: bytes, size: int) -> bytes:
    """Return up to ``size`` bytes of markup from the start of a page, styles, scripts and data addresses left out.

    Their tags stay. Looks no further than 32 MiB; a page of at most ``size`` bytes is given as it is.
    """
    head = bytes(data[:size])
    if len(data) <= size or (not _DRESS.search(head) and not _DATA.search(head)):
        return head
    parts: list[bytes] = []
    room, at, limit = size, 0, min(len(data), _SCANNED)
    while at < limit and room > 0:
        match = _DRESS.search(data, at, min(limit, at + _STEP))
        stop = match.end() if match else min(limit, at + _STEP)
        piece = _DATA.sub(b"data:,", bytes(data[at:stop]))
        parts.append(piece[:room])
        room -= len(piece)
        at = stop
        if match:
            closing = re.compile(rb"</" + match[1] + rb"\b", re.IGNORECASE).search(data, at, limit)
            at = closing.start() if closing else limit
    return b"".join(parts)
