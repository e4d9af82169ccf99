"""Accounts that post within minutes of each other, again and again: told apart from two who are merely busy."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.linking.claims import DAY
from ringtrace.linking.timing import Times, find_times, in_step
from test_answering import MINUTE, START, posts, said

HOUR = DAY // 24
"""Microseconds."""


def times(*moments: int) -> Times:
    return Times(np.array(sorted(moments), np.int64), np.arange(len(moments)))


def test_errands_carried_through_two_groups_are_in_step() -> None:
    errands = [day * DAY + day * HOUR for day in (0, 20, 45, 70)]
    step = in_step(times(*errands), times(*(moment + 2 * HOUR // 60 for moment in errands)))
    assert step is not None
    assert (step.left, step.right) == (0, 0)
    assert step.value > 1 / 2


def test_two_who_always_talk_at_one_hour_meet_by_chance_only() -> None:
    """A habit of the day is in the null as well: moved by days, they meet as often."""
    evenings = [day * DAY + 20 * HOUR for day in range(60)]
    assert in_step(times(*evenings), times(*(moment + HOUR // 60 for moment in evenings))) is None


@given(st.lists(st.integers(0, 90 * 24), min_size=3, max_size=40, unique=True), st.integers(-100_000, 100_000))
def test_only_the_time_between_two_accounts_counts(hours: list[int], moved: int) -> None:
    left, right = [hour * HOUR for hour in hours], [hour * HOUR + HOUR // 30 for hour in hours[::2]]
    here, there = (
        in_step(times(*(one + by for one in left)), times(*(one + by for one in right))) for by in (0, moved)
    )
    assert here == there
    assert here is None or 0 < here.value <= 1


def test_times_are_kept_with_the_posts_they_are_of() -> None:
    table = posts(
        *(said("mila", f"word {n}", account_id="a-1", sent_at=START + (5 - n) * MINUTE) for n in range(4)),
        said("bruno", "alone", account_id="a-2"),
    )
    found = find_times(table)
    assert found.keys() == {"a-1"}
    assert found["a-1"].rows.tolist() == [3, 2, 1, 0]
    assert np.all(np.diff(found["a-1"].moments) > 0)


def test_undated_posts_have_no_times() -> None:
    assert not find_times(posts(*(said("mila", "word", account_id="a-1", sent_at=None) for _ in range(3))))
