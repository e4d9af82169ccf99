"""What follows within one conversation is worked out again only when the conversation has changed.

Replies, edits, answers, what stands above a post and what a post is read as at first sight depend on the posts of its
conversation alone. A conversation is known again by one digest over its posts: the readings that they come from, their
places in them, and what joining copies changed of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.digests import row_digests
from ringtrace.engines.engine import Tables
from ringtrace.store.cache import Cache
from ringtrace.store.packs import Part, Places

_TOLD = ("post_id", "member", "start", "stop", "container", "container_name", "account_id", "account_native")
"""What tells a post beside the reading that it comes from; joining copies changes no other column that is looked at."""
_DIGEST = 32


class Talks:
    """The conversations of a case, in order of their ids. Each has a key: equal keys, equal posts in every cell."""

    def __init__(self, cache: Cache, posts: pa.Table, readings: Mapping[str, str]) -> None:
        """posts: as copies were joined; readings: evidence id -> a digest of all that its reading depends on."""
        self._cache = cache
        coded = posts["container"].combine_chunks().dictionary_encode()
        names = coded.dictionary.take(pc.sort_indices(coded.dictionary))
        number = pc.index_in(coded.dictionary, names).to_numpy()[np.asarray(coded.indices)]
        self._names, self._posts = names, posts["post_id"].combine_chunks()
        self._number = number.astype(np.int64)
        self._keys = _keys(self._number, len(names), _told(posts, readings), self._posts)

    def recall(
        self, kind: str, stage: Callable[..., Tables], *tables: pa.Table, besides: str = ""
    ) -> tuple[pa.Table, ...]:
        """Return what ``stage`` gives for whole conversations; those that are as they were come from shelf ``kind``.

        tables: with the column container. What a stage gives has the column post_id. besides: as in ``Cache.shelf``.
        """
        shelf = self._cache.shelf(kind, besides)

        def work_out(numbers: Places) -> Iterator[Part]:
            chosen = self._names.take(pa.array(numbers))
            few = (table.filter(pc.is_in(table["container"], chosen)) for table in tables)
            found = stage(*few)
            yield Part(numbers, found, tuple(map(self._talk_of, found)))

        found = shelf.complete(self._keys, work_out)
        shelf.settle()
        return found

    def _talk_of(self, rows: pa.Table) -> Places:
        """Return the number of the conversation of each row."""
        at: Places = pc.index_in(rows["post_id"], self._posts).to_numpy().astype(np.int64)
        number: Places = self._number[at]
        return number


def _told(posts: pa.Table, readings: Mapping[str, str]) -> pa.Table:
    coded = posts["evidence_id"].combine_chunks().dictionary_encode()
    read = pa.array([readings[one] for one in coded.dictionary.to_pylist()], pa.string())
    return posts.select(_TOLD).append_column("reading", read.take(coded.indices))


def _keys(number: Places, talks: int, told: pa.Table, posts: pa.Array) -> pa.Array:
    """Return one digest for each conversation, over those of its posts in order of their ids."""
    digests = np.frombuffer(b"".join(row_digests(told).to_pylist()), np.uint8).reshape(-1, _DIGEST)
    order = np.lexsort((pc.rank(posts, "ascending").to_numpy(), number))
    cuts = np.searchsorted(number[order], np.arange(talks + 1)).tolist()
    ordered = digests[order]
    keys = [hashlib.sha256(ordered[low:high].tobytes()).digest() for low, high in pairwise(cuts)]
    return pa.array(keys, pa.binary(_DIGEST))
