"""The level below a ring: cells, those who deal with each other most, as the finest cut that persists.

A ring is what hangs together at all; a cell is a go-between with those around him. Cells are purer than rings (what
joins two rings by mistake is seldom inside a cell) and tell an investigator where a ring comes apart.
"""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa

from ringtrace.model.identity import derive_id
from ringtrace.rings.communities import Edge, actors_in, choose, components, connected, surest, weigh
from ringtrace.rings.model import number

LADDER = (0.32, 0.45, 0.64, 0.9)
"""Resolutions, see ``communities``: finer than those that cut rings."""


def with_cells(members: pa.Table, ties: pa.Table) -> pa.Table:
    """Return ``members`` with the column cell: an id that those of one cell of the ring share.

    Whom no firm tie holds is of the cell that its surest tie leads to, else of those whom any ties join to it; "" for
    whoever has none within the ring, and for a row that is not the actor's home ring.
    """
    sure = surest(ties)
    core = members.filter(members["core"])
    home = dict(zip(core["actor_id"].to_pylist(), core["ring_id"].to_pylist(), strict=True))
    inside: dict[str, list[Edge]] = defaultdict(list)
    for edge in weigh(ties):
        if home.get(edge[0]) is not None and home.get(edge[0]) == home.get(edge[1]):
            inside[home[edge[0]]].append(edge)
    cell: dict[str, str] = {}
    for ring in sorted(inside):
        firm = [edge for edge in inside[ring] if sure[edge[:2]] >= number("firm")]
        for part in components(firm):
            for group in choose(part, LADDER):
                cell.update(dict.fromkeys(group, derive_id("cell", min(group))))
        _follow(cell, inside[ring], sure)
    alone = {
        actor: derive_id("cell", min(people))
        for ring in sorted(inside)
        for people in (actors_in(part) for part in connected(inside[ring]))
        for actor in people
    }
    rows = zip(*(members[name].to_pylist() for name in ("actor_id", "ring_id", "core")), strict=True)
    found = [cell.get(actor, alone.get(actor, "")) if own else "" for actor, _, own in rows]
    return members.append_column("cell", pa.array(found, pa.string()))


def _follow(cell: dict[str, str], edges: list[Edge], sure: dict[tuple[str, str], float]) -> None:
    """Give each actor of ``edges`` that has no cell the one of whom it is tied to most surely, nearest first."""
    waiting = {actor for edge in edges for actor in edge[:2]} - cell.keys()
    while waiting:
        best: dict[str, str] = {}
        for pair in sorted((edge[:2] for edge in edges), key=lambda pair: (-sure[pair], pair)):
            for actor, mate in (pair, pair[::-1]):
                if actor in waiting and mate in cell:
                    best.setdefault(actor, cell[mate])
        if not best:
            return
        cell.update(best)
        waiting -= best.keys()
