"""From links to actors: constrained average-linkage clustering, so that one bad handle does not chain.

Two groups of accounts join while the mean log2 odds over all pairs between them is positive; a
pair without a link counts ``no_link`` against. An analyst's yes joins first and for good, a no
keeps apart for good.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

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
_Offer = tuple[float, str, str, int, int]
"""A pair of groups: less the mean log2 odds, the least member of each in order, the groups."""


def cluster(links: pa.Table, accounts: pa.Table, judgements: Sequence[Judgement]) -> pa.Table:
    """Return actors (actor_id, accounts, probability, conflicts, bridges); every account is in exactly one.

    probability: the mean probability that two of its accounts are one person, 1 for one account.
    conflicts: judgements "left right" that contradict others and were not followed.
    bridges: likely links "left right" out of the actor that clustering did not follow, for review.
    """
    odds = _odds(links)
    ids = sorted(accounts["account_id"].to_pylist())
    groups, refused = _clustered(ids, odds, latest_verdicts(judgements))
    home = {account: group[0] for group in groups for account in group}
    bridges, best = _bridges(home, odds), _best(home, odds)
    conflicts: dict[str, set[str]] = defaultdict(set)
    for left, right in refused:
        for account in (left, right):
            conflicts[home[account]].add(f"{left} {right}")
    rows = [
        {"actor_id": derive_id("actor", group[0]), "accounts": group, "probability": _cohesion(group, best),
         "conflicts": sorted(conflicts.get(group[0], ())), "bridges": bridges.get(group[0], [])}
        for group in groups
    ]  # fmt: skip
    rows.sort(key=lambda row: str(row["actor_id"]))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _odds(links: pa.Table) -> dict[tuple[str, str], float]:
    columns = (links[name].to_pylist() for name in ("left", "right", "probability"))
    return {(left, right): _log2_odds(p) for left, right, p in zip(*columns, strict=True)}


def _log2_odds(probability: float) -> float:
    p = min(max(probability, 2.0**-_CEILING), 1 - 2.0**-_CEILING)
    return math.log2(p / (1 - p))


def _best(home: Mapping[str, str], odds: Mapping[tuple[str, str], float]) -> dict[str, float]:
    """Return account -> the best probability that ties it to another of its group, where that is above a half."""
    best: dict[str, float] = {}
    for (left, right), value in odds.items():
        if value > 0 and left in home and home[left] == home.get(right):
            p = 1 / (1 + 2.0**-value)
            best[left], best[right] = max(best.get(left, 0.5), p), max(best.get(right, 0.5), p)
    return best


def _cohesion(group: Sequence[str], best: Mapping[str, float]) -> float:
    """Mean over accounts of the best probability that ties each to the rest of the group."""
    return math.fsum(best.get(account, 0.5) for account in group) / len(group) if len(group) > 1 else 1.0


def _bridges(home: Mapping[str, str], odds: Mapping[tuple[str, str], float]) -> dict[str, list[str]]:
    """Return first account of a group -> links of at least even odds that lead out of it."""
    likely = _log2_odds(thresholds()["link"])
    found: dict[str, list[str]] = defaultdict(list)
    for left, right in sorted(pair for pair, value in odds.items() if value >= likely):
        if home.get(left) != home.get(right):
            for account in (left, right):
                found[home[account]].append(f"{left} {right}")
    return found


@dataclass
class _Forest:
    """Groups under way. between[a][b]: (sum of log2 odds over linked pairs, linked pairs); first: least member."""

    members: dict[int, list[str]]
    between: dict[int, dict[int, tuple[float, int]]]
    apart: dict[int, set[int]]
    first: dict[int, str] = field(default_factory=dict)

    def join(self, a: int, b: int, new: int) -> None:
        """Replace groups a and b by ``new``."""
        self.members[new] = self.members.pop(a) + self.members.pop(b)
        self.first[new] = min(self.first.pop(a), self.first.pop(b))
        merged, less = self.between.pop(a, {}), self.between.pop(b, {})
        merged.pop(b, None)
        less.pop(a, None)
        for old, others in ((a, merged), (b, less)):
            for other in others:
                del self.between[other][old]
        self.between[new] = merged
        for other, (total, linked) in less.items():
            before = merged.get(other, (0.0, 0))
            merged[other] = (before[0] + total, before[1] + linked)
        for other, value in merged.items():
            self.between[other][new] = value
        self.apart[new] = (self.apart.pop(a, set()) | self.apart.pop(b, set())) - {a, b}
        for other in self.apart[new]:
            self.apart[other] = (self.apart[other] - {a, b}) | {new}


def _clustered(
    ids: Sequence[str], odds: Mapping[tuple[str, str], float], judged: Mapping[tuple[str, str], str]
) -> tuple[list[list[str]], list[tuple[str, str]]]:
    """Return (groups of accounts, each sorted; judgements that could not be followed)."""
    number = {account: at for at, account in enumerate(ids)}
    members = {at: [account] for account, at in number.items()}
    forest = _Forest(members, defaultdict(dict), defaultdict(set), dict(enumerate(ids)))
    for (left, right), verdict in judged.items():
        if verdict == "no" and left in number and right in number:
            forest.apart[number[left]].add(number[right])
            forest.apart[number[right]].add(number[left])
    joins, refused = _must_links(forest.apart, number, judged)
    for (left, right), value in odds.items():
        a, b = number.get(left), number.get(right)
        if a is not None and b is not None and (left, right) not in judged and joins.home[a] != joins.home[b]:
            forest.between[a][b] = forest.between[b][a] = (value, 1)
    for a, b, new in joins.steps:
        forest.join(a, b, new)
    _agglomerate(forest)
    return sorted(sorted(group) for group in forest.members.values()), refused


@dataclass
class _Joins:
    """What analysts joined. steps: (group, group, the new one); home: account's number -> the last group it is in."""

    steps: list[tuple[int, int, int]]
    home: dict[int, int]


