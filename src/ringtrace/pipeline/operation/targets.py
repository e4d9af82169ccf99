"""Who is to be handed to whom: the members of rings with their place, their roles, the reasons, doubts and lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from ringtrace.operation.assignment import Assignment, assign
from ringtrace.operation.clues import Clue, find_clues
from ringtrace.pipeline.operation.packages import UNASSIGNED
from ringtrace.pipeline.telling.room import Room

_PROTECTED = frozenset({"observer"})
CLUES = 8
"""Clues for a place, and as many against it, that are told."""
_SURE = 0.5
_CONTACTS = frozenset({"phone", "qq", "wechat", "telegram", "email"})


def assignments(room: Room) -> dict[str, Assignment]:
    """Return the assignment of every member of a ring; observers are nobody's target."""
    roles = _roles(room)
    clues = find_clues(room.table)
    return {actor: assign(actor, clues.get(actor, [])) for actor in sorted(roles) if not roles[actor] <= _PROTECTED}


def by_place(assigned: Mapping[str, Assignment]) -> dict[str, list[Assignment]]:
    """Place -> those whose package it is; "unassigned" for all whose place is not firm or likely."""
    found: defaultdict[str, list[Assignment]] = defaultdict(list)
    for one in assigned.values():
        found[(one.place if one.level in ("firm", "likely") else "") or UNASSIGNED].append(one)
    return dict(found)


def own_contacts(room: Room) -> Mapping[str, set[str]]:
    """Actor id -> the contacts that they give as their own in any post: "phone +86..."."""
    posts = room.table("posts")
    account_of = dict(zip(posts["post_id"].to_pylist(), posts["account_id"].to_pylist(), strict=True))
    actor_of = {key: actor for actor, keys in room.naming.accounts_of.items() for key in keys}
    found: defaultdict[str, set[str]] = defaultdict(set)
    columns = ["post_id", "kind", "value", "owner", "probability"]
    for row in room.table("mentions").select(columns).to_pylist():
        if row["owner"] == "self" and row["kind"] in _CONTACTS and row["probability"] >= _SURE:
            actor = actor_of.get(account_of.get(row["post_id"], ""))
            if actor:
                found[actor].add(f"{row['kind']} {row['value']}")
    return found


def target_document(
    room: Room, assigned: Assignment, members: Sequence[Mapping[str, Any]], contacts: Sequence[str]
) -> dict[str, Any]:
    actor = assigned.actor
    rings, roles = [], []
    for member in members:
        rings.append(member["ring_id"])
        for held in room.conduct.roles(member):
            because, _ = room.reasons(held.because, "")
            against, _ = room.reasons(held.against, "")
            roles.append({"role": held.role, "probability": held.probability, "because": because, "against": against})
    return {
        "actor": actor, "name": room.naming.actor(actor), "accounts": room.naming.accounts_of.get(actor, []),
        "rings": rings, "roles": roles, "contacts": contacts, "place share": assigned.share, "level": assigned.level,
        "clues": _clues(room, assigned.clues), "clues against": _clues(room, assigned.against),
        "doubts": list(assigned.doubts), "missing": missing_of(contacts, assigned),
        "care": ["may be a victim as well"] if any(r["role"] == "victim_and_actor" for r in roles) else [],
    }  # fmt: skip


def _clues(room: Room, clues: Sequence[Clue]) -> list[dict[str, Any]]:
    told = []
    for clue in clues[:CLUES]:
        cited = room.cited([clue.span])[0] if clue.span else []
        told.append({"kind": clue.kind, "place": clue.place, "about": clue.about, "cited": cited})
    return told


def missing_of(contacts: Sequence[str], assigned: Assignment) -> list[str]:
    missing = ["a person's identity: only accounts are known"]
    missing += [] if any(contact.startswith("phone ") for contact in contacts) else ["a phone number of their own"]
    missing += ["a place that more than one kind of clue names"] if len({c.kind for c in assigned.clues}) < 2 else []
    return missing


def members_of(room: Room) -> dict[str, list[dict[str, Any]]]:
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in room.table("members").to_pylist():
        found[row["actor_id"]].append(row)
    return found


def _roles(room: Room) -> dict[str, set[str]]:
    return {actor: {held["role"] for row in rows for held in row["roles"]} for actor, rows in members_of(room).items()}
