"""What the first bytes of a file rule out, before anyone asks what charset it is in."""

from __future__ import annotations

_LEAD = b" \t\r\n\xef\xbb\xbf"


def opens_markup(head: bytes) -> bool:
    """Whether the first sign of a file is ``<``, as in HTML and XML and in no chat or table."""
    return head[:256].lstrip(_LEAD).startswith(b"<")
