"""Measures how much memory the reading of one large export takes, in the process that asks and in the one that reads.

python benchmarks/reading_memory.py FORMAT MEGABYTES: FORMAT is result.json (Telegram), chat.txt (WhatsApp), qq.txt or
tips.csv, synthetic and repeated up to its size. Memory of a process' own (RssAnon of proc(5)) is told apart from pages
of files that are mapped, which the system takes back when it needs them. Linux only. Needs about four times the
export on disk for a while.
"""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import reading
from ringtrace.engines.local import Local
from ringtrace.pipeline.adding import add
from ringtrace.pipeline.recalling import recall_files, silent
from ringtrace.store.cache import Cache
from ringtrace.store.case import Case

_BLOCK = 40_000_000
_EVERY = 0.05


def tips() -> Iterator[bytes]:
    yield b"name,time,text,id\n"
    for n in count():
        yield f"网友{n % 500},{reading.moment(n)},{reading.said(n)},{n}\n".encode()


FORMATS = {
    "result.json": (reading.telegram, b"[", b",", b"\n]}"),
    "chat.txt": (reading.whatsapp, b"", b"", b""),
    "qq.txt": (reading.qq, b"", b"", b""),
    "tips.csv": (tips, b"\n", b"", b""),
}
"""Name -> (pieces, what ends its beginning, what stands between repetitions, its end)."""


def write(path: Path, size: int) -> int:
    """Write an export of ``size`` bytes: one block, repeated behind its beginning."""
    pieces, opening, between, end = FORMATS[path.name]
    block = bytearray()
    for piece in pieces():
        block += piece
        if len(block) >= min(size, _BLOCK):
            break
    again = between + block[block.index(opening) + len(opening) :]
    with path.open("wb") as file:
        file.write(block)
        while file.tell() < size:
            file.write(again)
        file.write(end)
        return file.tell()


class Peaks(threading.Thread):
    """Looks at this process and its children again and again. most: (who, kind of memory) -> bytes."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most: defaultdict[tuple[str, str], int] = defaultdict(int)

    def run(self) -> None:
        own = f"/proc/{os.getpid()}"
        while True:
            children = {word for path in Path(f"{own}/task").glob("*/children") for word in path.read_text().split()}
            for who, folder in (("asking", own), *(("reading", f"/proc/{child}") for child in children)):
                self._look(who, Path(folder) / "status")
            time.sleep(_EVERY)

    def _look(self, who: str, status: Path) -> None:
        try:
            lines = status.read_text().splitlines()
        except OSError:  # it has ended
            return
        for kind, words in (line.split(":", 1) for line in lines):
            if kind in ("RssAnon", "RssFile"):
                self.most[who, kind] = max(self.most[who, kind], int(words.split()[0]) * 1024)


def main() -> None:
    name, size = sys.argv[1], int(float(sys.argv[2]) * 1e6)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        size = write(path, size)
        case = Case.create(Path(folder) / "case")
        add(case, [path], "synthetic", lambda done, total: None)
        path.unlink()
        peaks, before = Peaks(), os.times()
        peaks.start()
        with Local(1) as engine:
            evidence, posts, gaps = recall_files(
                engine,
                case.evidence,
                case.evidence.held(),
                {},
                "Asia/Shanghai",
                silent,
                Cache(case.analysis, "measured"),
            )
        used = sum(os.times()[:4]) - sum(before[:4])
        (row,) = evidence.to_pylist()
        assert row["post_bytes"] + row["gap_bytes"] + row["structure_bytes"] == row["size"] == size
        told = "  ".join(f"{who} {kind} {most / 2**20:,.0f} MiB" for (who, kind), most in sorted(peaks.most.items()))
        print(
            f"{name} {size / 1e6:,.0f} MB  {len(posts):,} posts, {len(gaps)} gaps  {size / 1e6 / used:.1f} MB/s  {told}"
        )


if __name__ == "__main__":
    main()
