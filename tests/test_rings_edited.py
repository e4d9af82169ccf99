"""A message that its author edited is one act, however many wordings of it are in evidence."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.engines.tables import from_rows
from ringtrace.rings.activity import Scene, among, reassigned, scene
from ringtrace.rings.roles import roles_of
from test_rings_planted import Planted

SURE = st.lists(st.floats(0.5, 0.99), min_size=1, max_size=5)


def edited(sure: list[float], replies: tuple[tuple[int, int], ...] = ()) -> Scene:
    """One message of p0 in as many wordings as ``sure`` has, then one offer of p1; replies: (post, above) by place."""
    case = Planted(2)
    for at, probability in enumerate(sure):
        case.say("p0", "g", at, direction="offer", probability=probability)
    case.say("p1", "g", 50, direction="seek", probability=0.9)
    tables = case.tables()
    rows = tables["posts"].sort_by("sent_at").to_pylist()
    for row in rows[1 : len(sure)]:
        row["edit_of"] = rows[0]["post_id"]
    accounts = tables["accounts"]["account_id"].to_pylist()
    actors = pa.table({"actor_id": accounts, "accounts": [[one] for one in accounts]})
    names = ("post_id", "answered", "basis")
    told = [(rows[post]["post_id"], rows[above]["post_id"], "stated") for post, above in replies]
    answers = pa.table({name: pa.array([one[at] for one in told], pa.string()) for at, name in enumerate(names)})
    return scene(from_rows("posts", rows), tables["stances"], tables["facts"], actors, answers)


@settings(max_examples=30, deadline=None)
@given(SURE)
def test_all_wordings_are_one_offer_as_sure_as_the_surest(sure: list[float]) -> None:
    stage = edited(sure)
    (offer,) = stage.by_actor["account-p0"]
    assert offer.trade == pytest.approx(max(sure), abs=1e-6)
    assert len(stage.acts) == len(list(stage.acts.values())) == 2
    once = edited([max(sure)])
    assert [held.probability for held in roles_of(stage.by_actor["account-p0"], 0.0, runs=False)] == pytest.approx(
        [held.probability for held in roles_of(once.by_actor["account-p0"], 0.0, runs=False)]
    )


def test_a_wording_is_found_under_its_own_id_also_after_actors_change() -> None:
    whole = edited([0.6, 0.9, 0.7])
    posts = pc.filter(whole.posts["post_id"], pc.equal(whole.posts["account_id"], "account-p0")).to_pylist()
    for stage in (whole, among(whole, ["account-p0"]), reassigned(whole, {"account-p0": "account-p1"})):
        assert {stage.acts[post].post for post in posts} == {stage.acts.get(posts[0]).post}
        assert all(post in stage.acts for post in posts)
    assert "nowhere" not in whole.acts
    assert whole.acts.get("nowhere") is None
    assert posts[0] not in among(whole, ["account-p1"]).acts


def test_an_answer_to_one_wording_answers_the_message_and_no_wording_answers_another() -> None:
    stage = edited([0.6, 0.9], replies=((1, 0), (2, 0)))
    (offer,), (wish,) = stage.by_actor["account-p0"], stage.by_actor["account-p1"]
    assert dict(stage.answered) == {wish.post: (offer.post, "stated")}
