"""The map stages as the engines run them: over files of evidence, over batches of posts."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines import local
from ringtrace.engines.tables import from_rows
from ringtrace.model.source import Source
from ringtrace.pipeline.answering import posts_above
from ringtrace.pipeline.observing import INPUT, observe
from ringtrace.pipeline.posts import merge, post_table
from ringtrace.pipeline.reading import MAPPING_SUFFIX, Reading, read_source
from ringtrace.stances.company import Company
from ringtrace.stances.wording import Wording
from ringtrace.store.evidence import EvidenceStore, Held

BATCH_POSTS = 4_000
_SMALL_BYTES = 4 * 2**20
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class _Task:
    """A few files for one worker. sidecars: evidence id -> bytes of its mapping."""

    folder: Path
    held: tuple[Held, ...]
    sidecars: Mapping[str, bytes]
    zone: str


def read_all(store: EvidenceStore, zone: str, workers: int, progress: Progress) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return tables (evidence, posts, gaps) of everything in the store."""
    held = store.held()
    evidence: list[dict[str, Any]] = []
    gaps: list[dict[str, Any]] = []
    posts: list[pa.Table] = []
    tasks = list(_tasks(store, held, zone))
    if sum(item.size for item in held) < _SMALL_BYTES:
        workers = 1
    for rows, table, missing in local.run(_read_files, tasks, workers):
        evidence.extend(rows)
        posts.append(table)
        gaps.extend(missing)
        progress("reading", len(evidence), len(held))
    return from_rows("evidence", evidence), merge(posts or [post_table([])]), from_rows("gaps", gaps)


def observe_all(
    posts: pa.Table, answers: pa.Table, lexicons: Path | None, workers: int, progress: Progress
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Return tables (mentions, stances, facts) of all posts; answers: as ``find_answers`` gives them.

    Every post is read by its words and by the words above it, then once more what stands below an
    offer, a wish or a go-between (whose prices and contacts the words alone do not show), then those
    that keep telling company, ``ROUNDS`` times.
    """
    bare = posts.select(INPUT)
    wanted = bare.append_column("above", posts_above(posts, answers, {}))
    found = _observe(_alone(wanted), lexicons, workers, progress)
    known = _directions(found[1])
    wanted = bare.append_column("above", posts_above(posts, answers, known))
    under = [any(one["does"] for one in row) for row in wanted["above"].to_pylist()]
    below = wanted.filter(pa.array(under, pa.bool_()))
    found = _replaced(found, _observe(_alone(below), lexicons, workers, _silent), below["post_id"])
    company, wording = Company(posts, answers, found[1]), Wording(posts)
    for _ in range(ROUNDS):
        again = _in_company(wanted, company.find(*found[:2], wording.learn(found[1], answers)))
        if not len(again):
            break
        found = _replaced(found, _observe(again, lexicons, workers, _silent), again["post_id"])
    return found


def _directions(stances: pa.Table) -> dict[str, str]:
    """Return post -> direction of the posts that have one."""
    pairs = zip(stances["post_id"].to_pylist(), stances["direction"].to_pylist(), strict=True)
    return {post: direction for post, direction in pairs if direction != "none"}


ROUNDS = 3
"""A second look changes what others' company is and what words are sure; a fourth hardly does."""


def _silent(_stage: str, _done: int, _whole: int) -> None:
    """Report nothing: a second look is no progress of its own."""


def _alone(wanted: pa.Table) -> pa.Table:
    """Return ``wanted`` with the columns lift and lean, as nothing is known of the company it keeps."""
    lifts = wanted.append_column("lift", pa.array([0.0] * len(wanted), pa.float64()))
    return lifts.append_column("lean", pa.array(["none"] * len(wanted), pa.string()))


def _in_company(wanted: pa.Table, lifts: pa.Table) -> pa.Table:
    """Return the rows of ``wanted`` that have a lift, with their columns lift and lean."""
    ids = pc.index_in(wanted["post_id"], lifts["post_id"].combine_chunks())
    rows = ids.drop_null()
    kept = wanted.filter(pc.is_valid(ids))
    return kept.append_column("lift", lifts["lift"].take(rows)).append_column("lean", lifts["lean"].take(rows))


def _observe(
    wanted: pa.Table, lexicons: Path | None, workers: int, progress: Progress
) -> tuple[pa.Table, pa.Table, pa.Table]:
    batches = [wanted.slice(at, BATCH_POSTS) for at in range(0, len(wanted), BATCH_POSTS)]
    parts: tuple[list[pa.Table], ...] = ([], [], [])
    for done, found in enumerate(local.run(partial(observe, lexicons=lexicons), batches, workers), start=1):
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


def _tasks(store: EvidenceStore, held: Sequence[Held], zone: str) -> Iterator[_Task]:
    """Group small files so that a worker's trip is worth it; large ones travel alone."""
    by_name = {name: item for item in held for name in item.names}
    group: list[Held] = []
    size = 0

    def task() -> _Task:
        sidecars = {}
        for item in group:
            mappings = [by_name[n + MAPPING_SUFFIX] for n in item.names if n + MAPPING_SUFFIX in by_name]
            if mappings:
                sidecars[item.evidence_id] = bytes(store.open(mappings[0].evidence_id))
        return _Task(store.folder, tuple(group), sidecars, zone)

    for item in held:
        if group and size + item.size > _SMALL_BYTES:
            yield task()
            group, size = [], 0
        group.append(item)
        size += item.size
    if group:
        yield task()


def _read_files(task: _Task) -> tuple[list[dict[str, Any]], pa.Table, list[dict[str, Any]]]:
    store = EvidenceStore(task.folder, str)
    rows: list[dict[str, Any]] = []
    tables: list[pa.Table] = []
    gaps: list[dict[str, Any]] = []
    for held in task.held:
        source = Source(
            evidence=held.evidence_id,
            member="",
            name=held.names[0],
            data=store.open(held.evidence_id),
            zone=task.zone,
            sidecar=task.sidecars.get(held.evidence_id),
        )
        reading = read_source(source)
        rows.append(_evidence_row(held, reading))
        tables.append(post_table(reading.posts))
        gaps.extend(
            {"evidence_id": g.span.evidence, "member": g.span.member, "start": g.span.start, "stop": g.span.stop,
             "reason": g.reason}
            for g in reading.gaps
        )  # fmt: skip
    return rows, pa.concat_tables(tables), gaps


def _evidence_row(held: Held, reading: Reading) -> dict[str, Any]:
    return {
        "evidence_id": held.evidence_id,
        "name": held.names[0],
        "size": held.size,
        "media_type": mimetypes.guess_type(held.names[0])[0] or "application/octet-stream",
        "reader": reading.reader,
        "reader_version": reading.version,
        "received_at": datetime.fromisoformat(held.received_at),
        "source": held.source,
        "posts": len(reading.posts),
        "gap_bytes": reading.gap_bytes,
        "structure_bytes": reading.structure_bytes,
        "post_bytes": reading.post_bytes,
        "names": list(held.names),
        "note": "; ".join(dict.fromkeys(reading.notes)),
    }
