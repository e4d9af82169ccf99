"""Derived tables: Parquet files and DuckDB views, deletable, remade to the same bytes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ringtrace.engines.tables import finish
from ringtrace.errors import CaseError


def write_tables(folder: Path, tables: Mapping[str, pa.Table], extras: Mapping[str, bytes]) -> None:
    """Replace ``folder`` by one with these tables and files, whole or not at all.

    tables: contract name -> table, brought into contract form here. extras: file name -> bytes.
    """
    fresh = folder.with_name(f".{folder.name}.new-{os.getpid()}")
    for stale in folder.parent.glob(f".{folder.name}.*"):
        shutil.rmtree(stale)
    fresh.mkdir(parents=True)
    for name, table in tables.items():
        write_parquet(finish(name, table), fresh / f"{name}.parquet")
    (fresh / "views.sql").write_text(views(sorted(tables)), "utf-8")
    for name, data in extras.items():
        (fresh / name).write_bytes(data)
    old = folder.with_name(f".{folder.name}.old")
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    if old.exists():
        shutil.rmtree(old)


def write_parquet(table: pa.Table, path: Path) -> None:
    """Write ``table`` so that equal tables give equal bytes."""
    pq.write_table(table, path, compression="zstd", version="2.6", row_group_size=65_536, store_schema=True)


def read_table(folder: Path, name: str) -> pa.Table:
    """Return table ``name`` of an analysis; raises CaseError when there is no analysis yet."""
    path = folder / f"{name}.parquet"
    if not path.exists():
        raise CaseError(f"{path} is not there; run `ringtrace analyse` on the case first")
    try:
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise CaseError(f"{path} is damaged ({error}); run `ringtrace analyse` to make it anew") from error


def views(names: list[str]) -> str:
    """Return SQL that makes a DuckDB view of each table, to be run in the analysis folder."""
    line = "CREATE OR REPLACE VIEW {name} AS FROM '{name}.parquet';\n"
    return "".join(line.format(name=name) for name in names)


def connect(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return an in-memory DuckDB connection with a view of every table of the analysis."""
    if not folder.is_dir():
        raise CaseError(f"{folder} is not there; run `ringtrace analyse` on the case first")
    connection = duckdb.connect()
    for path in sorted(folder.glob("*.parquet")):
        connection.read_parquet(str(path)).create_view(path.stem)
    return connection
