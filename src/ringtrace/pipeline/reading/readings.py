"""What one file of evidence gave, and what each reader made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringtrace.model.post import Post
from ringtrace.model.source import Source
from ringtrace.model.span import Gap, Media, Span


@dataclass(slots=True)
class Share:
    """What one reader made of a file and the members in it that it read: sources, then bytes."""

    sources: int = 0
    size: int = 0
    posts: int = 0
    post_bytes: int = 0
    structure_bytes: int = 0
    gap_bytes: int = 0

    def add(self, other: Share) -> None:
        self.sources += other.sources
        self.size += other.size
        self.posts += other.posts
        self.post_bytes += other.post_bytes
        self.structure_bytes += other.structure_bytes
        self.gap_bytes += other.gap_bytes


@dataclass(slots=True)
class Reading:
    """What one file of evidence gave. Bytes are those of the file as it lies in the store.

    posts: those that were not taken as they came; count: all of them.
    """

    reader: str = ""
    version: str = ""
    posts: list[Post] = field(default_factory=list)
    count: int = 0
    gaps: list[Gap] = field(default_factory=list)
    post_bytes: int = 0
    gap_bytes: int = 0
    structure_bytes: int = 0
    notes: list[str] = field(default_factory=list)
    media: list[Media] = field(default_factory=list)
    shares: dict[str, Share] = field(default_factory=dict)

    def join(self, inner: Reading) -> None:
        """Add what a member gave, its bytes apart."""
        self.count += inner.count
        self.posts.extend(inner.posts)
        self.gaps.extend(inner.gaps)
        self.notes.extend(inner.notes)
        self.media.extend(inner.media)
        for reader, share in inner.shares.items():
            self.shares.setdefault(reader, Share()).add(share)


def refusal(source: Source, reason: str) -> Reading:
    """Return the reading of a source that is not read: one Gap over all of it."""
    size = len(source.data)
    gaps = [Gap(Span(source.evidence, source.member, 0, size), reason)] if size else []
    return Reading(gaps=gaps, gap_bytes=size, notes=[reason], shares={"": Share(1, size, gap_bytes=size)})
