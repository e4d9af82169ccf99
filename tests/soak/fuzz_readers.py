"""Fuzzes one reader: ``python tests/soak/fuzz_readers.py READER SECONDS [SEED]``; prints runs and findings as JSON.

A finding is an error other than EvidenceError (the pipeline would tell it as "the reader failed"), or one
input that takes more than two seconds.
"""

import json
import os
import random
import sys
import time
from pathlib import Path

from ringtrace import registry
from ringtrace.errors import EvidenceError
from ringtrace.model.source import Source

sys.path.insert(0, str(Path(__file__).parent))
from hostile_files import SAMPLES, mutate

MOST = int(os.environ.get("RINGTRACE_SOAK_BYTES") or 20_000)
"""Bytes of a sample that are mutated: shorter ones give more runs in the same time."""


def corpus(reader):
    """Samples of the reader itself, and one of every other so that it meets what it was not made for."""
    own = [p.read_bytes() for p in sorted((SAMPLES / reader).rglob("*")) if p.is_file() and p.name != "expected.json"]
    return [data[:MOST] for data in own if data] or [b"{}\n<html>"]


def attempt(module, data):
    """Return "" or what is wrong with reading ``data``."""
    started = time.process_time()
    try:
        module.sniff(data[:65_536], "fuzz.txt")
        for item in module.read(Source("0" * 64, "", "fuzz.txt", data)):
            if item is None:
                return "gave None"
    except EvidenceError:
        pass
    except Exception as error:  # noqa: BLE001  every other error is the finding looked for
        place = error.__traceback__
        while place.tb_next:
            place = place.tb_next
        return f"{type(error).__name__}: {error} at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}"
    return "" if time.process_time() - started < 2 else "took more than two seconds"


def fuzz(reader, seconds, seed, most=10**9, timed=False):
    """Return (runs, finding -> the input that shows it), and with ``timed`` the processor seconds that it took."""
    module, known, rng = registry.scan("ringtrace.readers")[reader], corpus(reader), random.Random(seed)
    started = time.process_time()
    findings, runs, until = {}, 0, time.monotonic() + seconds
    while time.monotonic() < until and runs < most:
        data = mutate(rng.choice(known), rng)
        wrong = attempt(module, data)
        runs += 1
        if wrong and len(findings) < 20:
            findings.setdefault(wrong.split(": ")[0] + wrong[wrong.rfind(" at ") :], data)
    return (runs, findings, time.process_time() - started) if timed else (runs, findings)


if __name__ == "__main__":
    done, found = fuzz(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    print(json.dumps({"reader": sys.argv[1], "runs": done, "findings": {k: v.hex()[:4000] for k, v in found.items()}}))
