"""The false-discovery level of rings: by the definition of Benjamini and Hochberg, and against counting."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.rings.chance import at_least, false_discovery
from test_rings_planted import analyse, planted


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 1), min_size=1, max_size=12))
def test_levels_keep_the_order_of_chances_and_are_never_below_them(chance: dict[str, float]) -> None:
    level = false_discovery(chance)
    for one in chance:
        worse = [other for other in chance if chance[other] >= chance[one]]
        by_definition = min(
            chance[other] * len(chance) / sum(chance[third] <= chance[other] for third in chance) for other in worse
        )
        assert level[one] == pytest.approx(min(1.0, by_definition))
        assert level[one] >= chance[one] or math.isclose(level[one], chance[one])


@pytest.mark.parametrize(("count", "expected"), [(1, 0.05), (3, 1.0), (12, 4.5), (0, 2.0)])
def test_the_chance_of_so_many_is_what_counting_gives(count: int, expected: float) -> None:
    drawn = np.random.default_rng(7).poisson(expected, 200_000)
    assert at_least(count, expected) == pytest.approx(float((drawn >= count).mean()), abs=0.004)


def test_planted_rings_state_both_levels_among_what_would_disprove_them() -> None:
    for ring in analyse(planted(11).tables())["rings"].to_pylist():
        assert ring["level_ties"] is None  # 85 people are tied
        assert ring["level_words"] <= 0.01
        told = " ".join(ring["disproof"])
        assert "Too few people are tied" in told and f"{max(ring['level_words'], 0.001):.1%}" in told
        assert "no error rate" in told and " 0.0%" not in told
