"""Searches that somebody keeps: what is looked for, why, and how many posts it found when it was kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ringtrace.errors import UsageError
from ringtrace.store.ledger import Ledger

KEPT, DROPPED = "search_kept", "search_dropped"


@dataclass(frozen=True, slots=True)
class Search:
    """number: of the event that keeps it; at: microseconds UTC. asked: field of the search form -> value, or
    {"handles": one a line} for a list; posts: how many it found then."""

    number: int
    name: str
    asked: Mapping[str, str]
    purpose: str
    posts: int
    author: str
    at: int


def keep_search(ledger: Ledger, author: str, name: str, asked: Mapping[str, str], purpose: str, posts: int) -> int:
    """Append a search; return the number that it goes by."""
    return ledger.record(KEPT, author, {"name": name, "asked": dict(asked), "purpose": purpose, "posts": posts})


def drop_search(ledger: Ledger, author: str, number: int) -> None:
    """Keep a search no longer; that it was kept stays on record. Raises UsageError when there is none."""
    if not any(one.number == number for one in read_searches(ledger)):
        raise UsageError(f"no search goes by the number {number}")
    ledger.record(DROPPED, author, {"number": number})


def read_searches(ledger: Ledger) -> list[Search]:
    """Return the searches that are kept now, in the order in which they came."""
    gone = {int(told["number"]) for _, told in ledger.events(DROPPED)}
    return [
        Search(event.number, told["name"], told["asked"], told["purpose"], told["posts"], event.author, event.at)
        for event, told in ledger.events(KEPT)
        if event.number not in gone
    ]
