"""Fifty people at once on one case whose decisions lie in PostgreSQL: how long each answer takes.

python benchmarks/team.py CASE URL [USERS] [SECONDS]      an analysed case; URL of an empty schema

Every person reads, searches, judges and comments, and thinks between two pages for five seconds on average (drawn
with a fixed seed); the mix stands in ``STEPS``. The server is ``ringtrace serve`` in a process of its own, on a copy
of the case. Printed as JSON: milliseconds by the clock of all answers and of each kind, and the server's processor
time per answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import httpx

from ringtrace.store.case import Case
from ringtrace.store.people import People
from ringtrace.store.sessions import SessionStore
from ringtrace.web.team import _token

THINK_SECONDS = 5.0
STEPS = {"case": 2, "search": 6, "post": 8, "triage": 6, "judge": 6, "rings": 2, "ring": 2, "actor": 6, "comment": 2}


def prepare(case: Path, folder: Path, url: str, users: int) -> tuple[int, list[str]]:
    """Copy the case, open it to a team of ``users``; return (port, cookies of people who are signed in)."""
    shutil.copytree(case, folder, ignore=shutil.ignore_patterns("ledger.db*"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    opened = Case(folder)
    opened.set_ledger(url)
    with (folder / "case.toml").open("a") as file:
        file.write(f'\n[team]\naddress = "http://localhost:{port}"\n')
    cookies = []
    with Case(folder).lent_ledger() as ledger:
        people, sessions = People(ledger, time.time), SessionStore(ledger, time.time)
        for number in range(users):
            person, token = people.invite(f"Analyst {number}", ["analyst", "supervisor"], "benchmark")
            people.join(people.invited(token), None, ("https://issuer.example", person.id))
            cookies.append(sessions.begin(person.id, "benchmark"))
    return port, cookies


class User:
    """One person: asks, notes how long it took, thinks, asks again."""

    def __init__(self, port: int, cookie: str, number: int, things: dict[str, list[str]]) -> None:
        self.dice = random.Random(number)
        self.things = things
        self.times: list[tuple[str, float, int]] = []
        self.client = httpx.AsyncClient(
            base_url=f"http://localhost:{port}", cookies={"ringtrace": cookie}, timeout=60,
            limits=httpx.Limits(keepalive_expiry=2),  # the server closes a connection after five seconds of silence
            headers={"accept": "text/html", "x-csrf-token": _token(cookie)}, trust_env=False,
        )  # fmt: skip

    async def work(self, until: float) -> None:
        await asyncio.sleep(self.dice.random() * THINK_SECONDS)
        while time.perf_counter() < until:
            step = self.dice.choices(list(STEPS), list(STEPS.values()))[0]
            await self.take(step)
            await asyncio.sleep(self.dice.expovariate(1 / THINK_SECONDS))
        await self.client.aclose()

    async def take(self, step: str) -> None:
        post, ring, actor = (self.dice.choice(self.things[kind]) for kind in ("posts", "rings", "actors"))
        if step == "judge":
            told = (await self.client.get(f"/posts/{post}", headers={"accept": "application/json"})).json()
            fields = {"post": post, "verdict": "unsure", "version": str(told["verdict_version"])}
            await self.ask(step, "POST", "/judge", fields)
        elif step == "comment":
            await self.ask(step, "POST", "/comments", {"about": f"actor:{actor}", "text": "looked at"})
        else:
            word = self.dice.choice(self.things["words"])
            paths = {"case": "/", "search": f"/search?q={word}", "post": f"/posts/{post}", "triage": "/triage",
                     "rings": "/rings", "ring": f"/rings/{ring}", "actor": f"/actors/{actor}"}  # fmt: skip
            await self.ask(step, "GET", paths[step])

    async def ask(self, step: str, method: str, path: str, fields: dict[str, str] | None = None) -> None:
        begun = time.perf_counter()
        answer = await self.client.request(method, path, data=fields)
        self.times.append((step, 1000 * (time.perf_counter() - begun), answer.status_code))


def percentile(times: list[float], share: float) -> float:
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)


def processor_seconds(process: int) -> float:
    told = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


async def measure(port: int, cookies: list[str], things: dict[str, list[str]], seconds: int, server: int) -> dict:
    users = [User(port, cookie, number, things) for number, cookie in enumerate(cookies)]
    for step in STEPS:  # nobody measures the first opening of each page
        await users[0].take(step)
    users[0].times.clear()
    used, begun = processor_seconds(server), time.perf_counter()
    await asyncio.gather(*(user.work(begun + seconds) for user in users))
    used = processor_seconds(server) - used
    by_step, codes = defaultdict(list), defaultdict(int)
    for user in users:
        for step, took, code in user.times:
            by_step[step].append(took)
            codes[code] += 1
    every = [took for found in by_step.values() for took in found]
    return {
        "users": len(users), "answers": len(every), "median ms": round(statistics.median(every), 1),
        "p95 ms": percentile(every, 0.95), "p99 ms": percentile(every, 0.99), "codes": dict(codes),
        "server ms of processor per answer": round(1000 * used / len(every), 1),
        "p95 ms by step": {step: percentile(found, 0.95) for step, found in sorted(by_step.items())},
    }  # fmt: skip


def main() -> None:
    case, url = Path(sys.argv[1]), sys.argv[2]
    users = int(sys.argv[3]) if len(sys.argv) > 3 else 50
    seconds = int(sys.argv[4]) if len(sys.argv) > 4 else 60
    with tempfile.TemporaryDirectory(prefix="ringtrace-bench-") as folder:
        port, cookies = prepare(case, Path(folder) / "case", url, users)
        command = [
            sys.executable,
            "-m",
            "ringtrace",
            "serve",
            str(Path(folder) / "case"),
            "--port",
            str(port),
            "--json",
        ]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            process.stdout.readline()
            with httpx.Client(
                base_url=f"http://localhost:{port}", cookies={"ringtrace": cookies[0]}, timeout=300
            ) as one:
                told = {"accept": "application/json"}
                while not one.get("/", headers=told).json()["index_ready"]:
                    time.sleep(1)
                things = {
                    "rings": [row["ring_id"] for row in one.get("/rings", headers=told).json()["rings"]],
                    "actors": [row["actor_id"] for row in one.get("/actors", headers=told).json()["actors"]],
                    "posts": [row["post_id"] for row in one.get("/search?q=", headers=told).json()["rows"]],
                    "words": ["宝宝", "孩子", "电话", "baby", "1700"],
                }
            print(json.dumps(asyncio.run(measure(port, cookies, things, seconds, process.pid)), indent=1))
        finally:
            process.terminate()
            process.wait(20)


if __name__ == "__main__":
    main()
