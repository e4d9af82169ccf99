"""Compares near-duplicate search with MinHash libraries on the same posts, in one run.

python benchmarks/template_peers.py [POSTS] [SEED]: needs ``datasketch`` and ``rensa`` in the environment; whoever
runs it installs them (they are in no lock of this project), best in an environment of their own beside ringtrace.
Each of them gets 128 permutations over the same shingles (2 Chinese characters, 4 letters) and its own index at
a threshold of .5; groups are what its pairs connect. Lone pairs, as in ``near_duplicates``.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from near_duplicates import corpus, score
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


def main() -> None:
    count, seed = (int(one) for one in [*sys.argv[1:], *["100000", "7"][len(sys.argv) - 1 :]])
    peers: dict[str, Callable[[list[str], int], list[int]]] = {
        "ringtrace": ours, "datasketch": with_datasketch, "rensa": with_rensa,
    }  # fmt: skip
    for language, size in (("zh", 2), ("en", 4)):
        made = corpus(count, language, seed, "lone")
        first = 0.0
        for name, find in peers.items():
            began = time.process_time()
            found = find(made.texts, size)
            spent = time.process_time() - began
            first = first or spent
            told = score(made, found).line()
            print(
                f"{language} {name} {len(made.texts)} posts {spent:.1f} s CPU (x{spent / first:.1f}), {told}",
                flush=True,
            )


if __name__ == "__main__":
    main()
