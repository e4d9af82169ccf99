"""What a reader is given: one file of evidence, or one decoded member of it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets for hostile input. Bytes, counts and levels."""

    member_bytes: int = 256 * 2**20
    total_bytes: int = 8 * 2**30
    members: int = 1_000_000
    ratio: int = 1_000
    depth: int = 4
    line_bytes: int = 4 * 2**20
    text_chars: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Source:
    """One readable stretch of evidence.

    evidence: SHA-256 of the file, hex.   member: see ``Span``.
    name:     the evidence name (path relative to what was added), for messages and sniffing.
    data:     the bytes: ``bytes`` or a read-only ``mmap``; slicing gives bytes, it has ``find``.
    url:      the address a capture states for this page, "" when unknown.
    captured: capture time, microseconds UTC, when the container states one.
    media_type: what the container says the member is ("text/html"), "" when unknown.
    charset:  what the transport says (HTTP header), "" when unknown.
    zone:     zone to assume for times without one, an IANA name.
    sidecar:  bytes of the mapping file that lies beside a tip file (``NAME.mapping.toml``).
    """

    evidence: str
    member: str
    name: str
    data: bytes
    url: str = ""
    captured: int | None = None
    media_type: str = ""
    charset: str = ""
    zone: str = "Asia/Shanghai"
    sidecar: bytes | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Member:
    """A decoded member that a container format (WARC, zip) hands back to be read in turn.

    start, stop: the bytes of the carrying file (or member) that it came from.
    path:        its name within the carrier: member path, or WARC record id.
    """

    path: str
    data: bytes
    start: int
    stop: int
    url: str = ""
    captured: int | None = None
    media_type: str = ""
    charset: str = ""
