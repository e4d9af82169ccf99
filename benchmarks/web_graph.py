"""How soon the graph of a ring can be used in the browser, and what a step of its camera costs, in software WebGL.

python benchmarks/web_graph.py CASE      an analysed case; its workbench is served, the network itself is made up

Rings of 16, 200 and 5,000 people, star-shaped as rings are: an eightieth are hubs. Told are the server's processor
seconds for the places, milliseconds from the navigation to the graph being ready (and processor time of browser and
server until then), and the median and 95th percentile of what 60 steps of the camera cost by the clock, and what a step
costs all of the browser's processes in processor time, which a busy machine changes less. Printed as JSON; Debian's
Chromium without a graphics card.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from ringtrace.report.network import network
from web_bench import Served, chromium

SIZES = (16, 200, 5_000)
STEPS = 60


def made_up(people: int) -> dict[str, Any]:
    """A ring of so many people."""
    actors = [f"actor-{at:05}" for at in range(people)]
    hubs = max(1, people // 80)
    ties = [
        {"left": actors[at % hubs], "right": actors[at], "weight": 1.0, "layer": "reply"} for at in range(hubs, people)
    ]
    ties += [
        {"left": actors[at], "right": actors[(7 * at + 3) % hubs], "weight": 1.0, "layer": "reply"}
        for at in range(hubs)
    ]
    ties = [tie for tie in ties if tie["left"] != tie["right"]]
    roles = {actor: "broker" if at < hubs else ("supplier", "buyer")[at % 2] for at, actor in enumerate(actors)}
    return network(
        [{"actor_id": actor} for actor in actors], roles, {actor: f"某人{actor[-5:]}" for actor in actors}, ties, {}
    )


def browser_seconds() -> float:
    """Processor time of every process that this one began, and that those began."""
    parents, used = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)], used[int(path.parent.name)] = int(told[1]), int(told[11]) + int(told[12])
    found, more = {os.getpid()}, True
    while more:
        more = {key for key, parent in parents.items() if parent in found} - found
        found |= more
    return sum(used[key] for key in found & used.keys()) / os.sysconf("SC_CLK_TCK")


def answer(body: str) -> Callable[[Any], None]:
    return lambda route: route.fulfill(body=body, content_type="application/json")


def main() -> None:
    served = Served(Path(sys.argv[1]))
    told = {}
    try:
        with chromium() as browser:
            page = served.enter(browser, viewport={"width": 1280, "height": 900})
            ring = page.request.get(served.home + "/rings.json").json()["rings"][0]["ring_id"]
            for size in SIZES:
                begun = time.process_time()
                document = json.dumps(made_up(size))
                seconds = time.process_time() - begun
                page.unroute("**/graph.json")
                page.route("**/graph.json", answer(document))
                ready, spent = [], browser_seconds()
                for _ in range(3):
                    page.goto(f"{served.home}/rings/{ring}/graph")
                    page.wait_for_selector("[data-ready]")
                    ready.append(int(page.locator("[data-ready]").get_attribute("data-ready")))
                opened, spent = browser_seconds() - spent, browser_seconds()
                steps = sorted(page.evaluate(f"document.querySelector('[data-island]').island.pan({STEPS})"))
                spent = browser_seconds() - spent
                told[size] = {
                    "places, processor s": round(seconds, 2), "ready ms": sorted(ready),
                    "ready processor ms": round(1000 * opened / 3),
                    "step median ms": round(statistics.median(steps), 1),
                    "step p95 ms": round(steps[int(0.95 * STEPS)], 1),
                    "step processor ms": round(1000 * spent / STEPS, 1),
                }  # fmt: skip
                print(size, told[size], file=sys.stderr)
    finally:
        served.stop()
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
