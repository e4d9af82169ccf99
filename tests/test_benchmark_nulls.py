"""The nulls of rings shuffle what they say and nothing else."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from test_rings_planted import Planted

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
from nulls import deal_flags

seeds = st.integers(0, 2**31)


def case() -> Planted:
    planted = Planted(11)
    planted.ring(0, 3, 4)
    planted.chatter(20)
    return planted


@settings(max_examples=10, deadline=None)
@given(seeds)
def test_dealing_flags_keeps_how_much_each_container_trades(seed: int) -> None:
    tables = case().tables()
    dealt = deal_flags(tables["stances"], tables["posts"], seed)
    place = dict(zip(tables["posts"]["post_id"].to_pylist(), tables["posts"]["container"].to_pylist(), strict=True))

    def told(stances: pa.Table) -> Counter[tuple[str, str, str]]:
        columns = (stances[name].to_pylist() for name in ("post_id", "direction", "frame"))
        return Counter((place[post], direction, frame) for post, direction, frame in zip(*columns, strict=True))

    assert told(dealt) == told(tables["stances"])
    assert dealt["post_id"].to_pylist() == tables["stances"]["post_id"].to_pylist()
    assert deal_flags(tables["stances"], tables["posts"], seed).equals(dealt)
