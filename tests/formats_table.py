"""Writes docs/formats.md from the registry and the samples: ``python tests/formats_table.py``."""

from __future__ import annotations

import sys
from pathlib import Path

from ringtrace import registry
from ringtrace.model.source import Source
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.pipeline.reading.readings import Share

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "formats.md"
SAMPLES = ROOT / "tests" / "samples"
MAPPING = ".mapping.toml"
HEAD = """# Formats

Made from the registry of readers and their samples by `python tests/formats_table.py`; a test keeps it current.
*Samples* are synthetic files under `tests/samples/`; *bytes accounted* are theirs: posts + structure + gaps = size
(members of archives and captures count with what they turned out to hold). `ringtrace formats --coverage CASE` says
the same of a case. How other projects' public fixtures are read: [readers](readers.md).

| format | reader | producers and versions | samples | bytes accounted | known gaps |
|---|---|---|---|---|---|
"""


def sample_files(reader: str) -> list[Path]:
    files = sorted(path for path in (SAMPLES / reader).rglob("*") if path.is_file())
    return [path for path in files if path.name != "expected.json" and not path.name.endswith(MAPPING)]


def accounted(reader: str) -> Share:
    """What the pipeline makes of the reader's samples, as files of their own."""
    total = Share()
    for path in sample_files(reader):
        data, mapping = path.read_bytes(), path.with_name(path.name + MAPPING)
        name = path.relative_to(SAMPLES / reader).as_posix()
        sidecar = mapping.read_bytes() if mapping.exists() else None
        done = read_source(Source("0" * 64, "", name, data, sidecar=sidecar))
        total.add(Share(1, len(data), len(done.posts), done.post_bytes, done.structure_bytes, done.gap_bytes))
    return total


def table() -> str:
    rows = []
    for name, reader in sorted(registry.scan("ringtrace.readers").items()):
        share = accounted(name)
        parts = f"{share.post_bytes:,} + {share.structure_bytes:,} + {share.gap_bytes:,} = {share.size:,}"
        gaps = getattr(reader, "KNOWN_GAPS", "")
        rows.append(
            f"| {reader.NAME} | `{name}` {reader.VERSION} | {reader.PRODUCERS} | {share.sources} | {parts} | {gaps} |"
        )
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(table(), "utf-8")
    sys.stdout.write(f"wrote {PAGE}\n")
