"""From one original to its posts and gaps: sniff, read, open members, account for every byte."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from types import ModuleType
from typing import TypeVar

from ringtrace import registry
from ringtrace.errors import EvidenceError, LimitError
from ringtrace.model.identity import length_prefixed
from ringtrace.model.post import Post
from ringtrace.model.run import Run, Same
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Media, Remark, Segment, Span, Structure
from ringtrace.pipeline.accounting import UNCLAIMED, Claims, weigh
from ringtrace.pipeline.occurrences import Occurrences
from ringtrace.pipeline.watching import Stop, Watch
from ringtrace.text.html_head import thin_head
from ringtrace.text.html_page import looks_like_html
from ringtrace.text.offsets import split

HEAD = 65_536
PAGE_HEAD = 4 * HEAD
"""Bytes by which a page is judged: its markup without styles, scripts and data addresses."""
Item = TypeVar("Item")
MAPPING_SUFFIX = ".mapping.toml"
_MAPPING_BYTES = 65_536
OUT_OF_MEMORY = "more memory than allowed"
Take = Callable[[Post | Run], None]
_Found = Post | Run | Gap | Structure | Member | Remark | Media


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


def read_source(source: Source, depth: int = 0, watch: Watch | None = None, take: Take | None = None) -> Reading:
    """Read one file or member with the reader that recognises it best.

    take: gets each post or run of posts as it comes, those of members too, so that none is kept; else they are in
    ``posts``. Never raises for bad evidence: what cannot be read is a ``Gap`` with its reason.
    """
    watch = watch or Watch(source.limits)
    number, stop = watch.opened(len(source.data))
    if stop and not stop.items:
        return refusal(source, stop.reason)
    reading = Reading()
    whole = Span(source.evidence, source.member, 0, len(source.data))
    if not len(source.data):
        reading.notes.append("the file is empty")
        return reading
    mapping = source.name.endswith(MAPPING_SUFFIX) and not source.member and _is_toml(source.data)
    reader = None if mapping else choose_reader(source, reading.notes)
    own = _Own(source, reading, take)
    if mapping:
        own.claims.add(whole.start, whole.stop, Claims.STRUCTURE)
        reading.reader = "mapping"
    elif reader is None:
        own.lack(Gap(whole, "no reader recognises this file"))
    else:
        reading.reader, reading.version = reader.__name__.rpartition(".")[2], reader.VERSION
        read = getattr(reader, "read_runs", reader.read)
        for item in _items(_watched(read(source), source, watch, number, stop), source, reading):
            if isinstance(item, Member):
                own.enclose(item, _read_member(item, source, depth, watch, take))
            else:
                own.put(item)
    own.close()
    return reading


class _Own:
    """What one source gives, taken down as it comes: posts handed on, bytes claimed, members' readings joined."""

    def __init__(self, source: Source, reading: Reading, take: Take | None) -> None:
        self.claims = Claims()
        self._source, self._reading, self._take = source, reading, take or self._keep
        self._seen = Occurrences()
        self._posts = 0
        self._inner = Reading()

    def put(self, item: Post | Run | Gap | Structure | Remark | Media) -> None:
        span, claims = item.span, self.claims
        if isinstance(item, Post):
            claims.add(span.start, span.stop, Claims.POST)
            self._posts += 1
            self._take(_numbered(_settled(item, self._source), self._seen))
        elif isinstance(item, Run):
            claims.add_run(span.start, span.stop, item.post_bytes)
            self._posts += len(item)
            self._take(_numbered_run(item, self._seen))
        elif isinstance(item, Gap):
            self.lack(item)
        elif isinstance(item, Structure):
            claims.add(span.start, span.stop, Claims.STRUCTURE)
        elif isinstance(item, Media):
            self._reading.media.append(item)
            claims.add(span.start, span.stop, Claims.STRUCTURE)
        else:
            self._reading.notes.append(item.text)

    def lack(self, gap: Gap) -> None:
        self._reading.gaps.append(gap)
        self.claims.add(gap.span.start, gap.span.stop, Claims.GAP)

    def enclose(self, member: Member, inner: Reading) -> None:
        """Join what a member gave; its bytes count as what they turned out to hold."""
        unread = inner.gap_bytes and not inner.structure_bytes
        rank = Claims.POST if inner.count else Claims.GAP if unread else Claims.STRUCTURE
        self.claims.add(member.start, member.stop, rank)
        self._inner.join(inner)

    def close(self) -> None:
        """Account for the source's bytes, with what nobody claimed as gaps behind all others."""
        reading, source = self._reading, self._source
        reading.count += self._posts
        reading.join(self._inner)
        weighed = weigh(source.evidence, source.member, len(source.data), self.claims)
        reading.gaps.extend(Gap(span, UNCLAIMED) for span in weighed.unclaimed)
        reading.post_bytes, reading.gap_bytes, reading.structure_bytes = weighed.post, weighed.gap, weighed.structure
        share = Share(1, len(source.data), self._posts, weighed.post, weighed.structure, weighed.gap)
        reading.shares.setdefault(reading.reader, Share()).add(share)

    def _keep(self, item: Post | Run) -> None:
        self._reading.posts.extend([item] if isinstance(item, Post) else item.posts())


