"""Tells whether a change that should only save time changed a result: digests of every table of small cases.

python benchmarks/same_tables.py [PRESET] > before.json; the same with the change > after.json; diff. One case for
each set of authors of the simulator (preset tiny, seed 7), analysed in one process and, with two workers, in
several: the digests must be equal already there. Receipts (when and how evidence was taken in) are left out.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.simulator.stage import author_names, simulate
from ringtrace.store.case import Case

_RECEIPTS = frozenset(("received_at", "source"))


def digests(case: Case, workers: int) -> dict[str, str]:
    """Analyse the case and return table -> SHA-256 of its rows in their order."""
    analyse(case, workers, lambda what, done, total: None)
    return {path.stem: _digest(pq.read_table(path)) for path in sorted(case.analysis.glob("*.parquet"))}


def _digest(table: pa.Table) -> str:
    kept = table.select([name for name in table.column_names if name not in _RECEIPTS]).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, kept.schema) as stream:
        stream.write_table(kept)
    return hashlib.sha256(sink.getvalue()).hexdigest()


def main() -> None:
    preset = sys.argv[1] if len(sys.argv) > 1 else "tiny"
    found = {}
    for authors in author_names():
        with tempfile.TemporaryDirectory() as folder:
            simulate(Path(folder) / "evidence", preset, 7, authors)
            case = Case.create(Path(folder) / "case")
            add(case, [Path(folder) / "evidence" / "evidence"], "synthetic", lambda done, total: None)
            found[authors] = digests(case, 1)
            if digests(case, 2) != found[authors]:
                raise SystemExit(f"{authors}: two workers give other tables than one")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
