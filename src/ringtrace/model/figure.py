"""Figures: what is counted, in which unit, where, when, as of when, by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ringtrace.model.span import Span

Bound = Literal["exact", "at_least", "about"]
UNREAD_FOR_FIGURES = "not read for figures"
"""How the reason of a gap begins whose bytes were read as a post's words, and only not looked through for figures."""
ReconciliationVerdict = Literal["agrees", "differs", "not_comparable", "unallocated"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its meaning.

    quantity: suspects, children, rings, cases, provinces, sites, groups, forums, price, ...
    unit:     person, case, ring, province, site, group, CNY, ...
    status:   reported, identified, detained, arrested, bailed, charged, convicted, rescued,
              reunited, placed, ... ; "" where the quantity has none (rings, provinces).
    population: what is counted, in the source's words when public.
    place:    division code (GB/T 2260, ISO 3166) or "".
    period_start, period_end, as_of: ISO 8601 dates, partial allowed, "" when unknown.
    span:     the number's bytes for a public figure; None for one computed from the ledger.
    context:  what the figure belongs to ("operation", "older case", ...): figures of different
              contexts are never added or compared.
    records:  ids of the ledger records behind a ledger figure.
    """

    id: str
    origin: Literal["ledger", "public"]
    quantity: str
    unit: str
    status: str
    population: str
    place: str
    period_start: str
    period_end: str
    as_of: str
    bound: Bound
    value: str
    span: Span | None
    context: str = ""
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What two figures say about each other; right is "" for an unallocated remainder."""

    left: str
    right: str
    verdict: ReconciliationVerdict
    amount: str
    reason: str
