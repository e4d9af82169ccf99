"""What a team says about a post, an actor, a ring or a pair of accounts, and who looks after it.

Comments, mentions and assignments are events; none is changed or erased, a correction is a further comment. Ids of
actors and rings change when evidence or verdicts do: what was said stays with the accounts it was said of.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal

from ringtrace.errors import UsageError
from ringtrace.model.person import Person
from ringtrace.store.ledger import Change, Ledger

KINDS = ("comment", "mention_seen", "assignment")
State = Literal["open", "done"]
_TEXT, _NOTE, _ACCOUNTS = 4_000, 400, 2_000
_SAME = 0.5
"""Share of the accounts then that a thing must hold now to be the one that was spoken of."""


@dataclass(frozen=True, slots=True)
class About:
    """A thing: key "post:..", "actor:..", "ring:.." or "link:..:.."; accounts: ids that it consists of."""

    key: str
    accounts: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Comment:
    """at: microseconds UTC; to: ids of the people who are named in it."""

    number: int
    at: int
    author: str
    about: str
    text: str
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """to: the id of who looks after it; version: how often it was changed."""

    about: str
    to: str
    name: str
    state: State
    note: str
    by: str
    at: int
    version: int


@dataclass(slots=True)
class _Known:
    things: dict[str, frozenset[str]] = field(default_factory=dict)
    comments: dict[str, list[Comment]] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    mentions: dict[tuple[str, int], Comment] = field(default_factory=dict)


class Discussion:
    """Everything that was said in a case, as its ledger tells; shared by threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._last = 0
        self._known = _Known()

    def on(self, about: About) -> tuple[list[Comment], Assignment | None]:
        """Return the comments on a thing, oldest first, and who looks after it."""
        known = self._read()
        keys = [key for key, accounts in known.things.items() if _is_same(about, key, accounts)]
        comments = sorted((c for key in keys for c in known.comments.get(key, ())), key=lambda c: c.number)
        held = [known.assignments[key] for key in keys if key in known.assignments]
        return comments, max(held, key=lambda one: one.at, default=None)

    def needs(self, person: str) -> tuple[list[Assignment], list[Comment]]:
        """Return what waits for a person: what they look after, and unseen comments that call them."""
        known = self._read()
        mine = [one for one in known.assignments.values() if one.to == person and one.state == "open"]
        return mine, [comment for (who, _), comment in known.mentions.items() if who == person]

    def comment(self, about: About, text: str, author: str, to: Sequence[str]) -> int:
        """Say something. Raises UsageError when it is empty or too long."""
        if not text.strip() or len(text) > _TEXT:
            raise UsageError(f"a comment has 1 to {_TEXT:,} characters")
        payload = {"about": about.key, "text": text.strip(), "to": sorted(set(to)), **_accounts(about)}
        return self._ledger.record("comment", author, payload, subject=f"comments:{about.key}")

    def see(self, number: int, person: Person) -> None:
        """Take a mention off somebody's list."""
        if (person.id, number) not in self._read().mentions:
            raise UsageError("no comment by that number waits for you")
        self._ledger.record("mention_seen", person.name, {"comment": number, "person": person.id})

    def assign(self, about: About, to: Person, state: State, note: str, author: str, seen: int) -> int:
        """Hand a thing to somebody or say that it is done. Raises ConflictError when it was changed since ``seen``."""
        if len(note) > _NOTE:
            raise UsageError(f"a note has at most {_NOTE} characters")
        told = {"to": to.id, "name": to.name, "state": state, "note": note.strip()}
        payload = {"about": about.key, **told, **_accounts(about)}
        return self._ledger.record("assignment", author, payload, subject=f"assignment:{about.key}", seen=seen)

    def _read(self) -> _Known:
        with self._lock:
            for change in self._ledger.changes(KINDS, self._last):
                self._last = change.number
                _apply(self._known, change)
            known = self._known
            return _Known(dict(known.things), dict(known.comments), dict(known.assignments), dict(known.mentions))


def mentioned(text: str, people: Mapping[str, Person]) -> list[Person]:
    """Return who is named by @ in a text: the longest name that fits at each place, of those who are let in."""
    names = sorted((p for p in people.values() if not p.closed), key=lambda p: -len(p.name))
    found: dict[str, Person] = {}
    for part in text.split("@")[1:]:
        person = next((p for p in names if part.casefold().startswith(p.name.casefold())), None)
        if person is not None:
            found[person.id] = person
    return list(found.values())


def _accounts(about: About) -> dict[str, list[str]]:
    return {"accounts": sorted(about.accounts)[:_ACCOUNTS]} if about.accounts else {}


def _is_same(about: About, key: str, accounts: AbstractSet[str]) -> bool:
    if key == about.key:
        return True
    if not accounts or key.partition(":")[0] != about.kind:
        return False
    return len(accounts & about.accounts) >= _SAME * len(accounts)


def _apply(known: _Known, change: Change) -> None:
    told: dict[str, Any] = change.payload
    if change.kind == "mention_seen":
        known.mentions.pop((told["person"], told["comment"]), None)
        return
    key = told["about"]
    known.things[key] = frozenset(told.get("accounts", ())) or known.things.get(key, frozenset())
    if change.kind == "assignment":
        known.assignments[key] = Assignment(
            key, told["to"], told["name"], told["state"], told["note"], change.author, change.at, change.version
        )
        return
    comment = Comment(change.number, change.at, change.author, key, told["text"], tuple(told["to"]))
    known.comments[key] = [*known.comments.get(key, ()), comment]
    for person in comment.to:
        known.mentions[person, comment.number] = comment
