"""Places abroad are found where they stand in the original, whatever folding did around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.extractors import place
from ringtrace.text.view import TextView


def found(text: str) -> list[tuple[str, str]]:
    view = TextView(text)
    return [(text[start:stop], one.value) for one in place.find(view) for start, stop in one.pieces]


@pytest.mark.parametrize("text", ["fine baby in NJ now", "可以送到 in NJ now", "國內也可 in NJ now"])
def test_a_state_by_its_letters_is_found_where_it_stands(text: str) -> None:
    assert ("NJ", "US-NJ") in found(text)


def test_a_ligature_and_an_invisible_character_that_cancel_out_move_no_state() -> None:
    text = "\ufb01ne baby in NJ\u200b now"
    assert len(TextView(text).folded.text) == len(text)
    assert all(shown == "NJ" for shown, code in found(text) if code == "US-NJ")


@given(st.lists(st.sampled_from(["\ufb01", "\u200b", "NJ", " in NJ", " TX and NV ", "é", "國", " baby "]), max_size=12))
def test_a_state_is_never_read_off_other_letters(parts: list[str]) -> None:
    for shown, code in found("".join(parts)):
        if code in ("US-NJ", "US-TX", "US-NV"):
            assert shown.replace("\u200b", "") == code[3:]
