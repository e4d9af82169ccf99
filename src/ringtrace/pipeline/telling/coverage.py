"""How every byte of a case was accounted for: posts + structure + gaps = size, by reader and by file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow.parquet as pq

from ringtrace.errors import UsageError
from ringtrace.store.case import Case

_BYTES = ("size", "post_bytes", "structure_bytes", "gap_bytes")


@dataclass(frozen=True, slots=True)
class Accounted:
    """Bytes of one reader's sources, or of one file. reader: "" where none recognised the bytes."""

    name: str
    reader: str
    sources: int
    posts: int
    size: int
    post_bytes: int
    structure_bytes: int
    gap_bytes: int

    @property
    def whole(self) -> bool:
        return self.post_bytes + self.structure_bytes + self.gap_bytes == self.size

    def line(self) -> str:
        sign = "=" if self.whole else "IS NOT"
        return (
            f"  {self.name}: {self.posts:,} posts; {self.post_bytes:,} post + {self.structure_bytes:,} structure + "
            f"{self.gap_bytes:,} gap {sign} {self.size:,} bytes"
        )


@dataclass(frozen=True, slots=True)
class Coverage:
    """readers: over all files and the members in them, so sizes of members count once more; files: as stored."""

    readers: tuple[Accounted, ...]
    files: tuple[Accounted, ...]

    @classmethod
    def of(cls, case: Case) -> Coverage:
        """Read it from the case's last analysis; raises UsageError when there is none."""
        path = case.analysis / "evidence.parquet"
        if not path.is_file():
            raise UsageError(f"{case.folder} is not analysed yet; run `ringtrace analyse {case.folder}`")
        rows = pq.read_table(path).to_pylist()
        totals: dict[str, dict[str, int]] = {}
        for row in rows:
            for share in row["readers"] or ():
                total = totals.setdefault(share["reader"], dict.fromkeys(("sources", "posts", *_BYTES), 0))
                for key in total:
                    total[key] += share[key]
        readers = tuple(Accounted(name or "no reader", name, **total) for name, total in sorted(totals.items()))
        return cls(
            readers, tuple(_file(row) for row in sorted(rows, key=lambda row: (row["name"], row["evidence_id"])))
        )

    def document(self) -> dict[str, Any]:
        total = {key: sum(getattr(one, key) for one in self.files) for key in _BYTES}
        return {
            "readers": [asdict(one) for one in self.readers],
            "files": [asdict(one) for one in self.files],
            "total": total,
            "whole": all(one.whole for one in (*self.readers, *self.files)),
        }

    def lines(self) -> list[str]:
        total = self.document()["total"]
        lines = ["By reader (members of archives and captures count with the reader that read them):"]
        lines += [one.line() for one in self.readers]
        lines += ["By file:", *(f"{one.line()}, read by {one.reader or 'no reader'}" for one in self.files)]
        lines.append(
            f"In all {total['post_bytes']:,} post + {total['structure_bytes']:,} structure + "
            f"{total['gap_bytes']:,} gap = {total['size']:,} bytes in {len(self.files):,} files."
        )
        return lines


def _file(row: Mapping[str, Any]) -> Accounted:
    return Accounted(row["name"], row["reader"], 1, row["posts"], *(row[key] for key in _BYTES))
