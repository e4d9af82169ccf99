"""How much of a campaign is run: a sample in ``make test``, the full count in ``make soak``; see README.md."""

import json
import os
from pathlib import Path

FULL = bool(os.environ.get("RINGTRACE_SOAK"))
STATE = Path(os.environ.get("RINGTRACE_SOAK_STATE") or Path(__file__).parent / "state")


def count(name, full, sample):
    """Return how often a campaign runs: RINGTRACE_SOAK_<NAME>, else its full count or its sample."""
    return int(os.environ.get(f"RINGTRACE_SOAK_{name}") or (full if FULL else sample))


def mine(numbers):
    """Return the part of a campaign that this process runs: RINGTRACE_SOAK_SHARD=2/8 is the second of eight."""
    at, _, of = os.environ.get("RINGTRACE_SOAK_SHARD", "1/1").partition("/")
    return [number for number in numbers if number % int(of) == int(at) - 1]


def tell(name, **figures):
    """Keep a campaign's figures beside its state, so that a run can be quoted."""
    STATE.mkdir(parents=True, exist_ok=True)
    path = STATE / "figures.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**known, name: figures}, indent=1, sort_keys=True) + "\n")


def progress(name):
    """Return what an interrupted campaign has done so far."""
    path = STATE / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def keep_progress(name, done):
    STATE.mkdir(parents=True, exist_ok=True)
    temporary = STATE / f".{name}.{os.getpid()}"
    temporary.write_text(json.dumps(done))
    temporary.replace(STATE / f"{name}.json")
