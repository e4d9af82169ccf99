"""The ledger on SQLite and on PostgreSQL: append-only, without gaps, and nobody's change is lost."""

import json
import sqlite3

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import DBAPIError

from edits import edit_at_once, in_threads
from ringtrace.errors import CaseError, ConflictError, UsageError
from ringtrace.model.ring import Judgement
from ringtrace.store.auditing import read_acts
from ringtrace.store.database import appending, open_database
from ringtrace.store.ledger import Ledger, move_events
from ringtrace.store.records import read_batches
from ringtrace.store.tables import HEAD, Base


@pytest.fixture
def ledger(database):
    made = Ledger(database)
    yield made
    made.close()


def judged(verdict, who="ann", post="post-1", at=1_700_000_000_000_000):
    return Judgement(("post", post), verdict, who, at, "")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET author = 'eve'", "UPDATE events SET payload = '{}' WHERE number = 1",
        "DELETE FROM events", "DELETE FROM events WHERE number = 2", "TRUNCATE events",
    ],
)  # fmt: skip
def test_the_database_itself_refuses_to_change_an_event(ledger, statement):
    for n in range(3):
        ledger.record("note", "ann", {"n": n})
    before = ledger.all_events()
    if statement == "TRUNCATE events" and ledger.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"), ledger.engine.begin() as connection:
        connection.execute(text(statement))
    assert ledger.all_events() == before


def test_events_come_back_as_they_went_in(ledger):
    told = {"words": "张三 “quoted” \U0001f600 %(x)s :name", "list": [1, 2.5, None, True], "deep": {"a": {"b": "c"}}}
    number = ledger.record("note", "李 Ann", told)
    assert number == 1 and ledger.last() == 1
    ((event, payload),) = list(ledger.events("note"))
    assert payload == told and event.author == "李 Ann" and event.version == 0
    assert json.loads(ledger.payloads("note")[0][3]) == told


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 1200), max_size=3))
def test_batches_have_no_gap(ledger, sizes):
    before = ledger.last()
    numbers = []
    for size in sizes:
        numbers += ledger.record_all([("bulk", "ann", b"{}")] * size)
    assert numbers == list(range(before + 1, before + 1 + sum(sizes)))
    assert ledger.last() == before + sum(sizes)


def test_a_failed_batch_leaves_nothing_and_no_gap(ledger):
    ledger.record("note", "ann", {})
    with pytest.raises(CaseError, match="cannot be written"), appending(ledger.engine) as connection:  # noqa: PT012  the last one fails
        connection.execute(text("INSERT INTO events (number, at, kind, author, payload) VALUES (2, 0, 'x', 'y', '{}')"))
        connection.execute(text("INSERT INTO events (number, at, kind, author, payload) VALUES (2, 0, 'x', 'y', '{}')"))
    assert ledger.record("note", "ann", {}) == 2
    assert read_batches(ledger) == []


def test_a_verdict_on_what_was_changed_meanwhile_is_refused_with_both_versions(ledger):
    ledger.judge(judged("yes"), seen=0)
    assert ledger.version("post:post-1") == 1
    with pytest.raises(ConflictError, match="somebody changed this meanwhile by ann") as refused:
        ledger.judge(judged("no", "bob"), seen=0)
    assert refused.value.seen == 0 and refused.value.present["version"] == 1
    assert refused.value.present["author"] == "ann" and refused.value.present["payload"]["verdict"] == "yes"
    assert [j.verdict for j in ledger.judgements()] == ["yes"]
    ledger.judge(judged("no", "bob"), seen=1)
    assert [j.verdict for j in ledger.judgements()] == ["no"]
    assert [change.version for change in ledger.history("post:post-1")] == [1, 2]


def test_taking_a_verdict_back_is_a_change_as_well(ledger):
    number = ledger.judge(judged("yes"))
    ledger.undo_verdict(number, "bob")
    with pytest.raises(ConflictError):
        ledger.judge(judged("no"), seen=1)
    assert ledger.judgements() == []
    for wrong in (number, number + 1, 99):
        with pytest.raises(UsageError):
            ledger.undo_verdict(wrong, "bob")


