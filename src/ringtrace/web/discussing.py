"""What a team says of the thing that a page is of: which thing that is, and what was said, handed over and done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ringtrace.model.person import Person
from ringtrace.store.discussion import About, Discussion
from ringtrace.web.desk import View
from ringtrace.web.rights import may


def about_of(view: View, key: str) -> About | None:
    """The thing that ``key`` names ("actor:..") as this analysis has it, None when it has none."""
    kind, *parts = key.split(":")
    accounts_of, known = view.room.naming.accounts_of, view.room.naming.accounts
    if kind == "post" and len(parts) == 1 and view.row("posts", "post_id", parts[0]):
        return About(key)
    if kind == "link" and len(parts) == 2 and parts == sorted(parts) and set(parts) <= set(known):
        return About(key, frozenset(parts))
    if kind == "actor" and len(parts) == 1 and parts[0] in accounts_of:
        return About(key, frozenset(accounts_of[parts[0]]))
    if kind == "ring" and len(parts) == 1 and (actors := view.only("members", "ring_id", parts)):
        members = actors["actor_id"].to_pylist()
        return About(key, frozenset(account for actor in members for account in accounts_of.get(actor, ())))
    return None


def told_of(about: About, discussion: Discussion, people: Iterable[Person]) -> dict[str, Any]:
    """What a team, whose ``people`` these are, said of a thing, who looks after it, and who could."""
    comments, held = discussion.on(about)
    readers = [
        {"id": person.id, "name": person.name} for person in people
        if not person.closed and may(person.roles, "GET /posts/{post_id}")
    ]  # fmt: skip
    return {
        "about": held.about if held else about.key,
        "comments": [
            {"number": one.number, "author": one.author, "at": instant(one.at), "text": one.text} for one in comments
        ],
        "assignment": {"to": held.to, "name": held.name, "state": held.state, "note": held.note, "by": held.by,
                       "at": instant(held.at)} if held else None,
        "version": held.version if held else 0, "people": readers,
    }  # fmt: skip


def instant(microseconds: int) -> datetime:
    """The time that so many microseconds after 1970 are, UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
