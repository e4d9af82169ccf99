"""Clustering into actors: the same groups whatever makes it fast, and fast enough for actors of 500 accounts."""

import time
from itertools import combinations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.linking import actors
from ringtrace.linking.actors import cluster
from ringtrace.linking.model import thresholds
from ringtrace.linking.pairs import latest_verdicts
from ringtrace.model.ring import Judgement

IDS = [f"account-{at:02d}" for at in range(9)]
PAIRS = list(combinations(IDS, 2))
CHANCES = st.sampled_from([0.02, 0.4, 0.5, 0.55, 0.8, 0.9, 0.97, 0.999]) | st.floats(0, 1)


def table(links, ids):
    left, right = zip(*links, strict=True) if links else ((), ())
    chances = pa.array(list(links.values()), pa.float64())
    columns = {"left": pa.array(left, pa.string()), "right": pa.array(right, pa.string()), "probability": chances}
    return pa.table(columns), pa.table({"account_id": ids})


def said(pairs, verdict="yes"):
    return [Judgement(("link", *sorted(pair)), verdict, "ann", at, "") for at, pair in enumerate(pairs)]


def slowly(links, judged):
    """By the words of the module: every pair of groups weighed anew after each join, sums in the order of joining."""
    odds = {pair: actors._log2_odds(chance) for pair, chance in links.items() if pair not in judged}
    groups = {one: [one] for one in IDS}
    sums = {frozenset(pair): (value, 1) for pair, value in odds.items()}
    apart = {frozenset(pair) for pair, verdict in judged.items() if verdict == "no"}
    refused = []

    def join(a, b):
        name = f"{a}+{b}"
        groups[name] = groups.pop(a) + groups.pop(b)
        for other in groups:
            found = [sums.pop(frozenset((old, other))) for old in (a, b) if frozenset((old, other)) in sums]
            if found:
                sums[frozenset((name, other))] = (sum(one for one, _ in found), sum(n for _, n in found))
            if {frozenset((a, other)), frozenset((b, other))} & apart:
                apart.add(frozenset((name, other)))

    for (left, right), verdict in judged.items():
        a, b = (next(name for name, group in groups.items() if one in group) for one in (left, right))
        if verdict == "yes" and a != b:
            if frozenset((a, b)) in apart:
                refused.append(f"{left} {right}")
            else:
                join(a, b)
    while True:
        offers = []
        for a, b in combinations(groups, 2):
            total, linked = sums.get(frozenset((a, b)), (0.0, 0))
            pairs = len(groups[a]) * len(groups[b])
            score = (total - thresholds()["no_link"] * (pairs - linked)) / pairs
            if linked and score > actors._log2_odds(thresholds()["link"]) and frozenset((a, b)) not in apart:
                offers.append((-score, *sorted((min(groups[a]), min(groups[b]))), a, b))
        if not offers:
            return sorted(sorted(group) for group in groups.values()), set(refused)
        join(*min(offers)[3:])


@given(
    st.dictionaries(st.sampled_from(PAIRS), CHANCES, max_size=36),
    st.lists(st.tuples(st.sampled_from(PAIRS), st.sampled_from(["yes", "yes", "no", "unsure"])), max_size=8),
)
def test_clusters_are_those_of_the_plain_way(links, verdicts):
    judgements = [Judgement(("link", *pair), verdict, "ann", at, "") for at, (pair, verdict) in enumerate(verdicts)]
    found = cluster(*table(links, IDS), judgements).to_pylist()
    groups, refused = slowly(links, latest_verdicts(judgements))
    assert sorted(row["accounts"] for row in found) == groups
    assert {pair for row in found for pair in row["conflicts"]} == refused
    for row in found:
        ties = [(pair, chance) for pair, chance in links.items() if set(pair) <= set(row["accounts"])]
        best = [max([0.5, *(chance for pair, chance in ties if one in pair)]) for one in row["accounts"]]
        if len(best) > 1:
            assert abs(row["probability"] - sum(best) / len(best)) < 1e-3


def test_two_actors_of_500_linked_through_and_through_are_joined_by_one_star_in_two_seconds():
    one, other = ([f"account-{side}{at:03d}" for at in range(500)] for side in "ab")
    links = {pair: 0.99 for group in (one, other) for pair in combinations(group, 2)}
    tables = table(links, one + other)
    star = said([(one[0], account) for account in one[1:] + other])
    began = time.process_time()
    assert [len(group) for group in cluster(*tables, star)["accounts"].to_pylist()] == [1000]
    assert time.process_time() - began < 2
    assert sorted(len(group) for group in cluster(*tables, ())["accounts"].to_pylist()) == [500, 500]
