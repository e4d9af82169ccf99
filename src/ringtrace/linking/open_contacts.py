"""Whose a contact is that many unrelated people show: an agency's open to all, a family's in an appeal passed on.

No single post says so, and so the owner that its words gave stays until the use of every contact is known.
What linking and rings were worked out from keeps the owners that the words gave: a business contact has no say
there anyway, and what is settled here must not feed back into how it was settled.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.linking.model import limits
from ringtrace.model.mention import CONTACT_KINDS

_CLAIMED = ("self", "unknown", "other")
_JOINT = "\0"
_SHARES = ("trade", "appeal", "hotline")


def settle_open_contacts(mentions: pa.Table, stances: pa.Table, identifiers: pa.Table) -> pa.Table:
    """Return ``mentions`` with the owners of business contacts outside of trade settled; the rule says why.

    mentions, stances: contract tables; identifiers: as ``classify`` gives them. Where most posts that show a contact
    appeal for somebody missing it is "other", the family's. Else it is "hotline" where ``open_people`` and more give
    it as their own, or fewer while ``open_share`` of its posts name it as open to all: one person's number stands
    under a pram and a puppy, in ten names, too. A contact is left alone where more than ``trade_share`` of the posts
    that show it offer, seek or broker (a ring's broker is in many mouths), and where it is quoted.
    """
    business = _business(identifiers)
    if not business:
        return mentions
    known = pa.array(sorted(business), pa.string())
    rows = pc.indices_nonzero(pc.is_in(_keys(mentions), known))
    told = mentions.take(rows)
    settled = _settled(_shares(told, stances), business)
    owners, rules = mentions["owner"].to_pylist(), mentions["rule"].to_pylist()
    for row, key in zip(rows.to_pylist(), _keys(told).to_pylist(), strict=True):
        if key in settled and owners[row] in _CLAIMED:
            owners[row], reason = settled[key]
            rules[row] = f"{rules[row]}; {reason}"
    return _with(_with(mentions, "owner", owners), "rule", rules)


def _business(identifiers: pa.Table) -> dict[str, tuple[int, str]]:
    """Return key -> (people that give it as their own, why it is a business contact)."""
    uses = zip(*(identifiers[name].to_pylist() for name in ("kind", "use", "claimants", "reason")), strict=True)
    return {
        key: (people, reason)
        for key, (kind, use, people, reason) in zip(_keys(identifiers).to_pylist(), uses, strict=True)
        if use == "business" and kind in CONTACT_KINDS and people >= limits()["business_claimants"]
    }


def _shares(told: pa.Table, stances: pa.Table) -> Iterable[tuple[str, float, float, float]]:
    """Yield (key, share of trade, share of appeals, share named as open to all) of the mentions told."""
    at = pc.index_in(told["post_id"], stances["post_id"].combine_chunks())
    directions, frames = stances["direction"].take(at), stances["frame"].take(at)
    marks = {
        "trade": pc.not_equal(directions, "none"), "appeal": pc.equal(frames, "appeal"),
        "hotline": pc.equal(told["owner"], "hotline"),
    }  # fmt: skip
    counted = {name: pc.cast(pc.fill_null(mark, False), pa.float64()) for name, mark in marks.items()}
    means = pa.table({"key": _keys(told), **counted}).group_by("key").aggregate([(name, "mean") for name in _SHARES])
    return zip(*(means[name].to_pylist() for name in ("key", *(f"{one}_mean" for one in _SHARES))), strict=True)


def _settled(
    shares: Iterable[tuple[str, float, float, float]], business: dict[str, tuple[int, str]]
) -> dict[str, tuple[str, str]]:
    """Return key -> (owner, reason) of the contacts that are somebody else's or open to all."""
    found = {}
    for key, trade, appeal, public in shares:
        people, reason = business[key]
        if trade > limits()["trade_share"]:
            continue
        if appeal > 1 / 2:
            found[key] = "other", f"in an appeal that {people} accounts pass on"
        elif people >= limits()["open_people"] or public >= limits()["open_share"]:
            found[key] = "hotline", f"open to all: {reason}"
    return found


def _keys(table: pa.Table) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(table["kind"], table["value"], _JOINT)


def _with(table: pa.Table, name: str, values: list[str]) -> pa.Table:
    at = table.schema.get_field_index(name)
    return table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))
