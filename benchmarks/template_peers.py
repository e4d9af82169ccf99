"""Compares near-duplicate search with MinHash libraries and with InfoShield on the same posts, in one run.

python benchmarks/template_peers.py [POSTS] [SEED] [--languages en] [--infoshield FOLDER]

Whoever runs it fetches the peers, best into an environment of their own beside ringtrace; they are in no lock and
no folder of this project, and one that is not there is said and left out: ``datasketch`` and ``rensa`` from PyPI,
InfoShield (mengchillee/InfoShield on GitHub, with what its requirements.txt names) as a folder. The libraries get
128 permutations over the same shingles (2 Chinese characters, 4 letters) and their own index at a threshold of
.5; groups are what its pairs connect. InfoShield has no settings; its groups are its templates, its time both of
its steps. Ours finds the groups and, in a line of its own, the slots too. Lone pairs, as in ``near_duplicates``.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from near_duplicates import corpus, score
from ringtrace.linking.slots import describe_templates
from ringtrace.linking.templates import group_texts

THRESHOLD = 0.5
PERMUTATIONS = 128


def shingles(text: str, size: int) -> set[str]:
    plain = text.replace(" ", "")
    return {plain[at : at + size] for at in range(max(1, len(plain) - size + 1))}


def ours(texts: list[str], size: int) -> list[int]:
    return group_texts(pa.chunked_array([texts], pa.string())).group.tolist()


def with_datasketch(texts: list[str], size: int) -> list[int]:
    from datasketch import MinHash, MinHashLSH

    index, pairs = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS), []
    for number, text in enumerate(texts):
        made = MinHash(num_perm=PERMUTATIONS)
        made.update_batch([one.encode() for one in shingles(text, size)])
        pairs += [(number, other) for other in index.query(made)]
        index.insert(number, made)
    return connected(len(texts), pairs)


def with_rensa(texts: list[str], size: int) -> list[int]:
    from rensa import RMinHash, RMinHashLSH

    index, pairs = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=32), []
    for number, text in enumerate(texts):
        made = RMinHash(num_perm=PERMUTATIONS, seed=1)
        made.update(list(shingles(text, size)))
        pairs += [(number, other) for other in index.query(made)]
        index.insert(number, made)
    return connected(len(texts), pairs)


def connected(count: int, pairs: list[tuple[int, int]]) -> list[int]:
    """Return the number of each text's part, -1 where it stands alone."""
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    links = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), (count, count))
    _, parts = connected_components(links, directed=False)
    return np.where(np.bincount(parts)[parts] > 1, parts, -1).tolist()


def with_infoshield(folder: Path, python: str, texts: list[str], size: int) -> list[int]:
    """Return the number of each text's template, by InfoShield in a process of its own; it knows no shingles."""
    with tempfile.TemporaryDirectory() as scratch:
        with (Path(scratch) / "posts.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([("id", "text"), *enumerate(texts)])
        ran = subprocess.run(
            [python, folder / "infoshield.py", "posts.csv", "id", "text"],
            cwd=scratch, capture_output=True, text=True, check=False,
            env={**os.environ, "MPLBACKEND": "agg", "PYTHONPATH": ""},
        )  # fmt: skip
        table = Path(scratch) / "template_table.csv"
        if ran.returncode or not table.exists():
            raise RuntimeError(f"InfoShield stopped: {(ran.stderr or ran.stdout).strip().splitlines()[-1:]}")
        group = [-1] * len(texts)
        known: dict[tuple[str, str], int] = {}
        with table.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                template = (row["LSH Label"], row["Template #"])
                group[int(row["ID"])] = known.setdefault(template, len(known))
    return group


def ours_with_slots(texts: list[str], size: int) -> list[int]:
    """Return the groups; what stands constant and what differs in each is worked out too, as InfoShield does."""
    ids = [f"{number:09}" for number in range(len(texts))]
    posts = pa.table({"post_id": ids, "kind": pa.array(["message"] * len(texts)), "text": texts})
    found, _ = describe_templates(posts)
    template = dict(zip(found["post_id"].to_pylist(), found["template_id"].to_pylist(), strict=True))
    known: dict[str, int] = {}
    return [known.setdefault(template[one], len(known)) if one in template else -1 for one in ids]


def _spent() -> float:
    """Return the CPU seconds of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("posts", nargs="?", type=int, default=100_000)
    parser.add_argument("seed", nargs="?", type=int, default=7)
    parser.add_argument("--languages", nargs="+", default=["zh", "en"])
    parser.add_argument("--infoshield", type=Path)
    parser.add_argument("--infoshield-python", default=sys.executable)
    asked = parser.parse_args()
    peers: dict[str, Callable[[list[str], int], list[int]]] = {
        "ringtrace": ours, "ringtrace with slots": ours_with_slots,
        "datasketch": with_datasketch, "rensa": with_rensa,
    }  # fmt: skip
    if asked.infoshield:
        peers["InfoShield"] = partial(with_infoshield, asked.infoshield.resolve(), asked.infoshield_python)
    ours(corpus(2_000, "en", 1, "lone").texts, 4)  # what is compiled at the first call is compiled once in a life
    for language, size in (("zh", 2), ("en", 4)):
        if language not in asked.languages:
            continue
        made = corpus(asked.posts, language, asked.seed, "lone")
        first = 0.0
        for name, find in peers.items():
            began = _spent()
            try:
                found = find(made.texts, size)
            except (ImportError, RuntimeError) as failed:
                print(f"{language} {name}: not compared, {failed}", flush=True)
                continue
            spent = _spent() - began
            first = first or spent
            told = score(made, found).line()
            print(
                f"{language} {name} {len(made.texts)} posts {spent:.1f} s CPU (x{spent / first:.1f}), {told}",
                flush=True,
            )


if __name__ == "__main__":
    main()
