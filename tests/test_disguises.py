"""Families of disguise: each undoes its own, touches nothing else, and leads back to the original."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.pipeline.analysis.observing import find_all
from ringtrace.text.contacts.disguises import disjoint, families, undo_disguises
from ringtrace.text.folding import fold
from ringtrace.text.view import TextView

SPECS = Path(__file__).parent / "specs" / "disguises"
FAMILIES = sorted(families().items())


def spec(name):
    return tomllib.loads((SPECS / f"{name}.toml").read_text("utf-8"))


def contacts(text):
    return {(c.kind, c.value) for c in find_all(TextView(text)) if c.kind in CONTACT_KINDS and c.probability >= 0.5}


@pytest.mark.parametrize(("name", "case"), [(name, case) for name, _ in FAMILIES for case in spec(name)["case"]])
def test_a_family_undoes_its_disguise(name, case):
    assert (case["kind"], case["value"]) in contacts(case["text"])
    hinted = [hint for hint in families()[name].HINTS if hint in fold(case["text"]).text]
    assert hinted, "a family is asked only where one of its hints stands"


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, _ in FAMILIES for text in spec(name)["none"]])
def test_ordinary_talk_holds_no_contact(name, text):
    assert contacts(text) == set()


@pytest.mark.parametrize(("name", "family"), FAMILIES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_edits_are_sorted_and_disjoint_and_lead_back(name, family, data):
    cases = [case["text"] for case in spec(name)["case"]]
    pieces = st.one_of(st.sampled_from([*family.HINTS, *cases]), st.text(max_size=6))
    text = "".join(data.draw(st.lists(pieces, max_size=8)))
    layer = fold(text)
    done = 0
    for start, stop, _ in disjoint(family.find_edits(layer.text)):
        assert done <= start <= stop <= len(layer.text)
        done = stop
    undone = undo_disguises(layer)
    assert undone.original == text
    for place in range(len(undone.text)):
        start, stop = undone.origin(place, place + 1)
        assert 0 <= start <= stop <= len(text)
