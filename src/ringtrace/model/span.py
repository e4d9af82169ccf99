"""Where something stands: byte ranges in evidence, and the way from text back to bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open byte range ``[start, stop)`` of one piece of evidence.

    evidence: SHA-256 of the file, 64 hex digits.
    member:   "" for a plain file, the member's path in a zip or tar, the record id in a WARC;
              offsets then count in the decoded member.
    """

    evidence: str
    member: str
    start: int
    stop: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.stop:
            raise ValueError(f"span [{self.start}, {self.stop}) is not a half-open byte range")

    def __len__(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of a post's text that was decoded from one run of bytes.

    ``text[text_start:text_stop]`` (code points) equals ``decode(codec, bytes[start:stop])``,
    see ``ringtrace.text.offsets``. Text that no segment covers (a newline laid out for
    ``<br>``, a joining space) has no bytes of its own. Segments are sorted and do not overlap.
    codec: "utf-8", "gb18030", ... for raw text, "json+utf-8" for the inside of a JSON string,
    "html+<charset>" for HTML character data with entities.
    """

    text_start: int
    text_stop: int
    start: int
    stop: int
    codec: str


@dataclass(frozen=True, slots=True)
class Structure:
    """Bytes that a reader understood and that are nobody's words: headers, markup, navigation.

    what: a short reason in words, e.g. "header", "markup", "navigation", "advertising".
    """

    span: Span
    what: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes that a reader could not understand: counted and shown, never dropped."""

    span: Span
    reason: str


@dataclass(frozen=True, slots=True)
class Media:
    """A picture, sound or film: kept under its hash and not opened. Its bytes count as structure.

    media_type: as its first bytes state it. sha256: of exactly these bytes, hex; for a plain file it is
    the evidence id, for a member it is how the same picture is known again elsewhere.
    """

    span: Span
    media_type: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader has to tell the analyst of a file: what a signature proves, what a format leaves out.

    It claims no bytes; span: what it is about. text: one sentence.
    """

    span: Span
    text: str
