"""Accounts that post within minutes of each other, again and again: told apart from two who are merely busy."""

from __future__ import annotations

import numpy as np
import pytest
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
        *(
            said("mila", f"word {n}", account_id="a-1", sent_at=START + (5 - n) * MINUTE, sent_text="2013-08-20 20:00")
            for n in range(4)
        ),
        said("bruno", "alone", account_id="a-2", sent_text="2013-08-20 20:00"),
    )
    found = find_times(table)
    assert found.keys() == {"a-1"}
    assert found["a-1"].rows.tolist() == [3, 2, 1, 0]
    assert np.all(np.diff(found["a-1"].moments) > 0)


def test_undated_posts_have_no_times() -> None:
    assert not find_times(posts(*(said("mila", "word", account_id="a-1", sent_at=None) for _ in range(3))))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2014-02-18", False), ("18.02.14", False), ("February 18, 2014", False), ("2014年2月18日", False), ("", False),
        ("20140218", False), ("2014-02-18T00:00:00+08:00", False), ("18/02/2014, 00:00", False), ("2/18/2014 12:00:00 AM", False),
        ("2014-02-18 20:05", True), ("2014-02-18T13:13:27+00:00", True), ("1392738878", True), ("18.02.14, 20.05", True),
        ("2/18/14, 9:05\u202fPM", True), ("2014年2月18日 20时05分", True), ("20140218200500", True), ("Feb 18 2014 9 pm", False),
        ("February 28, 2014 -- Updated 0630 GMT", True), ("41688.6513", True), ("2014-02-18 10:00:00", True),
    ],
)  # fmt: skip
def test_a_date_without_a_time_of_day_is_no_time(written: str, kept: bool) -> None:
    assert bool(find_times(posts(*(said("mila", "w", account_id="a-1", sent_text=written) for _ in range(3))))) is kept


def test_many_posts_on_one_occasion_are_one_meeting_whoever_wrote_them() -> None:
    many, once = times(*(n * HOUR // 180 for n in range(15))), times(HOUR // 20)
    assert in_step(many, once) is None
    assert in_step(once, many) is None


def test_three_meetings_in_one_day_are_an_errand_and_not_a_habit() -> None:
    errands = [0, 3 * HOUR, 6 * HOUR]
    assert in_step(times(*errands), times(*errands)) is None
    spread = [0, 26 * HOUR, 100 * HOUR]
    assert in_step(times(*spread), times(*spread)) is not None


_MOMENTS = st.lists(st.integers(0, 40 * 24 * 30), min_size=3, max_size=60, unique=True)
"""In steps of two minutes, so that runs and meetings are common."""


@given(_MOMENTS, st.lists(st.integers(-3, 3), min_size=3, max_size=60))
def test_who_comes_first_makes_no_difference(left: list[int], beside: list[int]) -> None:
    ours = times(*(one * 2 * MINUTE for one in left))
    theirs = times(*{(one + off) * 2 * MINUTE for one, off in zip(left, beside, strict=False)})
    here, there = in_step(ours, theirs), in_step(theirs, ours)
    assert (here is None) == (there is None)
    if here is not None and there is not None:
        assert here.value == there.value
        assert (here.left, here.right) == (there.right, there.left)
        assert abs(int(ours.moments[here.left] - theirs.moments[here.right])) <= 5 * MINUTE
