"""The terms of one deal: which price holds, which place is named most closely, how far it came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ringtrace.rings.activity import Act

Details = Mapping[str, Mapping[str, Counter[str]]]
"""Post -> kind of mention -> values with how often they stand there."""
_NO_LEVEL = "00"


def price_of(acts: Sequence[Act], buyer: str | None, details: Details) -> str | None:
    """Return the price that holds among ``acts`` (in order of time), or None.

    That is the price accepted last; without an acceptance the last one that the handing-over side
    asks, since a bid that nobody took is no price; without any the last bid. An acceptance that
    names no price takes what the other side named last.
    """
    asked: str | None = None
    bid: str | None = None
    taken: str | None = None
    for act in acts:
        named = most_named(details.get(act.post, {}).get("money", Counter()))
        buys = act.actor == buyer
        if "agreed" in act.facts:
            taken = named or (asked if buys else bid) or asked or bid
        if named and buys:
            bid = named
        elif named:
            asked = named
    return taken or asked or bid


def place_of(values: Counter[str]) -> str | None:
    """Return the place named most closely within the province (or country) named most often.

    values: GB/T 2260 codes ("510100" of 成都) or ISO 3166 codes ("US-CA"), as mentions give them.
    """
    if not values:
        return None
    regions: Counter[str] = Counter()
    for value, count in values.items():
        regions[value[:2]] += count
    region = min(regions, key=lambda one: (-regions[one], one))
    inside = [value for value in values if value[:2] == region]
    return min(inside, key=lambda value: (-_depth(value), -values[value], value))


def status_of(acts: Iterable[Act], *, answered: bool, offered: bool) -> str:
    """Return how far the deal came, by what its posts say: the furthest of the statuses.

    wanted, offered, discussed (somebody answered), agreed (a price or a meeting is accepted),
    closed (the child is said to be gone), admitted (a post says that it was done).
    """
    facts = {fact for act in acts for fact in act.facts}
    for fact, status in (("admission", "admitted"), ("gone", "closed"), ("agreed", "agreed")):
        if fact in facts:
            return status
    if answered:
        return "discussed"
    return "offered" if offered else "wanted"


def most_named(values: Counter[str]) -> str | None:
    """Return the value named most often, the first in order among equals."""
    return min(values, key=lambda value: (-values[value], value)) if values else None


def _depth(code: str) -> int:
    if not code.isdecimal():
        return len(code)
    while code.endswith(_NO_LEVEL):
        code = code[: -len(_NO_LEVEL)]
    return len(code)
