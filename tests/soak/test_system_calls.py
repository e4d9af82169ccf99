"""Each write-class system call of an intake fails once: the end is a clean error or success, and nothing is lost."""

import os
import random
import shutil

import pytest
from campaign import FULL, count, mine, tell
from intake_runs import fill, store_at, take_in
from system_calls import CALLS, traced

from ringtrace.store.keys import open_key

pytestmark = pytest.mark.slow

FAULTS = count("FAULTS", 500, 16)


@pytest.mark.timeout(7200)
def test_a_failing_system_call_ends_in_a_clean_error_or_success(tmp_path):
    if not shutil.which("strace"):
        (pytest.fail if os.environ.get("RINGTRACE_REQUIRE_ALL") else pytest.skip)(
            "no strace to make system calls fail with"
        )
    key = open_key(tmp_path / "keys")
    files = fill(tmp_path / "in", 4)
    place = tmp_path / "store"

    def deed(pipe):
        def acknowledge(receipt):
            if receipt.status != "failed":
                os.write(pipe, receipt.evidence_id.encode())

        take_in(store_at(place), key, files, acknowledge)

    def fresh():
        shutil.rmtree(place, ignore_errors=True)
        (place / "evidence").mkdir(parents=True)

    fresh()
    code, ids, trace = traced(deed)
    if code != 0 or len(ids) != 4:
        pytest.skip(f"strace cannot attach here: {trace[:200]}")
    counts = {call: trace.count(f"{call}(") - trace.count(f"p{call}(") for call in CALLS.split()}
    points = [
        (call, number, error, width)
        for width in ("", "+")  # this call alone, or it and all after it
        for call, most in counts.items()
        for number in range(1, most + 1)
        for error in ("EIO", "ENOSPC")
    ]
    rng = random.Random(13)
    rng.shuffle(points)
    chosen = (points * (1 + FAULTS // len(points)))[:FAULTS]
    ends = {0: 0, 1: 0}
    for at in mine(range(len(chosen))):
        call, number, error, width = chosen[at]
        fresh()
        code, ids, _ = traced(deed, "-e", f"inject={call}:error={error}:when={number}{width}")
        where = f"{call} no. {number}{width}: {error}"
        assert code in (0, 1), f"{where}: ended with {code}"
        ends[code] += 1
        store = store_at(place)
        take_in(store, key, files)
        held = {item.evidence_id for item in store.held()}
        assert ids <= held and len(held) == 4, where
        assert store.verify() == [], where
    if FULL:
        tell("failing calls", points=sum(ends.values()), distinct=len(points), clean_errors=ends[1], successes=ends[0])
