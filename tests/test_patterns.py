"""No pattern that evidence may meet can be made to run for long: every one is found, a sample is attacked.

``benchmarks/patterns.py`` attacks all of them and prints the worst.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

import every_pattern

SHARE = 1 if os.environ.get("RINGTRACE_SOAK") else 24
"""One pattern in so many is attacked here, all with RINGTRACE_SOAK."""


@pytest.fixture(scope="module")
def patterns():
    run = subprocess.run(
        [sys.executable, every_pattern.__file__], check=True, capture_output=True, text=True, cwd=Path(__file__).parent
    )
    return json.loads(run.stdout)


@pytest.mark.slow
def test_every_pattern_in_the_source_is_known(patterns):
    assert len(patterns) > 400
    assert [site for site in patterns if site.endswith("?")] == []
    uses = {"whole", "place", "rescan", "row", "window", "head", "closed", "anywhere"}
    assert {told["use"] for told in patterns.values()} == uses


@pytest.mark.slow
def test_thirty_attacks_of_a_megabyte_take_no_more_than_a_second_each(patterns):
    for site, told in sorted(patterns.items()):
        if zlib.crc32(site.encode()) % SHARE == 0:
            spent, unit = every_pattern.worst(told)
            if spent > 1.0:  # a busy machine: the better of two
                spent, unit = min((spent, unit), every_pattern.worst(told))
            assert spent <= 1.0, f"{site}: {unit!r}"


def told(pattern, use="anywhere"):
    return {"pattern": pattern, "flags": int(re.compile(pattern).flags), "bytes": False, "use": use}


def test_a_pattern_that_runs_away_is_seen(monkeypatch):
    monkeypatch.setattr(every_pattern, "MEGABYTE", 20_000)
    running, (bounded, _) = every_pattern.worst(told(r" *x")), every_pattern.worst(told(r" {1,9}x"))
    assert running[1].strip() == ""
    assert running[0] > 10 * bounded


def test_attacks_are_thirty_and_some_match():
    pattern = r"(?:ab|c[d-f]{1,3})+\d{2}(?=x)"
    attacks = every_pattern.attacks(pattern, 0)
    assert len(attacks) == 30
    assert any(re.search(pattern, unit + "x") for unit in attacks)


class Nowhere:
    """A pattern that never matches and notes where it was asked to."""

    pattern = ""

    def __init__(self):
        self.places = []

    def match(self, told, at):
        self.places.append(at)


def test_a_value_without_an_end_is_read_again_until_the_budget_is_spent_and_rows_where_they_begin():
    again, rows = Nowhere(), Nowhere()
    every_pattern.seconds(again, '{"' * 5_000, "rescan")
    assert again.places == list(range(1, 2 + every_pattern.RESCAN))
    every_pattern.seconds(rows, "ab\nc\r\nd,e\rf", "row")
    assert rows.places == [0, 3, 6, 10]