def test_two_who_take_the_same_verdict_back_at_once_do_it_once(ledger):
    number = ledger.judge(judged("yes"))
    refused = in_threads(8, lambda n: ledger.undo_verdict(number, f"u{n}"), UsageError)
    assert len(refused) == 7 and len(ledger.undone()) == 1


@pytest.mark.slow
def test_edits_at_once_are_never_lost(database):
    Ledger(database).close()
    stand, refused = edit_at_once(database, workers=12, edits=120, subjects=3)
    assert stand == 120 and refused > 0


def test_two_that_make_the_tables_at_once_do_not_disturb_each_other(database):
    assert in_threads(6, lambda n: open_database(database).dispose(), ()) == []


def shape(url):
    """Columns, indexes and triggers of a database."""
    engine = open_database(url)
    with engine.connect() as connection:
        seen = inspect(connection)
        tables = {}
        for table in ("events", "sessions"):
            columns = {c["name"]: (str(c["type"]), c["nullable"]) for c in seen.get_columns(table)}
            indexes = {i["name"]: i["column_names"] for i in seen.get_indexes(table)}
            unique = {u["name"]: u["column_names"] for u in seen.get_unique_constraints(table)}
            tables[table] = (columns, indexes, unique, seen.get_pk_constraint(table)["constrained_columns"])
        if engine.dialect.name == "sqlite":
            triggers = [
                tuple(row)
                for row in connection.execute(
                    text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1")
                )
            ]
        else:
            triggers = [
                tuple(row)
                for row in connection.execute(
                    text("SELECT tgname, tgtype FROM pg_trigger WHERE tgrelid = 'events'::regclass ORDER BY 1")
                )
            ]
    engine.dispose()
    return tables, triggers


@pytest.fixture
def old(database, tmp_path, request):
    """A database as the version before migrations left it, with verdicts in it, and one of the same kind made anew."""
    if database.startswith("sqlite"):
        new = f"sqlite:///{tmp_path / 'new.db'}"
    else:
        new = request.getfixturevalue("postgres").url("new")
    engine = open_database(database)
    statements = ["DROP TABLE alembic_version", "DROP TABLE sessions", "DROP TABLE events"]
    kind = "BIGINT" if engine.dialect.name != "sqlite" else "INTEGER"
    statements += [
        f"CREATE TABLE events (number {kind} NOT NULL PRIMARY KEY, at BIGINT NOT NULL, kind VARCHAR(32) NOT NULL, author VARCHAR(200) NOT NULL, payload TEXT NOT NULL)",
        "CREATE INDEX ix_events_kind ON events (kind)",
    ]
    if engine.dialect.name == "sqlite":
        statements += [
            f"CREATE TRIGGER events_no_{act} BEFORE {act} ON events BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            for act in ("update", "delete")
        ]
    told = json.dumps({"subject": ["post", "p"], "verdict": "yes", "reason": ""})
    rows = [("judgement", told), ("note", "{}"), ("judgement_undone", '{"number": 1}'), ("judgement", told)]
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        for number, (kind, payload) in enumerate(rows, start=1):
            connection.execute(
                text("INSERT INTO events VALUES (:n, 5, :k, 'ann', :p)"), {"n": number, "k": kind, "p": payload}
            )
    engine.dispose()
    return database, new


def test_an_older_ledger_is_brought_to_this_version_and_loses_nothing(old):
    before, new = old
    assert shape(before) == shape(new)
    ledger = Ledger(before)
    assert [row[:4] for row in ledger.all_events()] == [
        (1, 5, "judgement", "ann"),
        (2, 5, "note", "ann"),
        (3, 5, "judgement_undone", "ann"),
        (4, 5, "judgement", "ann"),
    ]
    assert [(change.number, change.version) for change in ledger.history("post:p")] == [(1, 1), (3, 2), (4, 3)]
    assert [j.verdict for j in ledger.judgements()] == ["yes"]
    with pytest.raises(DBAPIError, match="append-only"), ledger.engine.begin() as connection:
        connection.execute(text("DELETE FROM events"))
    ledger.close()


def test_models_and_migrations_are_the_same(database):
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "ringtrace.store:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]
    engine = open_database(database)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_a_ledger_of_a_newer_version_is_left_alone(database):
    engine = open_database(database)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(CaseError, match="newer Ringtrace"):
        open_database(database)


