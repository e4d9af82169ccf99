"""What deconfliction has told this case so far: its hits, whom each is shared with, and what the other house released.

Read from the ledger alone, so that it is never more than what the commands printed when they ran.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ringtrace.operation.masking import Masker
from ringtrace.store.ledger import Change, Ledger

KIND = "deconfliction"
Way = Literal["within the house", "found at a partner", "found by a partner"]


@dataclass(frozen=True, slots=True)
class Hit:
    """One identifier or cell that others look at, too; of a repeated round or comparison the latest.

    what: "phone +86..." or "cell 510100 2014-W08". others: names of cases of the house, or the partner; () where none
    was noted. at: microseconds UTC. told: whom to call, "" where the owner says nothing, None where nothing was read.
    """

    what: str
    way: Way
    others: tuple[str, ...]
    at: int
    by: str
    told: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One step of a round, or one comparison. what: as the ledger names it. number: identifiers, or hits."""

    what: str
    other: str
    number: int
    at: int
    by: str


@dataclass(frozen=True, slots=True)
class Deconflicted:
    """hits: the latest first. moves: the latest first."""

    hits: tuple[Hit, ...]
    moves: tuple[Move, ...]

    @property
    def unread(self) -> int:
        """Hits at a partner whose pointer was not read yet."""
        return sum(hit.way == "found at a partner" and hit.told is None for hit in self.hits)


def read_deconflicted(ledger: Ledger, mask: Masker) -> Deconflicted:
    """Return the hits and moves; mask blots out what records that came in since know of children."""
    events = list(ledger.events(KIND))
    told = _pointers(events)
    hits: dict[tuple[str, str, str], Hit] = {}
    for event, payload in events:
        for key, hit in _hits(event, payload, told, mask):
            hits[key] = hit
    moves = tuple(_move(event, payload) for event, payload in reversed(events))
    return Deconflicted(tuple(sorted(hits.values(), key=lambda hit: (-hit.at, hit.way, hit.what))), moves)


def _pointers(events: Iterable[tuple[Change, Mapping[str, Any]]]) -> dict[tuple[str, str, str], str]:
    """(partner, round, identifier) -> whom to call."""
    return {
        (payload["at"], payload["round"], item): whom
        for _, payload in events
        if payload["what"] == "pointers read"
        for item, whom in payload["pointers"].items()
    }


def _hits(
    event: Change, payload: Mapping[str, Any], told: Mapping[tuple[str, str, str], str], mask: Masker
) -> Iterable[tuple[tuple[str, str, str], Hit]]:
    for item in payload.get("hits", ()):
        if payload["what"] == "hits found":
            partner = payload["at"]
            whom = told.get((partner, payload["round"], item))
            hit = Hit(mask(item), "found at a partner", (partner,), event.at, event.author, whom)
        elif payload["what"] == "hit":
            partner = payload["partner"]
            hit = Hit(mask(item), "found by a partner", (partner,), event.at, event.author)
        else:
            partner = ""
            cases = tuple(payload.get("with", {}).get(item, ()))
            hit = Hit(mask(item), "within the house", cases, event.at, event.author)
        yield (hit.way, partner, item), hit


def _move(event: Change, payload: Mapping[str, Any]) -> Move:
    other = payload.get("of") or payload.get("at") or payload.get("partner") or ""
    number = payload.get("number", len(payload.get("hits") or payload.get("pointers") or ()))
    return Move(payload["what"], other, number, event.at, event.author)
