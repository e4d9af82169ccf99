"""The map stages as the engines run them: over files of evidence, over batches of posts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines import local
from ringtrace.engines.tables import from_rows
from ringtrace.pipeline.answering import posts_above
from ringtrace.pipeline.confined import read_confined
from ringtrace.pipeline.files import Task
from ringtrace.pipeline.handles import join_messages, know_again
from ringtrace.pipeline.observing import INPUT, observe
from ringtrace.pipeline.posts import merge_copies, post_table
from ringtrace.pipeline.reading import MAPPING_SUFFIX
from ringtrace.stances.company import Company
from ringtrace.stances.wording import Wording
from ringtrace.store.evidence import EvidenceStore, Held

BATCH_POSTS = 4_000
_SMALL_BYTES = 4 * 2**20
_MOST_FILES = 1_000
Progress = Callable[[str, int, int], None]


def read_all(store: EvidenceStore, zone: str, workers: int, progress: Progress) -> tuple[pa.Table, ...]:
    """Return tables (evidence, posts, gaps, clocks) of everything in the store."""
    held = store.held()
    evidence, posts, gaps = [from_rows("evidence", [])], [post_table([])], [from_rows("gaps", [])]
    done = 0
    for rows, table, missing in read_confined(list(_tasks(store, held, zone)), workers):
        evidence.append(rows)
        posts.append(table)
        gaps.append(missing)
        done += len(rows)
        progress("reading", done, len(held))
    joined, clocks = merge_copies(posts)
    return pa.concat_tables(evidence), joined, pa.concat_tables(gaps), clocks


def observe_all(
    posts: pa.Table, answers: pa.Table, lexicons: Path | None, workers: int, progress: Progress, secret: bytes = b""
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return tables (mentions, stances, facts) of all posts; answers: as ``find_answers`` gives them.

    secret: the case's key for digests of what must not be stored as it is.

    Every post is read by its words and by the words above it, then once more what stands below an
    offer, a wish or a go-between (whose prices and contacts the words alone do not show), then those
    that their company shows in another light.
    """
    with local.Workers(workers) as crew:
        found, wanted = first_sight(posts, answers, lexicons, crew, progress, secret)
        again = _in_company(wanted, look_around(posts, answers, *found[:2]).lifts())
        mentions, stances, facts = _replaced(found, _observe(again, lexicons, crew, _silent, secret), again["post_id"])
    return know_again(join_messages(posts, mentions, lexicons)), stances, facts


def first_sight(
    posts: pa.Table,
    answers: pa.Table,
    lexicons: Path | None,
    crew: local.Workers,
    progress: Progress,
    secret: bytes = b"",
) -> tuple[tuple[pa.Table, pa.Table, pa.Table], pa.Table]:
    """Return (mentions, stances, facts) as texts and those above them give them, and what was looked at."""
    bare = posts.select(INPUT)
    wanted = bare.append_column("above", posts_above(posts, answers, {}))
    found = _observe(_alone(wanted), lexicons, crew, progress, secret)
    known = _directions(found[1])
    wanted = bare.append_column("above", posts_above(posts, answers, known))
    under = [any(one["does"] for one in row) for row in wanted["above"].to_pylist()]
    below = wanted.filter(pa.array(under, pa.bool_()))
    return _replaced(found, _observe(_alone(below), lexicons, crew, _silent, secret), below["post_id"]), wanted


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
    wanted: pa.Table, lexicons: Path | None, crew: local.Workers, progress: Progress, secret: bytes
) -> tuple[pa.Table, pa.Table, pa.Table]:
    batches = [wanted.slice(at, BATCH_POSTS) for at in range(0, len(wanted), BATCH_POSTS)]
    parts: tuple[list[pa.Table], ...] = ([], [], [])
    for done, found in enumerate(crew.run(partial(observe, lexicons=lexicons, secret=secret), batches), start=1):
        for part, table in zip(parts, found, strict=True):
            part.append(table)
        progress("posts", min(done * BATCH_POSTS, len(wanted)), len(wanted))
    names = ("mentions", "stances", "facts")
    joined = [pa.concat_tables(part) if part else from_rows(name, []) for name, part in zip(names, parts, strict=True)]
    return joined[0], joined[1], joined[2]


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


def _tasks(store: EvidenceStore, held: Sequence[Held], zone: str) -> Iterator[Task]:
    """Group small files so that a worker's trip is worth it; large ones travel alone."""
    by_name = {name: item for item in held for name in item.names}
    group: list[Held] = []
    size = 0

    def task() -> Task:
        sidecars = {}
        for item in group:
            mappings = [by_name[n + MAPPING_SUFFIX] for n in item.names if n + MAPPING_SUFFIX in by_name]
            if mappings:
                sidecars[item.evidence_id] = bytes(store.open(mappings[0].evidence_id))
        return Task(str(store.folder.resolve()), tuple(group), sidecars, zone)

    for item in held:
        if group and (size + item.size > _SMALL_BYTES or len(group) >= _MOST_FILES):
            yield task()
            group, size = [], 0
        group.append(item)
        size += item.size
    if group:
        yield task()
