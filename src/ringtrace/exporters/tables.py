"""The internal tables as Parquet, one file a table, as the table contract says; not masked."""

from __future__ import annotations

import shutil
from pathlib import Path

from ringtrace.errors import CaseError
from ringtrace.model.material import Material

NAME = "Parquet tables"
FOLDER = True
MASKED = False
ALIASES = ("parquet",)


def export(material: Material, target: Path) -> list[Path]:
    """Copy every table of the analysis into folder ``target``; returns the files written."""
    tables = sorted(material.tables.glob("*.parquet"))
    if not tables:
        raise CaseError(f"{material.tables} holds no tables; run `ringtrace analyse` on the case first")
    target.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copyfile(path, target / path.name)) for path in tables]
