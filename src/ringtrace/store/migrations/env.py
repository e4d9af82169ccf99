"""What Alembic calls: the migrations run on the connection that ``store/database.py`` holds, within its transaction."""

from __future__ import annotations

from alembic import context

from ringtrace.store.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
