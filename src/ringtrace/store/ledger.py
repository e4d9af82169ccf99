"""Decisions of people: append-only events. SQLite by default, PostgreSQL by URL for teams."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, false, func, insert, make_url, select, text

from ringtrace.errors import CaseError, ConflictError, UsageError
from ringtrace.model.identity import derive_id
from ringtrace.model.ring import Judgement, Verdict
from ringtrace.store.database import appending, open_database, reading
from ringtrace.store.tables import MOST, SUBJECT, Event

_UNDONE = "judgement_undone"
_GROUP = "judgement_group"
VERDICTS = ("judgement", _GROUP, _UNDONE)
"""The kinds of events that give verdicts, one or a group of them, and take them back."""
_Found = Row[int, int, str, str, str, str | None, int | None]
_CHANGES = select(
    Event.number, Event.at, Event.kind, Event.author, Event.payload, Event.subject, Event.version
).order_by(Event.number)
_INSERT_MANY = text(
    "INSERT INTO events SELECT r.* FROM json_to_recordset(CAST(:rows AS json)) AS r(number bigint, at bigint, "
    "kind text, author text, payload text, subject text, version integer)"
)
_ROWS = 5_000
"""Events of one statement: a hundred thousand rows one by one take PostgreSQL's driver half a minute."""


@dataclass(frozen=True, slots=True)
class Change:
    """An event that changed a thing. at: microseconds UTC; version: 1 for the thing's first change."""

    number: int
    at: int
    kind: str
    author: str
    payload: dict[str, Any]
    version: int


Decide = Callable[[Sequence[Change]], tuple[Judgement, int | None]]


