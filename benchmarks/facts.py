"""Microseconds a post that each extractor of facts costs on simulated chat, folding apart.

python benchmarks/facts.py CASE_OUTPUT      a folder that ``ringtrace simulate`` wrote

The texts are those of ``truth/posts.jsonl``; numbers, which several extractors share, are charged
to the first that asks (age). The best of three rounds is printed, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path

from ringtrace.text.numbers.finding import find_numbers
from ringtrace.text.places.gazetteer import find_places
from ringtrace.text.view import TextView

KINDS = ("age", "count", "date", "money", "place", "sex")
ROUNDS = 3
MOST = 5_000
SENT = 1_392_897_600_000_000
"""2014-02-20 12:00 UTC: a day of writing for every text."""


def read_texts(folder: Path) -> list[str]:
    """Return the texts of a simulated case, evenly taken, at most 5,000."""
    with (folder / "truth" / "posts.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    return texts[:: max(1, len(texts) // MOST)][:MOST]


def measure(texts: list[str]) -> dict[str, float]:
    """Return microseconds a post by kind and in sum."""
    finders = [(kind, import_module(f"ringtrace.extractors.{kind}").find) for kind in KINDS]
    best = dict.fromkeys(KINDS, float("inf"))
    for _ in range(ROUNDS):
        views = [TextView(text, sent_at=SENT) for text in texts]
        spent = dict.fromkeys(KINDS, 0)
        find_numbers.cache_clear()
        find_places.cache_clear()
        for view in views:
            _ = view.folded.text  # folded once, before the clock
            for kind, find in finders:
                start = time.perf_counter_ns()
                for _candidate in find(view):
                    pass
                spent[kind] += time.perf_counter_ns() - start
        best = {kind: min(best[kind], spent[kind] / 1_000 / len(texts)) for kind in KINDS}
    return {kind: round(value, 1) for kind, value in best.items()} | {"sum": round(sum(best.values()), 1)}


if __name__ == "__main__":
    print(json.dumps(measure(read_texts(Path(sys.argv[1])))))
