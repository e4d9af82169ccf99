"""A digest of each row of a table, by what it says: two rows have one digest only if all their cells are equal."""

from __future__ import annotations

import pyarrow as pa

_SHA256 = pa.binary(32)


def row_digests(table: pa.Table) -> pa.Array:
    """Return the SHA-256 of each row, as binary of 32 bytes.

    Every cell goes in with its length (a text) or its count (a list), so that no text can be written to
    look like other cells. Times count as microseconds, floats as their shortest exact decimals.
    """
    plain = pa.table([_plain(column) for column in table.columns], names=[f"c{at}" for at in range(table.num_columns)])
    terms = ", ".join(_term(f"c{at}", kind, 0) for at, kind in enumerate(plain.schema.types))
    import duckdb  # a fifth of a second, which only an analysis needs

    with duckdb.connect(":memory:", config={"threads": 1}) as connection:
        connection.register("rows", plain.append_column("place", pa.array(range(len(table)), pa.int64())))
        found = connection.sql(f"SELECT unhex(sha256(concat({terms}))) AS digest FROM rows ORDER BY place")  # noqa: S608
        digests = found.to_arrow_table()["digest"]
    return digests.combine_chunks().cast(_SHA256)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """DuckDB tells times with a zone only by a further library."""
    return column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column


def _term(name: str, kind: pa.DataType, depth: int) -> str:
    """Return the SQL that spells a cell of type ``kind``; nothing is spelt like a null."""
    if pa.types.is_list(kind):
        one = f"e{depth}"
        inside = _term(one, kind.value_type, depth + 1)
        spelt = f"concat(len({name}), '[', array_to_string(list_transform({name}, lambda {one}: {inside}), ''))"
    elif pa.types.is_struct(kind):
        parts = (_term(f"{name}['{field.name}']", field.type, depth) for field in kind)
        spelt = f"concat('(', {', '.join(parts)})"
    elif pa.types.is_string(kind):
        spelt = f"concat(strlen({name}), ':', {name})"
    else:
        spelt = f"concat(CAST({name} AS VARCHAR), ';')"
    return f"CASE WHEN {name} IS NULL THEN '-' ELSE {spelt} END"
