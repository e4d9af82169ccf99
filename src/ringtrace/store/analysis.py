"""Derived tables: Parquet files and DuckDB views, deletable, remade to the same bytes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from ringtrace.engines.tables import finish
from ringtrace.errors import CaseError
from ringtrace.store.cache import FOLDER as CACHE

if TYPE_CHECKING:
    import duckdb


def write_tables(folder: Path, tables: Mapping[str, pa.Table], extras: Mapping[str, bytes]) -> None:
    """Replace ``folder`` by one with these tables and files, whole or not at all.

    tables: contract name -> table, brought into contract form here. extras: file name -> bytes. The
    ``cache`` moves over.
    """
    fresh = folder.with_name(f".{folder.name}.new-{os.getpid()}")
    for stale in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(stale)
    fresh.mkdir(parents=True)
    for name, table in tables.items():
        write_parquet(finish(name, table), fresh / f"{name}.parquet")
    (fresh / "views.sql").write_text(views({name: tables[name].schema for name in sorted(tables)}), "utf-8")
    for name, data in extras.items():
        (fresh / name).parent.mkdir(exist_ok=True)
        (fresh / name).write_bytes(data)
    old = folder.with_name(f".{folder.name}.old")
    if folder.exists():
        folder.rename(old)
        if (old / CACHE).exists():
            (old / CACHE).rename(fresh / CACHE)
    fresh.rename(folder)
    if old.exists():
        shutil.rmtree(old)


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write ``table`` so that equal tables give equal bytes."""
    pq.write_table(table, path, compression="zstd", version="2.6", row_group_size=65_536, store_schema=True)


def read_table(folder: Path, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """Return table ``name`` of an analysis, whole or these columns; raises CaseError when there is no analysis yet.

    The file is opened by itself: pyarrow's data sets, which ``pq.read_table`` loads, take a third of a second.
    """
    with _open(folder, name) as (path, file):
        try:
            return file.read(columns=None if columns is None else list(columns))
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged(path, error) from error


def count_rows(folder: Path, name: str) -> int:
    """Return how many rows table ``name`` has, from the end of its file alone; raises CaseError like ``read_table``."""
    with _open(folder, name) as (_, file):
        return int(file.metadata.num_rows)


@contextmanager
def _open(folder: Path, name: str) -> Iterator[tuple[Path, pq.ParquetFile]]:
    path = folder / f"{name}.parquet"
    if not path.exists():
        older = any(folder.glob("*.parquet"))
        why = f"an older version made this analysis, without the table {name}" if older else f"{path} is not there"
        raise CaseError(f"{why}; run `ringtrace analyse` on the case {'again' if older else 'first'}")
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(path, error) from error
    with file:
        yield path, file


def _damaged(path: Path, error: Exception) -> CaseError:
    return CaseError(f"{path} is damaged ({error}); run `ringtrace analyse` to make it anew")


def views(schemas: Mapping[str, pa.Schema]) -> str:
    """Return SQL that makes a DuckDB view of each table, to be run in the analysis folder."""
    line = "CREATE OR REPLACE VIEW {name} AS {query};\n"
    return "".join(
        line.format(name=name, query=_select(f"'{name}.parquet'", schema)) for name, schema in schemas.items()
    )


def _select(source: str, schema: pa.Schema) -> str:
    """Times are given as plain UTC: to fetch times with a zone, DuckDB's Python client needs a further library."""
    zoned = [field.name for field in schema if pa.types.is_timestamp(field.type) and field.type.tz]
    plain = ", ".join(f"{name} AT TIME ZONE 'UTC' AS {name}" for name in zoned)
    return f"SELECT * REPLACE ({plain}) FROM {source}" if zoned else f"FROM {source}"  # noqa: S608  own names


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return an in-memory DuckDB connection with a view of every table of the analysis; times are plain UTC."""
    import duckdb  # a fifth of a second, which only queries need

    if not any(folder.glob("*.parquet")):
        raise CaseError(f"{folder} holds no tables; run `ringtrace analyse` on the case first")
    connection = duckdb.connect()
    for path in sorted(folder.glob("*.parquet")):
        relation = connection.read_parquet(str(path))
        relation.query("found", _select("found", pq.read_schema(path))).create_view(path.stem)
    return connection
