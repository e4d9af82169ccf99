"""Web addresses: scheme and host lower case, default port and lone slash dropped, path as written."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.mention import Candidate
from ringtrace.text.contacts import needs, read
from ringtrace.text.view import TextView

__all__ = ["KIND", "READS", "find", "needs"]

KIND = "url"
READS = ("platform", "kind")


def find(view: TextView) -> Iterator[Candidate]:
    """Yield the candidates of this kind; all contact kinds are read together, once a view."""
    return (candidate for candidate in read(view) if candidate.kind == KIND)
