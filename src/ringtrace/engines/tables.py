"""The table contract as Arrow: schemas, tables from rows, and the last writer's quantising."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.model.contract import SCHEMA_VERSION, STRUCTS, TABLES

_SCALARS = {
    "text": pa.string(),
    "int": pa.int64(),
    "time": pa.timestamp("us", tz="UTC"),
    "probability": pa.float64(),
    "log2_odds": pa.float64(),
}


@cache
def arrow_type(word: str) -> pa.DataType:
    """Return the Arrow type for a type word of ``ringtrace.model.contract``."""
    word = word.removesuffix("?")
    if word.startswith("list of "):
        return pa.list_(arrow_type(word.removeprefix("list of ")))
    if word in STRUCTS:
        return pa.struct([pa.field(name, arrow_type(kind)) for name, kind in STRUCTS[word].items()])
    return _SCALARS[word]


@cache
def schema(name: str) -> pa.Schema:
    """Return the Arrow schema of contract table ``name``; raises KeyError for an unknown one."""
    fields = [pa.field(column, arrow_type(word)) for column, word in TABLES[name].columns.items()]
    return pa.schema(fields, metadata={"schema_version": SCHEMA_VERSION, "table": name})


def from_rows(name: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return contract table ``name`` from row mappings; missing columns become null."""
    return pa.Table.from_pylist(list(rows), schema=schema(name))


def finish(name: str, table: pa.Table) -> pa.Table:
    """Return ``table`` in contract form: columns in order, quantised, rows in stable order.

    Further columns are kept behind the contract's. Raises KeyError when a column is missing.
    """
    wanted = schema(name)
    extra = [column for column in table.column_names if column not in wanted.names]
    columns = [_quantise(table[field.name].cast(field.type)) for field in wanted] + [table[column] for column in extra]
    fields = list(wanted) + [table.schema.field(column) for column in extra]
    done = pa.table(columns, schema=pa.schema(fields, metadata=wanted.metadata))
    keys = [(column, "ascending") for column in TABLES[name].order]
    return done.take(pc.sort_indices(done, sort_keys=keys)).combine_chunks()


def microseconds(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of times as whole microseconds since 1970 UTC, nulls kept."""
    return column.cast(pa.timestamp("us", "UTC")).cast(pa.int64())


def _quantise(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pa.chunked_array([_quantised(chunk) for chunk in column.chunks], type=column.type)


def _quantised(array: pa.Array) -> pa.Array:
    """Round every float inside ``array`` to 6 decimals, whatever it is nested in; -0.0 becomes 0.0."""
    kind = array.type
    if pa.types.is_floating(kind):
        values = array.to_numpy(zero_copy_only=False)
        return pa.array(np.round(values, 6) + 0.0, type=kind, mask=np.asarray(array.is_null()))
    if pa.types.is_list(kind):
        if not _holds_floats(kind):
            return array
        offsets, values = array.offsets, _quantised(array.values)
        mask = array.is_null() if array.null_count else None
        return pa.ListArray.from_arrays(offsets, values, type=kind, mask=mask)
    if pa.types.is_struct(kind) and _holds_floats(kind):
        fields = [_quantised(array.field(index)) for index in range(kind.num_fields)]
        return pa.StructArray.from_arrays(fields, fields=list(kind), mask=array.is_null())
    return array


def _holds_floats(kind: pa.DataType) -> bool:
    if pa.types.is_floating(kind):
        return True
    return any(_holds_floats(kind.field(index).type) for index in range(kind.num_fields)) if kind.num_fields else False
