"""How a ring grew: every dated post of a member counts once, members only accumulate, months are in order."""

from collections import defaultdict
from datetime import UTC

import pyarrow.parquet as pq
import pytest

pytestmark = pytest.mark.slow


def test_growth_adds_up_to_the_ring(tiny_case):
    case, _ = tiny_case
    tables = {
        name: pq.read_table(case.analysis / f"{name}.parquet").to_pylist()
        for name in ("growth", "rings", "members", "posts")
    }
    months = defaultdict(list)
    for row in tables["growth"]:
        months[row["ring_id"]].append(row)
    assert set(months) == {ring["ring_id"] for ring in tables["rings"]} and months
    for ring in tables["rings"]:
        rows = months[ring["ring_id"]]
        assert [row["month"] for row in rows] == sorted({row["month"] for row in rows})
        assert rows[0]["month"] == ring["first_at"].astimezone(UTC).strftime("%Y-%m")
        assert rows[-1]["month"] == ring["last_at"].astimezone(UTC).strftime("%Y-%m")
        assert sum(row["posts"] for row in rows) <= ring["posts"]
        so_far = 0
        for row in rows:
            so_far += row["joined"]
            assert row["members"] == so_far and row["joined"] <= row["active"] <= row["posts"]
        assert so_far <= ring["actors"]
        assert {code for row in rows for code in row["provinces"]} <= set(ring["provinces"])
        assert max(row["containers"] for row in rows) <= len(ring["containers"])


def test_the_report_tells_the_growth_of_a_ring_of_several_months(tiny_case):
    case, _ = tiny_case
    rows = pq.read_table(case.analysis / "growth.parquet").to_pylist()
    several = len({row["ring_id"] for row in rows if sum(one["ring_id"] == row["ring_id"] for one in rows) > 1})
    assert (case.analysis / "report.html").read_text("utf-8").count("How it grew, month by month") == several
