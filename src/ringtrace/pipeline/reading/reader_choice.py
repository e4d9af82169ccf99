"""Which reader reads a file: each is asked how sure it is, by the first bytes and the name alone."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from ringtrace import registry
from ringtrace.model.source import Source
from ringtrace.pipeline.reading.boundary import Fault, guarded
from ringtrace.text.pages.head import thin_head
from ringtrace.text.pages.page import looks_like_html

HEAD = 65_536
PAGE_HEAD = 4 * HEAD
"""Bytes by which a page is judged: its markup without styles, scripts and data addresses."""


def choose_reader(source: Source, notes: list[str]) -> ModuleType | None:
    """Return the reader most sure of the source, or None; a tie or a failed look is told in ``notes``."""
    head = bytes(source.data[:HEAD])
    if looks_like_html(head):
        head = thin_head(source.data, PAGE_HEAD)
    name = (source.url or source.member or source.name) if source.member else source.name
    scores: list[tuple[float, str, ModuleType]] = []
    for kind, reader, score in _judged(head, name):
        if isinstance(score, Fault):
            notes.append(f"reader {kind} could not judge this file: {score.reason}")
        elif score > 0.1:
            scores.append((-score, kind, reader))
    scores.sort(key=lambda entry: entry[:2])
    if len(scores) > 1 and scores[0][0] == scores[1][0]:
        kinds = " and ".join(entry[1] for entry in scores if entry[0] == scores[0][0])
        notes.append(f"{kinds} claim this file alike; read as {scores[0][1]}")
    return scores[0][2] if scores else None


def _judged(head: bytes, name: str) -> Iterator[tuple[str, ModuleType, float | Fault]]:
    """Yield each reader with how sure it is; all are asked in one go, and one by one where one of them fails."""
    readers = registry.scan("ringtrace.readers")
    told = list(guarded(reader.sniff(head, name) for reader in readers.values()))
    if any(isinstance(one, Fault) for one in told):
        told = [one for reader in readers.values() for one in guarded(map(reader.sniff, [head], [name]))]
    for (kind, reader), score in zip(readers.items(), told, strict=True):
        yield kind, reader, score
