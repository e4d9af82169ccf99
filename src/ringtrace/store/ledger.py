"""Decisions of people: append-only events. SQLite by default, any SQLAlchemy URL for teams."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DDL, BigInteger, Engine, Integer, String, Text, create_engine, event, func, insert, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from ringtrace.errors import CaseError, UsageError
from ringtrace.model.ring import Judgement, Verdict

_UNDONE = "judgement_undone"


class Base(DeclarativeBase):
    """The ledger's tables."""


class Event(Base):
    """One decision or record. at: microseconds UTC.

    kind: judgement, record, import, undo, vault, audit, statement_draft, statement_approval, ...
    """

    __tablename__ = "events"

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32), index=True)
    author: Mapped[str] = mapped_column(String(200))
    payload: Mapped[str] = mapped_column(Text)


_SQLITE_GUARDS = (
    "CREATE TRIGGER IF NOT EXISTS events_no_update BEFORE UPDATE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER IF NOT EXISTS events_no_delete BEFORE DELETE ON events "
    "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END",
)
for _guard in _SQLITE_GUARDS:
    event.listen(Event.__table__, "after_create", DDL(_guard).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]


class Ledger:
    """The events of one case at a database URL."""

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)
        try:
            Base.metadata.create_all(self.engine)
        except DatabaseError as error:
            where = self.engine.url.render_as_string(hide_password=True)
            raise CaseError(f"the ledger {where} cannot be used: {error.orig}; restore it from a copy") from error

    @classmethod
    def at(cls, path: Path) -> Ledger:
        return cls(f"sqlite:///{path}")

    def record(self, kind: str, author: str, payload: dict[str, Any], at: datetime | None = None) -> int:
        """Append an event and return its number; durable on return."""
        moment = at or datetime.now(UTC)
        with Session(self.engine) as session, session.begin():
            entry = Event(
                at=round(moment.timestamp() * 1_000_000),
                kind=kind,
                author=author,
                payload=json.dumps(payload, ensure_ascii=False, sort_keys=True),
            )
            session.add(entry)
            session.flush()
            return entry.number

    def record_all(self, events: Sequence[tuple[str, str, bytes]], at: datetime | None = None) -> list[int]:
        """Append (kind, author, JSON payload) events, all or none; return their numbers; durable on return."""
        moment = round((at or datetime.now(UTC)).timestamp() * 1_000_000)
        with self.engine.begin() as connection:
            first = (connection.scalar(select(func.max(Event.number))) or 0) + 1
            rows = [
                {"number": first + index, "at": moment, "kind": kind, "author": author, "payload": payload.decode()}
                for index, (kind, author, payload) in enumerate(events)
            ]
            if rows:
                connection.execute(insert(Event), rows)
        return [first + index for index in range(len(rows))]

    def payloads(self, kind: str) -> list[tuple[int, int, str, str]]:
        """Return (number, at, author, JSON payload) of every event of ``kind`` in the order of recording."""
        query = select(Event.number, Event.at, Event.author, Event.payload).where(Event.kind == kind)
        with self.engine.connect() as connection:
            return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query.order_by(Event.number))]

    def all_events(self) -> list[tuple[int, int, str, str, str]]:
        """Return (number, at, kind, author, JSON payload) of every event in the order of recording."""
        query = select(Event.number, Event.at, Event.kind, Event.author, Event.payload).order_by(Event.number)
        with self.engine.connect() as connection:
            return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query)]

    def judge(self, judgement: Judgement) -> int:
        """Record a verdict; a later verdict on the same subject supersedes an earlier one."""
        payload = {"subject": list(judgement.subject), "verdict": judgement.verdict, "reason": judgement.reason}
        return self.record("judgement", judgement.analyst, payload, datetime.fromtimestamp(judgement.at / 1e6, UTC))

    def judgements(self) -> list[Judgement]:
        """Return the verdict in force on each subject, in order of subject."""
        undone = self.undone()
        latest: dict[tuple[str, ...], Judgement] = {}
        for number, judgement in self.verdicts():
            if number not in undone:
                latest[judgement.subject] = judgement
        return [latest[subject] for subject in sorted(latest)]

    def verdicts(self) -> Iterator[tuple[int, Judgement]]:
        """Yield (event number, verdict) of every verdict ever given, undone ones included."""
        for entry, payload in self.events("judgement"):
            verdict: Verdict = payload["verdict"]
            yield (
                entry.number,
                Judgement(tuple(payload["subject"]), verdict, entry.author, entry.at, payload["reason"]),
            )

    def undo_verdict(self, number: int, author: str) -> int:
        """Take back the verdict of event ``number``: what held before it holds again; both stay on record.

        Raises UsageError when ``number`` is no verdict, or is undone already.
        """
        if number not in {known for known, _ in self.verdicts()}:
            raise UsageError(f"event {number} is no verdict of this case")
        if number in self.undone():
            raise UsageError(f"the verdict of event {number} is undone already")
        return self.record(_UNDONE, author, {"number": number})

    def undone(self) -> frozenset[int]:
        """Return the event numbers of the verdicts that were taken back."""
        return frozenset(int(payload["number"]) for _, payload in self.events(_UNDONE))

    def events(self, kind: str) -> Iterator[tuple[Event, dict[str, Any]]]:
        """Yield (event, payload) of ``kind`` in the order of recording."""
        with Session(self.engine) as session:
            for entry in session.scalars(select(Event).where(Event.kind == kind).order_by(Event.number)):
                yield entry, json.loads(entry.payload)

    def close(self) -> None:
        self.engine.dispose()


def copy_events(source: Ledger, target: Ledger, change: Callable[[str, str], str | None]) -> None:
    """Copy every event under its number. change(kind, payload): the payload to keep, None to leave the event out."""
    rows = [
        {"number": number, "at": at, "kind": kind, "author": author, "payload": kept}
        for number, at, kind, author, payload in source.all_events()
        if (kept := change(kind, payload)) is not None
    ]
    with target.engine.begin() as connection:
        if rows:
            connection.execute(insert(Event), rows)


@contextmanager
def open_ledger(url: str) -> Iterator[Ledger]:
    """Open the ledger at ``url`` and close it afterwards."""
    ledger = Ledger(url)
    try:
        yield ledger
    finally:
        ledger.close()


def _prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ANN401  the driver's own type
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()
