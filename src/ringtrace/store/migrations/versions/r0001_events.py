"""The ledger as it was before it had versions: one table of events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ringtrace.store.tables import GUARDS

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
    )
    op.create_index("ix_events_kind", "events", ["kind"])
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
