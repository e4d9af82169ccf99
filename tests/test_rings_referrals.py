"""Ties beyond answers: one contact of somebody else's given by several, and actors who may be one person."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.engines.tables import from_rows
from ringtrace.linking.pairs import SCHEMA as LINKS
from ringtrace.rings.activity import scene
from ringtrace.rings.address import find_calls
from ringtrace.rings.graph import build
from test_rings_planted import Planted

IDENTIFIERS = ("kind", "value", "use")


def ties(case: Planted, use: str = "generic", links: tuple[tuple[str, str, float, str], ...] = ()) -> pa.Table:
    """Return the ties of a case whose accounts are actors of their own and whose contacts are all used so."""
    tables = case.tables()
    accounts = tables["accounts"]["account_id"].to_pylist()
    actors = pa.table({"actor_id": accounts, "accounts": [[one] for one in accounts]})
    values = sorted({(row["kind"], row["value"], use) for row in case.mentions})
    identifiers = pa.Table.from_pylist(
        [dict(zip(IDENTIFIERS, row, strict=True)) for row in values],
        schema=pa.schema([(n, pa.string()) for n in IDENTIFIERS]),
    )
    rows = [
        {"left": left, "right": right, "probability": sure, "weights": [], "judged": judged}
        for left, right, sure, judged in links
    ]
    answers = pa.table({name: pa.array([], pa.string()) for name in ("post_id", "answered", "basis")})
    seen = scene(tables["posts"], tables["stances"], tables["facts"], actors, answers)
    empty = from_rows("templates", [])
    return build(
        seen, tables["mentions"], tables["accounts"], empty, identifiers, pa.Table.from_pylist(rows, schema=LINKS),
        find_calls(seen, tables["accounts"]),
    )  # fmt: skip


def of(layer: str, found: pa.Table) -> list[tuple[str, str]]:
    kept = found.filter(pc.equal(found["layer"], layer))
    return list(zip(kept["left"].to_pylist(), kept["right"].to_pylist(), strict=True))


def recommending(people: int, direction: str = "offer") -> Planted:
    case = Planted(3)
    for at in range(people):
        case.say(f"p{at:02}", "g", at, direction=direction, contact=("qq", "90000001", "other"))
    return case


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 20))
def test_a_contact_that_many_recommend_ties_them_in_a_chain(people: int) -> None:
    found = of("referral", ties(recommending(people)))
    assert found == [(f"account-p{at:02}", f"account-p{at + 1:02}") for at in range(people - 1)]


def test_a_hotline_ties_nobody_who_names_it() -> None:
    assert of("referral", ties(recommending(4), use="hotline")) == []


def test_who_names_a_contact_without_trading_is_tied_to_nobody() -> None:
    assert of("referral", ties(recommending(4, direction="none"))) == []


def pair(first: str, second: str, *, sure: float, judged: str = "") -> list[tuple[str, str]]:
    case = Planted(4)
    case.say("a", "g", 0, direction=first)
    case.say("b", "h", 9, direction=second)
    return of("person", ties(case, links=(("account-a", "account-b", sure, judged),)))


def test_two_traders_who_may_be_one_person_belong_together() -> None:
    assert pair("offer", "seek", sure=0.5) == [("account-a", "account-b")]


@pytest.mark.parametrize(
    ("second", "sure", "judged"), [("none", 0.5, ""), ("offer", 0.1, ""), ("offer", 0.9, "no")],
    ids=["one never trades", "hardly likely", "an analyst said no"],
)  # fmt: skip
def test_others_do_not(second: str, sure: float, judged: str) -> None:
    assert pair("offer", second, sure=sure, judged=judged) == []


@given(st.floats(0.3, 1), st.floats(0.3, 1))
def test_the_likelier_one_person_the_firmer_the_tie(one: float, other: float) -> None:
    weights = []
    for sure in sorted((one, other)):
        case = Planted(4)
        case.say("a", "g", 0, direction="offer")
        case.say("b", "h", 9, direction="offer")
        weights += ties(case, links=(("account-a", "account-b", sure, ""),))["weight"].to_pylist()
    assert weights == sorted(weights)


@pytest.mark.parametrize(
    ("use", "tied"), [("business", True), ("generic", True), ("personal", False), ("hotline", False)]
)
def test_a_contact_that_too_many_give_as_their_own_ties_like_one_recommended(use: str, tied: bool) -> None:
    case = Planted(3)
    for at in range(3):
        case.say(f"p{at:02}", "g", at, direction="offer", contact=("qq", "90000001", "self"))
    chain = [(f"account-p{at:02}", f"account-p{at + 1:02}") for at in range(2)]
    assert of("referral", ties(case, use=use)) == (chain if tied else [])
