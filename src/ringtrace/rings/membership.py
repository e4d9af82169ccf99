"""Who is a member by evidence of its own, and who is only near a ring.

The cut of a graph puts everybody somewhere. To be presented as a member takes more: a tie into the ring that holds,
better one that both sides said in posts that trade, and trading of one's own. A fitted model weighs the two
(``rings.model.toml``, table ``member``; ``benchmarks/members.py``): how surely somebody whom the cut puts here belongs
to any ring. Whoever falls below the mark is told of as near, with the reason, and is no member.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import pyarrow as pa

from ringtrace.rings.activity import Scene
from ringtrace.rings.answer_model import log_odds
from ringtrace.rings.communities import Edge, actors_in, connected, spoken, surest
from ringtrace.rings.model import member_weight, number

TERMS = ("bias", "tie", "said", "usual")
"""tie: its surest tie into the ring; said: its surest that both sides said in posts that trade; usual: how surely its
posts trade on average. All as natural log-odds."""

SCHEMA = pa.schema(
    [("ring_id", pa.string()), ("actor_id", pa.string()), ("probability", pa.float64()),
     ("reasons", pa.list_(pa.string()))]
)  # fmt: skip


_ALONE = "only people who are no members themselves tie it to the members"


class Evidence(NamedTuple):
    """What there is for one row of ``members``; probabilities, see ``TERMS``. surest: of its posts.

    touches: whether any post of its own may take part in a deal (``Act.touches``).
    """

    tie: float
    said: float
    usual: float
    surest: float
    touches: bool = True

    def terms(self) -> tuple[float, ...]:
        return (1.0, *map(log_odds, (self.tie, self.said, self.usual)))

    def reasons(self) -> Iterator[str]:
        """Say what is missing."""
        if not self.touches or self.surest < number("trade"):
            yield "nothing that it posted is read as an offer, a wish or a go-between"
        elif self.usual < number("trade"):
            yield f"its posts trade with a mean probability of {self.usual:.2f} only"
        if self.said < number("said"):
            yield "no tie of it into the ring rests on posts that all trade by themselves"
        yield f"its surest tie into the ring holds with probability {self.tie:.2f}"


def split(members: pa.Table, ties: pa.Table, scene: Scene) -> tuple[pa.Table, pa.Table]:
    """Return (members with their column belongs, near).

    near: Table(ring_id, actor_id, probability, reasons), in order: whom the cut puts into a ring and whose own evidence
    is below ``member``, of whom no post touches a deal, or whom only such people tie to the members. A ring that falls
    under ``least_members`` by that is dropped with those near it.
    """
    found = evidence(members, ties, scene)
    chance = [probability(one.terms()) for one in found]
    rows = [{**row, "belongs": sure} for row, sure in zip(members.to_pylist(), chance, strict=True)]
    own = [row["belongs"] >= number("member") and one.touches for row, one in zip(rows, found, strict=True)]
    within = _largest_parts([row for row, holds in zip(rows, own, strict=True) if holds], ties)
    stays = [holds and row["actor_id"] in within[row["ring_id"]] for row, holds in zip(rows, own, strict=True)]
    size = Counter(row["ring_id"] for row, held in zip(rows, stays, strict=True) if held and row["core"])
    whole = Counter(row["ring_id"] for row in rows if row["core"])
    standing = {ring for ring, count in size.items() if count >= min(number("least_members"), whole[ring])}
    schema = members.schema.append(pa.field("belongs", pa.float64()))
    near = [
        {"ring_id": row["ring_id"], "actor_id": row["actor_id"], "probability": row["belongs"],
         "reasons": [_ALONE] if holds else list(one.reasons())}
        for row, one, holds, held in zip(rows, found, own, stays, strict=True)
        if row["core"] and not held and row["ring_id"] in standing
    ]  # fmt: skip
    kept = [row for row, held in zip(rows, stays, strict=True) if held and row["ring_id"] in standing]
    return pa.Table.from_pylist(kept, schema=schema), pa.Table.from_pylist(near, schema=SCHEMA)


def _largest_parts(rows: Iterable[Mapping[str, Any]], ties: pa.Table) -> dict[str, set[str]]:
    """Return ring -> those of its ``rows`` who hang together by ties among themselves, the largest such part."""
    rings: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        rings[row["ring_id"]].add(row["actor_id"])
    of: dict[str, list[str]] = defaultdict(list)
    for ring, actors in rings.items():
        for actor in actors:
            of[actor].append(ring)
    inside: dict[str, list[Edge]] = defaultdict(list)
    for left, right in sorted(surest(ties)):
        for ring in of[left]:
            if right in rings[ring]:
                inside[ring].append((left, right, 1.0))
    parts = {ring: [actors_in(part) for part in connected(inside[ring])] for ring in rings}
    return {ring: max(found, key=lambda part: (len(part), min(part)), default=set()) for ring, found in parts.items()}


def evidence(members: pa.Table, ties: pa.Table, scene: Scene) -> list[Evidence]:
    """Return what there is for each row of ``members``."""
    sure, said = surest(ties), spoken(ties)
    others: dict[str, set[str]] = defaultdict(set)
    for left, right in sure:
        others[left].add(right)
        others[right].add(left)
    rings: dict[str, set[str]] = defaultdict(set)
    for ring, actor in zip(members["ring_id"].to_pylist(), members["actor_id"].to_pylist(), strict=True):
        rings[ring].add(actor)
    return [_of(row, rings[row["ring_id"]] & others[row["actor_id"]], sure, said, scene) for row in members.to_pylist()]


def probability(terms: Iterable[float]) -> float:
    """Return how surely somebody with these ``TERMS`` belongs to a ring."""
    total = math.fsum(member_weight(name) * value for name, value in zip(TERMS, terms, strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def _of(
    row: Mapping[str, Any], mates: Iterable[str], sure: Mapping[tuple[str, str], float],
    said: Mapping[tuple[str, str], float], scene: Scene,
) -> Evidence:  # fmt: skip
    actor = row["actor_id"]
    pairs = [(min(actor, mate), max(actor, mate)) for mate in mates]
    firm = [pair for pair in pairs if sure[pair] >= number("firm") and said[pair] >= number("said")]
    trade = [act.trade for act in scene.by_actor.get(actor, ())]
    return Evidence(
        max((sure[pair] for pair in pairs), default=0.0), max((sure[pair] for pair in firm), default=0.0),
        math.fsum(trade) / max(1, len(trade)), max(trade, default=0.0),
        any(act.touches for act in scene.by_actor.get(actor, ())),
    )  # fmt: skip
