"""The watch list in the ledger: identifiers put on it, taken off it, alerts that somebody has seen."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ringtrace.errors import UsageError
from ringtrace.model.watch import Watch
from ringtrace.store.ledger import Ledger

ADDED, REMOVED, SEEN = "watch", "watch_removed", "alert_seen"


def add_watches(ledger: Ledger, author: str, wanted: Sequence[tuple[str, str, str]]) -> list[int]:
    """Append (kind, value, reason) to the watch list, all or none; return the numbers that they go by."""
    events = [
        (ADDED, author, msgspec.json.encode({"kind": kind, "value": value, "reason": reason}))
        for kind, value, reason in wanted
    ]
    return ledger.record_all(events)


def remove_watch(ledger: Ledger, number: int, author: str, reason: str) -> Watch:
    """Take an identifier off the list; that it was watched stays on record. Raises UsageError when it is not on it."""
    for watch in read_watches(ledger):
        if watch.number == number:
            ledger.record(REMOVED, author, {"number": number, "reason": reason})
            return watch
    raise UsageError(f"nothing on the watch list goes by the number {number}")


def read_watches(ledger: Ledger) -> list[Watch]:
    """Return what is watched now, in the order in which it came."""
    gone = {int(payload["number"]) for _, payload in ledger.events(REMOVED)}
    return [
        Watch(event.number, told["kind"], told["value"], told["reason"], event.author, event.at)
        for event, told in ledger.events(ADDED)
        if event.number not in gone
    ]


def mark_seen(ledger: Ledger, author: str, alerts: Sequence[str]) -> int:
    """Record that somebody has seen these alerts; return the event's number."""
    return ledger.record(SEEN, author, {"alerts": sorted(alerts)})


def seen_alerts(ledger: Ledger) -> frozenset[str]:
    """Return the ids of the alerts that somebody has seen."""
    return frozenset(alert for _, told in ledger.events(SEEN) for alert in told["alerts"])
