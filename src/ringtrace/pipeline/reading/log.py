"""What the reading that goes on has made of each file so far: a line a file, for whoever watches it from outside.

It lies beside what analyses remember, is begun anew by each reading, and nothing is worked out from it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from ringtrace.store.cache import FOLDER

_NAME = "reading.jsonl"
_TOLD = ("evidence_id", "reader", "posts", "post_bytes", "structure_bytes", "gap_bytes", "note")


class ReadingLog:
    """shelf: the folder of what readings remember, "" for none: then nothing is told."""

    def __init__(self, shelf: str) -> None:
        self._path = Path(shelf).parent / _NAME if shelf else None
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.write_bytes(b"")

    def add(self, evidence: pa.Table) -> None:
        """Tell of files that were read; evidence: their rows of the table ``evidence``."""
        if self._path is None or not len(evidence):
            return
        rows = evidence.select([name for name in _TOLD if name in evidence.column_names]).to_pylist()
        lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        with self._path.open("a", encoding="utf-8") as handle:
            handle.write(lines)


def read_log(analysis: Path) -> dict[str, dict[str, Any]]:
    """Return evidence id -> what the last reading made of it, of the files that it read anew."""
    try:
        lines = (analysis / FOLDER / _NAME).read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    found = {}
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError:
            continue  # the line is being written
        found[row["evidence_id"]] = {name: row.get(name, "") for name in _TOLD[1:]}
    return found
