"""The terms of a deal: the price that holds, the closest place, how far it came."""

from __future__ import annotations

from collections import Counter

import pytest

from ringtrace.rings.activity import Act
from ringtrace.rings.terms import place_of, price_of, status_of


def act(number: int, actor: str, facts: tuple[str, ...] = ()) -> Act:
    return Act(number, f"p{number}", actor, actor, "g", number, "none", "plain", 0.0, 0.0, facts)


def price(*talk: tuple[str, str, bool]) -> str | None:
    """talk: (actor, money named or "", whether it accepts) in order of time; B buys."""
    acts = [act(at, actor, ("agreed",) if accepts else ()) for at, (actor, _, accepts) in enumerate(talk)]
    details = {f"p{at}": {"money": Counter([money])} for at, (_, money, _) in enumerate(talk) if money}
    return price_of(acts, "B", details)


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        ([("S", "120000 CNY", False), ("B", "85000 CNY", False)], "120000 CNY"),
        ([("S", "120000 CNY", False), ("B", "85000 CNY", False), ("S", "", True)], "85000 CNY"),
        ([("S", "120000 CNY", False), ("B", "85000 CNY", False), ("S", "100000 CNY", False), ("B", "", True)],
         "100000 CNY"),
        ([("B", "30000 CNY", False), ("S", "", False)], "30000 CNY"),
        ([("S", "", False)], None),
        ([("S", "50000 CNY", False), ("B", "45000 CNY", True)], "45000 CNY"),
    ],
)  # fmt: skip
def test_the_price_that_holds(talk: list[tuple[str, str, bool]], expected: str | None) -> None:
    assert price(*talk) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["510000", "510100"], "510100"), (["510000", "510104", "510100"], "510104"),
        (["510000", "440300", "440305"], "440305"), (["CN", "US-CA", "US"], "US-CA"), ([], None),
    ],
)  # fmt: skip
def test_the_closest_place_of_the_province_named_most(values: list[str], expected: str | None) -> None:
    assert place_of(Counter(values)) == expected


def test_a_deal_is_as_far_as_its_furthest_post() -> None:
    assert status_of([act(0, "S")], answered=False, offered=True) == "offered"
    assert status_of([act(0, "B")], answered=False, offered=False) == "wanted"
    assert status_of([act(0, "S"), act(1, "B")], answered=True, offered=True) == "discussed"
    assert status_of([act(0, "S", ("agreed",))], answered=True, offered=True) == "agreed"
    assert status_of([act(0, "S", ("agreed", "gone"))], answered=True, offered=True) == "closed"
