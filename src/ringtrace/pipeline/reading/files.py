"""A few files of evidence as tables: the map stage that reading is, whichever process runs it."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ringtrace.engines.tables import from_rows
from ringtrace.model.post import Post
from ringtrace.model.run import Run
from ringtrace.model.source import Source
from ringtrace.pipeline.reading.originals import Take, read_source
from ringtrace.pipeline.reading.posts import post_table, run_table
from ringtrace.pipeline.reading.readings import Reading
from ringtrace.store.evidence import EvidenceStore, Held

Tables = tuple[pa.Table, pa.Table, pa.Table]


@dataclass(frozen=True, slots=True)
class Task:
    """A few files for one worker. folder: of the store; sidecars: evidence id -> bytes of its mapping.

    room: a folder of the case for rows that are too many to be held in memory; "" where there is none.
    """

    folder: str
    held: tuple[Held, ...]
    sidecars: Mapping[str, bytes] = field(default_factory=dict)
    zone: str = "Asia/Shanghai"
    room: str = ""

    def source(self, held: Held) -> Source:
        """Open one of the files; raises CaseError when it is gone."""
        return Source(
            evidence=held.evidence_id,
            member="",
            name=held.names[0],
            data=EvidenceStore(Path(self.folder), str).open(held.evidence_id),
            zone=self.zone,
            sidecar=self.sidecars.get(held.evidence_id),
        )


def _always() -> bool:
    return True


_PIECE = 5_000
"""Posts that are kept as objects, which take ten times their bytes, before they become rows of a table."""

_SHORT = 32
"""Posts of a run below which a table of its own is not worth it."""


_SHIPMENT = 4 * 2**20
"""Bytes of rows that are handed on at a time."""
Keep = Callable[[pa.Table], None]


class _Pile:
    """Posts as they come, made tables a piece at a time. keep: gets rows whenever a shipment has gathered."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._tables: list[pa.Table] = []
        self._posts: list[Post] = []
        self._size = 0

    def add(self, post: Post | Run) -> None:
        if isinstance(post, Post):
            self._posts.append(post)
        elif len(post) < _SHORT:
            self._posts.extend(post.posts())
        else:
            self._make_rows()
            self._gather(run_table(post))
        if len(self._posts) >= _PIECE:
            self._make_rows()

    def _make_rows(self) -> None:
        if self._posts:
            self._gather(post_table(self._posts))
            self._posts = []

    def _gather(self, table: pa.Table) -> None:
        self._tables.append(table)
        self._size += table.nbytes
        if self._size >= _SHIPMENT:
            self._ship()

    def _ship(self) -> None:
        self._keep(pa.concat_tables(self._tables))
        self._tables, self._size = [], 0

    def close(self) -> None:
        """Hand on what is left."""
        self._make_rows()
        if self._tables:
            self._ship()


def _read(source: Source, take: Take) -> Reading:
    return read_source(source, take=take)


def read_files(
    task: Task,
    read: Callable[[Source, Take], Reading] = _read,
    ready: Callable[[], bool] = _always,
    keep: Keep | None = None,
) -> Tables:
    """Return tables (evidence, posts, gaps) of the files of ``task``, posts unmerged.

    ready: asked before each file is opened; the files from the first on for which it says no are
    left out. keep: gets the posts' rows a few megabytes at a time while files are read; none are returned then.
    """
    rows: list[dict[str, Any]] = []
    tables = [post_table([])]
    pile = _Pile(keep or tables.append)
    gaps: list[dict[str, Any]] = []
    for held in task.held:
        if not ready():
            break
        reading = read(task.source(held), pile.add)
        rows.append(_evidence_row(held, reading))
        gaps.extend(_gap_rows(reading))
    pile.close()
    return from_rows("evidence", rows), pa.concat_tables(tables), from_rows("gaps", gaps)


def _gap_rows(reading: Reading) -> list[dict[str, Any]]:
    return [
        {"evidence_id": g.span.evidence, "member": g.span.member, "start": g.span.start, "stop": g.span.stop,
         "reason": g.reason}
        for g in reading.gaps
    ]  # fmt: skip


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
        "posts": reading.count,
        "gap_bytes": reading.gap_bytes,
        "structure_bytes": reading.structure_bytes,
        "post_bytes": reading.post_bytes,
        "names": list(held.names),
        "note": "; ".join(dict.fromkeys(reading.notes)),
        "media": [
            {"member": one.span.member, "media_type": one.media_type, "size": len(one.span), "sha256": one.sha256}
            for one in reading.media
        ],
        "readers": [{"reader": name, **asdict(share)} for name, share in sorted(reading.shares.items())],
    }
