"""Every reader found by scan under mutated samples: no error but its own, and no hang."""

import os

import pytest
from fuzz_readers import fuzz

from ringtrace import registry

FULL = bool(os.environ.get("RINGTRACE_SOAK"))
RUNS = 1_000_000 if FULL else 60


@pytest.mark.timeout(7 * 3600)
@pytest.mark.parametrize("reader", registry.scan("ringtrace.readers"))
def test_a_reader_survives_mutated_samples(reader):
    runs, findings = fuzz(reader, 6 * 3600 if FULL else 20, 17, RUNS)
    assert runs == RUNS
    assert not findings, {wrong: data[:200] for wrong, data in findings.items()}
