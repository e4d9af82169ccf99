"""Which posts show which picture: a record that names a file kept beside its export shows it.

Every app writes the names of the files that it exports into the record of a message (``photos/photo_1.jpg``, a line
``IMG-0001.jpg (file attached)``, an ``img`` of a page), so one search for those names in the records' own bytes serves
all formats. A picture is known again by the SHA-256 of its bytes; none is opened or decoded. A name that the record
spells otherwise than the file (escaped letters) is not found, nor one that several pictures beside the export share.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import ahocorasick_rs
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.tables import from_rows
from ringtrace.model.identity import derive_id
from ringtrace.pipeline.telling.quoting import Quoter
from ringtrace.store.cache import Cache
from ringtrace.store.evidence import EvidenceStore
from ringtrace.store.packs import Part, Places

_RULE = "a file beside the export, named in the record"
_NAME_BYTES = 6
"""Bytes of a file's name that is looked for, at least: shorter ones ("1.jpg") stand in any text."""
_DEEP = 16
"""Records before a place that are asked whether they hold it: a record may lie within another one."""
_HITS = pa.schema(
    [("evidence_id", pa.string()), ("member", pa.string()), ("start", pa.int64()), ("stop", pa.int64()),
     ("surface", pa.string()), ("sha256", pa.string())]
)  # fmt: skip

Place = tuple[str, str]
"""(evidence_id, member) of what posts stand in."""


class Picture(NamedTuple):
    """A picture beside an export: its path from the export's folder on, and the SHA-256 of its bytes."""

    path: str
    sha256: str


def shown_pictures(store: EvidenceStore, evidence: pa.Table, posts: pa.Table, cache: Cache) -> pa.Table:
    """Return rows of table ``mentions``: a post and the hash of a picture of which its record names the file."""
    kept = _kept(evidence)
    if not kept:
        return from_rows("mentions", [])
    names = dict(zip(evidence["evidence_id"].to_pylist(), evidence["names"].to_pylist(), strict=True))
    records = _records(posts)
    folders = {place: _folders(names[place[0]], place[1]) for place in records}
    beside = {one: _beside(kept, one) for one in set(folders.values())}
    # Pages of one capture see the same pictures: these are held, hashed and made a search of once.
    digests = {one: hashlib.sha256(msgspec.msgpack.encode(found)).digest() for one, found in beside.items()}
    places = sorted((place for place in records if beside[folders[place]]), key=lambda place: (folders[place], place))
    quoter = Quoter(store, evidence, posts)

    def look(numbers: Places) -> Iterator[Part]:
        yield Part(numbers[:0], (_HITS.empty_table(),), (numbers[:0],))
        search = Search(())
        for number in numbers.tolist():
            place = places[number]
            if search.pictures is not beside[folders[place]]:
                search = Search(beside[folders[place]])
            hits = [(*place, *hit) for hit in search.hits(quoter.bytes_of(*place))]
            rows = pa.table(list(map(list, zip(*hits, strict=True))) or [[]] * len(_HITS), schema=_HITS)
            yield Part(np.array([number]), (rows,), (np.full(len(rows), number),))

    shelf = cache.shelf("pictures")
    keys = [hashlib.sha256(msgspec.msgpack.encode((place, digests[folders[place]]))).digest() for place in places]
    (found,) = shelf.complete(pa.array(keys, pa.binary(32)), look)
    shelf.settle()
    return from_rows("mentions", list(_mentions(found, records)))


def _kept(evidence: pa.Table) -> list[Picture]:
    """Return the pictures of a case by their whole paths, in order; a member's begins with its file's name."""
    found = set()
    for names, media in zip(evidence["names"].to_pylist(), evidence["media"].to_pylist(), strict=True):
        for one in media or ():
            if one["media_type"].startswith("image/"):
                found |= {Picture(_path(name, one["member"]), one["sha256"]) for name in names}
    return sorted(found)


def _path(name: str, member: str) -> str:
    return f"{name}/{member}" if member else name


def _folders(names: Iterable[str], member: str) -> tuple[str, ...]:
    """Return the folders in which an export lies, in order: one for each of its names."""
    above = {_path(name, member).rpartition("/")[:2] for name in names}
    return tuple(sorted(folder + slash for folder, slash in above))


def _beside(kept: Sequence[Picture], folders: Iterable[str]) -> tuple[Picture, ...]:
    """Return the pictures that lie in these folders, or beneath them, by their paths from there on."""
    found = set()
    for folder in folders:
        low = bisect_left(kept, (folder,))
        high = bisect_left(kept, (folder + "\U0010ffff",)) if folder else len(kept)
        found |= {Picture(one.path[len(folder) :], one.sha256) for one in kept[low:high]}
    return tuple(sorted(found))


