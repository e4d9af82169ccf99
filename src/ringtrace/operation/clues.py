"""Where an actor may be: every clue of an analysis that names a place, with the bytes it stands in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import phonenumbers
import pyarrow as pa

from ringtrace.operation.divisions import province_of, read_place
from ringtrace.text.folding import fold
from ringtrace.text.places.gazetteer import find_places

Tables = Callable[[str], pa.Table]
_SURE = 0.5
_OWNERS = frozenset({"self", "unknown", ""})


@dataclass(frozen=True, slots=True)
class Clue:
    """kind: a key of [bits] in ``lexicons/assignment.model.toml``. place: first-level division code.

    about: what names the place ("post ...", a phone, a group's name). span: evidence_id, member, start, stop or None.
    """

    kind: str
    place: str
    about: str
    span: Mapping[str, Any] | None = None


def find_clues(table: Tables) -> dict[str, list[Clue]]:
    """Return actor id -> clues, in order of kind, place and post. table: table name -> table of the analysis."""
    actor_of = {row["account_id"]: row["actor_id"] for row in table("accounts").to_pylist()}
    found: defaultdict[str, list[Clue]] = defaultdict(list)
    for account, clue in (*_said(table), *_containers(table)):
        if account in actor_of:
            found[actor_of[account]].append(clue)
    for actor, clue in _deals(table):
        found[actor].append(clue)
    return {actor: sorted(set_of(clues), key=lambda c: (c.kind, c.place, c.about)) for actor, clues in found.items()}


def set_of(clues: list[Clue]) -> list[Clue]:
    """Leave out what is said twice: one post names one place once."""
    return list({(clue.kind, clue.place, clue.about): clue for clue in clues}.values())


def _said(table: Tables) -> Iterator[tuple[str, Clue]]:
    """Places and own phones in posts; a quotation, a warning or news says nothing about who writes it."""
    account_of = dict(zip(table("posts")["post_id"].to_pylist(), table("posts")["account_id"].to_pylist(), strict=True))
    stance = {row["post_id"]: row for row in table("stances").to_pylist()}
    columns = ["post_id", "kind", "value", "owner", "probability", "spans"]
    for row in table("mentions").select(columns).to_pylist():
        account = account_of.get(row["post_id"], "")
        if not account or row["probability"] < _SURE:
            continue
        read = stance.get(row["post_id"], {})
        span = row["spans"][0] if row["spans"] else None
        if row["kind"] == "place" and read.get("frame") == "plain" and row["owner"] in _OWNERS:
            place = province_of(row["value"]) if row["value"].isdigit() else ""
            if place:
                trade = read["direction"] != "none" and read["band"] != "no"
                yield account, Clue("trade_place" if trade else "own_place", place, row["post_id"], span)
        elif row["kind"] == "phone" and row["owner"] == "self":
            place = phone_province(row["value"])
            if place:
                yield account, Clue("phone_prefix", place, row["value"], span)


def _containers(table: Tables) -> Iterator[tuple[str, Clue]]:
    names = {row["container_id"]: row["name"] for row in table("containers").to_pylist()}
    pairs = table("posts").select(["account_id", "container"]).group_by(["account_id", "container"]).aggregate([])
    for row in pairs.to_pylist():
        place = _named_province(names.get(row["container"]) or "")
        if row["account_id"] and place:
            yield row["account_id"], Clue("container_name", place, names[row["container"]])


def _deals(table: Tables) -> Iterator[tuple[str, Clue]]:
    for deal in table("deals").to_pylist():
        for party, column in (("supplier", "place_from"), ("buyer", "place_to")):
            code = deal[column] or ""
            if deal[party] and code.isdigit():
                span = deal["basis"][0] if deal["basis"] else None
                yield deal[party], Clue("deal_place", province_of(code), deal["deal_id"], span)


@lru_cache(maxsize=65536)
def phone_province(number: str) -> str:
    """Return the province in which a Chinese number (E.164) was issued, "" when unknown; source: libphonenumber."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    if parsed.country_code != 86:
        return ""
    from phonenumbers import geocoder  # seconds of tables, which nothing else needs

    told = geocoder.description_for_number(parsed, "zh")
    return province_of(read_place(told, "").code) if told and told != "中国" else ""


@lru_cache(maxsize=4096)
def _named_province(name: str) -> str:
    places = {province_of(p.code) for p in find_places(fold(name).text) if p.probability >= _SURE and p.code.isdigit()}
    return places.pop() if len(places) == 1 else ""
