"""The two costly map stages, reading and observing: what they gave for the same input before is not worked out again.

The cache lies beside the tables of one machine; an engine that holds its rows elsewhere works everything out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.digests import row_digests
from ringtrace.engines.local import Local
from ringtrace.engines.tables import from_rows
from ringtrace.linking.slots import Aligning
from ringtrace.pipeline.reading.boundary import OUT_OF_MEMORY
from ringtrace.pipeline.reading.confined import STOPPED, dismiss, read_tasks, task_table
from ringtrace.pipeline.reading.files import Task
from ringtrace.pipeline.reading.log import ReadingLog
from ringtrace.pipeline.reading.originals import MAPPING_SUFFIX
from ringtrace.pipeline.reading.posts import post_table
from ringtrace.stances.wording import cut_texts
from ringtrace.store.cache import Cache, Shelf
from ringtrace.store.evidence import EvidenceStore, Held
from ringtrace.store.packs import Part, Places

_SMALL_BYTES = 4 * 2**20
_MOST_FILES = 1_000
Progress = Callable[[str, int, int], None]


def silent(_stage: str, _done: int, _whole: int) -> None:
    """Report nothing: a second look is no progress of its own."""


def recall_files(
    engine: Local, store: EvidenceStore, held: Sequence[Held], sidecars: Mapping[str, bytes], zone: str,
    progress: Progress, cache: Cache,
) -> tuple[pa.Table, ...]:  # fmt: skip
    """Return tables (evidence, posts, gaps) of ``held``, posts unmerged."""
    shelf = cache.shelf("reading")
    digests = pa.array(reading_digests(held, sidecars, zone), pa.binary(32))
    log = ReadingLog(shelf.room)

    def read(numbers: Places) -> Iterator[Part]:
        tasks = list(tasks_of(store, [held[at] for at in numbers.tolist()], sidecars, zone, shelf.room))
        done = len(held) - len(numbers)
        progress("reading", done, len(held))
        yield _read_part(numbers[:0], from_rows("evidence", []), post_table([]), from_rows("gaps", []))
        running = engine.stream(read_tasks, task_table(tasks), 1, apart=True)
        for task, (_, tables) in zip(tasks, running, strict=False):
            yield _read_part(numbers[: len(task.held)], *tables)
            numbers = numbers[len(task.held) :]
            done += len(task.held)
            log.add(tables[0])
            progress("reading", done, len(held))
        running.close()
        dismiss()

    found = shelf.complete(digests, read)
    shelf.settle()
    return found


def reading_digests(held: Sequence[Held], sidecars: Mapping[str, bytes], zone: str) -> list[bytes]:
    """Return the SHA-256 of all that the reading of each original depends on, the program apart."""
    keys = (msgspec.msgpack.encode((item, sidecars.get(item.evidence_id), zone)) for item in held)
    return [hashlib.sha256(key).digest() for key in keys]


def ended_by_chance(gaps: pa.Table) -> pa.ChunkedArray:
    """Return for each gap whether time or memory ended a reading there: another run may read on."""
    return pc.or_(pc.starts_with(gaps["reason"], STOPPED), pc.equal(gaps["reason"], OUT_OF_MEMORY))


def recall_pieces(shelf: Shelf, texts: Sequence[str]) -> pa.Array:
    """Return the pieces of texts that are all different, as ``wording.cut_texts`` does."""
    keys = row_digests(pa.table({"text": pa.array(texts, pa.string())}))

    def cut(numbers: Places) -> Iterator[Part]:
        pieces = cut_texts([texts[number] for number in numbers.tolist()])
        yield Part(numbers, (pa.table({"pieces": pieces}),), (numbers,))

    (found,) = shelf.complete(keys, cut)
    shelf.settle()
    return found["pieces"].combine_chunks()


def recall_patterns(shelf: Shelf, templates: pa.Table, posts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return what ``slots.find_patterns`` does; only templates whose texts have changed are aligned."""
    aligning = Aligning(templates, posts)

    def align(numbers: Places) -> Iterator[Part]:
        yield Part(numbers, aligning.align(numbers), (np.repeat(numbers, aligning.sizes(numbers)), numbers))

    found = aligning.told(*shelf.complete(aligning.digests(), align))
    shelf.settle()
    return found


def _read_part(numbers: Places, *tables: pa.Table) -> Part:
    """Return what a task gave; a file whose reading was stopped is read anew by the next analysis."""
    ids = tables[0]["evidence_id"].combine_chunks()
    at = tuple(numbers[pc.index_in(table["evidence_id"], ids).to_numpy()] for table in tables)
    stopped = tables[2].filter(ended_by_chance(tables[2]))["evidence_id"].combine_chunks()
    return Part(numbers, tables, at, pc.invert(pc.is_in(ids, stopped)).to_numpy(zero_copy_only=False))


def sidecars_of(store: EvidenceStore, held: Sequence[Held]) -> dict[str, bytes]:
    """Return evidence id -> the mapping that lies beside that file."""
    by_name = {name: item for item in held for name in item.names}
    found = {}
    for item in held:
        beside = next((by_name[n + MAPPING_SUFFIX] for n in item.names if n + MAPPING_SUFFIX in by_name), None)
        if beside is not None:
            found[item.evidence_id] = bytes(store.open(beside.evidence_id))
    return found


def tasks_of(
    store: EvidenceStore, held: Sequence[Held], sidecars: Mapping[str, bytes], zone: str, room: str = ""
) -> Iterator[Task]:
    """Group small files so that a worker's trip is worth it; large ones travel alone. room: as in ``Task``."""
    group: list[Held] = []
    size = 0

    def task() -> Task:
        own = {item.evidence_id: sidecars[item.evidence_id] for item in group if item.evidence_id in sidecars}
        return Task(str(store.folder.resolve()), tuple(group), own, zone, room)

    for item in held:
        if group and (size + item.size > _SMALL_BYTES or len(group) >= _MOST_FILES):
            yield task()
            group, size = [], 0
        group.append(item)
        size += item.size
    if group:
        yield task()
