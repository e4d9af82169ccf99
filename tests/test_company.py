"""A second look at posts for the company they keep: what it rests on, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ringtrace.engines.tables import from_rows
from ringtrace.pipeline.answering import find_answers
from ringtrace.stances.assess import assess
from ringtrace.stances.company import Company, number
from ringtrace.text.view import TextView
from test_answering import posts, said


def stances(*rows: tuple[float, str, str]) -> pa.Table:
    """rows: (probability, direction, frame) of posts p0, p1 ..."""
    return from_rows(
        "stances",
        [{"post_id": f"p{n}", "probability": p, "direction": d, "frame": f, "band": "yes"} for n, (p, d, f) in enumerate(rows)],
    )  # fmt: skip


def mentions(**owned: str) -> pa.Table:
    """p0="self" ...: the post names QQ 123456789, owned so."""
    rows: list[dict[str, Any]] = [
        {"mention_id": f"m-{post}", "post_id": post, "kind": "qq", "surface": "123456789", "value": "123456789",
         "spans": [], "owner": owner, "probability": 0.9, "rule": ""}
        for post, owner in owned.items()
    ]  # fmt: skip
    return from_rows("mentions", rows)


def company(table: pa.Table, found: pa.Table, named: pa.Table) -> dict[str, tuple[float, str]]:
    rows = Company(table, find_answers(table), found).find(named, found, {}).to_pylist()
    return {row["post_id"]: (row["lift"], row["lean"]) for row in rows}


def test_a_contact_of_sure_offers_lifts_a_terse_post() -> None:
    table = posts(said("甲乙", "有女宝送养 123456789"), said("丙丁", "要的加 123456789"), said("戊己", "早"))
    found = stances((0.99, "offer", "plain"), (0.1, "none", "plain"), (0.0, "none", "plain"))
    assert company(table, found, mentions(p0="self", p1="self")) == {"p1": (number("contact"), "offer")}


def test_a_warning_and_a_quoted_contact_are_left_alone() -> None:
    table = posts(said("甲乙", "送养 123456789"), said("丙丁", "小心 123456789"), said("戊己", "有人发 123456789"))
    found = stances((0.99, "offer", "plain"), (0.1, "none", "warning"), (0.1, "none", "plain"))
    assert company(table, found, mentions(p0="self", p1="self", p2="quoted")) == {}


def test_a_shop_that_one_offer_names_lifts_nobody() -> None:
    talk = [said(f"客人{n}", "店家 123456789") for n in range(9)]
    table = posts(said("甲乙", "送养 123456789"), *talk)
    found = stances((0.99, "offer", "plain"), *[(0.0, "none", "plain")] * 9)
    assert company(table, found, mentions(**{f"p{n}": "self" for n in range(10)})) == {}


def test_bids_below_it_show_an_offer() -> None:
    table = posts(
        said("甲乙", "三个月 五万"), said("丙丁", "还在吗我要", reply_to="p0"), said("戊己", "给我", reply_to="p0")
    )
    found = stances((0.2, "none", "plain"), (0.95, "seek", "plain"), (0.9, "seek", "plain"))
    assert company(table, found, mentions()) == {"p0": (number("answered_most"), "offer")}


def test_a_lift_moves_the_reading_of_a_post_that_says_something() -> None:
    plain = TextView("三个月的 要的说")
    lifted = TextView("三个月的 要的说", lift=5.0, lean="offer")
    assert assess(plain, ()).probability < 0.5 < assess(lifted, ()).probability
    assert assess(lifted, ()).direction == "offer"
