"""A message that its author edited is one act, however many wordings of it are in evidence.

Each wording is a post of its own and is read by its own words. For the company that posts keep, and for the words that
a case teaches, only the surest wording of a message stands; what is found for it holds for them all.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ringtrace.stances.neighbourhood import places


class Acts:
    """posts: the surest wording of each message, the first of those that are equally sure, in order of ``posts``."""

    def __init__(self, posts: pa.Table, stances: pa.Table) -> None:
        ids = posts["post_id"]
        message = pc.coalesce(posts["edit_of"], ids).combine_chunks().dictionary_encode()
        group = np.asarray(message.indices.to_numpy(), np.int64)
        sure = np.zeros(len(ids))
        sure[places(stances["post_id"], ids)] = stances["probability"].to_numpy()
        later = pc.is_valid(posts["edit_of"]).to_numpy()
        order = np.lexsort((np.arange(len(ids)), later, -sure, group))
        surest = order[np.flatnonzero(np.diff(group[order], prepend=-1))]
        self._ids = ids
        self._standing: NDArray[np.int64] = surest[group]
        self._stands = pa.array(self._standing == np.arange(len(ids)))
        self.posts = posts.filter(self._stands)

    def standing(self, posts: pa.ChunkedArray) -> pa.Array:
        """Return for each post the id of the wording that stands for its message, null for an unknown post."""
        at = places(posts, self._ids)
        rows = pa.array(np.where(at >= 0, self._standing[at], 0), mask=at < 0)
        return self._ids.combine_chunks().take(rows)

    def among(self, table: pa.Table) -> pa.Table:
        """Return the rows of ``table`` whose post stands for its message."""
        return table.filter(pc.is_in(table["post_id"], self.posts["post_id"].combine_chunks()))

    def moved(self, table: pa.Table, column: str) -> pa.Table:
        """Return ``table`` with what stands for each post of ``column`` in its place."""
        return table.set_column(table.schema.get_field_index(column), column, self.standing(table[column]))

    def answers(self, answers: pa.Table) -> pa.Table:
        """Return the answers of the posts that stand, to what stands for what they answer."""
        told = self.moved(self.among(answers), "answered")
        return told.filter(pc.not_equal(told["post_id"], told["answered"]))

    def labels(self, labels: Mapping[str, str]) -> dict[str, str]:
        """Return labels (post -> direction) of what stands; where wordings differ, that of the standing one, else of
        the last by id."""
        posts = sorted(labels)
        standing = self.standing(pa.chunked_array([posts], pa.string())).to_pylist()
        found = {one: labels[post] for post, one in zip(posts, standing, strict=True) if one is not None}
        return {one: labels.get(one, does) for one, does in sorted(found.items())}

    def spread(self, lifts: pa.Table) -> pa.Table:
        """Return ``lifts`` (one row a post, as ``Company.lifts`` gives them) with a row for every wording."""
        found = pc.index_in(self.standing(self._ids), lifts["post_id"].combine_chunks())
        lifted = lifts.take(found.drop_null())
        every = lifted.set_column(0, "post_id", self._ids.filter(pc.is_valid(found)))
        return every.take(pc.sort_indices(every["post_id"]))
