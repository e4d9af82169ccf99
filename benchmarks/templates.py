"""Measures near-duplicate search on generated texts: recall by number of replaced tokens, precision, CPU, memory.

python benchmarks/templates.py [POSTS] [SEED] [MODE ...]: modes as in ``near_duplicates`` (default both); each
language and mode in a process of its own. Pairs of (original, variant) count for recall; for precision, all
pairs that share a template.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np
import pyarrow as pa

from near_duplicates import corpus, score
from ringtrace.linking.slots import find_patterns
from ringtrace.linking.templates import find_templates


def measure(count: int, language: str, seed: int, mode: str) -> None:
    made = corpus(count, language, seed, mode)
    ids = pa.array([f"{at:08}" for at in range(len(made.texts))])
    posts = pa.table({"post_id": ids, "kind": pa.array(["message"] * len(ids)), "text": pa.array(made.texts)})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    began = time.process_time()
    templates = find_templates(posts)
    spent = time.process_time() - began
    find_patterns(templates, posts)
    slots = time.process_time() - began - spent
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    group = np.full(len(ids), -1)
    rows = templates["post_id"].cast(pa.int64()).to_numpy()
    group[rows] = templates["template_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    print(
        f"{language} {mode} {len(ids)} posts {spent:.2f} s CPU, slots {slots:.2f} s, peak {memory} MB "
        f"({before} MB of it the corpus), {score(made, group).line()}",
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
