"""Rings by connected part: a part of the ties that stayed as it was is not cut again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import msgspec
import pyarrow as pa

from ringtrace.rings import assembly
from ringtrace.rings.communities import Cuts, Cutting, Edge, Part
from ringtrace.store.cache import Cache
from ringtrace.store.packs import Part as Result
from ringtrace.store.packs import Places

_MEMBER = pa.struct([("actor", pa.string()), ("stability", pa.float64())])
_RINGS = pa.schema([("rings", pa.list_(pa.list_(_MEMBER)))])


def find_rings(*, cache: Cache, **tables: pa.Table) -> dict[str, pa.Table]:
    """Return what ``assembly.find_rings`` does for the same tables."""
    cuts = KeptCuts(cache)
    found = assembly.find_rings(**tables, known=cuts)
    cuts.settle()
    return found


class KeptCuts(Cuts):
    """How connected parts were cut by the analyses before; a part is known again by its ties and their weights."""

    def __init__(self, cache: Cache) -> None:
        super().__init__()
        self._shelf = cache.shelf("cuts")

    def of(self, parts: Sequence[list[Edge]], cut: Cutting) -> list[list[Part]]:
        keys = [hashlib.sha256(msgspec.msgpack.encode(edges)).digest() for edges in parts]

        def work_out(numbers: Places) -> Iterator[Result]:
            rows = [{"rings": [_members(ring) for ring in cut(parts[number])]} for number in numbers.tolist()]
            yield Result(numbers, (pa.Table.from_pylist(rows, schema=_RINGS),), (numbers,))

        (found,) = self._shelf.complete(pa.array(keys, pa.binary(32)), work_out)
        return [[_ring(members) for members in rings] for rings in found["rings"].to_pylist()]

    def settle(self) -> None:
        """Let the cache drop the parts that this analysis did not ask for."""
        self._shelf.settle()


def _members(ring: Part) -> list[dict[str, str | float]]:
    return [{"actor": actor, "stability": ring.stability[actor]} for actor in sorted(ring.members)]


def _ring(members: Sequence[dict[str, str | float]]) -> Part:
    stability = {str(one["actor"]): float(one["stability"]) for one in members}
    return Part(frozenset(stability), stability)
