"""However often a message was edited, it speaks once for the company that it keeps and for a case's own words."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.engines.tables import from_rows
from ringtrace.pipeline.analysis.stages import look_around
from ringtrace.pipeline.reading.answering import find_answers
from ringtrace.stances.acts import Acts
from test_answering import posts, said
from test_company import TALK, mentions, stances

OFFER, TERSE = (0.97, "offer", "plain"), (0.1, "none", "plain")


def edited(wordings: int) -> tuple[pa.Table, pa.Table]:
    """A terse post p0, one message in p1 to p<wordings>, ordinary talk; and the stances of all of them."""
    told = [said("甲乙", "三个月 要的说"), *[said("甲乙", f"送养 第{n}次说") for n in range(wordings)], *TALK]
    rows = posts(*told).to_pylist()
    for row in rows[2 : wordings + 1]:
        row["edit_of"] = "p1"
    return from_rows("posts", rows), stances(TERSE, *[OFFER] * wordings, rest=len(TALK))


def lifts(table: pa.Table, found: pa.Table) -> dict[str, float]:
    told = look_around(table, find_answers(table), mentions(), found)
    return dict(zip(told["post_id"].to_pylist(), told["lift"].to_pylist(), strict=True))


def test_a_message_in_many_wordings_speaks_for_its_account_as_one_does() -> None:
    once, often = lifts(*edited(1)), lifts(*edited(6))
    assert once["p0"] > 0
    assert often["p0"] == pytest.approx(once["p0"], abs=0.05), "not as six offers would"
    apart = edited(6)[0].to_pylist()
    posted = from_rows("posts", [{**row, "edit_of": None} for row in apart])
    assert lifts(posted, edited(6)[1])["p0"] > often["p0"] + 0.1


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=6))
def test_the_surest_wording_stands_and_what_is_found_holds_for_all(sure: list[float]) -> None:
    table, _ = edited(len(sure))
    found = stances(TERSE, *[(p, "offer", "plain") for p in sure], rest=len(TALK))
    acts = Acts(table, found)
    best = f"p{1 + int(np.argmax(sure))}"
    assert acts.posts["post_id"].to_pylist()[:2] == ["p0", best]
    assert len(acts.posts) == len(table) - len(sure) + 1 == len(acts.among(found))
    assert set(acts.standing(pa.chunked_array([[f"p{n + 1}" for n in range(len(sure))]])).to_pylist()) == {best}
    spread = acts.spread(pa.table({"post_id": [best], "lift": [1.5], "lean": [[0.0] * 3]}))
    assert spread["post_id"].to_pylist() == sorted(f"p{n + 1}" for n in range(len(sure)))
    assert set(spread["lift"].to_pylist()) == {1.5}


def test_replies_and_labels_reach_the_message_by_any_of_its_wordings() -> None:
    table, found = edited(3)
    acts = Acts(table, found)
    told = pa.table({"post_id": ["p0", "p3", "p2"], "answered": ["p3", "p9", "p1"], "basis": ["stated"] * 3})
    assert acts.answers(told).to_pylist() == [{"post_id": "p0", "answered": "p1", "basis": "stated"}]
    assert acts.labels({"p0": "none", "p2": "offer", "gone": "seek"}) == {"p0": "none", "p1": "offer"}
    assert acts.labels({"p1": "none", "p2": "offer"}) == {"p1": "none"}, "the standing wording's own label holds"
