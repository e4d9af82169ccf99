"""Groups, forums and sites as entities: who runs each, how busy it was, which rings traded there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

SCHEMA = pa.schema(
    [("container_id", pa.string()), ("platform", pa.string()), ("name", pa.string()),
     ("operators", pa.list_(pa.string())), ("posts", pa.int64()), ("first_at", pa.timestamp("us", "UTC")),
     ("last_at", pa.timestamp("us", "UTC")), ("rings", pa.list_(pa.string()))]
)  # fmt: skip


def describe(posts: pa.Table, used: Mapping[str, list[str]]) -> pa.Table:
    """Return containers; ``used``: container id -> rings that traded there.

    operators: accounts of which a source itself says that they run the container (author_role).
    """
    named = [name for name in ("container_name",) if name in posts.column_names]
    kept = posts.select(["container", "platform", "sent_at", *named]).append_column(
        "spoken", pc.not_equal(posts["kind"], "system").cast(pa.int64())
    )
    # One thread, so that groups come in the order in which they first stand there.
    counted = kept.group_by(["container", "platform", *named], use_threads=False).aggregate(
        [("spoken", "sum"), ("sent_at", "min"), ("sent_at", "max")]
    )
    found: dict[str, dict[str, Any]] = {}
    for group in counted.to_pylist():
        first, last = group["sent_at_min"], group["sent_at_max"]
        row = found.setdefault(
            group["container"],
            {"container_id": group["container"], "platform": group["platform"], "name": "", "posts": 0,
             "first_at": first, "last_at": last},
        )  # fmt: skip
        row["posts"] += group["spoken_sum"]
        row["name"] = min(filter(None, (row["name"], group.get("container_name", ""))), default="")
        if first is not None:
            row["first_at"] = first if row["first_at"] is None else min(row["first_at"], first)
            row["last_at"] = last if row["last_at"] is None else max(row["last_at"], last)
    runs: dict[str, set[str]] = defaultdict(set)
    if "author_role" in posts.column_names:
        run = posts.filter(pc.equal(posts["author_role"], "operator"))
        for container, account in zip(run["container"].to_pylist(), run["account_id"].to_pylist(), strict=True):
            if account:
                runs[container].add(account)
    for container, row in found.items():
        row["operators"] = sorted(runs.get(container, ()))
        row["rings"] = sorted(used.get(container, ()))
    return pa.Table.from_pylist([found[key] for key in sorted(found)], schema=SCHEMA)