class Ledger:
    """The events of one case at a database URL."""

    def __init__(self, url: str, engine: Engine | None = None) -> None:
        self.url = url
        self.engine: Engine = engine or open_database(url)
        self._lent = engine is not None

    @classmethod
    def at(cls, path: Path) -> Ledger:
        return cls(f"sqlite:///{path}")

    @property
    def address(self) -> str:
        """Where it lies, without the password."""
        return make_url(self.url).render_as_string(hide_password=True)

    def lend(self) -> Ledger:
        """Return this ledger for one piece of work, whose ``close`` leaves the connections open."""
        return Ledger(self.url, self.engine)

    def record(
        self,
        kind: str,
        author: str,
        payload: dict[str, Any],
        at: datetime | None = None,
        *,
        subject: str = "",
        seen: int | None = None,
    ) -> int:
        """Append an event and return its number; durable on return.

        subject: the thing that it changes. seen: the version of it that the author had before their eyes, None
        not to ask; raises ConflictError, and records nothing, when somebody has changed it since.
        """
        told = json.dumps(payload, ensure_ascii=False, sort_keys=True)
        with appending(self.engine) as connection:
            return _append(connection, [(kind, author, told)], at, subject, seen)[0]

    def record_all(self, events: Sequence[tuple[str, str, bytes]], at: datetime | None = None) -> list[int]:
        """Append (kind, author, JSON payload) events, all or none; return their numbers; durable on return."""
        with appending(self.engine) as connection:
            return _append(connection, [(kind, author, payload.decode()) for kind, author, payload in events], at)

    def last(self) -> int:
        """Return the number of the latest event, 0 for none."""
        with reading(self.engine) as connection:
            return connection.scalar(select(func.max(Event.number))) or 0

    def version(self, subject: str) -> int:
        """Return how often ``subject`` was changed."""
        with reading(self.engine) as connection:
            return connection.scalar(select(func.max(Event.version)).where(Event.subject == subject)) or 0

    def history(self, subject: str) -> list[Change]:
        """Return every change of ``subject``, oldest first."""
        with reading(self.engine) as connection:
            return [_change(row) for row in connection.execute(_CHANGES.where(Event.subject == subject))]

    def payloads(self, kind: str) -> list[tuple[int, int, str, str]]:
        """Return (number, at, author, JSON payload) of every event of ``kind`` in the order of recording."""
        query = select(Event.number, Event.at, Event.author, Event.payload).where(Event.kind == kind)
        with reading(self.engine) as connection:
            return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query.order_by(Event.number))]

    def all_events(self) -> list[tuple[int, int, str, str, str]]:
        """Return (number, at, kind, author, JSON payload) of every event in the order of recording."""
        query = select(Event.number, Event.at, Event.kind, Event.author, Event.payload).order_by(Event.number)
        with reading(self.engine) as connection:
            return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query)]

    def changes(self, kinds: Sequence[str], after: int = 0) -> list[Change]:
        """Return the events of ``kinds`` that follow event ``after``, in the order of recording."""
        wanted = _CHANGES.where(Event.kind.in_(kinds), Event.number > after)
        with reading(self.engine) as connection:
            return [_change(row) for row in connection.execute(wanted)]

    def judge(self, judgement: Judgement, seen: int | None = None) -> int:
        """Record a verdict; a later verdict on the same subject supersedes an earlier one. seen: as in ``record``."""
        return self.judge_after(judgement.subject, lambda _: (judgement, seen))

    def judge_after(self, subject: tuple[str, ...], decide: Decide) -> int:
        """Record the verdict that ``decide`` makes of everything said of ``subject`` so far; return its number.

        decide: events that gave a verdict on it or took one back, oldest first -> the verdict, and seen as in
        ``record``. Between what it is told and what is recorded nobody else says anything.
        """
        with appending(self.engine) as connection:
            judgement, seen = decide(_verdict_changes(connection, subject))
            payload: dict[str, Any] = {
                "subject": list(judgement.subject), "verdict": judgement.verdict, "reason": judgement.reason,
            }  # fmt: skip
            if judgement.blind:
                payload["blind"] = True
            told = json.dumps(payload, ensure_ascii=False, sort_keys=True)
            at = datetime.fromtimestamp(judgement.at / 1e6, UTC)
            return _append(connection, [("judgement", judgement.analyst, told)], at, subject_of(subject), seen)[0]

    def judge_group(self, pairs: Sequence[tuple[str, str]], analyst: str, reason: str, at: int, after: int) -> int:
        """Record that the accounts of each pair are one person, as one event, taken back as one; return its number.

        at: microseconds UTC. after: the latest event that the author had looked at; raises ConflictError, and
        records nothing, when a verdict was given or taken back since.
        """
        told = json.dumps({"links": [list(pair) for pair in pairs], "reason": reason}, ensure_ascii=False)
        subject = derive_id("judgement-group", analyst, str(at), told)
        with appending(self.engine) as connection:
            since = connection.execute(
                _CHANGES.where(Event.kind.in_(VERDICTS), Event.number > after).order_by(None)
                .order_by(Event.number.desc()).limit(1)
            ).one_or_none()  # fmt: skip
            if since is not None:
                raise ConflictError("verdicts", after, _told(since), json.loads(told))
            return _append(connection, [(_GROUP, analyst, told)], datetime.fromtimestamp(at / 1e6, UTC), subject)[0]

    def verdict_changes(self, subject: tuple[str, ...]) -> list[Change]:
        """Return every event that gave a verdict on ``subject`` or took one back, groups included, oldest first."""
        with reading(self.engine) as connection:
            return _verdict_changes(connection, subject)

    def judgements(self) -> list[Judgement]:
        """Return the verdict in force on each subject, in order of subject; see ``Judgement.beside``."""
        undone = self.undone()
        latest: dict[tuple[str, ...], Judgement] = {}
        for number, judgement in self.verdicts():
            if number not in undone:
                latest[judgement.subject] = judgement.beside(latest.get(judgement.subject))
        return [latest[subject] for subject in sorted(latest)]

    def verdicts(self) -> Iterator[tuple[int, Judgement]]:
        """Yield (event number, verdict) of every verdict ever given, undone ones included; of a group several."""
        for entry in self.changes(("judgement", _GROUP)):
            for given in judgements_of(entry):
                yield entry.number, given

    def undo_verdict(self, number: int, author: str) -> int:
        """Take back the verdict, or the group of them, of event ``number``: what held before holds again.

        Raises UsageError when ``number`` is no verdict, or is undone already.
        """
        with appending(self.engine) as connection:
            found = connection.execute(_CHANGES.where(Event.number == max(0, min(number, MOST)))).one_or_none()
            if found is None or found.kind not in ("judgement", _GROUP):
                raise UsageError(f"event {number} is no verdict of this case")
            subject = found.subject or subject_of(json.loads(found.payload)["subject"])
            before = connection.execute(_CHANGES.where(Event.subject == subject, Event.kind == _UNDONE))
            if number in {int(json.loads(row.payload)["number"]) for row in before}:
                raise UsageError(f"the verdict of event {number} is undone already")
            return _append(connection, [(_UNDONE, author, json.dumps({"number": number}))], None, subject)[0]

    def undone(self) -> frozenset[int]:
        """Return the event numbers of the verdicts that were taken back."""
        return frozenset(int(payload["number"]) for _, payload in self.events(_UNDONE))

    def events(self, kind: str) -> Iterator[tuple[Change, dict[str, Any]]]:
        """Yield (event, payload) of ``kind`` in the order of recording."""
        with reading(self.engine) as connection:
            found = [_change(row) for row in connection.execute(_CHANGES.where(Event.kind == kind))]
        yield from ((entry, entry.payload) for entry in found)

    def close(self) -> None:
        if not self._lent:
            self.engine.dispose()


def judgement_of(change: Change) -> Judgement:
    """Return the verdict that an event of kind "judgement" records."""
    told = change.payload
    verdict: Verdict = told["verdict"]
    return Judgement(
        tuple(told["subject"]), verdict, change.author, change.at, told["reason"], told.get("blind", False)
    )


