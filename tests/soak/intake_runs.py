"""Intakes in forked children that can be killed, cut off or traced, and what they acknowledged before."""

import os
import random

from ringtrace.errors import RingtraceError
from ringtrace.model.custody import Circumstances
from ringtrace.store.evidence import EvidenceStore
from ringtrace.store.merkle import leaf_hash, root_hash

MOMENT = "2013-06-01T00:00:00.000000+00:00"
ORIGIN = "ringtrace/test"


def fill(folder, number, seed=1):
    """Write files of random bytes; return (name, path) pairs."""
    folder.mkdir(exist_ok=True)
    rng = random.Random(seed)
    for index in range(number):
        (folder / f"f{index:04}.bin").write_bytes(rng.randbytes(rng.randint(1, 20_000)))
    return sorted((path.name, path) for path in folder.iterdir())


def store_at(place):
    """The store below ``place``, with the clock injected."""
    return EvidenceStore(place / "evidence", lambda: MOMENT)


def take_in(store, key, files, acknowledge=lambda receipt: None):
    for receipt in store.take_in(files, key, origin=ORIGIN, circumstances=Circumstances(), by="test", tool="test"):
        acknowledge(receipt)


def in_child(deed):
    """Run ``deed(write end)`` in a fork; return (process id, read end). It ends with 0, 1 refused, 2 unclean."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    code = 2
    try:
        os.close(read)
        deed(write)
        code = 0
    except (RingtraceError, OSError):
        code = 1
    finally:
        os._exit(code)


def acknowledged(descriptor):
    """Return the evidence ids that a child wrote, 64 digits each."""
    with os.fdopen(descriptor, "rb") as pipe:
        data = pipe.read()
    return {data[at : at + 64].decode() for at in range(0, len(data) - 63, 64)}


def root(store):
    """The root hash over the log's lines."""
    return root_hash([leaf_hash(line) for line in store.log.lines()])
