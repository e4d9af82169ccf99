"""Measures how much memory the reading of one large export takes, in the process that asks and in the one that reads.

python benchmarks/reading_memory.py FORMAT MEGABYTES: FORMAT is result.json (Telegram), chat.txt (WhatsApp), qq.txt,
tips.csv, mail.mbox, pages.warc, pages.warc.gz (pages of about 4 KB), site.warc or site.warc.gz (with pictures),
synthetic and repeated up to its size. Memory of a process of its own (RssAnon of proc(5)) is told apart from mapped
pages of files, which the system takes back when it needs them. Linux only. Takes up to six times the export on disk.
"""

from __future__ import annotations

import base64
import gzip
import os
import random
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
from ringtrace.errors import CaseError
from ringtrace.pipeline.analysis.recalling import recall_files, silent
from ringtrace.pipeline.intake.adding import add
from ringtrace.store.cache import Cache
from ringtrace.store.case import Case

_BLOCK = 40_000_000
_EVERY = 0.05


def tips() -> Iterator[bytes]:
    yield b"name,time,text,id\n"
    for n in count():
        yield f"网友{n % 500},{reading.moment(n)},{reading.said(n)},{n}\n".encode()


def mail() -> Iterator[bytes]:
    """Messages of one to forty sentences, each third behind a transfer coding, each tenth with a file of 20 KB."""
    for n in count():
        words = "\n".join(reading.said(n + k) for k in range(1 + n * 17 % 40)).encode() + b"\n"
        coding = "base64" if n % 3 == 0 else "8bit"
        part = (
            f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {coding}\n\n".encode()
            + (base64.encodebytes(words) if n % 3 == 0 else words)
        )  # fmt: skip
        if n % 10 == 0:
            file = base64.encodebytes(bytes(n * k % 251 for k in range(15_000)))
            part = (
                b"Content-Type: multipart/mixed; boundary=weather\n\n--weather\n" + part
                + b"--weather\nContent-Type: application/octet-stream; name=chart.bin\n"
                + b"Content-Transfer-Encoding: base64\n\n" + file + b"--weather--\n"
            )  # fmt: skip
        yield (
            (
                f"From user{n % 500}@mail.example Mon Jan  6 10:00:00 2014\nMIME-Version: 1.0\n"
                f"From: Ann {n % 500} <user{n % 500}@mail.example>\nTo: list@mail.example\nSubject: weather {n}\n"
                f"Date: Mon, 06 Jan 2014 10:{n % 60:02}:00 +0800\nMessage-ID: <{n}@mail.example>\n"
            ).encode()
            + part
            + b"\n"
        )


def plain_warc() -> Iterator[bytes]:
    return map(gzip.decompress, reading.warc())


def site() -> Iterator[bytes]:
    """A page and ten pictures of 100 KB each, by turns: what a capture of a whole site holds."""
    picture = b"\xff\xd8\xff\xe0" + random.Random(1).randbytes(100_000)
    for n, page in enumerate(plain_warc()):
        yield page
        for k in range(10):
            http = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n" + picture + b"%d" % (n * 10 + k)
            yield (
                f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{n * 10 + k + 2**64:032x}>\r\n"
                f"WARC-Date: 2014-02-19T00:00:00Z\r\nWARC-Target-URI: http://forum.example/{n}-{k}.jpg\r\n"
                f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
            ).encode() + http + b"\r\n\r\n"  # fmt: skip


def packed_site() -> Iterator[bytes]:
    return (gzip.compress(record, 1, mtime=0) for record in site())


FORMATS = {
    "result.json": (reading.telegram, b"[", b",", b"\n]}"),
    "chat.txt": (reading.whatsapp, b"", b"", b""),
    "qq.txt": (reading.qq, b"", b"", b""),
    "tips.csv": (tips, b"\n", b"", b""),
    "mail.mbox": (mail, b"", b"", b""),
    "pages.warc": (plain_warc, b"", b"", b""),
    "site.warc": (site, b"", b"", b""),
    "site.warc.gz": (packed_site, b"", b"", b""),
    "pages.warc.gz": (reading.warc, b"", b"", b""),
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

    def told(self) -> str:
        """Say what was seen."""
        return "  ".join(f"{who} {kind} {most / 2**20:,.0f} MiB" for (who, kind), most in sorted(self.most.items()))

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
        try:
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
        except CaseError as error:  # the disk is full: what was seen until then is worth telling
            raise SystemExit(f"{name} {size / 1e6:,.0f} MB, not to its end: {error}  {peaks.told()}") from error
        used = sum(os.times()[:4]) - sum(before[:4])
        (row,) = evidence.to_pylist()
        assert row["post_bytes"] + row["gap_bytes"] + row["structure_bytes"] == row["size"] == size
        print(
            f"{name} {size / 1e6:,.0f} MB  {len(posts):,} posts, {len(gaps)} gaps  {size / 1e6 / used:.1f} MB/s  "
            f"{peaks.told()}"
        )


if __name__ == "__main__":
    main()
