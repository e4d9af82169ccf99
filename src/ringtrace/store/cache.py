"""What the stages gave for an input before, so that an analysis works out only what is new.

The results of a stage lie in packs (``packs``), each under the digest of everything that it depends on. A pack that
is cut short, changed or of another edition is thrown away and its results are worked out anew; so is the whole folder
by a person. What the last analysis did not ask for is dropped as soon as it outweighs the rest.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.store.packs import LENGTH, PLACE, Mask, Pack, Part, Places, in_order, lasting_only, put_away, read_pack

FOLDER = "cache"
_MOST_PACKS = 8
_WAVE_BYTES = 64 * 2**20
"""Results are put away whenever so much has gathered: what a killed analysis had done is not lost."""

Compute = Callable[[Places], Iterator[Part]]


class Cache:
    """The shelves of one analysis folder. edition: see ``engines.edition``."""

    def __init__(self, analysis: Path | None, edition: str) -> None:
        """analysis: None for a cache that knows nothing and keeps nothing."""
        self._folder, self._edition = analysis and analysis / FOLDER, edition

    def shelf(self, kind: str, besides: str = "") -> Shelf:
        """Return the results of stage ``kind``; besides: what all of them depend on beside keys and edition."""
        return Shelf(self._folder and self._folder / kind, f"{kind} {self._edition} {besides}")

    def clear(self) -> None:
        """Forget everything."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


NOTHING = Cache(None, "")


class Shelf:
    """The results of one stage. Used by one process at a time, under the case's lock."""

    def __init__(self, folder: Path | None, edition: str) -> None:
        edition_bytes = edition.encode()
        aligned = -(-len(edition_bytes) // LENGTH.size) * LENGTH.size  # so that streams can be used where they lie
        self._folder, self._edition = folder, edition_bytes.ljust(aligned)
        self._packs: list[Pack] | None = None
        self.recalled = self.computed = 0

    @property
    def room(self) -> str:
        """A folder of the case for what a stage cannot hold; what is left there is removed. "" where there is none."""
        return str(self._folder) if self._folder else ""

    def complete(self, keys: pa.Array, compute: Compute) -> tuple[pa.Table, ...]:
        """Return the tables of all inputs in the order of ``keys`` (binary of 32 bytes), each row behind its input.

        compute(numbers) gives Parts for the inputs that nothing is known of; it is asked even for none,
        and then gives one Part of empty tables.
        """
        found, known = self._recall(keys)
        missing = np.flatnonzero(~known)
        self.recalled += int(known.sum())
        self.computed += len(missing)
        fresh: list[Part] = []
        waiting: list[Part] = []
        for part in compute(missing):
            fresh.append(part)
            waiting.append(part)
            if sum(table.nbytes for one in waiting for table in one.tables) > _WAVE_BYTES:
                self._keep(keys, waiting)
                waiting = []
        self._keep(keys, waiting)
        return in_order([*found, *fresh])

    def recall(self, keys: pa.Array, *empty: pa.Table) -> Part:
        """Return what is known of these inputs, the tables in their order; like ``empty`` where nothing is."""
        found, known = self._recall(keys)
        parts = [Part(np.zeros(0, np.int64), empty, tuple(np.zeros(0, np.int64) for _ in empty)), *found]
        at = [np.concatenate([part.at[number] for part in parts]) for number in range(len(empty))]
        return Part(np.flatnonzero(known), in_order(parts), tuple(np.sort(one) for one in at))

    def keep(self, keys: pa.Array, part: Part) -> None:
        """Remember the result of those inputs of which nothing is known; the part names them by number in ``keys``."""
        new = np.ones(len(keys), bool)
        for pack in self._load():
            new &= ~pc.is_in(keys, value_set=pack.keys).to_numpy(zero_copy_only=False)
        self._keep(keys, [replace(part, lasting=new[part.inputs])])

    def touch(self, keys: pa.Array) -> None:
        """Count these keys as asked for, for what rests on them was recalled: it is not dropped."""
        for pack in self._load():
            pack.used |= pc.is_in(pack.keys, value_set=keys).to_numpy(zero_copy_only=False)

    def settle(self) -> None:
        """Drop what this analysis did not ask for once it outweighs the rest; join packs when there are many."""
        for pack in (idle := [pack for pack in self._packs or [] if not pack.used.any()]):
            pack.path.unlink(missing_ok=True)
        packs = [pack for pack in self._packs or [] if pack not in idle]
        self._packs = list(packs)
        wanted, held = sum(int(pack.used.sum()) for pack in packs), sum(len(pack.keys) for pack in packs)
        if self._folder is None or (held <= 2 * wanted and len(packs) <= _MOST_PACKS):
            return
        chosen = [pack.part(pack.used) for pack in packs if pack.used.any()]
        if chosen:
            self._write(self._folder, [keys for keys, _ in chosen], [part for _, part in chosen])
        for pack in packs:
            pack.path.unlink(missing_ok=True)
        self._packs = (self._packs or [])[len(packs) :]

    def _load(self) -> list[Pack]:
        if self._packs is None:
            paths = sorted(self._folder.iterdir()) if self._folder and self._folder.is_dir() else []
            read = [(path, read_pack(path, self._edition) if path.suffix == ".pack" else None) for path in paths]
            for path, pack in read:
                if pack is None:
                    path.unlink()
            self._packs = [pack for _, pack in read if pack is not None]
        return self._packs

    def _recall(self, keys: pa.Array) -> tuple[list[Part], Mask]:
        known = np.zeros(len(keys), bool)
        found = []
        for pack in self._load():
            at = pc.index_in(pack.keys, value_set=keys)
            inputs = at.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            wanted = inputs >= 0
            wanted[wanted] &= ~known[inputs[wanted]]
            if wanted.any():
                known[inputs[wanted]] = True
                pack.used |= wanted
                found.append(pack.part(wanted, inputs)[1])
        return found, known

    def _keep(self, keys: pa.Array, parts: Sequence[Part]) -> None:
        kept = [part if part.lasting is None else lasting_only(part) for part in parts]
        kept = [part for part in kept if len(part.inputs)]
        if kept and self._folder is not None:
            self._write(self._folder, [keys.take(pa.array(part.inputs)) for part in kept], kept)

    def _write(self, folder: Path, keys: Sequence[pa.Array], parts: Sequence[Part]) -> None:
        """Write one pack of ``parts``; keys: of the inputs of each, in their order."""
        packs = self._load()
        starts = np.cumsum([0, *(len(part.inputs) for part in parts)])
        columns: list[pa.Table] = []
        for number in range(len(parts[0].tables)):
            pieces = []
            for start, part in zip(starts, parts, strict=False):
                order = np.argsort(part.inputs)
                own = order[np.searchsorted(part.inputs[order], part.at[number])] + start
                pieces.append(part.tables[number].append_column(PLACE, pa.array(own, pa.int64())))
            columns.append(pa.concat_tables(pieces))
        number = 1 + max((int(pack.path.stem) for pack in packs), default=0)
        path = folder / f"{number:06}.pack"
        all_keys = pa.concat_arrays(list(keys))
        streams = put_away(path, self._edition, [pa.table({"key": all_keys}), *columns])
        packs.append(Pack(path, all_keys, streams, np.ones(len(all_keys), bool)))
