"""Near-duplicate posts: posts written from one text, under edits and disguise.

Posts with the same letters are one wording (``wordings``: copies cost nothing further); wordings that are
near-duplicates are one template (``grouping``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ringtrace.linking.grouping import group
from ringtrace.linking.wordings import collect
from ringtrace.model.identity import derive_id

_Ints = NDArray[np.int64]


def find_templates(posts: pa.Table) -> pa.Table:
    """Return Table(template_id, post_id, similarity): posts that share a template with another.

    posts: columns post_id, kind, text. System posts and texts under ``wordings.SIZE`` are left out.
    similarity: tokens shared with the template's heart, 0..1.
    """
    posts = posts.filter(pc.not_equal(posts["kind"], "system"))
    found = group_texts(posts["text"])
    chosen = np.flatnonzero(found.group >= 0)
    ids = posts["post_id"].take(pa.array(chosen)).to_pylist()
    group = found.group[chosen]
    smallest: dict[int, str] = {}
    for post, number in zip(ids, group.tolist(), strict=True):
        smallest[number] = min(post, smallest.get(number, post))
    names = {number: derive_id("template", post) for number, post in smallest.items()}
    return pa.table(
        {
            "template_id": pa.array([names[number] for number in group.tolist()], pa.string()),
            "post_id": pa.array(ids, pa.string()),
            "similarity": pa.array(found.similarity[chosen], pa.float64()),
        }
    )


@dataclass(frozen=True)
class Groups:
    """group: number of the group of each text, -1 for none; similarity: to the group's heart."""

    group: _Ints
    similarity: NDArray[np.float64]


def group_texts(texts: pa.ChunkedArray) -> Groups:
    """Group near-duplicate ``texts``."""
    words, which = collect(texts)
    heart, similarity = group(words)
    members = np.bincount(heart, weights=words.copies, minlength=len(words))
    known = np.flatnonzero(which >= 0)
    found = np.full(len(which), -1, np.int64)
    close = np.zeros(len(which))
    found[known] = np.where(members[heart[which[known]]] > 1, heart[which[known]], -1)
    close[known] = similarity[which[known]]
    return Groups(found, close)
