"""Measures near-duplicate search on generated texts: recall by number of replaced tokens, precision, CPU, memory.

python benchmarks/templates.py [POSTS] [SEED] [MODE ...]: modes as in ``near_duplicates`` (default both); each
language and mode in a process of its own. Pairs of (original, variant) count for recall; for precision, all
pairs that share a template. Slots are not found here.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import pyarrow as pa

from near_duplicates import corpus, score
from ringtrace.linking.templates import group_texts


def measure(count: int, language: str, seed: int, mode: str) -> None:
    made = corpus(count, language, seed, mode)
    texts = pa.chunked_array([made.texts], pa.string())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    began = time.process_time()
    group = group_texts(texts).group
    spent = time.process_time() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{language} {mode} {len(texts)} posts {spent:.2f} s CPU, peak {memory} MB ({before} MB of it the corpus), "
        f"{score(made, group).line()}",
        flush=True,
    )


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        measure(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5])
        return
    count, seed, *modes = [*sys.argv[1:], *["100000", "7"][len(sys.argv) - 1 :]]
    for mode in modes or ("family", "lone"):
        for language in ("zh", "en"):
            subprocess.run([sys.executable, __file__, "--one", count, language, seed, mode], check=True)


if __name__ == "__main__":
    main()
