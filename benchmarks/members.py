"""Fits how surely somebody whom the cut of ties puts into a ring belongs to any; measures it.

python benchmarks/members.py NAME=CASE:TRUTH ...          each case weighed by a fit on the others
python benchmarks/members.py --fit NAME=CASE:TRUTH ...    the same, then writes table [member] of
                                                          lexicons/rings.model.toml

Fit ties first (``benchmarks/ties.py --fit``): members are those whom the ties as weighed today bring together.
Cases as in ``known_cases``.
"""

from __future__ import annotations

import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from known_cases import Labelled, read_case, try_out
from ringtrace.rings import membership
from ringtrace.rings.exchange import without_exchange
from ringtrace.rings.graph import build
from ringtrace.rings.partition import find
from ringtrace.rings.roles import without_observers
from ties import MODEL, TABLES, gathered

MASS = 300.0
"""What the members of one case weigh together."""
MARKS = (0.0, 0.5, 0.7, 0.8, 0.85, 0.9)


def rows_of(told: str) -> Labelled:
    """Return the members of one case before anybody is held to be only near."""
    known = read_case(told, TABLES)
    case, tables = gathered(known), known.tables
    names = ("mentions", "accounts", "templates", "identifiers", "links")
    ties = build(case.stage, *(tables[name] for name in names), case.calls)
    members = without_observers(find(ties), case.stage)
    unlike = pa.array(sorted(without_exchange(members, ties, case.stage)), pa.string())
    members = members.filter(pc.invert(pc.is_in(members["ring_id"], unlike)))
    found = membership.evidence(members, ties, case.stage)
    belongs = [bool(case.ring.get(actor)) for actor in members["actor_id"].to_pylist()]
    return Labelled(known.name, np.array([one.terms() for one in found]), np.array(belongs, float))


def describe(case: Labelled, sure: np.ndarray) -> str:
    told = []
    for mark in MARKS:
        kept = sure >= mark
        told.append(f"{mark:.2f}: {int(case.wanted[kept].sum())} of {int(kept.sum())}")
    return f"in a ring, by mark: {'; '.join(told)}"


def write(weights: np.ndarray) -> None:
    head, _, rest = MODEL.read_text("utf-8").partition("[member]\n")
    after = rest.partition("\n\n")[2]
    lines = "".join(f"{name} = {one:.2f}\n" for name, one in zip(membership.TERMS, weights, strict=True))
    MODEL.write_text(f"{head}[member]\n{lines}{after and chr(10) + after}", "utf-8")


def main(arguments: list[str]) -> None:
    weights = try_out([rows_of(one) for one in arguments if "=" in one], MASS, describe)
    if "--fit" in arguments:
        write(weights)


if __name__ == "__main__":
    main(sys.argv[1:])
