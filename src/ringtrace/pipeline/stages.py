"""The map stages as the engines run them: over files of evidence, over batches of posts.

What a stage gave for the same input before comes out of the cache; the rest is worked out and put there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines import local
from ringtrace.engines.digests import row_digests
from ringtrace.engines.tables import from_rows
from ringtrace.pipeline.answering import posts_above
from ringtrace.pipeline.confined import STOPPED, read_confined
from ringtrace.pipeline.files import Task
from ringtrace.pipeline.handles import join_messages, know_again
from ringtrace.pipeline.observing import INPUT, observe
from ringtrace.pipeline.posts import merge_copies, post_table
from ringtrace.pipeline.reading import MAPPING_SUFFIX, OUT_OF_MEMORY
from ringtrace.stances.company import Company
from ringtrace.stances.wording import Wording
from ringtrace.store.cache import NOTHING, Cache, Part, Places, Shelf
from ringtrace.store.evidence import EvidenceStore, Held

BATCH_POSTS = 4_000
_SMALL_BYTES = 4 * 2**20
_MOST_FILES = 1_000
Progress = Callable[[str, int, int], None]


def read_all(
    store: EvidenceStore, zone: str, workers: int, progress: Progress, cache: Cache = NOTHING
) -> tuple[pa.Table, ...]:
    """Return tables (evidence, posts, gaps, clocks) of everything in the store."""
    held = store.held()
    sidecars = _sidecars(store, held)
    shelf = cache.shelf("reading")
    keys = [msgspec.msgpack.encode((item, sidecars.get(item.evidence_id), zone)) for item in held]
    digests = pa.array([hashlib.sha256(key).digest() for key in keys], pa.binary(32))

    def read(numbers: Places) -> Iterator[Part]:
        tasks = list(_tasks(store, [held[at] for at in numbers.tolist()], sidecars, zone))
        done = len(held) - len(numbers)
        yield _read_part(numbers[:0], from_rows("evidence", []), post_table([]), from_rows("gaps", []))
        for task, tables in zip(tasks, read_confined(tasks, workers), strict=True):
            yield _read_part(numbers[: len(task.held)], *tables)
            numbers = numbers[len(task.held) :]
            done += len(task.held)
            progress("reading", done, len(held))

    evidence, posts, gaps = shelf.complete(digests, read)
    shelf.settle()
    joined, clocks = merge_copies([posts])
    return evidence, joined, gaps, clocks


def _read_part(numbers: Places, *tables: pa.Table) -> Part:
    """Return what a task gave; a file whose reading was stopped is read anew by the next analysis."""
    ids = tables[0]["evidence_id"].combine_chunks()
    at = tuple(numbers[pc.index_in(table["evidence_id"], ids).to_numpy()] for table in tables)
    reasons = tables[2]["reason"]
    chance = pc.or_(pc.starts_with(reasons, STOPPED), pc.equal(reasons, OUT_OF_MEMORY))
    stopped = tables[2].filter(chance)["evidence_id"].combine_chunks()
    return Part(numbers, tables, at, pc.invert(pc.is_in(ids, stopped)).to_numpy(zero_copy_only=False))


def observe_all(
    posts: pa.Table, answers: pa.Table, lexicons: Path | None, workers: int, progress: Progress, secret: bytes = b"",
    cache: Cache = NOTHING,
) -> tuple[pa.Table, pa.Table, pa.Table]:  # fmt: skip
    """Return tables (mentions, stances, facts) of all posts; answers: as ``find_answers`` gives them.

    secret: the case's key for digests of what must not be stored as it is.

    Every post is read by its words and by the words above it, then once more what stands below an
    offer, a wish or a go-between (whose prices and contacts the words alone do not show), then those
    that their company shows in another light.
    """
    shelf = cache.shelf("observing", hashlib.sha256(secret).hexdigest())
    with local.Workers(workers) as crew:
        found, wanted = first_sight(posts, answers, lexicons, crew, progress, secret, shelf)
        again = _in_company(wanted, look_around(posts, answers, *found[:2]).lifts())
        newer = _observe(again, lexicons, crew, _silent, secret, shelf)
        mentions, stances, facts = _replaced(found, newer, again["post_id"])
    shelf.settle()
    return know_again(join_messages(posts, mentions, lexicons)), stances, facts


def first_sight(
    posts: pa.Table,
    answers: pa.Table,
    lexicons: Path | None,
    crew: local.Workers,
    progress: Progress,
    secret: bytes = b"",
    shelf: Shelf | None = None,
) -> tuple[tuple[pa.Table, pa.Table, pa.Table], pa.Table]:
    """Return (mentions, stances, facts) as texts and those above them give them, and what was looked at."""
    shelf = shelf or NOTHING.shelf("observing")
    bare = posts.select(INPUT)
    wanted = bare.append_column("above", posts_above(posts, answers, {}))
    found = _observe(_alone(wanted), lexicons, crew, progress, secret, shelf)
    known = _directions(found[1])
    wanted = bare.append_column("above", posts_above(posts, answers, known))
    under = [any(one["does"] for one in row) for row in wanted["above"].to_pylist()]
    below = wanted.filter(pa.array(under, pa.bool_()))
    newer = _observe(_alone(below), lexicons, crew, _silent, secret, shelf)
    return _replaced(found, newer, below["post_id"]), wanted


def look_around(posts: pa.Table, answers: pa.Table, mentions: pa.Table, stances: pa.Table) -> Company:
    """Return the company of every post, read ``ROUNDS`` times beside what its neighbours were last read as."""
    company, wording = Company(posts, answers, mentions, stances), Wording(posts)
    for _ in range(ROUNDS):
        company.look(wording.learn(company.stances(), answers))
    return company


def _directions(stances: pa.Table) -> dict[str, str]:
    """Return post -> direction of the posts that have one."""
    pairs = zip(stances["post_id"].to_pylist(), stances["direction"].to_pylist(), strict=True)
    return {post: direction for post, direction in pairs if direction != "none"}


ROUNDS = 2
"""A second look changes what others' company is and what words are sure; a third hardly does."""


