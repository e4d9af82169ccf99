"""Every reader found by scan under mutated samples: no error but its own, and no hang.

The full count is a million runs a reader. It may be reached in several sittings: RINGTRACE_SOAK_SECONDS ends each
reader's sitting, and the next one goes on from where it stopped, with other mutations.
"""

import os

import pytest
from campaign import FULL, count, keep_progress, progress, tell
from fuzz_readers import fuzz

from ringtrace import registry

pytestmark = pytest.mark.slow

RUNS = count("FUZZ", 1_000_000, 60)
SECONDS = float(os.environ.get("RINGTRACE_SOAK_SECONDS") or (6 * 3600 if FULL else 20))
SLICE = 1_000


@pytest.mark.timeout(7 * 3600)
@pytest.mark.parametrize("reader", registry.scan("ringtrace.readers"))
def test_a_reader_survives_mutated_samples(reader):
    if not FULL:
        runs, findings = fuzz(reader, SECONDS, 17, RUNS)
        assert runs == RUNS
        assert not findings, {wrong: data[:200] for wrong, data in findings.items()}
        return
    done = progress(f"fuzz-{reader}") or {"runs": 0, "seconds": 0.0, "findings": {}}
    until = done["seconds"] + SECONDS
    while done["runs"] < RUNS and done["seconds"] < until:
        wanted = min(SLICE, RUNS - done["runs"])
        runs, findings, seconds = fuzz(reader, SECONDS, 17 + done["runs"], wanted, timed=True)
        found = {**done["findings"], **{wrong: data.hex() for wrong, data in findings.items()}}
        done = {"runs": done["runs"] + runs, "seconds": done["seconds"] + seconds, "findings": found}
        keep_progress(f"fuzz-{reader}", done)
    tell(f"fuzz {reader}", runs=done["runs"], cpu_seconds=round(done["seconds"]), findings=len(done["findings"]))
    assert not done["findings"], done["findings"]
    if done["runs"] < RUNS:
        pytest.skip(f"{done['runs']:,} of {RUNS:,} runs so far without a finding; run again to go on")