def refusal(source: Source, reason: str) -> Reading:
    """Return the reading of a source that is not read: one Gap over all of it."""
    size = len(source.data)
    gaps = [Gap(Span(source.evidence, source.member, 0, size), reason)] if size else []
    return Reading(gaps=gaps, gap_bytes=size, notes=[reason], shares={"": Share(1, size, gap_bytes=size)})


def _is_toml(data: bytes) -> bool:
    """Only what is a settings file may be set aside as one: a name alone hides no evidence."""
    if len(data) > _MAPPING_BYTES:
        return False
    try:
        tomllib.loads(bytes(data).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


def choose_reader(source: Source, notes: list[str]) -> ModuleType | None:
    """Return the reader most sure of the source, or None; a tie or a failed look is told in ``notes``."""
    head = bytes(source.data[:HEAD])
    if looks_like_html(head):
        head = thin_head(source.data, PAGE_HEAD)
    name = (source.url or source.member or source.name) if source.member else source.name
    scores: list[tuple[float, str, ModuleType]] = []
    for kind, reader, score in _judged(head, name):
        if isinstance(score, _Fault):
            notes.append(f"reader {kind} could not judge this file: {score.reason}")
        elif score > 0.1:
            scores.append((-score, kind, reader))
    scores.sort(key=lambda entry: entry[:2])
    if len(scores) > 1 and scores[0][0] == scores[1][0]:
        kinds = " and ".join(entry[1] for entry in scores if entry[0] == scores[0][0])
        notes.append(f"{kinds} claim this file alike; read as {scores[0][1]}")
    return scores[0][2] if scores else None


def _judged(head: bytes, name: str) -> Iterator[tuple[str, ModuleType, float | _Fault]]:
    """Yield each reader with how sure it is; all are asked in one go, and one by one where one of them fails."""
    readers = registry.scan("ringtrace.readers")
    told = list(_guarded(reader.sniff(head, name) for reader in readers.values()))
    if any(isinstance(one, _Fault) for one in told):
        told = [one for reader in readers.values() for one in _guarded(map(reader.sniff, [head], [name]))]
    for (kind, reader), score in zip(readers.items(), told, strict=True):
        yield kind, reader, score


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a reader stopped, in words."""

    reason: str


def _guarded(steps: Iterator[Item]) -> Iterator[Item | _Fault]:
    """The boundary: whatever a reader does on hostile bytes, the file's siblings go in."""
    try:
        yield from steps
        return
    except EvidenceError as error:
        reason = error.reason
    except MemoryError:
        reason = OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001  the one broad except: a reader's fault becomes a Gap
        reason = f"the reader failed: {type(error).__name__}: {error}"
    yield _Fault(reason)  # out here: an error holds on to everything that the reader held


def _watched(found: Iterator[_Found], source: Source, watch: Watch, number: int, stop: Stop | None) -> Iterator[_Found]:
    """Yield ``found`` up to where an earlier attempt died or the file gives more text than it may.

    Raises LimitError there.
    """
    for count, item in enumerate(found, start=1):
        if isinstance(item, Post | Run) and not watch.wrote(item):
            raise LimitError(source.name, "gives more text than a file of this size may")
        yield item
        if stop and count >= stop.items:
            raise LimitError(source.name, stop.reason)
        watch.note(number, count)


def _items(found: Iterator[_Found], source: Source, reading: Reading) -> Iterator[_Found]:
    """Yield what a reader finds; where it stops early the rest of the source is a Gap."""
    last = 0
    for item in _guarded(found):
        if isinstance(item, _Fault):
            reading.notes.append(item.reason)
            size = len(source.data)
            yield Gap(Span(source.evidence, source.member, min(last, size), size), item.reason)
            return
        last = max(last, item.stop if isinstance(item, Member) else item.span.stop)
        yield item


def _read_member(member: Member, source: Source, depth: int, watch: Watch, take: Take | None) -> Reading:
    inner = f"{source.member}!{member.path}" if source.member else member.path
    watch.members -= 1
    watch.total -= len(member.data)
    refused = ""
    if depth + 1 >= source.limits.depth:
        refused = f"members are nested more than {source.limits.depth} deep"
    elif watch.members < 0 or watch.total < 0:
        refused = "more members or bytes than one file may open to"
    if refused:
        return refusal(replace(source, member=inner, data=member.data), refused)
    opened = replace(
        source,
        member=inner,
        name=source.name if member.url else f"{source.name}/{member.path}",
        data=member.data,
        url=member.url,
        captured=member.captured,
        media_type=member.media_type,
        charset=member.charset,
    )
    return read_source(opened, depth + 1, watch, take)


def _settled(post: Post, source: Source) -> Post:
    """Cut the post's segments so that its offsets need no second look at the evidence."""
    segments = _settle(post.segments, post.text, source)
    titles = _settle(post.title_segments, post.title, source)
    if segments is post.segments and titles is post.title_segments:
        return post
    return replace(post, segments=segments, title_segments=titles)


def _settle(segments: tuple[Segment, ...], text: str, source: Source) -> tuple[Segment, ...]:
    runs: list[Segment] = []
    for segment in segments:
        piece = text[segment.text_start : segment.text_stop]
        runs.extend(split(segment, piece, bytes(source.data[segment.start : segment.stop])))
    return segments if len(runs) == len(segments) else tuple(runs)


def _numbered(post: Post, seen: Occurrences) -> Post:
    """Tell a post apart from earlier ones of its file that are identical to the letter."""
    if post.native_id:
        return post
    parts: tuple[str | int, ...] = ("post", *post.traits, 0)
    encoded = b"".join([length_prefixed(part) for part in parts])
    count = seen.count(sha256(encoded).digest())
    return replace(post, occurrence=count) if count else post


def _numbered_run(run: Run, seen: Occurrences) -> Run:
    """The same for the posts of a run."""
    accounts = run.accounts()
    digests = run.digests(accounts)
    named = isinstance(run.native_ids, Same) and bool(run.native_ids.value)
    rows = [] if named else [row for row, native in enumerate(run.native_ids) if not native]
    counts = seen.count_all(digests if len(rows) == len(run) else [digests[row] for row in rows])
    if not counts:
        return replace(run, names=(accounts, digests))
    run = replace(run, occurrences={rows[at]: count for at, count in counts.items()})
    return replace(run, names=(accounts, run.digests(accounts)))
