"""Where the ledger lies: a SQLite file, or PostgreSQL by URL for teams. Opens it and brings it to this version.

    postgresql://ann@db.office.example/cases?schema=case_7&passfile=/etc/ringtrace/password
    postgresql://ann@/cases?host=/var/run/postgresql          a socket of this machine

schema: one database may hold many cases, each in a schema of its own. passfile: a file that holds the password
alone, so that it stands in no setting. Another machine is spoken to by TLS, its certificate checked against the
system's authorities, unless sslmode=disable says that the line is protected otherwise.
"""

from __future__ import annotations

import re
import sqlite3
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from ringtrace.errors import CaseError
from ringtrace.store.tables import HEAD, VERSION, Base

_POOL, _MORE = 10, 30
"""Connections that are kept, and further ones while many ask at once; PostgreSQL gives 100 by default."""
_WAIT = 30
_PAUSE = 0.02
_OURS = ("schema", "passfile", "sslmode", "host")
_LOCAL = frozenset({"", "localhost", "127.0.0.1", "::1"})
_FIRST = "0001"
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(current_setting('search_path'), 0))")


def open_database(url: str) -> Engine:
    """Return the engine for ``url``, its tables there and of this version. Raises CaseError when it cannot be used."""
    try:
        told = make_url(url)
        engine = _sqlite(told) if told.get_backend_name() == "sqlite" else _postgresql(told)
    except (ArgumentError, NoSuchModuleError) as error:
        raise CaseError(
            f"{url.partition('://')[0]!r} is no database for a ledger: sqlite:// or postgresql://"
        ) from error
    try:
        with _told_plainly(engine, "used", f"; {_advice(engine)}"):
            _bring_up(engine)
    except CaseError:
        engine.dispose()
        raise
    return engine


@contextmanager
def appending(engine: Engine) -> Iterator[Connection]:
    """A transaction in which nobody else appends; durable when it ends. Raises CaseError when it cannot be written.

    One after the other, so that numbers have no gap and stand in the order in which events became durable.
    """
    with (
        _told_plainly(engine, "written"),
        engine.connect().execution_options(**_appending(engine)) as connection,
        connection.begin(),
    ):
        if engine.dialect.name == "postgresql":
            connection.execute(_ALONE)
        yield connection


def _appending(engine: Engine) -> dict[str, Any]:
    """The options of a connection whose statements stand or fall together."""
    if engine.dialect.name == "postgresql":
        return {"isolation_level": "READ COMMITTED"}
    return {"ringtrace_append": True}


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read by. Raises CaseError when the database does not answer."""
    with _told_plainly(engine, "read"), engine.connect() as connection:
        yield connection


@contextmanager
def _told_plainly(engine: Engine, what: str, advice: str = "") -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        where = engine.url.render_as_string(hide_password=True)
        reason = getattr(error, "orig", None) or error
        raise CaseError(f"the ledger {where} cannot be {what}: {reason}{advice}") from error


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _WAIT})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:  # noqa: ANN401  the driver's own type
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _write_ahead(cursor: Any) -> None:  # noqa: ANN401  the driver's own type
    """Ask for a write-ahead log. SQLite does not wait for this lock by itself when several open a new file at once."""
    until = time.monotonic() + _WAIT
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Take the right to write at the beginning: who reads first and writes then is refused when another wrote."""
    immediate = connection.get_execution_options().get("ringtrace_append")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _postgresql(url: URL) -> Engine:
    """Raises ArgumentError when ``url`` is of another database, CaseError when its password file is unreadable."""
    if url.get_backend_name() != "postgresql":
        raise ArgumentError("not PostgreSQL")
    told = {name: _one(url, name) for name in _OURS}
    given: dict[str, Any] = {}
    if told["host"].startswith("/"):
        given["unix_sock"] = f"{told['host']}/.s.PGSQL.{url.port or 5432}"
    elif (told["host"] or url.host or "") not in _LOCAL and told["sslmode"] != "disable":
        given["ssl_context"] = ssl.create_default_context()
    if told["passfile"]:
        given["password"] = _password(Path(told["passfile"]))
    host = None if "unix_sock" in given else told["host"] or url.host
    plain = url.set(drivername="postgresql+pg8000", host=host).difference_update_query(_OURS)
    engine = create_engine(
        plain, connect_args=given, pool_size=_POOL, max_overflow=_MORE, pool_timeout=_WAIT, pool_pre_ping=True,
        isolation_level="AUTOCOMMIT",  # a read is one question: three trips to the server instead of eight
    )  # fmt: skip
    if told["schema"]:
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", told["schema"]):
            raise CaseError(f"schema {told['schema']!r}: small letters, digits and _, at most 63")
        event.listen(engine, "connect", _in_schema(told["schema"]))
    return engine


def _one(url: URL, name: str) -> str:
    found = url.query.get(name, "")
    return found if isinstance(found, str) else found[-1]


def _password(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(f"the password file {path} of the ledger cannot be read: {error}") from error


def _in_schema(schema: str) -> Any:  # noqa: ANN401  a listener
    def use(connection: Any, record: object) -> None:  # noqa: ANN401  the driver's own type
        cursor = connection.cursor()
        cursor.execute(f'SET search_path TO "{schema}"')
        cursor.close()
        connection.commit()

    return use


def _bring_up(engine: Engine) -> None:
    """Make the tables, or change those of an older version. Nothing is written where they are as they should be."""
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    with appending(engine) as connection:
        if engine.dialect.name == "postgresql":
            _make_schema(connection)
        found = _version(connection)
        if found == HEAD:
            return
        if found is None and not inspect(connection).has_table("events"):
            Base.metadata.create_all(connection)
            VERSION.create(connection)
            connection.execute(VERSION.insert().values(version_num=HEAD))
            return
        _migrate(connection, found)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION.name):
        return None
    return connection.scalar(select(VERSION.c.version_num))


def _make_schema(connection: Connection) -> None:
    path = str(connection.scalar(text("SHOW search_path"))).strip('"')
    if connection.scalar(text("SELECT current_schema()")) is None:
        connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{path}"'))


def _migrate(connection: Connection, found: str | None) -> None:
    """Run Alembic's migrations on an older ledger; one from before there were any is at the first."""
    from alembic import command  # a fifth of a second, in the one start after an update
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "ringtrace.store:migrations")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is None:
        command.stamp(config, _FIRST)
    elif found not in known:
        raise CaseError(f"this ledger was written by a newer Ringtrace (version {found}); update the program")
    command.upgrade(config, "head")


def _advice(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return "restore it from a copy"
    return "see whether the server runs and who may use this database"
