"""How surely an answer ties two actors: by what both do there and elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.rings.activity import Act
from ringtrace.rings.answer_model import TERMS, Conduct, answer_terms, probability


def act(post: str, actor: str, sure: float, frame: str = "plain", facts: tuple[str, ...] = ()) -> Act:
    direction = "offer" if sure >= 0.5 else "none"
    return Act(0, post, actor, actor, "g", 0, direction, frame, sure if sure >= 0.5 else 0.0, sure, facts)


def tie(below: Act, above: Act, *elsewhere: Act) -> float | None:
    acts = [below, above, *elsewhere]
    conduct = {actor: Conduct.of(a for a in acts if a.actor == actor) for actor in ("A", "B")}
    terms = answer_terms(below, above, "stated", conduct)
    return None if terms is None else probability(terms)


def test_two_who_trade_are_tied_and_two_who_do_not_are_not() -> None:
    assert (tie(act("1", "A", 0.95), act("2", "B", 0.95)) or 0) > 0.7
    assert tie(act("1", "A", 0.01), act("2", "B", 0.01)) is None


def test_small_talk_of_two_who_trade_elsewhere_is_a_tie() -> None:
    elsewhere = [act(f"{who}{n}", who, 0.97) for who in "AB" for n in range(3)]
    assert (tie(act("1", "A", 0.0), act("2", "B", 0.0), *elsewhere) or 0) > 0.6


@pytest.mark.parametrize("frame", ["plain", "warning", "question"])
def test_whoever_never_trades_is_tied_to_nobody(frame: str) -> None:
    offers = [act(f"B{n}", "B", 0.99) for n in range(5)]
    assert tie(act("1", "A", 0.02, frame), act("2", "B", 0.99), *offers) is None


def test_a_buyer_lost_among_a_hundred_ordinary_posts_is_tied_less_surely() -> None:
    talk = [act(f"A{n}", "A", 0.0) for n in range(100)]
    alone, lost = (tie(act("1", "A", 0.6), act("2", "B", 0.9), *more) or 0 for more in ((), talk))
    assert lost < alone


@given(st.floats(0, 1), st.floats(0, 1), st.lists(st.tuples(st.sampled_from("AB"), st.floats(0, 1)), max_size=8))
def test_a_tie_is_a_probability_or_none_whatever_is_read(a: float, b: float, more: list[tuple[str, float]]) -> None:
    sure = tie(act("1", "A", a), act("2", "B", b), *[act(f"x{n}", who, p) for n, (who, p) in enumerate(more)])
    assert sure is None or 0 <= sure <= 1


def test_every_term_has_a_value() -> None:
    below, above = act("1", "A", 0.9), act("2", "B", 0.9)
    terms = answer_terms(below, above, "name", {"A": Conduct.of([below]), "B": Conduct.of([above])})
    assert terms is not None
    assert len(terms) == len(TERMS)