def test_a_ledger_moves_as_it_is(database, tmp_path):
    source, target = Ledger.at(tmp_path / "small.db"), Ledger(database)
    if source.engine.url == target.engine.url:
        pytest.skip("the same file")
    source.judge(judged("yes"))
    source.record("note", "张", {"x": "“”"})
    assert move_events(source, target) == 2
    assert target.all_events() == source.all_events() and target.version("post:post-1") == 1
    with pytest.raises(CaseError, match="holds events already"):
        move_events(source, target)
    source.close(), target.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", "oracle+cx_oracle://x", "postgresql://u@/d?host=/nowhere-at-all", "postgresql://u:secret@/d?schema=Bad Name", "postgresql://u@/d?passfile=/nowhere"])  # fmt: skip
def test_an_unusable_address_is_told_in_words_and_without_its_password(url):
    with pytest.raises(CaseError) as refused:
        open_database(url)
    assert "secret" not in str(refused.value)


def test_the_password_stands_in_a_file_of_its_own(tmp_path):
    from sqlalchemy import make_url

    from ringtrace.store.database import _postgresql

    (tmp_path / "word").write_text("s3cret\n")
    engine = _postgresql(make_url(f"postgresql://ann@127.0.0.1/cases?passfile={tmp_path / 'word'}"))
    arguments = engine.dialect.create_connect_args(engine.url)[1]
    assert "password" not in arguments and "passfile" not in arguments and engine.url.password is None


def test_a_file_that_is_no_database_stays_as_it_is(tmp_path):
    (tmp_path / "ledger.db").write_bytes(b"not a database at all" * 200)
    with pytest.raises(CaseError, match="restore it"):
        Ledger.at(tmp_path / "ledger.db")
    made = tmp_path / "other.db"
    sqlite3.connect(made).close()
    Ledger.at(made).close()
    assert inspect(create_engine(f"sqlite:///{made}")).has_table("events")


def test_a_case_that_grows_takes_its_decisions_to_a_server(tmp_path, postgres, monkeypatch):
    from typer.testing import CliRunner

    from ringtrace.cli import app
    from ringtrace.store.case import Case

    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    case = Case.create(tmp_path / "case")
    run = CliRunner().invoke
    for post in ("a", "b"):
        case.open_ledger().judge(judged("no", post=post))
    before = case.open_ledger().all_events()
    url = postgres.url("moved")
    done = run(app, ["ledger", str(case.folder), "--database", url, "--json"])
    assert done.exit_code == 0 and json.loads(done.stdout) == {
        "ledger": json.loads(done.stdout)["ledger"],
        "events": 2,
        "moved": True,
    }
    moved = Case(case.folder)
    assert moved.settings.ledger == url and "# Zone to assume" in (case.folder / "case.toml").read_text()
    moved.open_ledger().judge(judged("yes", post="a"), seen=1)
    after = moved.open_ledger().all_events()
    assert after[:2] == before and len(after) == 3
    assert "Traceback" not in str(run(app, ["ledger", str(case.folder), "--database", url]).output)


def test_a_server_that_is_gone_is_told_in_words_and_comes_back(postgres):
    ledger = Ledger(postgres.url("gone"))
    ledger.record("note", "ann", {})
    postgres.stop()
    try:
        for ask in (ledger.last, ledger.judgements, lambda: ledger.record("note", "ann", {})):
            with pytest.raises(CaseError, match="cannot be"):
                ask()
    finally:
        postgres.start()
    assert ledger.record("note", "ann", {}) == 2
    ledger.close()


def test_what_no_column_holds_is_not_found(ledger):
    ledger.record("audit", "ann", {"what": "a"})
    assert [act.author for act in read_acts(ledger, 9, 2**63, "audit", "ann")] == ["ann"]
    assert read_acts(ledger, 9, None, "", "\0") == read_acts(ledger, 9, None, "a\0b") == []
    assert read_acts(ledger, 9, -(2**70)) == read_acts(ledger, 9, 1) == []
    for number in (2**63, 10**30, -(10**30)):
        with pytest.raises(UsageError, match="is no verdict"):
            ledger.undo_verdict(number, "ann")
