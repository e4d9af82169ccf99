"""Deconfliction of 100,000 x 100,000 identifiers: processor seconds, bytes exchanged, hits missed and false."""

from __future__ import annotations

import sys
import time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ringtrace.operation import exchange
from ringtrace.operation.exchange import Header
from ringtrace.operation.oprf import hash_to_scalar

SHARED = 1_000


def measure(number: int = 100_000) -> dict[str, float]:
    """Return the figures of one round; identifiers are numbers of the synthetic block."""
    mine = sorted(f"phone +86170{n:08}" for n in range(number))
    theirs = sorted(f"phone +86170{n:08}" for n in range(number - SHARED, 2 * number - SHARED))
    asker, owner, seed = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate(), bytes(32)
    began, clock = time.process_time(), time.perf_counter()
    ask = exchange.make_ask(Header(kind="ask", sender="a", recipient="b", key="", number=number), mine, seed, asker)
    header = Header(kind="answer", sender="b", recipient="a", key="", number=number)
    answered = exchange.make_answer(exchange.read_message(ask, "ask"), header, theirs, hash_to_scalar(b"k"), owner)
    hits = exchange.find_hits(exchange.read_message(answered.data, "answer"), mine, seed)
    claim = exchange.make_claim(
        Header(kind="claim", sender="a", recipient="b", key="", number=len(hits)), list(hits.values()), asker
    )
    told = exchange.check_claim(exchange.read_message(claim, "claim"), answered.proofs)
    truth = set(mine) & set(theirs)
    return {
        "identifiers on each side": number, "processor seconds": round(time.process_time() - began, 1),
        "seconds": round(time.perf_counter() - clock, 1),
        "megabytes exchanged": round((len(ask) + len(answered.data) + len(claim)) / 1e6, 2),
        "missed": len(truth - set(hits)), "false": len(set(hits) - truth), "owner told of": len(set(told) & truth),
    }  # fmt: skip


if __name__ == "__main__":
    for name, value in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000).items():
        print(f"{value:>12}  {name}")