def _must_links(
    apart: Mapping[int, set[int]], number: Mapping[str, int], judged: Mapping[tuple[str, str], str]
) -> tuple[_Joins, list[tuple[str, str]]]:
    """Find what analysts joined; a yes that runs against a no is refused and reported.

    Known before links are summed up, so that those within one group, which say nothing any more, cost nothing.
    """
    joins = _Joins([], {at: at for at in number.values()})
    members = {at: [at] for at in number.values()}
    kept = {at: set(others) for at, others in apart.items()}  # as accounts: groups are looked up when asked
    refused = []
    new = len(number)
    for (left, right), verdict in judged.items():
        if verdict != "yes" or left not in number or right not in number:
            continue
        a, b = joins.home[number[left]], joins.home[number[right]]
        if a == b:
            continue
        less, more = sorted((a, b), key=lambda group: len(members[group]))
        if any(joins.home[one] == b for one in kept.get(a, ())):
            refused.append((left, right))
            continue
        joins.steps.append((a, b, new))
        kept[new] = kept.pop(a, set()) | kept.pop(b, set())
        members[new] = members.pop(more)
        members[new] += members.pop(less)
        for one in members[new]:
            joins.home[one] = new
        new += 1
    return joins, refused


def _agglomerate(forest: _Forest) -> None:
    """Join the best pair of groups while its mean log2 odds is above that of the link threshold.

    The pairs that a group was offered when it came about stand in order, the best last; only the best of each group
    is in the heap, so that what a group that is no more was offered is never looked at.
    """
    floor, no_link = _log2_odds(thresholds()["link"]), thresholds()["no_link"]
    members, first = forest.members, forest.first
    offers: dict[int, list[_Offer]] = {}
    heap: list[_Offer] = []

    def offer(a: int, others: Sequence[int]) -> None:
        size, own, apart, ranked = len(members[a]), first[a], forest.apart.get(a, ()), []
        for b in others:
            total, linked = forest.between[a][b]
            pairs = size * len(members[b])
            score = (total - no_link * (pairs - linked)) / pairs
            if score > floor and b not in apart:
                left, right = (own, first[b]) if own < first[b] else (first[b], own)
                ranked.append((-score, left, right, a, b))
        ranked.sort(reverse=True)
        offers[a] = ranked
        advance(a)

    def advance(a: int) -> None:
        ranked = offers[a]
        while ranked:
            best = ranked.pop()
            if best[4] in members:
                heapq.heappush(heap, best)
                return

    for a in list(forest.between):
        offer(a, [b for b in forest.between[a] if a < b])
    new = max(members, default=0) + 1
    while heap:
        _, _, _, a, b = heapq.heappop(heap)
        if a not in members:
            continue
        if b not in members:
            advance(a)
            continue
        forest.join(a, b, new)
        offer(new, list(forest.between[new]))
        new += 1
