"""A zip archive: hands its members back to be read in turn; a name is only text, nothing is unpacked to disk."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Structure
from ringtrace.text.packing.zip_members import LOCAL, read_members

NAME = "zip"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "zip, also with names in GB18030"
KNOWN_GAPS = "encrypted members"


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a zip archive that no more particular reader (WACZ, xlsx) wants."""
    if not head.startswith((LOCAL, b"PK\x05\x06")):
        return 0.0
    return 0.4 if name.lower().endswith((".wacz", ".xlsx", ".docx", ".epub")) else 0.8


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every member; one that is encrypted, damaged, overlapping or too large is a Gap.

    Raises MalformedError when the archive has no readable directory.
    """
    yield from read_members(source)
