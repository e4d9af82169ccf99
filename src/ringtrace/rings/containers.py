"""Groups, forums and sites as entities: who runs each, how busy it was, which rings traded there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from ringtrace.engines.tables import microseconds

SCHEMA = pa.schema(
    [("container_id", pa.string()), ("platform", pa.string()), ("name", pa.string()),
     ("operators", pa.list_(pa.string())), ("posts", pa.int64()), ("first_at", pa.timestamp("us", "UTC")),
     ("last_at", pa.timestamp("us", "UTC")), ("rings", pa.list_(pa.string()))]
)  # fmt: skip


def describe(posts: pa.Table, used: Mapping[str, list[str]]) -> pa.Table:
    """Return containers; ``used``: container id -> rings that traded there.

    operators: accounts of which a source itself says that they run the container (author_role).
    """
    names = posts["container_name"].to_pylist() if "container_name" in posts.column_names else [""] * len(posts)
    roles = posts["author_role"].to_pylist() if "author_role" in posts.column_names else [""] * len(posts)
    sent = microseconds(posts["sent_at"]).to_pylist()
    columns = (posts[name].to_pylist() for name in ("container", "platform", "account_id", "kind"))
    found: dict[str, dict[str, Any]] = {}
    runs: dict[str, set[str]] = defaultdict(set)
    for (container, platform, account, kind), name, role, at in zip(
        zip(*columns, strict=True), names, roles, sent, strict=True
    ):
        row = found.setdefault(
            container,
            {"container_id": container, "platform": platform, "name": "", "posts": 0, "first_at": at, "last_at": at},
        )
        row["posts"] += kind != "system"
        row["name"] = min(filter(None, (row["name"], name)), default="")
        if at is not None:
            row["first_at"] = at if row["first_at"] is None else min(row["first_at"], at)
            row["last_at"] = at if row["last_at"] is None else max(row["last_at"], at)
        if role == "operator" and account:
            runs[container].add(account)
    for container, row in found.items():
        row["operators"] = sorted(runs.get(container, ()))
        row["rings"] = sorted(used.get(container, ()))
    return pa.Table.from_pylist([found[key] for key in sorted(found)], schema=SCHEMA)
