"""The tables of the ledger, and the triggers by which the database itself keeps it append-only.

``events`` holds every decision; the one table that changes is ``sessions``: who is signed in at a team's workbench.
"""

from __future__ import annotations

from sqlalchemy import DDL, BigInteger, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, event
from sqlalchemy import Column as PlainColumn
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

HEAD = "0002"
"""The migration that these tables are; a test compares it with ``migrations/``."""
SUBJECT = 400
"""Characters of a subject: two account ids and a few words."""
MOST = 2**63 - 1
"""The largest number that a column holds; a database refuses to be asked for a larger one."""
_COUNT = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The ledger's tables."""


class Event(Base):
    """One decision or record. at: microseconds UTC.

    kind: judgement, record, import, undo, vault, audit, statement_draft, statement_approval, comment, ...
    number: 1, 2, 3 ... without a gap, in the order in which events became durable.
    subject: the thing that the event changes ("" for none); version: how often that thing was changed, this included.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("subject", "version", name="events_one_per_version"),
        Index("events_by_kind", "kind", "number"),
    )

    number: Mapped[int] = mapped_column(_COUNT, primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(32))
    author: Mapped[str] = mapped_column(String(200))
    payload: Mapped[str] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(String(SUBJECT))
    version: Mapped[int | None] = mapped_column(Integer)


class SignedIn(Base):
    """One browser of a team. key: SHA-256 of its cookie, hex; times: seconds since 1970; ended: 0 while it is open."""

    __tablename__ = "sessions"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    begun: Mapped[int] = mapped_column(BigInteger)
    seen: Mapped[int] = mapped_column(BigInteger)
    ended: Mapped[int] = mapped_column(BigInteger)
    browser: Mapped[str] = mapped_column(String(200))


VERSION = Table("alembic_version", MetaData(), PlainColumn("version_num", String(32), primary_key=True))

_SAYS = "the ledger is append-only"
GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER IF NOT EXISTS events_no_{act.lower()} BEFORE {act} ON events "
        f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
        for act in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        f"CREATE OR REPLACE FUNCTION events_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_SAYS}'; END $$",
        "CREATE OR REPLACE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events "
        "FOR EACH ROW EXECUTE FUNCTION events_append_only()",
        "CREATE OR REPLACE TRIGGER events_no_truncate BEFORE TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION events_append_only()",
    ),
}
"""Database -> what makes it refuse to change or remove an event."""
for _name, _statements in GUARDS.items():
    for _statement in _statements:
        event.listen(Event.__table__, "after_create", DDL(_statement).execute_if(dialect=_name))  # type: ignore[no-untyped-call]
