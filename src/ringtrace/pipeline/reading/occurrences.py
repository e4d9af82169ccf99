"""How often a post came before in its file, known by 64 bits of its digest: a file has tens of millions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from ringtrace.model.identity import length_prefixed
from ringtrace.model.post import Post
from ringtrace.model.run import Run, Same

_RECENT = 131_072


class Occurrences:
    """Counts digests (see ``Run.digests``, of posts as if each were the first) as they come, in about 8 bytes each.

    Two that differ are taken for one once in 2^64 pairs: a post would be called the second of its kind then.
    """

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._settled: list[NDArray[np.int64]] = []
        self._again: dict[int, int] = {}

    def count(self, digest: bytes) -> int:
        """Return how often a post of this digest came before, and remember that it came."""
        return self.count_all([digest]).get(0, 0)

    def count_all(self, digests: Sequence[bytes]) -> dict[int, int]:
        """Return number in ``digests`` -> how often these came before, for those that did."""
        keys = np.frombuffer(b"".join([digest[:8] for digest in digests]), np.int64).tolist()
        before = self._among_settled(keys)
        found: dict[int, int] = {}
        recent, fresh = self._recent, set(keys)
        if not before and len(fresh) == len(keys) and recent.isdisjoint(fresh):
            recent |= fresh
        else:
            for number, key in enumerate(keys):
                if key in recent or key in before:
                    found[number] = self._again[key] = self._again.get(key, 0) + 1
                else:
                    recent.add(key)
        if len(recent) >= _RECENT:
            self._settle()
        return found

    def _among_settled(self, keys: Sequence[int]) -> frozenset[int]:
        if not self._settled:
            return frozenset()
        wanted = np.array(keys, np.int64)
        known = np.zeros(len(wanted), bool)
        for numbers in self._settled:
            places = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
            known |= numbers[places] == wanted
        return frozenset(wanted[known].tolist())

    def _settle(self) -> None:
        """Put the recent ones away as sorted numbers; pieces are joined so that there are few of them."""
        fresh = np.fromiter(self._recent, np.int64, len(self._recent))
        self._recent = set()
        while self._settled and len(self._settled[-1]) <= 2 * len(fresh):
            fresh = np.concatenate([self._settled.pop(), fresh])
        fresh.sort()
        self._settled.append(fresh)


def numbered(post: Post, seen: Occurrences) -> Post:
    """Tell a post apart from earlier ones of its file that are identical to the letter."""
    if post.native_id:
        return post
    parts: tuple[str | int, ...] = ("post", *post.traits, 0)
    encoded = b"".join([length_prefixed(part) for part in parts])
    count = seen.count(sha256(encoded).digest())
    return replace(post, occurrence=count) if count else post


def numbered_run(run: Run, seen: Occurrences) -> Run:
    """Tell the posts of a run apart likewise."""
    accounts = run.accounts()
    digests = run.digests(accounts)
    named = isinstance(run.native_ids, Same) and bool(run.native_ids.value)
    rows = [] if named else [row for row, native in enumerate(run.native_ids) if not native]
    counts = seen.count_all(digests if len(rows) == len(run) else [digests[row] for row in rows])
    if not counts:
        return replace(run, names=(accounts, digests))
    run = replace(run, occurrences={rows[at]: count for at, count in counts.items()})
    return replace(run, names=(accounts, run.digests(accounts)))
