"""A community on one side is no ring, whatever ties it together."""

from __future__ import annotations

import pytest

from test_rings_planted import Planted, analyse


@pytest.mark.parametrize(("direction", "rings"), [("offer", 0), ("seek", 1)])
def test_a_hub_and_its_answers_are_a_ring_only_when_they_take_different_sides(direction: str, rings: int) -> None:
    case = Planted(7)
    for number in range(9):
        post = case.say("hub", "place0", number * 3, direction="offer", facts=("price",))
        for again in range(2):
            case.say(f"leaf{number}", "place0", number * 3 + 1 + again, direction=direction, reply=post)
    assert len(analyse(case.tables())["rings"]) == rings
