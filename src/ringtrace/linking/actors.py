"""From links to actors: constrained average-linkage clustering, so that one bad handle does not chain.

Two groups of accounts join while the mean log2 odds over all pairs between them is positive; a
pair without a link counts ``no_link`` against. An analyst's yes joins first and for good, a no
keeps apart for good.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from ringtrace.linking.model import thresholds
from ringtrace.linking.pairs import latest_verdicts
from ringtrace.model.identity import derive_id
from ringtrace.model.ring import Judgement

SCHEMA = pa.schema(
    [
        ("actor_id", pa.string()), ("accounts", pa.list_(pa.string())), ("probability", pa.float64()),
        ("conflicts", pa.list_(pa.string())), ("bridges", pa.list_(pa.string())),
    ]
)  # fmt: skip
_CEILING = 12.0
"""Log2 odds beyond which a link is no surer; keeps one link from outvoting many."""


def cluster(links: pa.Table, accounts: pa.Table, judgements: Sequence[Judgement]) -> pa.Table:
    """Return actors (actor_id, accounts, probability, conflicts, bridges); every account is in exactly one.

    probability: the mean probability that two of its accounts are one person, 1 for one account.
    conflicts: judgements "left right" that contradict others and were not followed.
    bridges: likely links "left right" out of the actor that clustering did not follow, for review.
    """
    odds = _odds(links)
    ids = sorted(accounts["account_id"].to_pylist())
    groups, refused = _clustered(ids, odds, latest_verdicts(judgements))
    bridges = _bridges(groups, odds)
    rows = []
    for group in groups:
        members = set(group)
        rows.append(
            {"actor_id": derive_id("actor", group[0]), "accounts": group, "probability": _cohesion(group, odds),
             "conflicts": sorted(f"{a} {b}" for a, b in refused if a in members or b in members),
             "bridges": bridges.get(group[0], [])}
        )  # fmt: skip
    rows.sort(key=lambda row: str(row["actor_id"]))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _odds(links: pa.Table) -> dict[tuple[str, str], float]:
    columns = (links[name].to_pylist() for name in ("left", "right", "probability"))
    return {(left, right): _log2_odds(p) for left, right, p in zip(*columns, strict=True)}


def _log2_odds(probability: float) -> float:
    p = min(max(probability, 2.0**-_CEILING), 1 - 2.0**-_CEILING)
    return math.log2(p / (1 - p))


def _cohesion(group: Sequence[str], odds: Mapping[tuple[str, str], float]) -> float:
    """Mean over accounts of the best probability that ties each to the rest of the group."""
    if len(group) < 2:
        return 1.0
    best = dict.fromkeys(group, 0.5)
    members = set(group)
    for (left, right), value in odds.items() if len(group) > 40 else _inside(group, odds):
        if left in members and right in members:
            p = 1 / (1 + 2.0**-value)
            best[left], best[right] = max(best[left], p), max(best[right], p)
    return math.fsum(best.values()) / len(group)


def _inside(group: Sequence[str], odds: Mapping[tuple[str, str], float]) -> Iterable[tuple[tuple[str, str], float]]:
    for at, left in enumerate(group):
        for right in group[at + 1 :]:
            if (left, right) in odds:
                yield (left, right), odds[left, right]


def _bridges(groups: Sequence[Sequence[str]], odds: Mapping[tuple[str, str], float]) -> dict[str, list[str]]:
    """Return first account of a group -> links of at least even odds that lead out of it."""
    home = {account: group[0] for group in groups for account in group}
    found: dict[str, list[str]] = defaultdict(list)
    for (left, right), value in sorted(odds.items()):
        if value >= _log2_odds(thresholds()["link"]) and home.get(left) != home.get(right):
            for account in (left, right):
                found[home[account]].append(f"{left} {right}")
    return found


@dataclass
class _Forest:
    """Groups under way. between[a][b]: (sum of log2 odds over linked pairs, linked pairs)."""

    members: dict[int, list[str]]
    between: dict[int, dict[int, tuple[float, int]]]
    apart: dict[int, set[int]]

    def score(self, a: int, b: int) -> float:
        total, linked = self.between[a].get(b, (0.0, 0))
        pairs = len(self.members[a]) * len(self.members[b])
        return (total - thresholds()["no_link"] * (pairs - linked)) / pairs

    def join(self, a: int, b: int, new: int) -> None:
        """Replace groups a and b by ``new``."""
        self.members[new] = self.members.pop(a) + self.members.pop(b)
        merged: dict[int, tuple[float, int]] = {}
        for old in (a, b):
            for other, (total, linked) in self.between.pop(old, {}).items():
                if other not in (a, b):
                    before = merged.get(other, (0.0, 0))
                    merged[other] = (before[0] + total, before[1] + linked)
                    del self.between[other][old]
        for other, value in merged.items():
            self.between[other][new] = value
        self.between[new] = merged
        self.apart[new] = (self.apart.pop(a, set()) | self.apart.pop(b, set())) - {a, b}
        for other in self.apart[new]:
            self.apart[other] = (self.apart[other] - {a, b}) | {new}


def _clustered(
    ids: Sequence[str], odds: Mapping[tuple[str, str], float], judged: Mapping[tuple[str, str], str]
) -> tuple[list[list[str]], list[tuple[str, str]]]:
    """Return (groups of accounts, each sorted; judgements that could not be followed)."""
    number = {account: at for at, account in enumerate(ids)}
    forest = _Forest({at: [account] for account, at in number.items()}, defaultdict(dict), defaultdict(set))
    for (left, right), value in sorted(odds.items()):
        if left in number and right in number and (left, right) not in judged:
            a, b = number[left], number[right]
            forest.between[a][b] = forest.between[b][a] = (value, 1)
    for (left, right), verdict in judged.items():
        if verdict == "no" and left in number and right in number:
            forest.apart[number[left]].add(number[right])
            forest.apart[number[right]].add(number[left])
    refused = _must_links(forest, number, judged)
    _agglomerate(forest)
    return sorted(sorted(group) for group in forest.members.values()), refused


def _must_links(
    forest: _Forest, number: Mapping[str, int], judged: Mapping[tuple[str, str], str]
) -> list[tuple[str, str]]:
    """Join what analysts joined; a yes that runs against a no is refused and reported."""
    at = dict(number)
    refused = []
    new = len(number)
    for (left, right), verdict in judged.items():
        if verdict != "yes" or left not in at or right not in at or at[left] == at[right]:
            continue
        if at[right] in forest.apart.get(at[left], ()):
            refused.append((left, right))
            continue
        forest.join(at[left], at[right], new)
        for account in forest.members[new]:
            at[account] = new
        new += 1
    return refused


def _agglomerate(forest: _Forest) -> None:
    """Join the best pair of groups while its mean log2 odds is above that of the link threshold."""
    floor = _log2_odds(thresholds()["link"])
    heap: list[tuple[float, str, str, int, int]] = []

    def offer(a: int, b: int) -> None:
        score = forest.score(a, b)
        if score > floor and b not in forest.apart.get(a, ()):
            left, right = sorted((min(forest.members[a]), min(forest.members[b])))
            heapq.heappush(heap, (-score, left, right, a, b))

    for a in list(forest.between):
        for b in forest.between[a]:
            if a < b:
                offer(a, b)
    new = max(forest.members, default=0) + 1
    while heap:
        _, _, _, a, b = heapq.heappop(heap)
        if a not in forest.members or b not in forest.members:
            continue
        forest.join(a, b, new)
        for other in sorted(forest.between[new]):
            offer(new, other)
        new += 1
