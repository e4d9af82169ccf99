"""Turns of talk: who speaks next after whom, where an export keeps no replies."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.rings.activity import Act
from ringtrace.rings.answer_model import Conduct, answer_terms, probability
from ringtrace.rings.turns import MINUTES, POSTS, SPOKEN, Turn, find_turns

MINUTE = 60_000_000


def said(row: int, who: str, minute: float, sure: float = 0.0, container: str = "g") -> Act:
    trade, direction = (sure, "offer") if sure >= 0.5 else (0.0, "none")
    return Act(
        row, f"p{row}", who, who, container, round(minute * MINUTE), direction, "plain", trade, sure, ()
    )  # fmt: skip


def turns(acts: Sequence[Act], threads: Sequence[str] = (), titles: Sequence[str] = ()) -> dict[str, Turn]:
    empty = [""] * len(acts)
    posts = pa.table(
        {"kind": ["message"] * len(acts), "thread": list(threads) or empty, "title": list(titles) or empty}
    )  # fmt: skip
    return find_turns(acts, posts, {})


def test_the_next_to_speak_follows_the_one_before() -> None:
    found = turns([said(0, "A", 0), said(1, "B", 1)])
    assert found == {"p1": Turn("p0", 0, 1.0, 1, back=False, before="p0")}


def test_what_trades_is_found_over_the_chatter_between() -> None:
    found = turns([said(0, "A", 0, 0.9), said(1, "C", 1), said(2, "D", 2), said(3, "B", 3, 0.8)])
    assert found["p3"] == Turn("p0", 2, 3.0, 3, back=False, before="p2")


def test_two_who_speak_by_turns_are_seen_to() -> None:
    found = turns([said(0, "A", 0, 0.9), said(1, "B", 1, 0.9), said(2, "A", 2, 0.9)])
    assert found["p1"].back and found["p2"].back


def test_a_headline_opens_another_talk_and_threads_are_talks_of_their_own() -> None:
    acts = [said(0, "A", 0, 0.9), said(1, "B", 1, 0.9)]
    assert turns(acts, titles=["", "Cots"]) == {}
    assert turns(acts, threads=["t1", "t2"]) == {}


def test_where_replies_are_stated_a_message_without_one_is_none() -> None:
    acts = [said(row, "AB"[row % 2], row, 0.9) for row in range(6)]
    posts = pa.table({"kind": ["message"] * 6, "thread": [""] * 6, "title": [""] * 6})
    assert find_turns(acts, posts, {"p1": ("p0", "stated")}) == {}
    assert len(find_turns(acts, posts, {"p1": ("p0", "name")})) == 4


POSTED = st.lists(
    st.tuples(st.sampled_from("ABC"), st.floats(0, 15), st.sampled_from([0.0, SPOKEN, 0.9]), st.sampled_from("gh")),
    max_size=30,
)


@given(POSTED)
def test_no_turn_leaves_its_talk_its_minutes_or_its_posts(posted: list[tuple[str, float, float, str]]) -> None:
    acts, now = list[Act](), 0.0
    for row, (who, gap, sure, container) in enumerate(posted):
        now += gap
        acts.append(said(row, who, now, sure, container))
    by_post = {act.post: act for act in acts}
    for post, turn in turns(acts).items():
        below, above = by_post[post], by_post[turn.above]
        assert below.container == above.container
        assert below.account != above.account
        assert 0 <= (below.sent or 0) - (above.sent or 0) <= MINUTES * MINUTE
        talk = [act for act in acts if act.container == below.container]
        assert talk.index(below) - talk.index(above) - 1 == turn.between < POSTS


def test_next_to_each_other_ties_two_who_trade_and_nobody_who_chats() -> None:
    def tied(a: float, b: float) -> float | None:
        above, below = said(0, "A", 0, a), said(1, "B", 1, b)
        conduct = {"A": Conduct.of([above]), "B": Conduct.of([below])}
        terms = answer_terms(below, above, "turn", conduct, Turn("p0", 0, 1.0, 1, back=False, before="p0"))
        return None if terms is None else probability(terms)

    assert tied(0.05, 0.05) is None
    assert (tied(0.95, 0.95) or 0) > 0.6
