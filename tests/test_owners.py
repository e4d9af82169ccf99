"""Whose a contact is, by the words of one post alone: a text and an owner, as data."""

import tomllib
from pathlib import Path

import pytest

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.pipeline.analysis.observing import find_all
from ringtrace.stances.assess import assess
from ringtrace.text.view import TextView

CASES = tomllib.loads((Path(__file__).parent / "specs" / "owner.any.toml").read_text("utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["text"][:24] for case in CASES])
def test_the_owner_is_the_one_that_the_words_name(case):
    view = TextView(case["text"])
    found = tuple(find_all(view))
    owners = assess(view, found).owners
    sure = [
        owner for one, owner in zip(found, owners, strict=True) if one.kind in CONTACT_KINDS and one.probability >= 0.5
    ]
    assert sure
    assert set(sure) == {case["owner"]}
