"""What became of groups of accounts from one run to the next: by the accounts they have in common."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pyarrow as pa

from ringtrace.linking.ground import sql
from ringtrace.model.change import Descent, Turn

SCHEMA = pa.schema(
    [("kind", pa.string()), ("before", pa.string()), ("now", pa.string()), ("change", pa.string()),
     ("common", pa.int64()), ("accounts_before", pa.int64()), ("accounts_now", pa.int64())]
)  # fmt: skip
"""Table ``lineage``: one row for each pair of a group before and one now that share accounts and are not equal;
before or now is null where there is none. kind: actor or ring; common: accounts that both hold."""

_PAIRS = """
WITH bs AS (SELECT "group", count(*) AS size FROM b GROUP BY ALL),
     ns AS (SELECT "group", count(*) AS size FROM n GROUP BY ALL),
     shared AS (SELECT b."group" AS before, n."group" AS now, count(*) AS common
              FROM b JOIN n USING (account) GROUP BY ALL),
     kin AS (SELECT shared.*, bs.size AS accounts_before, ns.size AS accounts_now
             FROM shared JOIN bs ON bs."group" = before JOIN ns ON ns."group" = now
             WHERE common >= $least * least(bs.size, ns.size))
SELECT * FROM kin WHERE common < accounts_before OR common < accounts_now OR before <> now
UNION ALL SELECT NULL, "group", 0, 0, size FROM ns WHERE "group" NOT IN (SELECT now FROM kin)
UNION ALL SELECT "group", NULL, 0, size, 0 FROM bs WHERE "group" NOT IN (SELECT before FROM kin)
ORDER BY ALL
"""


def trace(kind: str, before: pa.Table, now: pa.Table, least: float) -> tuple[list[Descent], pa.Table]:
    """Return (descents, lineage) of groups that are not the same as before; largest first.

    before, now: Table(group, account), each row once. least: share of the smaller of two groups that they
    must have in common to be kin at all (0: any account).
    """
    pairs = sql(_PAIRS.replace("$least", str(float(least))), b=before, n=now).to_pylist()
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
