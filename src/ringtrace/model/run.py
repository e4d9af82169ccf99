"""Messages by the thousand, as columns: what a chat export is made of, without an object for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise, repeat
from typing import Any, Generic, TypeVar, overload

from ringtrace.model.clock import Basis, Clock
from ringtrace.model.identity import length_prefixed
from ringtrace.model.post import Container, Post, PostKind, PostState, account_id_of
from ringtrace.model.source import Member
from ringtrace.model.span import Gap, Segment, Span, Structure

MOST = 1_024
"""Posts of a run that gathers one by one: where a reader dies in the middle of a run, the run is lost with it."""
DIGEST = 32
"""Bytes of a digest: SHA-256."""
T = TypeVar("T")


class Same(Sequence[T], Generic[T]):
    """A column in which all posts have one value."""

    __slots__ = ("size", "value")

    def __init__(self, value: T, size: int) -> None:
        self.value, self.size = value, size

    def __len__(self) -> int:
        return self.size

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> Same[T]: ...
    def __getitem__(self, at: int | slice) -> T | Same[T]:
        if isinstance(at, slice):
            return Same(self.value, len(range(*at.indices(self.size))))
        if not -self.size <= at < self.size:
            raise IndexError(at)
        return self.value

    def __iter__(self) -> Iterator[T]:
        return repeat(self.value, self.size)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(other) == self.size and all(one == self.value for one in other)

    def __hash__(self) -> int:
        return hash((self.value, self.size))


def column(values: tuple[T, ...]) -> Sequence[T]:
    """Return ``values``, as ``Same`` where they are all alike."""
    return Same(values[0], len(values)) if values.count(values[0]) == len(values) else values


@dataclass(frozen=True, slots=True)
class Run:
    """Posts of one container that follow each other in one source; what stands between them is structure.

    Each column has an entry a post, named as in ``Post`` and ``Clock``; starts, stops: bytes of the record, in the
    order of the file. pieces: how many segments belong to each text; these stand one after the other in
    ``text_starts`` to ``byte_stops`` and are as ``text.offsets.split`` leaves them, all with ``codec``.
    """

    evidence: str
    member: str
    platform: str
    container: Container
    codec: str
    starts: Sequence[int]
    stops: Sequence[int]
    texts: Sequence[str]
    kinds: Sequence[PostKind]
    account_natives: Sequence[str]
    account_names: Sequence[str]
    native_ids: Sequence[str]
    reply_natives: Sequence[str]
    sent_texts: Sequence[str]
    sent_ats: Sequence[int | None]
    sent_bases: Sequence[Basis]
    sent_zones: Sequence[str]
    sent_whys: Sequence[str]
    sent_alternatives: Sequence[int | None]
    author_roles: Sequence[str]
    states: Sequence[PostState]
    changed_ats: Sequence[int | None]
    pieces: Sequence[int]
    text_starts: Sequence[int]
    text_stops: Sequence[int]
    byte_starts: Sequence[int]
    byte_stops: Sequence[int]
    occurrences: dict[int, int] = field(default_factory=dict)
    """Row -> occurrence, of those that are not 0; filled by the pipeline."""
    names: tuple[list[str], list[bytes]] | None = None
    """``accounts`` and ``digests`` where the pipeline worked them out already."""

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def span(self) -> Span:
        """From the first byte of the first post to the last of the last."""
        return Span(self.evidence, self.member, self.starts[0], self.stops[-1])

    @property
    def post_bytes(self) -> int:
        return sum(self.stops) - sum(self.starts)

    def posts(self) -> Iterator[Post]:
        """Yield each post as an object of its own."""
        at = 0
        for row, pieces in enumerate(self.pieces):
            segments = tuple(
                Segment(self.text_starts[n], self.text_stops[n], self.byte_starts[n], self.byte_stops[n], self.codec)
                for n in range(at, at + pieces)
            )
            at += pieces
            yield Post(
                Span(self.evidence, self.member, self.starts[row], self.stops[row]),
                self.platform,
                self.container,
                self.texts[row],
                segments,
                self.kinds[row],
                self.account_natives[row],
                self.account_names[row],
                self.native_ids[row],
                self.reply_natives[row],
                Clock(
                    self.sent_texts[row], self.sent_ats[row], self.sent_bases[row], self.sent_zones[row],
                    self.sent_whys[row], self.sent_alternatives[row],
                ),
                author_role=self.author_roles[row],
                occurrence=self.occurrences.get(row, 0),
                state=self.states[row],
                changed_at=self.changed_ats[row],
            )  # fmt: skip

    def accounts(self) -> list[str]:
        """Return ``Post.account_id`` of each post."""
        same = repeat(self.platform), repeat(self.container.id)
        return list(map(_account_id, *same, self.account_natives, self.account_names))

    def digests(self, accounts: Sequence[str]) -> list[bytes]:
        """Return of each post the ``DIGEST`` bytes whose first ten are its id, see ``identity.derive_id``.

        accounts: as ``accounts`` gives them.
        """
        shared = self.platform, self.container.id
        kinds = self.kinds.value if isinstance(self.kinds, Same) else None
        heads: Iterable[bytes] = map(_head, *map(repeat, shared), accounts, self.kinds)
        if kinds is not None:
            known = {account: _head(*shared, account, kinds) for account in set(accounts)}
            heads = map(known.__getitem__, accounts)
        lasts: Iterable[bytes] = repeat(_FIRST, len(self))
        if self.occurrences:
            lasts = [length_prefixed(self.occurrences.get(row, 0)) for row in range(len(self))]
        columns = map(_encoded, (self.native_ids, self.sent_texts, self.texts))
        return [
            sha256(b"%b%d:%b0:%d:%b0:%d:%b%b" % (head, len(n), n, len(at), at, len(text), text, last)).digest()
            for head, n, at, text, last in zip(heads, *columns, lasts, strict=True)
        ]


def _encoded(texts: Sequence[str]) -> Iterable[bytes]:
    if isinstance(texts, Same):
        return repeat(texts.value.encode("utf-8", "surrogatepass"), len(texts))
    try:
        return [text.encode() for text in texts]
    except UnicodeEncodeError:
        return [text.encode("utf-8", "surrogatepass") for text in texts]


_FIRST = length_prefixed(0)
_account_id = lru_cache(maxsize=16_384)(account_id_of)


@lru_cache(maxsize=16_384)
def _head(*parts: str) -> bytes:
    """The beginning of what the id of a post is derived from: the same for all of an account."""
    return b"".join(map(length_prefixed, ("post", *parts)))


Entry = tuple[
    int, int, int, int, str, PostKind, str, str, str, str,
    str, int | None, Basis, str, str, int | None, str, PostState, int | None,
]  # fmt: skip
"""A post of a run in the making: start, stop, bytes of its text (low, high), then the columns of ``Run`` from ``texts``
on. A text whose bytes are not one segment has low -1."""


class Gathering:
    """A run in the making. entries: readers append to them; where: evidence, member, platform, container, codec."""

    def __init__(self, *where: *tuple[str, str, str, Container, str]) -> None:
        self.entries: list[Entry] = []
        self._where = where
        self._cut: dict[int, tuple[Segment, ...]] = {}

    def add(self, post: Post, segments: Iterable[Segment]) -> None:
        """Add a post without title or thread; segments: its own, cut, all with the codec of the run."""
        sent, span = post.sent, post.span
        self.cut(segments)
        self.entries.append((
            span.start, span.stop, -1, -1, post.text, post.kind, post.account_native, post.account_name,
            post.native_id, post.reply_native, sent.text, sent.at, sent.basis, sent.zone, sent.why, sent.alternative,
            post.author_role, post.state, post.changed_at,
        ))  # fmt: skip

    def cut(self, segments: Iterable[Segment]) -> None:
        """State the segments of the entry that is appended next."""
        self._cut[len(self.entries)] = tuple(segments)

    def take(self) -> Iterator[Run]:
        """Yield what has gathered as a run, nothing where nothing has, and begin anew."""
        if self.entries:
            starts, stops, lows, highs, texts, *others = zip(*self.entries, strict=True)
            pieces = segment_columns(lows, highs, texts, self._cut)
            columns: tuple[Any, ...] = (starts, stops, texts, *map(column, others), *pieces)
            yield Run(*self._where, *columns)
            self.entries.clear()
            self._cut.clear()


def segment_columns(
    lows: Sequence[int], highs: Sequence[int], texts: Sequence[str], cut: dict[int, tuple[Segment, ...]]
) -> tuple[Sequence[int], Sequence[int], Sequence[int], Sequence[int], Sequence[int]]:
    """Return the columns pieces to byte_stops of ``Run``.

    cut: row -> its segments; those of all other rows are one, from the bytes ``lows`` to ``highs``.
    """
    ends = list(map(len, texts))
    if not cut and all(ends):
        return Same(1, len(ends)), Same(0, len(ends)), ends, lows, highs
    whole: list[tuple[tuple[int, int, int, int], ...]] = [
        ((0, end, low, high),) if end else () for end, low, high in zip(ends, lows, highs, strict=True)
    ]
    for row, segments in cut.items():
        whole[row] = tuple((one.text_start, one.text_stop, one.start, one.stop) for one in segments)
    flat = [numbers for row_of in whole for numbers in row_of]
    text_starts, text_stops, starts, stops = zip(*flat, strict=True) if flat else ((),) * 4
    return tuple(map(len, whole)), text_starts, text_stops, starts, stops


def singly(found: Iterable[Run | Post | Gap | Structure | Member]) -> Iterator[Post | Gap | Structure | Member]:
    """Yield what a reader finds with the posts of runs one by one, and the structure between them."""
    for item in found:
        if not isinstance(item, Run):
            yield item
            continue
        gaps = [*pairwise(zip(item.starts, item.stops, strict=True)), None]
        for post, gap in zip(item.posts(), gaps, strict=True):
            yield post
            if gap and gap[0][1] < gap[1][0]:
                yield Structure(Span(item.evidence, item.member, gap[0][1], gap[1][0]), "separator")
