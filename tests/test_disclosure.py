"""Small counts stay unknown: an attacker with a linear program of their own recovers none."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_attack import attack_chain, attack_composed, attack_table, province_sizes
from ringtrace.statement.bounds import Knowledge, at_most, sum_of
from ringtrace.statement.disclosure import CHILDREN, Count, Target, is_protected, protect


def table(values, threshold=10, public=()):
    counts = [Count(key, value, threshold, (), key in public) for key, value in values.items()]
    counts.append(Count("all", sum(values.values()), threshold, (), "all" in public, True))
    return counts, [sum_of("all", list(values))]


def test_bounds_are_those_of_a_reader_with_pencil_and_paper():
    known = Knowledge([sum_of("all", ["a", "b", "c"]), at_most("d", "b")], {"all": 20, "a": 5})
    assert known.interval({"b": 1}) == (0, 15)
    assert known.interval({"b": 1, "c": 1}) == (15, 15)
    assert known.interval({"d": 1}) == (0, 15)
    assert known.interval({"a": 1, "all": -1}) == (-15, -15)
    assert Knowledge([], {}).interval({"x": 1}) == (0, float("inf"))
    with pytest.raises(ValueError, match="contradict"):
        Knowledge([sum_of("all", ["a", "b"])], {"all": 2, "a": 5}).interval({"b": 1})


def test_one_small_count_takes_the_smallest_other_that_will_do_along():
    done = protect(*table({"a": 3, "b": 12, "c": 40, "d": 0}), {})
    assert (done.small, done.complementary, done.exposed) == ({"a"}, {"b"}, ())


def test_what_an_issuer_printed_is_printed_and_what_then_follows_is_said():
    counts, constraints = table({"a": 3, "b": 12}, public=("all", "b"))
    done = protect(counts, constraints, {})
    assert done.small == {"a"} and not done.complementary
    assert [target.terms for target in done.exposed] == [{"a": 1}]
    counts, constraints = table({"a": 3, "b": 12, "c": 40}, public=("a",))
    assert not protect(counts, constraints, {}).unprinted


def test_a_total_is_left_out_only_when_nothing_else_helps():
    done = protect(*table({"a": 3, "b": 0}), {})
    assert done.unprinted == {"a", "b", "all"} or done.unprinted == {"a", "all"}


def test_a_small_change_since_an_earlier_statement_is_not_printed():
    counts = [
        Count("now", 385, CHILDREN, (382,)),
        Count("then far", 400, CHILDREN, (382,)),
        Count("same", 13, CHILDREN, (13,)),
    ]
    assert protect(counts, [], {}).unprinted == {"now"}


def test_a_line_without_a_number_is_one_at_least():
    """Ten provinces with one child each and the total printed: whoever counts the lines knows every number."""
    counts, constraints = table({f"p{n}": 1 for n in range(10)})
    least = dict.fromkeys((count.key for count in counts), 1)
    careless = protect(counts, constraints, {})
    assert Knowledge(constraints, {"all": 10}, least).interval({"p0": 1}) == (1, 1) and "all" not in careless.unprinted
    assert "all" in protect(counts, constraints, {}, least=least).unprinted


def test_what_others_say_a_count_is_at_least_counts_as_known():
    counts, constraints = table({"a": 3, "b": 17})
    assert protect(counts, constraints, {}, least={"a": 1, "b": 1}).complementary == {"b"}
    done = protect(counts, constraints, {}, least={"a": 1, "b": 15})  # somebody printed "at least 15"
    assert done.unprinted == {"a", "b", "all"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=9), st.sampled_from([5, 10]))
def test_every_small_count_of_any_table_has_a_wide_interval(values, threshold):
    counts, constraints = table({f"c{n}": value for n, value in enumerate(values)}, threshold)
    done = protect(counts, constraints, {})
    known = Knowledge(constraints, {c.key: c.value for c in counts if c.key not in done.unprinted})
    small = [c for c in counts if c.is_small]
    assert {c.key for c in small} == done.small and not done.exposed
    assert all(is_protected(known, Target({c.key: 1}, threshold)) for c in small)
    assert not small or done.unprinted > {c.key for c in small} or len(small) > 1


@pytest.mark.parametrize("seed", range(40))
def test_random_tables_withstand_an_independent_attack(seed):
    assert attack_table(seed) == []


@pytest.mark.parametrize("seed", range(12))
def test_random_chains_of_releases_withstand_an_independent_attack(seed):
    assert attack_chain(seed) == []


@pytest.mark.parametrize("seed", range(20))
def test_chains_of_whole_statements_withstand_an_independent_attack(seed):
    assert attack_composed(seed) == []


@pytest.mark.parametrize("seed", range(5))
def test_most_of_the_27_province_table_is_kept(seed):
    dice = random.Random(seed)
    suspects = dict(zip((f"s{n}" for n in range(27)), [27, 43, *province_sizes(dice, 1024, 25)], strict=True))
    children = dict(zip((f"c{n}" for n in range(27)), [13, 11, *province_sizes(dice, 358, 25)], strict=True))
    kept = 0
    for values, threshold in ((suspects, 5), (children, 10)):
        done = protect(*table(values, threshold), {})
        kept += len(values) + 1 - len(done.unprinted)
    assert kept / 56 >= 0.7
