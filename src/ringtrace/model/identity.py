"""Ids derived from content, so that the same evidence gives the same ids on every machine."""

from __future__ import annotations

import hashlib


def derive_id(prefix: str, *parts: str | int) -> str:
    """Return ``prefix-`` and 20 hex digits (80 bits of SHA-256) of the length-prefixed parts."""
    encoded = [str(part).encode("utf-8", "surrogatepass") for part in (prefix, *parts)]
    digest = hashlib.sha256(b"".join([b"%d:%b" % (len(data), data) for data in encoded]))
    return f"{prefix}-{digest.hexdigest()[:20]}"