def _silent(_stage: str, _done: int, _whole: int) -> None:
    """Report nothing: a second look is no progress of its own."""


def _alone(wanted: pa.Table) -> pa.Table:
    """Return ``wanted`` with the columns lift and lean, as nothing is known of the company it keeps."""
    lifts = wanted.append_column("lift", pa.array([0.0] * len(wanted), pa.float64()))
    return lifts.append_column("lean", pa.array([[0.0] * 3] * len(wanted), pa.list_(pa.float64())))


def _in_company(wanted: pa.Table, lifts: pa.Table) -> pa.Table:
    """Return the rows of ``wanted`` that have a lift, with their columns lift and lean."""
    ids = pc.index_in(wanted["post_id"], lifts["post_id"].combine_chunks())
    rows = ids.drop_null()
    kept = wanted.filter(pc.is_valid(ids))
    return kept.append_column("lift", lifts["lift"].take(rows)).append_column("lean", lifts["lean"].take(rows))


def _observe(
    wanted: pa.Table, lexicons: Path | None, crew: local.Workers, progress: Progress, secret: bytes, shelf: Shelf
) -> tuple[pa.Table, pa.Table, pa.Table]:
    def observed(numbers: Places) -> Iterator[Part]:
        unknown = wanted.take(pa.array(numbers))
        batches = [unknown.slice(at, BATCH_POSTS) for at in range(0, len(unknown), BATCH_POSTS)]
        done = len(wanted) - len(unknown)
        yield Part(numbers[:0], tuple(from_rows(name, []) for name in _OBSERVED), (numbers[:0],) * len(_OBSERVED))
        for batch, tables in zip(
            batches, crew.run(partial(observe, lexicons=lexicons, secret=secret), batches), strict=True
        ):
            own, numbers = numbers[: len(batch)], numbers[len(batch) :]
            ids = batch["post_id"].combine_chunks()
            yield Part(own, tables, tuple(own[pc.index_in(table["post_id"], ids).to_numpy()] for table in tables))
            done += len(batch)
            progress("posts", done, len(wanted))

    mentions, stances, facts = shelf.complete(row_digests(wanted), observed)
    return mentions, stances, facts


_OBSERVED = ("mentions", "stances", "facts")


def _replaced(
    tables: tuple[pa.Table, ...], newer: tuple[pa.Table, ...], posts: pa.ChunkedArray
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return ``tables`` with the rows of ``posts`` taken from ``newer``."""
    ids = posts.combine_chunks()
    kept = [
        pa.concat_tables([table.filter(pc.invert(pc.is_in(table["post_id"], ids))), new])
        for table, new in zip(tables, newer, strict=True)
    ]
    return kept[0], kept[1], kept[2]


def _sidecars(store: EvidenceStore, held: Sequence[Held]) -> dict[str, bytes]:
    """Return evidence id -> the mapping that lies beside that file."""
    by_name = {name: item for item in held for name in item.names}
    found = {}
    for item in held:
        beside = next((by_name[n + MAPPING_SUFFIX] for n in item.names if n + MAPPING_SUFFIX in by_name), None)
        if beside is not None:
            found[item.evidence_id] = bytes(store.open(beside.evidence_id))
    return found


def _tasks(store: EvidenceStore, held: Sequence[Held], sidecars: Mapping[str, bytes], zone: str) -> Iterator[Task]:
    """Group small files so that a worker's trip is worth it; large ones travel alone."""
    group: list[Held] = []
    size = 0

    def task() -> Task:
        own = {item.evidence_id: sidecars[item.evidence_id] for item in group if item.evidence_id in sidecars}
        return Task(str(store.folder.resolve()), tuple(group), own, zone)

    for item in held:
        if group and (size + item.size > _SMALL_BYTES or len(group) >= _MOST_FILES):
            yield task()
            group, size = [], 0
        group.append(item)
        size += item.size
    if group:
        yield task()
