"""Ids derived from content, so that the same evidence gives the same ids on every machine."""

from __future__ import annotations

import uuid
from hashlib import sha256


def derive_id(prefix: str, *parts: str | int) -> str:
    """Return ``prefix-`` and 20 hex digits (80 bits of SHA-256) of the length-prefixed parts."""
    encoded = [str(part).encode("utf-8", "surrogatepass") for part in (prefix, *parts)]
    digest = sha256(b"".join([b"%d:%b" % (len(data), data) for data in encoded]))
    return f"{prefix}-{digest.hexdigest()[:20]}"


def length_prefixed(part: str | int) -> bytes:
    """Return a part as ``derive_id`` hashes it."""
    data = str(part).encode("utf-8", "surrogatepass")
    return b"%d:%b" % (len(data), data)


def id_of(prefix: str, encoded: bytes) -> str:
    """Return ``derive_id`` for ``encoded``: the prefix and the parts, each ``length_prefixed``, joined."""
    return f"{prefix}-{sha256(encoded).hexdigest()[:20]}"


_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "ringtrace")


def derive_uuid(*parts: str | int) -> str:
    """Return a version 5 UUID (RFC 9562) of the parts, for formats that want one."""
    return str(uuid.uuid5(_NAMESPACE, derive_id("uuid", *parts)))
