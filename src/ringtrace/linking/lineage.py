"""What became of groups of accounts from one run to the next: by the accounts they have in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from ringtrace.model.change import Descent, Turn

SCHEMA = pa.schema(
    [("kind", pa.string()), ("before", pa.string()), ("now", pa.string()), ("change", pa.string()),
     ("common", pa.int64()), ("accounts_before", pa.int64()), ("accounts_now", pa.int64())]
)  # fmt: skip
"""Table ``lineage``: one row for each pair of a group before and one now that share accounts and are not equal;
before or now is null where there is none. kind: actor or ring; common: accounts that both hold."""


def trace(kind: str, before: pa.Table, now: pa.Table, least: float) -> tuple[list[Descent], pa.Table]:
    """Return (descents, lineage) of groups that are not the same as before; largest first.

    before, now: Table(group, account), each row once. least: share of the smaller of two groups that they
    must have in common to be kin at all (0: any account).
    """
    pairs = _pairs(before, now, least)
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for row in pairs:
        ends = [(side, row[side]) for side in ("before", "now") if row[side] is not None]
        top, *rest = sorted(map(root, ends))
        parent.update(dict.fromkeys(rest, top))
    families: dict[tuple[str, str], list[dict[str, int | str]]] = defaultdict(list)
    for row in pairs:
        families[root(("before", row["before"]) if row["before"] else ("now", row["now"]))].append(row)
    descents, rows = [], []
    for family in families.values():
        one = _descent(family)
        descents.append(one)
        rows += [{"kind": kind, "change": one.turn, **row} for row in family]
    descents.sort(key=lambda one: (-max(one.accounts_before, one.accounts_now), one.now, one.before))
    rows.sort(key=lambda row: (str(row["before"] or ""), str(row["now"] or "")))
    return descents, pa.Table.from_pylist(rows, schema=SCHEMA)


def _pairs(before: pa.Table, now: pa.Table, least: float) -> list[dict[str, Any]]:
    """Return the pairs of kin groups that are not equal, then what has no kin; in order of before, now."""
    old, new = (list(zip(one["group"].to_pylist(), one["account"].to_pylist(), strict=True)) for one in (before, now))
    sizes, later = Counter(group for group, _ in old), Counter(group for group, _ in new)
    home: dict[str, list[str]] = defaultdict(list)
    for group, account in new:
        home[account].append(group)
    shared = Counter((group, other) for group, account in old for other in home.get(account, ()))
    kin = {
        (one, other): common
        for (one, other), common in sorted(shared.items())
        if common >= least * min(sizes[one], later[other])
    }
    told: list[tuple[str | None, str | None, int, int, int]] = [
        (one, other, common, sizes[one], later[other])
        for (one, other), common in kin.items()
        if common < max(sizes[one], later[other]) or one != other
    ]
    told += [(one, None, 0, sizes[one], 0) for one in sorted(sizes.keys() - {one for one, _ in kin})]
    told += [(None, other, 0, 0, later[other]) for other in sorted(later.keys() - {other for _, other in kin})]
    names = ("before", "now", "common", "accounts_before", "accounts_now")
    return [dict(zip(names, row, strict=True)) for row in told]


def _descent(family: list[dict[str, int | str]]) -> Descent:
    old = {str(row["before"]): int(row["accounts_before"]) for row in family if row["before"]}
    new = {str(row["now"]): int(row["accounts_now"]) for row in family if row["now"]}
    common = sum(int(row["common"]) for row in family)
    return Descent(
        _turn(old, new, common), tuple(sorted(old)), tuple(sorted(new)), sum(old.values()), sum(new.values())
    )


def _turn(old: Mapping[str, int], new: Mapping[str, int], common: int) -> Turn:
    if not old or not new:
        return "new" if new else "gone"
    if len(old) > 1 or len(new) > 1:
        return "mixed" if len(old) > 1 < len(new) else "merged" if len(old) > 1 else "split"
    whole_old, whole_new = common == sum(old.values()), common == sum(new.values())
    return "changed" if whole_old == whole_new else "grew" if whole_old else "shrank"
