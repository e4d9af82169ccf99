"""What the start costs: from the command to the address, and to the first page with the case's numbers.

Use: python benchmarks/start.py CASE [RUNS]
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit


def main(case: Path, runs: int) -> None:
    """Print wall and processor seconds of each run, then their medians."""
    found = [measure(case) for _ in range(runs)]
    for row in found:
        print(json.dumps(row))
    print("median", json.dumps({name: round(median(row[name] for row in found), 2) for name in found[0]}))


def measure(case: Path) -> dict[str, float]:
    """Start the workbench, come in, open the first page; seconds since the command, by wall and by processor."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "ringtrace", "serve", str(case), "--port", "0", "--json"], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        address = urlsplit(json.loads(process.stdout.readline())["address"])
        told, told_cpu = time.perf_counter() - began, _processor_seconds(process.pid)
        host = f"{address.hostname}:{address.port}"
        cookie = _ask(host, address.path)[1].split(";")[0]
        status, _ = _ask(host, "/", cookie)
        if status != 200:
            raise SystemExit(f"the first page answered {status}")
        page, page_cpu = time.perf_counter() - began, _processor_seconds(process.pid)
    finally:
        process.terminate()
        process.wait()
    return {"address": told, "address cpu": told_cpu, "page": page, "page cpu": page_cpu}


def _ask(host: str, path: str, cookie: str = "") -> tuple[int, str]:
    link = http.client.HTTPConnection(host, timeout=60)
    link.request("GET", path, headers={"cookie": cookie} if cookie else {})
    answer = link.getresponse()
    answer.read()
    link.close()
    return answer.status, answer.getheader("set-cookie", "")


def _processor_seconds(process: int) -> float:
    """User and system time of a process, as Linux tells it."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 5)
