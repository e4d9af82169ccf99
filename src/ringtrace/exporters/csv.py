"""Every table as CSV, masked and safe to open in a spreadsheet; reading it back gives the same cells.

UTF-8 with a byte order mark, commas, CRLF (RFC 4180). Times are ISO 8601 UTC, lists and structures JSON, a span
within them "SHA-256:start-stop" or "SHA-256:member:start-stop"; empty stands for nothing known. Text that a
spreadsheet would run as a formula has an apostrophe before it (and so has text that begins with an apostrophe). The
map from text to bytes (``segments``) is left out: it is of use with the evidence only, and stands in the tables.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from ringtrace.model.contract import TABLES
from ringtrace.model.material import Material, reference
from ringtrace.text.tables.cells import safe_cell

NAME = "CSV, one file a table"
FOLDER = True
MASKED = True
_LEFT_OUT = frozenset({"segments", "title_segments"})


def export(material: Material, target: Path) -> list[Path]:
    """Write TABLE.csv for every table and README.txt with the note; returns the files."""
    target.mkdir(parents=True, exist_ok=True)
    written = [target / "README.txt"]
    written[0].write_text(f"{material.note}\n\n{__doc__}", "utf-8")
    for name in sorted(TABLES):
        rows = material.rows(name)
        columns = [c for c in (rows[0] if rows else TABLES[name].columns) if c not in _LEFT_OUT]
        path = target / f"{name}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as handle:
            writer = csv.writer(handle)
            mark = ["synthetic"] if material.synthetic else []
            writer.writerow([*columns, *mark])
            writer.writerows([*(cell(row[column]) for column in columns), *(["yes"] if mark else [])] for row in rows)
        written.append(path)
    return written


def cell(value: Any) -> str:  # noqa: ANN401  any cell of a table
    """Return a table's cell as CSV text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return safe_cell(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, dict)):
        return json.dumps(_with_references(value), ensure_ascii=False, default=lambda held: held.isoformat())
    return str(value)


def _with_references(value: Any) -> Any:  # noqa: ANN401  any cell of a table
    if isinstance(value, dict):
        if "evidence_id" in value:
            return reference(value)
        return {key: _with_references(item) for key, item in value.items()}
    return [_with_references(item) for item in value] if isinstance(value, list) else value
