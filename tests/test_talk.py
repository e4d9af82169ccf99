"""The talk around a post: whose turns stand beside it, and where a conversation ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.stances.talk import PAUSE, REACH, Talk
from test_answering import START, posts, said


def numbers(values: list[str]) -> np.ndarray:
    return np.unique(values, return_inverse=True)[1]


def talk_of(table: pa.Table) -> Talk:
    return Talk(table, numbers(table["container"].to_pylist()), numbers(table["account_id"].to_pylist()))


def test_the_nearest_turn_by_another_account_stands_before_and_after() -> None:
    talk = talk_of(posts(said("甲", "有一个"), said("乙", "多大"), said("乙", "男的女的"), said("甲", "女的")))
    assert talk.before.tolist() == [-1, 0, 0, 2]
    assert talk.after.tolist() == [1, 3, 3, -1]


def test_a_pause_or_another_conversation_ends_the_talk() -> None:
    late = START + PAUSE + 1
    table = posts(said("甲", "一"), said("乙", "二", sent_at=late), said("丙", "三", sent_at=late + 1, container="g2"))
    assert talk_of(table).before.tolist() == [-1, -1, -1]
    assert talk_of(posts(said("甲", "一"), said("乙", "二", sent_at=START + PAUSE))).before.tolist() == [-1, 0]


def test_within_a_minute_the_order_is_that_of_the_evidence() -> None:
    table = posts(said("丙", "三", sent_at=START, start=30), said("甲", "一", sent_at=START, start=10),
                  said("乙", "二", sent_at=START, start=20))  # fmt: skip
    assert talk_of(table).before.tolist() == [2, -1, 1]


def test_what_the_app_says_and_what_has_no_time_takes_no_part() -> None:
    table = posts(
        said("甲", "一"), said("", "甲 joined", kind="system"), said("乙", "二", sent_at=None), said("丙", "三")
    )
    assert talk_of(table).before.tolist() == [-1, -1, -1, 0]


def test_nearer_posts_of_others_say_more_and_own_posts_nothing() -> None:
    talk = talk_of(posts(said("甲", "一"), said("乙", "二"), said("甲", "三"), said("丙", "四")))
    sure = np.array([1.0, 0.0, 1.0, 0.0])
    # The post in the middle of 乙: 甲 on either side; 丙 two posts on.
    assert talk.others(sure, 0.03)[1] == pytest.approx((0.03 + 1 + 1 + 0 / 2) / (1 + 1 + 1 + 0.5))
    assert talk.others(sure, 0.03)[0] == pytest.approx((0.03 + 0 + 0 / 3) / (1 + 1 + 1 / 3))
    assert talk.most(sure).tolist() == [0.0, 1.0, 0.0, 1.0]


def test_a_post_far_away_in_a_busy_talk_is_not_looked_at() -> None:
    talk = talk_of(posts(said("甲", "一"), *[said("乙", f"{n}") for n in range(REACH)], said("丙", "三")))
    assert talk.before[REACH] == 0
    assert talk.most(np.array([1.0, *[0.0] * (REACH + 1)]))[-1] == 0.0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 30)), max_size=30), st.randoms())
def test_the_order_of_rows_does_not_matter(told: list[tuple[int, int, int]], rng: Any) -> None:
    rows = [said(f"号{who}", "话", container=f"g{where}", sent_at=START + at * PAUSE // 4) for who, where, at in told]
    table = posts(*rows)
    order = list(range(len(rows)))
    rng.shuffle(order)
    sure = np.linspace(0, 1, len(rows))
    one, other = talk_of(table), talk_of(table.take(pa.array(order, pa.int64())))
    np.testing.assert_allclose(one.others(sure, 0.03)[order], other.others(sure[order], 0.03))
    np.testing.assert_allclose(one.most(sure)[order], other.most(sure[order]))
