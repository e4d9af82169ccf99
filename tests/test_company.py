"""A second look at posts for the company they keep: what it rests on, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.engines.tables import from_rows
from ringtrace.pipeline.reading.answering import find_answers
from ringtrace.stances.assess import assess
from ringtrace.stances.company import Company
from ringtrace.stances.neighbourhood import FEATURES, Neighbourhood
from ringtrace.text.view import TextView
from test_answering import MINUTE, START, posts, said

TALK = [said(f"路人{n}", f"今天第{n}天") for n in range(40)]
"""Ordinary talk by forty others: what any post is like."""


def stances(*rows: tuple[float, str, str], rest: int = 0) -> pa.Table:
    """rows: (probability, direction, frame) of posts p0, p1 ...; rest: further posts of ordinary talk."""
    told = [*rows, *[(0.0, "none", "plain")] * rest]
    return from_rows(
        "stances",
        [{"post_id": f"p{n}", "probability": p, "direction": d, "frame": f, "band": "no",
          **{one: p if one == d else 0.0 for one in ("offer", "seek", "broker")}} for n, (p, d, f) in enumerate(told)],
    )  # fmt: skip


def mentions(**owned: str) -> pa.Table:
    """p0="self" ...: the post names QQ 123456789, owned so."""
    rows: list[dict[str, Any]] = [
        {"mention_id": f"m-{post}", "post_id": post, "kind": "qq", "surface": "123456789", "value": "123456789",
         "spans": [], "owner": owner, "probability": 0.9, "rule": ""}
        for post, owner in owned.items()
    ]  # fmt: skip
    return from_rows("mentions", rows)


def looked(table: pa.Table, found: pa.Table, named: pa.Table | None = None) -> Company:
    company = Company(table, find_answers(table), named if named is not None else mentions(), found)
    company.look({})
    return company


def test_a_terse_post_of_an_account_that_offers_is_lifted_and_its_neighbours_are_not() -> None:
    own = [said("甲乙", f"送养第{n}") for n in range(4)]
    chat = [said("丙丁", f"吃饭第{n}天") for n in range(8)]
    table = posts(*own, said("甲乙", "三个月 要的说"), said("丙丁", "八成新 要的说"), *chat, *TALK)
    found = stances(*[(0.95, "offer", "plain")] * 4, (0.1, "none", "plain"), (0.1, "none", "plain"), rest=48)
    company = looked(table, found)
    assert company.sure[4] > 2 * max(0.1, company.sure[5])
    assert company.shares[4].argmax() == 0
    assert (company.sure[6:] < 0.2).all()


def test_many_slight_hints_weigh_more_than_one_and_no_post_hints_at_itself() -> None:
    accounts = ["甲乙", "甲乙", "甲乙", "丙丁", "丙丁", "戊己"]
    table = posts(*[said(name, f"话{n}") for n, name in enumerate(accounts)])
    sure = np.array([0.05, 0.05, 0.05, 0.05, 0.0, 0.999])
    hint = Neighbourhood(table, find_answers(table), mentions()).describe(sure, 0.03)[:, FEATURES.index("own_hint")]
    above = np.log(0.05 / 0.95) + 6.0
    assert np.allclose(hint, [above / 2, above / 2, above / 2, 0.0, above / 3, 0.0])


def test_an_answer_in_a_deal_is_lifted_though_its_words_say_nothing() -> None:
    deal = [
        said("甲乙", "送养"),
        said("丙丁", "多少"),
        said("甲乙", "两万"),
        said("丙丁", "先看医院那张纸"),
        said("甲乙", "行"),
    ]
    later = [said(f"后来{n}", "早", sent_at=START + (200 + n) * MINUTE * 60) for n in range(5)]
    table = posts(*deal, *TALK, *later)
    sure = [(0.97, "offer", "plain"), (0.8, "seek", "plain"), (0.9, "offer", "plain")]
    company = looked(table, stances(*sure, *[(0.0, "none", "plain")] * 2, rest=45))
    assert company.sure[3:5].min() > 3 * company.sure[45:].max()


def test_a_warning_of_an_account_that_only_warns_stays_below_a_direction() -> None:
    table = posts(said("甲乙", "送养"), *[said("丙丁", f"小心骗子{n}") for n in range(4)], *TALK)
    company = looked(table, stances((0.99, "offer", "plain"), *[(0.15, "none", "warning")] * 4, rest=40))
    assert (company.sure[1:5] < 0.5).all()


def test_a_post_of_which_nothing_is_known_keeps_its_own_reading() -> None:
    table = posts(said("甲乙", "三个月 五万"), said("丙丁", "早"))
    company = looked(table, stances((0.2, "none", "plain"), (0.0, "none", "plain")))
    assert 0.1 < company.sure[0] < 0.4


def test_an_account_of_ordinary_talk_speaks_against_a_doubtful_post() -> None:
    table = posts(
        said("甲乙", "八成新 五百"), *[said("甲乙", f"吃饭{n}") for n in range(30)], said("丙丁", "八成新 五百"), *TALK
    )
    found = stances((0.5, "offer", "plain"), *[(0.0, "none", "plain")] * 30, (0.5, "offer", "plain"), rest=40)
    company = looked(table, found)
    assert company.sure[0] < company.sure[31]


def test_only_posts_that_are_read_otherwise_are_named_with_their_lift() -> None:
    own = [said("甲乙", f"送养第{n}") for n in range(4)]
    table = posts(*own, said("甲乙", "要的说"), *TALK)
    company = looked(table, stances(*[(0.95, "offer", "plain")] * 4, (0.1, "none", "plain"), rest=40))
    lifts = {row["post_id"]: row for row in company.lifts().to_pylist()}
    assert "p4" in lifts
    assert lifts["p4"]["lift"] > 0.5
    assert len(lifts["p4"]["lean"]) == 3
    moved = np.abs(company.odds() - company.first.text_odds) >= 0.1
    seen = np.maximum(company.sure, company.first.sure) >= 0.02
    assert lifts.keys() == {f"p{n}" for n in np.flatnonzero(moved & seen)}


def test_a_contact_speaks_through_other_accounts_only() -> None:
    table = posts(said("甲乙", "送养"), said("甲乙", "再说"), said("丙丁", "要的加"), said("戊己", "早"))
    near = Neighbourhood(table, find_answers(table), mentions(p0="self", p1="self", p2="self", p3="quoted"))
    contact = near.describe(np.array([0.95, 0.0, 0.0, 0.0]), 0.03)[:, FEATURES.index("contact")]
    assert contact[2] > 0
    assert contact[1] < 0  # the sure post is its own account's
    assert contact[3] == contact[1]  # it merely quotes the contact


@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1)), min_size=1, max_size=30), st.randoms(use_true_random=False)
)
def test_the_order_of_posts_does_not_matter(told: list[tuple[int, float]], rng: Any) -> None:
    rows = [said(f"号{who}", f"话{n}") for n, (who, _) in enumerate(told)]
    table = posts(*rows)
    sure = np.array([p for _, p in told])
    order = list(range(len(told)))
    rng.shuffle(order)
    shuffled = table.take(pa.array(order))
    one = Neighbourhood(table, find_answers(table), mentions()).describe(sure, 0.03)
    other = Neighbourhood(shuffled, find_answers(shuffled), mentions()).describe(sure[order], 0.03)
    np.testing.assert_allclose(one[order], other, atol=1e-9)


def test_a_lift_moves_the_reading_of_a_post_that_says_something() -> None:
    plain = TextView("男孩 三个月")
    lifted = TextView("男孩 三个月", lift=6.0, lean=(3.0, 0.0, 0.0))
    assert assess(plain, ()).probability < 0.5 < assess(lifted, ()).probability
    assert assess(lifted, ()).direction == "offer"
