"""How a ring grew: month by month, who of its members first shows, what it posts, which provinces it names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from ringtrace.rings.activity import Act, Scene

SCHEMA = pa.schema(
    [("ring_id", pa.string()), ("month", pa.string()), ("posts", pa.int64()), ("active", pa.int64()),
     ("joined", pa.int64()), ("members", pa.int64()), ("containers", pa.int64()), ("provinces", pa.list_(pa.string()))]
)  # fmt: skip


def grow(stage: Scene, members: pa.Table, places: Mapping[str, set[str]]) -> pa.Table:
    """Return Table(ring_id, month, posts, active, joined, members, containers, provinces).

    Counted are the posts that ``rings`` counts, as far as they state a time. month: "2014-02", UTC; active:
    members with such a post in it; joined: those whose first it is; members: all that joined so far;
    containers: groups and sites posted in; provinces: division codes named in it. places: post -> provinces.
    """
    actors: dict[str, list[str]] = defaultdict(list)
    for ring, actor in zip(members["ring_id"].to_pylist(), members["actor_id"].to_pylist(), strict=True):
        actors[ring].append(actor)
    rows: list[dict[str, Any]] = []
    for ring in sorted(actors):
        months: dict[str, list[Act]] = defaultdict(list)
        for actor in actors[ring]:
            for act in stage.by_actor[actor]:
                if act.touches and act.sent is not None:
                    months[datetime.fromtimestamp(act.sent / 1e6, UTC).strftime("%Y-%m")].append(act)
        seen: set[str] = set()
        for month in sorted(months):
            active = {act.actor for act in months[month]}
            fresh = active - seen
            seen |= active
            rows.append(
                {"ring_id": ring, "month": month, "posts": len(months[month]), "active": len(active),
                 "joined": len(fresh), "members": len(seen),
                 "containers": len({act.container for act in months[month]}),
                 "provinces": sorted({code for act in months[month] for code in places.get(act.post, ())})}
            )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)
