"""The attack at full count: 2,000 random tables and 500 chains of releases, no small count recovered."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from disclosure_attack import attack_chain, attack_composed, attack_table

pytestmark = pytest.mark.skipif("RINGTRACE_SOAK" not in os.environ, reason="make soak")


@pytest.mark.timeout(3600)
def test_two_thousand_tables():
    assert [seed for seed in range(2000) if attack_table(10_000 + seed)] == []


@pytest.mark.timeout(3600)
def test_five_hundred_chains():
    assert [seed for seed in range(500) if attack_chain(20_000 + seed)] == []


@pytest.mark.timeout(3600)
def test_five_hundred_chains_of_whole_statements():
    assert [seed for seed in range(500) if attack_composed(30_000 + seed)] == []
