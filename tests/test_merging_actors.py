"""Many accounts made one person: one act, taken back as one, by clusters that are the same whatever makes them fast."""

import time
from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.errors import ConflictError, UsageError
from ringtrace.linking import actors
from ringtrace.linking.actors import cluster
from ringtrace.linking.model import thresholds
from ringtrace.linking.pairs import latest_verdicts
from ringtrace.model.ring import Judgement
from ringtrace.pipeline.judging.merging import choose, merge, plan_merger
from ringtrace.pipeline.judging.second_looks import SecondLooks, give, in_share, take_back
from ringtrace.store.ledger import Ledger

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


def accounts(count, actor=lambda at: f"actor-{at}"):
    return [
        {"account_id": f"account-{at:04d}", "actor_id": actor(at), "native_id": str(900_000 + at), "names": ["同名"]}
        for at in range(count)
    ]


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger.at(tmp_path / "ledger.db")
    yield opened
    opened.close()


def judge(ledger, left, right, verdict, analyst):
    return give(ledger, Judgement(("link", left, right), verdict, analyst, 1_700_000_000_000_000, "seen"))


def test_whom_words_mean_and_whom_they_leave_open():
    rows = accounts(6, lambda at: f"actor-{at // 2}")
    chosen = choose([" actor-0 ", "account-0002", "900005", "同名", "nobody", "", "900005"], rows)
    assert chosen.accounts == ("account-0000", "account-0001", "account-0002", "account-0005")
    assert chosen.unknown == ("nobody",) and list(chosen.several) == ["同名"]


def test_a_thousand_accounts_are_one_event_and_undoing_it_gives_back_what_held(ledger):
    keys = [row["account_id"] for row in accounts(1000)]
    judge(ledger, keys[0], keys[7], "unsure", "ann")
    before = ledger.judgements()
    began = time.process_time()
    number = merge(ledger, plan_merger(ledger, keys, "ann"), "ann", "one telephone")
    groups = cluster(*table({}, keys), ledger.judgements())["accounts"].to_pylist()
    assert time.process_time() - began < 2
    assert groups == [keys] and number == 2 == ledger.last()
    looks = SecondLooks.of(ledger)
    assert len(looks.subjects[number]) == 999 and looks.versions["link", keys[0], keys[7]] == 2
    take_back(ledger, number, "ann", looks)
    assert ledger.judgements() == before and ledger.last() == 3
    assert SecondLooks.of(ledger).standing.keys() == {("link", keys[0], keys[7])}
    with pytest.raises(UsageError, match="undone already"):
        take_back(ledger, number, "ann", SecondLooks.of(ledger))


def test_a_no_anywhere_within_stands_against_it_and_nothing_is_recorded(ledger):
    a, b, c, d = (row["account_id"] for row in accounts(4))
    judge(ledger, b, d, "yes", "ann")
    judge(ledger, c, d, "no", "ann")
    merger = plan_merger(ledger, [a, b, c], "ann")
    assert merger.against == ((c, d),), "b is d by a yes"
    with pytest.raises(UsageError, match="two persons"):
        merge(ledger, merger, "ann", "one telephone")
    assert ledger.last() == 2
    assert plan_merger(ledger, [a, b], "ann").obstacles() == []


def test_second_looks_come_before_a_group_and_nobody_bound_by_one_joins_or_takes_back(ledger):
    keys = [row["account_id"] for row in accounts(40)]
    shared = next(pair for pair in combinations(keys, 2) if in_share(("link", *pair)))
    judge(ledger, *shared, "no", "ann")
    for_bob = plan_merger(ledger, keys, "bob")
    assert for_bob.waiting == (shared,)
    assert for_bob.obstacles()[0].startswith("of these, pairs wait"), "the verdict of no is not told"
    judge(ledger, *shared, "yes", "bob")
    assert plan_merger(ledger, keys, "bob").bound == (shared,) and not plan_merger(ledger, keys, "bob").against
    judge(ledger, *shared, "yes", "cat")
    number = merge(ledger, plan_merger(ledger, keys, "cat"), "cat", "one telephone")
    dealt = [subject for _, subject in SecondLooks.of(ledger).dealt("link", "dan")]
    assert dealt, "a share of the group is dealt to others"
    with pytest.raises(UsageError, match="kept from you"):
        take_back(ledger, number, "dan", SecondLooks.of(ledger))
    judge(ledger, *dealt[0][1:], "no", "dan")
    with pytest.raises(UsageError, match="two have judged"):
        take_back(ledger, number, "cat", SecondLooks.of(ledger))
    assert dealt[0] in {one.subject for one in ledger.judgements() if one.verdict == "unsure"}


def test_a_verdict_given_meanwhile_is_not_overrun_and_a_group_counts_as_seen(ledger):
    a, b, c = (row["account_id"] for row in accounts(3))
    merger = plan_merger(ledger, [a, b, c], "ann")
    judge(ledger, a, c, "no", "bob")
    with pytest.raises(ConflictError):
        merge(ledger, merger, "ann", "one telephone")
    merge(ledger, plan_merger(ledger, [a, b], "ann"), "ann", "one telephone")
    late = Judgement(("link", a, b), "no", "ann", 1_700_000_000_000_000, "")
    with pytest.raises(ConflictError):
        ledger.judge(late, 0)
    assert ledger.judge(late, SecondLooks.of(ledger).versions["link", a, b]) == 3
