"""Files of a kind that is known but not read: each is named, with what a person can do about it."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Remark, Span, Structure

NAME = "Known, not read"
VERSION = "1"
PLATFORM = ""
PRODUCERS = "RAR, Outlook PST, SQLite, old Office files, CAB, disk images, encrypted backups"
KNOWN_GAPS = "everything: the file is named as unread, with advice"

_KINDS = (
    (b"Rar!\x1a\x07", "RAR archive", "unpack it and add the folder"),
    (b"!BDN", "Outlook mailbox (PST)", "export it as .eml or mbox and add that"),
    (b"SQLite format 3\0", "SQLite database", "run LEAPP or the app's exporter on it and add the tables"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Office file", "save it as .docx, .xlsx or PDF and add that"),
    (b"MSCF\0\0\0\0", "CAB archive", "unpack it and add the folder"),
    (b"EVF\x09\x0d\x0a\xff\0", "disk image (E01)", "mount it read-only and add the files in question"),
    (b"ANDROID BACKUP\n", "Android backup", "unpack it and add the folder"),
    (b"{\\rtf", "rich text (RTF)", "save it as PDF or plain text and add that"),
    (b"bplist00", "property list of an Apple system", "run LEAPP on the backup and add its tables"),
    (b"Salted__", "encrypted file (OpenSSL)", "decrypt it and add what comes out"),
    (b"-----BEGIN PGP MESSAGE-----", "encrypted message (PGP)", "decrypt it and add what comes out"),
)  # fmt: skip


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is one of them, by its first bytes."""
    return 0.6 if _kind(head) else 0.0


def _kind(head: bytes) -> tuple[str, str] | None:
    return next(((what, advice) for mark, what, advice in _KINDS if head.startswith(mark)), None)


def read(source: Source) -> Iterator[Post | Gap | Structure | Member | Remark]:
    """Yield one Gap over all of it and one Remark with advice; raises MalformedError for another file."""
    found = _kind(bytes(source.data[:64]))
    if found is None:
        raise MalformedError(source.name, "none of the kinds that are known and not read")
    what, advice = found
    span = Span(source.evidence, source.member, 0, len(source.data))
    yield Gap(span, f"{what}: not read; {advice}")
    yield Remark(span, f"{what} was not read: {advice}")