def judgements_of(change: Change) -> list[Judgement]:
    """Return the verdicts that an event records: one, all of a group, or none."""
    if change.kind == _GROUP:
        told = change.payload
        return [Judgement(("link", *pair), "yes", change.author, change.at, told["reason"]) for pair in told["links"]]
    return [judgement_of(change)] if change.kind == "judgement" else []


def _groups_with(subject: Sequence[str]) -> Select[str | None]:
    """The subjects of the groups of verdicts with one on this pair; of any other thing none has."""
    pair = json.dumps(list(subject[1:]), ensure_ascii=False)
    held = Event.payload.contains(pair, autoescape=True) if subject[0] == "link" else false()
    return select(Event.subject).where(Event.kind == _GROUP, held)


def _verdict_changes(connection: Connection, subject: tuple[str, ...]) -> list[Change]:
    wanted = Event.subject == subject_of(subject)
    found = connection.execute(_CHANGES.where(wanted | Event.subject.in_(_groups_with(subject))))
    return [_change(row) for row in found]


def subject_of(parts: Sequence[str]) -> str:
    """The name under which a thing's changes are counted: ("post", id) -> "post:id"."""
    told = ":".join(parts)
    return told if len(told) <= SUBJECT else derive_id("subject", *parts)


def _append(
    connection: Connection,
    events: Sequence[tuple[str, str, str]],
    at: datetime | None,
    subject: str = "",
    seen: int | None = None,
) -> list[int]:
    """Append events within a transaction that keeps others from doing so; only of a single one subject is told."""
    moment = round((at or datetime.now(UTC)).timestamp() * 1_000_000)
    first = (connection.scalar(select(func.max(Event.number))) or 0) + 1
    version = _next_version(connection, subject, seen, events[0][2]) if subject else None
    rows = [
        {"number": first + index, "at": moment, "kind": kind, "author": author, "payload": payload,
         "subject": subject or None, "version": version}
        for index, (kind, author, payload) in enumerate(events)
    ]  # fmt: skip
    _insert(connection, rows)
    return [first + index for index in range(len(rows))]


def _change(row: _Found) -> Change:
    return Change(row.number, row.at, row.kind, row.author, json.loads(row.payload), row.version or 0)


def _told(row: _Found) -> dict[str, Any]:
    at = datetime.fromtimestamp(row.at / 1e6, UTC).isoformat(timespec="seconds")
    return {"version": row.version, "number": row.number, "author": row.author, "at": at, "kind": row.kind,
            "payload": json.loads(row.payload)}  # fmt: skip


def _insert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if connection.dialect.name != "postgresql" or len(rows) == 1:
        if rows:
            connection.execute(insert(Event), rows)
        return
    for start in range(0, len(rows), _ROWS):
        part = json.dumps(rows[start : start + _ROWS], ensure_ascii=False)
        connection.execute(_INSERT_MANY, {"rows": part})


def _next_version(connection: Connection, subject: str, seen: int | None, payload: str) -> int:
    """Raises ConflictError when ``subject`` is not at the version that was seen."""
    latest = connection.execute(
        _CHANGES.where(Event.subject == subject).order_by(None).order_by(Event.version.desc()).limit(1)
    ).one_or_none()
    present = latest.version if latest else 0
    known = present
    if seen is not None and subject.startswith("link:"):  # what groups of verdicts said of the pair was seen as well
        groups = _groups_with(subject.split(":"))
        known += connection.scalar(select(func.count()).where(Event.subject.in_(groups))) or 0
    if seen is not None and seen != known:
        raise ConflictError(subject, seen, _told(latest) if latest else {"version": 0}, json.loads(payload))
    return int(present) + 1


def copy_events(source: Ledger, target: Ledger, change: Callable[[str, str], str | None]) -> None:
    """Copy every event under its number. change(kind, payload): the payload to keep, None to leave the event out."""
    rows = [
        {"number": number, "at": at, "kind": kind, "author": author, "payload": kept, "subject": None, "version": None}
        for number, at, kind, author, payload in source.all_events()
        if (kept := change(kind, payload)) is not None
    ]
    with appending(target.engine) as connection:
        _insert(connection, rows)


def move_events(source: Ledger, target: Ledger) -> int:
    """Copy every event as it is into an empty ledger; return how many. Raises CaseError when it is not empty."""
    with reading(source.engine) as connection:
        rows = [dict(row._mapping) for row in connection.execute(_CHANGES)]
    with appending(target.engine) as connection:
        if connection.scalar(select(func.count()).select_from(Event)):
            raise CaseError("the new database holds events already; nothing was copied")
        _insert(connection, rows)
        copied = [dict(row._mapping) for row in connection.execute(_CHANGES)]
        if copied != rows:
            raise CaseError("the copy is not the same as the ledger; nothing was kept of it")
    return len(rows)


@contextmanager
def open_ledger(url: str) -> Iterator[Ledger]:
    """Open the ledger at ``url`` and close it afterwards."""
    ledger = Ledger(url)
    try:
        yield ledger
    finally:
        ledger.close()
