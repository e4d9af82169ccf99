"""What labels teach: they move what is like them, a few or contradictory ones move nothing."""

import json

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.pipeline.analysis.stages import Lessons, look_around
from ringtrace.pipeline.judging.labelling import labels_of
from ringtrace.stances.wording import Wording
from ringtrace.store.ledger import Ledger

SIZE = 240


def case(seed=1):
    """Posts of 60 accounts, every fourth with a phrase that the program knows nothing of; (wording, odds, truth)."""
    rng = np.random.default_rng(seed)
    filler = ["harbour", "ticket", "rain", "market", "bread", "window", "garden", "train", "lamp", "river"]
    truth = rng.random(SIZE) < 0.25
    texts = [
        " ".join([*rng.choice(filler, 4), *(["moon parcel"] if yes else []), *rng.choice(filler, 2)]) for yes in truth
    ]
    ids = [f"p{at:03}" for at in range(SIZE)]
    posts = pa.table({"post_id": ids, "text": texts, "account_id": [f"a{at % 60:02}" for at in range(SIZE)]})
    return Wording(posts), np.full(SIZE, -2.0), truth, ids


def told(ids, truth, rows):
    return {ids[at]: "offer" if truth[at] else "none" for at in rows}


def test_what_is_like_the_labelled_rises_and_the_rest_falls():
    wording, odds, truth, ids = case()
    taught = wording.teach(odds, told(ids, truth, range(60)))
    assert taught.document["used"]
    assert taught.document["after"] < taught.document["before"]
    rest = np.arange(SIZE) >= 60
    assert taught.shift[rest & truth].min() > taught.shift[rest & ~truth].max()
    assert any("moon" in piece or "parcel" in piece for piece in taught.document["pieces"])


def test_labels_without_sense_move_nothing():
    wording, odds, _, ids = case()
    odds = np.where(np.arange(SIZE) % 2 == 0, 2.5, -2.5)  # the program is right, the words say nothing
    labels = {ids[at]: "offer" if at % 2 == 0 else "none" for at in range(40)}
    labels[ids[0]], labels[ids[1]] = "none", "offer"
    taught = wording.teach(odds, labels)
    assert np.abs(taught.shift).max() < 3.0
    assert (np.sign(odds + taught.shift) == np.sign(odds)).mean() > 0.97


@pytest.mark.parametrize("rows", [range(0), range(3), range(1)])
def test_a_few_labels_move_nothing(rows):
    wording, odds, truth, ids = case()
    taught = wording.teach(odds, told(ids, truth, rows))
    assert not taught.document["used"]
    assert not taught.shift.any()


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.permutations(range(50)))
def test_the_order_of_labels_changes_nothing(order):
    wording, odds, truth, ids = case()
    first = wording.teach(odds, told(ids, truth, range(50)))
    again = wording.teach(odds, told(ids, truth, order))
    assert first.data() == again.data()
    assert (first.shift == again.shift).all()


def test_no_post_is_read_by_a_model_that_saw_its_own_accounts_labels():
    wording, odds, truth, ids = case()
    labels = told(ids, truth, range(60))
    plain = wording.teach(odds, labels)
    turned = {**labels, ids[0]: "none" if truth[0] else "offer"}  # only the label of account a00 differs
    other = wording.teach(odds, turned)
    own = np.arange(SIZE) % 60 == 0
    assert np.allclose(plain.shift[own], other.shift[own])
    assert not np.allclose(plain.shift[~own], other.shift[~own])


def test_labels_come_from_the_ledger_by_majority(tmp_path):
    ledger = Ledger.at(tmp_path / "l.db")
    row = {"sample": "s", "frame": "plain", "facts": [], "mentions": []}
    for by, post, direction in (
        ("wu", "p1", "offer"),
        ("lin", "p1", "none"),
        ("wu", "p2", "seek"),
        ("wu", "p2", "none"),
    ):
        ledger.record("label", by, {**row, "post": post, "direction": direction})
    assert labels_of(ledger) == {"p2": "none"}  # p1 is split; wu changed p2
    ledger.record("label", "he", {**row, "post": "p1", "direction": "offer"})
    assert labels_of(ledger) == {"p1": "offer", "p2": "none"}
    ledger.close()


def test_the_artefact_is_part_of_the_analysis(tiny_case):
    from ringtrace.pipeline.reading.answering import find_answers
    from ringtrace.store.analysis import read_table

    folder = tiny_case[0].analysis
    posts, mentions, stances = (read_table(folder, name) for name in ("posts", "mentions", "stances"))
    rows = stances.to_pylist()
    wrong = [row for row in rows if row["probability"] >= 0.5][:12]
    labels = {row["post_id"]: "none" for row in wrong} | {
        r["post_id"]: "offer" for r in rows if r["probability"] < 0.01
    }
    lessons = Lessons(dict(sorted(labels.items())[:80]))
    look_around(posts, find_answers(posts), mentions, stances, lessons)
    document = json.loads(lessons.files()["learned.json"])
    assert document["labels"] == 80
    assert {"version", "inputs", "before", "after", "used"} <= set(document)
    assert Lessons({}).files() == {}
