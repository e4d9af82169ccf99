"""From one original to its posts and gaps: sniff, read, open members, account for every byte."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace

from ringtrace.errors import LimitError
from ringtrace.model.post import Post
from ringtrace.model.run import Run
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Media, Remark, Span, Structure
from ringtrace.pipeline.reading.accounting import UNCLAIMED, Claims, weigh
from ringtrace.pipeline.reading.boundary import Fault, guarded
from ringtrace.pipeline.reading.occurrences import Occurrences, numbered, numbered_run
from ringtrace.pipeline.reading.reader_choice import choose_reader
from ringtrace.pipeline.reading.readings import Reading, Share, refusal
from ringtrace.pipeline.reading.settling import settled
from ringtrace.pipeline.reading.watching import Stop, Watch

MAPPING_SUFFIX = ".mapping.toml"
_MAPPING_BYTES = 65_536
Take = Callable[[Post | Run], None]
_Found = Post | Run | Gap | Structure | Member | Remark | Media


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
            self._take(numbered(settled(item, self._source), self._seen))
        elif isinstance(item, Run):
            claims.add_run(span.start, span.stop, item.post_bytes)
            self._posts += len(item)
            self._take(numbered_run(item, self._seen))
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


def _is_toml(data: bytes) -> bool:
    """Only what is a settings file may be set aside as one: a name alone hides no evidence."""
    if len(data) > _MAPPING_BYTES:
        return False
    try:
        tomllib.loads(bytes(data).decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


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
    for item in guarded(found):
        if isinstance(item, Fault):
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
