"""Many people change the same things at once: what they do, and that no change is lost."""

import threading
from collections import Counter

from ringtrace.errors import ConflictError
from ringtrace.store.ledger import Ledger


def in_threads(workers, work, expected):
    """Run work(n) in so many threads at once; return what was raised of ``expected``."""
    raised, failed, start = [], [], threading.Barrier(workers)

    def run(n):
        start.wait()
        try:
            work(n)
        except expected as error:
            raised.append(error)
        except Exception as error:  # noqa: BLE001  a thread's failure is told below
            failed.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(workers)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failed == []
    return raised


def edit(ledger, subject, worker):
    """Read what is there, write what follows from it, look again when somebody was quicker; return the refusals."""
    refused = 0
    while True:
        history = ledger.history(subject)
        total = history[-1].payload["total"] if history else 0
        try:
            ledger.record("edit", f"worker {worker}", {"total": total + 1}, subject=subject, seen=len(history))
        except ConflictError:
            refused += 1
        else:
            return refused


def edit_at_once(url, workers, edits, subjects):
    """Every worker edits ``subjects`` in turn; return (edits that stand, refusals)."""
    refusals = Counter()
    ledgers = [Ledger(url) for _ in range(min(workers, 10))]

    def work(n):
        for at in range(n, edits, workers):
            refusals[n] += edit(ledgers[n % len(ledgers)], f"object:{at % subjects}", n)

    in_threads(workers, work, ())
    check = ledgers[0]
    stand = 0
    for subject in range(subjects):
        totals = [change.payload["total"] for change in check.history(f"object:{subject}")]
        assert totals == list(range(1, len(totals) + 1)), "an edit was lost"
        stand += len(totals)
    numbers = [row[0] for row in check.all_events()]
    assert numbers == list(range(1, len(numbers) + 1))
    [ledger.close() for ledger in ledgers]
    return stand, sum(refusals.values())
