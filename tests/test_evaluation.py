"""The measures, against values worked out by hand and against their defining properties."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.evaluation import measures as m
from ringtrace.evaluation.truth import read_truth

SCORED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)
PARTITION = st.lists(st.integers(0, 3), min_size=2, max_size=25)


def test_average_precision_by_hand():
    assert m.average_precision([(0.9, True), (0.8, False), (0.7, True)]) == pytest.approx((1 + 2 / 3) / 2)
    assert math.isnan(m.average_precision([(0.5, False)]))


@given(SCORED, st.randoms())
def test_average_precision_does_not_depend_on_order(scored, rng):
    shuffled = list(scored)
    rng.shuffle(shuffled)
    first, second = m.average_precision(scored), m.average_precision(shuffled)
    assert first == pytest.approx(second, nan_ok=True)


def test_precision_at_recall_by_hand():
    scored = [(0.9, True), (0.8, False), (0.7, True), (0.6, True), (0.1, False)]
    assert m.precision_at_recall(scored, 0.3) == 1.0
    assert m.precision_at_recall(scored, 0.8) == 0.75


def test_b_cubed_by_hand():
    true = {"a": 1, "b": 1, "c": 2}
    precision, recall, _ = m.b_cubed(true, {"a": "x", "b": "x", "c": "x"})
    assert precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)
    assert recall == 1.0


@given(PARTITION)
def test_a_partition_agrees_with_itself(labels):
    items = {str(i): label for i, label in enumerate(labels)}
    renamed = {key: f"other {label}" for key, label in items.items()}
    assert m.adjusted_rand(items, renamed) == pytest.approx(1.0)
    assert m.b_cubed(items, renamed)[2] == pytest.approx(1.0)


def test_adjusted_rand_by_hand():
    true = dict(zip("abcdef", [0, 0, 0, 1, 1, 1], strict=True))
    found = dict(zip("abcdef", [0, 0, 1, 1, 2, 2], strict=True))
    assert m.adjusted_rand(true, found) == pytest.approx(0.2424242, abs=1e-6)


def test_calibration_by_hand():
    error, brier = m.calibration([(0.9, True), (0.9, False), (0.1, False), (0.1, False)])
    assert error == pytest.approx((abs(1.8 - 1) + abs(0.2 - 0)) / 4)
    assert brier == pytest.approx((0.01 + 0.81 + 0.01 + 0.01) / 4)


def test_an_interval_holds_the_value_and_is_the_same_each_time():
    items = [1.0] * 30 + [0.0] * 10

    def mean(times):
        return float(times @ np.array(items) / times.sum())

    low, high = m.interval(len(items), mean)
    assert low < 0.75 < high
    assert (low, high) == m.interval(len(items), mean)


def test_a_truth_that_wrote_an_address_as_it_stands_in_the_text_is_read_in_normal_form(tmp_path):
    told = [
        {"text": "a", "mentions": [{"kind": "url", "value": written}, {"kind": "qq", "value": "73521884"}]}
        for written in ("HTTP://Shop.Example/", "http://shop.example", "http://shop.example/A/")
    ]
    (tmp_path / "posts.jsonl").write_text("\n".join(map(json.dumps, told)), "utf-8")
    (tmp_path / "persons.json").write_text("{}", "utf-8")
    read = [[mention["value"] for mention in post["mentions"]] for post in read_truth(tmp_path).posts]
    assert read == [
        ["http://shop.example", "73521884"], ["http://shop.example", "73521884"], ["http://shop.example/A/", "73521884"]
    ]  # fmt: skip


def test_scores_say_what_their_words_mean_and_no_index_of_one_ring():
    from ringtrace.evaluation.scores import Scores, _rand
    from ringtrace.evaluation.terms import explained

    assert math.isnan(_rand({"a": "one", "b": "one"}, {"a": "1", "b": "2"}))
    assert _rand({"a": "one", "b": "two"}, {"a": "1", "b": "2"}) == 1.0
    document = {"rings": {"ARI over reachable members": math.nan}, "figures": {"F1": 0.5}}
    assert "  ARI over reachable members: cannot be told here" in Scores(document).lines()
    words = [line.strip().partition(":")[0] for line in explained(document)]
    assert words == ["What the words mean", "F1", "ARI", "reachable members", "[low, high]"]
