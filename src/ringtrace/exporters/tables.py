"""The internal tables as Parquet, one file a table, as the table contract says."""

from __future__ import annotations

import shutil
from pathlib import Path

from ringtrace.errors import CaseError

NAME = "Parquet tables"


def export(analysis: Path, target: Path) -> list[Path]:
    """Copy every table of ``analysis`` into folder ``target``; returns the files written."""
    tables = sorted(analysis.glob("*.parquet"))
    if not tables:
        raise CaseError(f"{analysis} holds no tables; run `ringtrace analyse` on the case first")
    target.mkdir(parents=True, exist_ok=True)
    return [Path(shutil.copyfile(path, target / path.name)) for path in tables]
