"""What an event changes and how often that was changed, so that two people never overwrite each other; sessions.

Verdicts that are there are given their subject and version; nothing else of any event is touched.
"""

from __future__ import annotations

import json
from collections import Counter

import sqlalchemy as sa
from alembic import op

from ringtrace.store.tables import GUARDS, SUBJECT

revision = "0002"
down_revision = "0001"

_LIFT = {
    "sqlite": ("DROP TRIGGER IF EXISTS events_no_update", "DROP TRIGGER IF EXISTS events_no_delete"),
    "postgresql": ("DROP TRIGGER IF EXISTS events_no_change ON events",),
}
_EVENTS = sa.table(
    "events", sa.column("number"), sa.column("kind"), sa.column("payload"), sa.column("subject"), sa.column("version")
)


def upgrade() -> None:
    bind = op.get_bind()
    for statement in _LIFT[bind.dialect.name]:
        op.execute(statement)
    with op.batch_alter_table("events") as events:
        events.add_column(sa.Column("subject", sa.String(SUBJECT)))
        events.add_column(sa.Column("version", sa.Integer()))
    _number_verdicts(bind)
    with op.batch_alter_table("events") as events:
        events.create_unique_constraint("events_one_per_version", ["subject", "version"])
    op.drop_index("ix_events_kind", "events")
    op.create_index("events_by_kind", "events", ["kind", "number"])
    op.create_table(
        "sessions",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("browser", sa.String(200), nullable=False),
    )
    op.create_index("ix_sessions_person", "sessions", ["person"])
    for statement in GUARDS[bind.dialect.name]:
        op.execute(statement)


def _number_verdicts(bind: sa.Connection) -> None:
    wanted = sa.select(_EVENTS.c.number, _EVENTS.c.kind, _EVENTS.c.payload).where(
        _EVENTS.c.kind.in_(("judgement", "judgement_undone"))
    )
    subjects: dict[int, str] = {}
    versions: Counter[str] = Counter()
    for number, kind, payload in bind.execute(wanted.order_by(_EVENTS.c.number)).all():
        told = json.loads(payload)
        subject = ":".join(told["subject"]) if kind == "judgement" else subjects.get(int(told["number"]), "")
        if not subject or len(subject) > SUBJECT:
            continue
        subjects[number] = subject
        versions[subject] += 1
        bind.execute(
            sa.update(_EVENTS).where(_EVENTS.c.number == number).values(subject=subject, version=versions[subject])
        )
