"""Measures the way from stored evidence to the table of posts, format by format, one process.

python benchmarks/reading.py [MEGABYTES]: synthetic chats of talk about the weather (default 16 MB each)
and captured pages of about 4 KB; prints MB, posts or pages per CPU second, and the peak memory so far. A first small
file of each kind, which loads what is needed, is not counted. The cycle collector looks as seldom as in a process
that reads evidence. Memory by the size of the file: ``reading_memory.py``.
"""

from __future__ import annotations

import gc
import gzip
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

from ringtrace.pipeline.analysis.recalling import tasks_of
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.reading.files import read_files
from ringtrace.store.case import Case

WORDS = "今天天气不错我们下午去公园走走吧记得带水晚上一起吃饭看电影然后早点回家休息明天还要上班"


def said(number: int) -> str:
    """Return 10 to 50 characters of talk."""
    at, size = number * 7 % 30, 10 + number * 13 % 41
    return (WORDS * 3)[at : at + size] + str(number % 1000)


def moment(number: int) -> str:
    minute = number // 3
    day = f"2014-{1 + minute // 43_200 % 12:02}-{1 + minute // 1440 % 28:02}"
    return f"{day} {minute // 60 % 24:02}:{minute % 60:02}:{number % 60:02}"


def telegram() -> Iterator[bytes]:
    yield '{"name": "天气群", "type": "private_supergroup", "id": 123456789, "messages": ['.encode()
    for n in count(1):
        row = {
            "id": n, "type": "message", "date": moment(n).replace(" ", "T"), "date_unixtime": str(1_390_000_000 + n),
            "from": f"网友{n % 500}", "from_id": f"user{n % 500 + 10_000}", "text": said(n),
            "text_entities": [{"type": "plain", "text": said(n)}],
        }  # fmt: skip
        yield (",\n " if n > 1 else "\n ").encode() + json.dumps(row, ensure_ascii=False, indent=1).encode()


def whatsapp() -> Iterator[bytes]:
    for n in count():
        yield f"{moment(n)[5:7]}/{moment(n)[8:10]}/14, {moment(n)[11:16]} - 网友{n % 500}: {said(n)}\n".encode()


def qq() -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + "消息记录（此消息记录为文本格式，不支持重新导入）\r\n\r\n".encode()
    yield f"{'=' * 64}\r\n消息分组:我的群聊\r\n{'=' * 64}\r\n消息对象:天气群\r\n{'=' * 64}\r\n\r\n".encode()
    for n in count():
        yield f"{moment(n)} 网友{n % 500}({10_000_000 + n % 500})\r\n{said(n)}\r\n\r\n".encode()


def warc() -> Iterator[bytes]:
    """One thread of three posts a page, about 4 KB."""
    for n in count():
        posts = "".join(
            f'<div class="post" id="post_{n}{k}"><div class="author"><a href="space-uid-{n % 500 + k}.html">'
            f'网友{n % 500 + k}</a> <em>发表于 {moment(n)}</em></div><div class="message">{said(n + k)}</div>'
            f'<p class="links"><a href="reply-{n}-{k}.html">回复</a> <a href="report-{n}.html">举报</a></p></div>'
            for k in range(3)
        )
        body = (
            f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>天气 {n} - 闲聊 - 论坛</title></head><body>'
            f'<div id="nav">{"<a href=index.html>首页</a> " * 40}</div><h1>天气 {n}</h1>{posts}'
            f'<div id="footer">{"<a href=about.html>关于</a> " * 20}</div></body></html>'
        ).encode()
        http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
        head = (
            f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{n:032x}>\r\n"
            f"WARC-Date: 2014-02-19T00:00:00Z\r\nWARC-Target-URI: http://forum.example/thread-{n}.html\r\n"
            f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
        )  # fmt: skip
        yield gzip.compress(head.encode() + http + b"\r\n\r\n", mtime=0)


def measure(name: str, pieces: Callable[[], Iterator[bytes]], size: int, most: int | None = None) -> None:
    """Measure one kind of file, once it is loaded what reading it takes."""
    _measure(name, pieces, 20_000, 5, told=False)
    _measure(name, pieces, size, most, told=True)


def _measure(
    name: str, pieces: Callable[[], Iterator[bytes]], size: int, most: int | None, *, told: bool
) -> None:  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        with path.open("wb") as file:
            for piece in islice(pieces(), most):
                file.write(piece)
                if file.tell() >= size:
                    break
            file.write(b"\n]}" if name.endswith(".json") else b"")
        case = Case.create(Path(folder) / "case")
        add(case, [path], "synthetic", lambda done, total: None)
        before, rows, pages = time.process_time(), 0, 0
        for task in tasks_of(case.evidence, case.evidence.held(), {}, "Asia/Shanghai"):
            found = read_files(task)
            rows += len(found[1])
            pages += len(set(found[1]["member"].to_pylist()) - {""})
        used = time.process_time() - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        if not told:
            return
        by_page = f"  {pages / used:8,.0f} pages/s" if pages else ""
        megabytes = path.stat().st_size / 1e6
        print(
            f"{name:20} {megabytes:8.1f} MB  {megabytes / used:6.2f} MB/s  {rows / used:9,.0f} posts/s"
            f"  peak {peak:.2f} GiB{by_page}", flush=True,
        )  # fmt: skip


def main() -> None:
    size = int(float(sys.argv[1] if len(sys.argv) > 1 else "16") * 1e6)
    gc.set_threshold(20_000, 50, 20)
    measure("result.json", telegram, size)
    measure("WhatsApp Chat with 天气.txt", whatsapp, size)
    measure("天气群.txt", qq, size)
    measure("pages.warc.gz", warc, size, 4_000)


if __name__ == "__main__":
    main()
