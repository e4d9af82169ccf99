"""Fits how surely a member of a ring goes between; measures it.

python benchmarks/brokers.py NAME=CASE:TRUTH ...          each case weighed by a fit on the others
python benchmarks/brokers.py --fit NAME=CASE:TRUTH ...    the same, then writes table [broker] of
                                                          lexicons/rings.model.toml

Fit ties and members first (``benchmarks/ties.py``, ``benchmarks/members.py``). Cases as in ``known_cases``.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Mapping

import numpy as np

from known_cases import KnownCase, Labelled, read_case, try_out
from ringtrace.rings.assembly import find_members, operators
from ringtrace.rings.go_between import TERMS, broker_terms
from ringtrace.rings.graph import build
from ties import MODEL, TABLES, gathered

MASS = 300.0
"""What the members of one case weigh together."""
MARKS = (0.3, 0.4, 0.5, 0.6)


def rows_of(told: str) -> Labelled:
    known = read_case(told, TABLES)
    case, tables = gathered(known), known.tables
    names = ("mentions", "accounts", "templates", "identifiers", "links")
    ties = build(case.stage, *(tables[name] for name in names), case.calls)
    members = find_members(case.stage, ties, operators(tables["posts"])).members
    actors = sorted(set(members["actor_id"].to_pylist()))
    terms = broker_terms(actors, ties, case.stage)
    brokers = _brokers(known, case.stage.actor_of)
    return Labelled(
        known.name, np.array([terms[actor] for actor in actors]), np.array([a in brokers for a in actors], float)
    )


def _brokers(known: KnownCase, actor_of: Mapping[str, str]) -> set[str]:
    """Return the actors most of whose posts are of somebody who goes between."""
    account = dict(zip(*(known.tables["posts"][one].to_pylist() for one in ("post_id", "account_id")), strict=True))
    people: dict[str, Counter[str]] = defaultdict(Counter)
    for row, post in known.told():
        if actor := actor_of.get(account.get(post or "", ""), ""):
            people[actor][row["person"]] += 1
    roles = {person: row.get("roles") or [] for person, row in known.truth.persons.items()}
    whose = {actor: min(count, key=lambda one: (-count[one], one)) for actor, count in people.items()}
    return {actor for actor, person in whose.items() if "broker" in roles.get(person, [])}


def describe(case: Labelled, sure: np.ndarray) -> str:
    told = []
    for mark in MARKS:
        held = sure >= mark
        right = case.wanted[held].sum()
        told.append(f"{mark}: P {right / max(1, held.sum()):.2f} R {right / max(1.0, case.wanted.sum()):.2f}")
    return "; ".join(told)


def write(weights: np.ndarray) -> None:
    head = MODEL.read_text("utf-8").partition("[broker]\n")[0]
    lines = "".join(f"{name} = {one:.2f}\n" for name, one in zip(TERMS, weights, strict=True))
    MODEL.write_text(f"{head}[broker]\n{lines}", "utf-8")


def main(arguments: list[str]) -> None:
    weights = try_out([rows_of(one) for one in arguments if "=" in one], MASS, describe)
    if "--fit" in arguments:
        write(weights)


if __name__ == "__main__":
    main(sys.argv[1:])