class Search:
    """Looks for the names of pictures in bytes of records."""

    def __init__(self, pictures: tuple[Picture, ...]) -> None:
        self.pictures = pictures
        named: dict[bytes, list[Picture]] = defaultdict(list)
        for one in pictures:
            named[one.path.rpartition("/")[2].encode()].append(one)
        self._named = {name: tuple(same) for name, same in named.items() if len(name) >= _NAME_BYTES}
        self._names = list(self._named)
        kind = ahocorasick_rs.MatchKind.LeftmostLongest
        self._automaton = ahocorasick_rs.BytesAhoCorasick(self._names, matchkind=kind)

    def hits(self, data: bytes) -> Iterator[tuple[int, int, str, str]]:
        """Yield (start, stop, name, SHA-256) of each place at which one picture is named."""
        for number, start, stop in self._automaton.find_matches_as_indexes(data) if self._names else ():
            if _within_word(data, start, stop):
                continue
            meant = _meant(data, start, stop, self._named[self._names[number]])
            if meant is not None:
                yield start, stop, self._names[number].decode(), meant


def _within_word(data: bytes, start: int, stop: int) -> bool:
    """Whether a name is but a part of a longer one."""
    before, behind = bytes(data[max(0, start - 1) : start]), bytes(data[stop : stop + 1])
    return before.isalnum() or before in (b"_", b"-", b".", b"~") or behind.isalnum() or behind in (b"_", b"-", b"~")


def _meant(data: bytes, start: int, stop: int, same: Sequence[Picture]) -> str | None:
    """Return the hash of the one picture that is meant by a name; None where it is another folder's, or any of several.

    Of pictures of one name those count of which the most folders stand before the name.
    """
    folders = bytes(data[start - 1 : start]) == b"/"
    agreeing: dict[int, set[str]] = defaultdict(set)
    for one in same:
        parts = one.path.split("/")
        most = next((n for n in range(len(parts), 1, -1) if _ends_with(data, stop, parts[-n:])), 1)
        if most > 1 or len(parts) == 1 or not folders:
            agreeing[most].add(one.sha256)
    best = agreeing[max(agreeing)] if agreeing else set()
    return next(iter(best)) if len(best) == 1 else None


def _ends_with(data: bytes, stop: int, parts: Sequence[str]) -> bool:
    """Whether ``parts`` stand before ``stop`` as a path, as JSON may write it too."""
    return any(bytes(data[max(0, stop - len(path)) : stop]) == path for path in _spelt(parts))


def _spelt(parts: Sequence[str]) -> tuple[bytes, bytes]:
    return "/".join(parts).encode(), "\\/".join(parts).encode()


Records = Mapping[Place, tuple[list[int], list[tuple[int, str]]]]
"""Place -> (where its records start, in order; where each stops and the post that it is)."""


def _records(posts: pa.Table) -> Records:
    """Return the records of all posts, those of further exports of the same post too."""
    said = posts.filter(pc.not_equal(posts["kind"], "system"))
    found: dict[Place, list[tuple[int, int, str]]] = defaultdict(list)
    names = ("post_id", "evidence_id", "member", "start", "stop", "sources")
    for post, evidence, member, start, stop, sources in zip(*(said[n].to_pylist() for n in names), strict=True):
        for one in sources or ():
            found[one["evidence_id"], one["member"]].append((one["start"], one["stop"], post))
        if not sources:
            found[evidence, member].append((start, stop, post))
    cut = {place: sorted(rows, key=lambda row: (row[0], -row[1])) for place, rows in found.items()}
    return {place: ([row[0] for row in rows], [row[1:] for row in rows]) for place, rows in cut.items()}


def _mentions(hits: pa.Table, records: Records) -> Iterator[dict[str, Any]]:
    """Yield a mention for each post and picture: the first place in the narrowest record that holds it."""
    seen = set()
    for hit in hits.to_pylist():
        starts, ends = records[hit["evidence_id"], hit["member"]]
        at = bisect_right(starts, hit["start"]) - 1
        post = next((ends[n][1] for n in range(at, max(-1, at - _DEEP), -1) if ends[n][0] >= hit["stop"]), "")
        if not post or (post, hit["sha256"]) in seen:
            continue
        seen.add((post, hit["sha256"]))
        span = {name: hit[name] for name in ("evidence_id", "member", "start", "stop")}
        yield {
            "mention_id": derive_id("mention", post, "image", hit["sha256"]), "post_id": post, "kind": "image",
            "surface": hit["surface"], "value": hit["sha256"], "spans": [span], "owner": "unknown",
            "probability": 1.0, "rule": _RULE,
        }  # fmt: skip
