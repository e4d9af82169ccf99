"""Near-duplicate posts: posts written from one text, under edits and disguise.

1. Posts with the same letters are one text (copies cost nothing further).
2. MinHash bands propose pairs; neighbours within a bucket and its first text, never all pairs.
3. Every proposed pair is verified on tokens (rapidfuzz, longest common subsequence); verified
   pairs are joined; members too far from the heart of their group leave it again.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz.distance import Indel
from rapidfuzz.process import cpdist
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ringtrace.linking.letters import Letters, Tokens, letters, tokens
from ringtrace.linking.minhash import band_keys
from ringtrace.model.identity import derive_id

SIMILARITY = 0.62
"""Share of tokens in common (2 LCS / total) that makes two texts one template."""
LOOSE = 0.5
"""A member of a group shares at least this with the group's heart."""
SIZE = 120
"""Information (tenths of a Chinese character, a word 16) below which a text is too short for a template."""

_Ints = NDArray[np.int64]


def find_templates(posts: pa.Table) -> pa.Table:
    """Return Table(template_id, post_id, similarity): posts that share a template with another.

    posts: columns post_id, kind, text. System posts and texts under ``SIZE`` are left out.
    similarity: tokens shared with the template's heart, 0..1.
    """
    posts = posts.filter(pc.not_equal(posts["kind"], "system"))
    found = group_texts(posts["text"].to_pylist())
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


class Groups:
    """group: number of the group of each text, -1 for none; similarity: to the group's heart."""

    def __init__(self, group: _Ints, similarity: NDArray[np.float64]) -> None:
        self.group = group
        self.similarity = similarity


def group_texts(texts: list[str]) -> Groups:
    """Group near-duplicate ``texts``."""
    source = letters(texts)
    stream = tokens(source)
    kept = np.flatnonzero(stream.size >= SIZE)
    first, copies, which = _distinct(stream, kept)
    labels = _join(_subset(source, first), [stream.of(int(index)) for index in first])
    strings = [stream.of(int(index)) for index in first]
    labels, similarity = _tighten(labels, strings, copies)
    members = np.bincount(labels, weights=copies, minlength=len(labels)) if len(labels) else np.zeros(0)
    group = np.full(len(texts), -1, np.int64)
    close = np.zeros(len(texts))
    label = labels[which]
    group[kept] = np.where(members[label] > 1, label, -1) if len(label) else label
    close[kept] = similarity[which]
    return Groups(group, close)


def _distinct(stream: Tokens, kept: _Ints) -> tuple[_Ints, _Ints, _Ints]:
    """Return (first text of each distinct token string, number of copies, string of each kept text)."""
    seen: dict[str, int] = {}
    first: list[int] = []
    which = np.empty(len(kept), np.int64)
    for at, index in enumerate(kept.tolist()):
        number = seen.setdefault(stream.of(index), len(first))
        if number == len(first):
            first.append(index)
        which[at] = number
    return np.array(first, np.int64), np.bincount(which, minlength=len(first)), which


def _subset(source: Letters, chosen: _Ints) -> Letters:
    lengths = source.starts[chosen + 1] - source.starts[chosen]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    index = np.arange(starts[-1]) + np.repeat(source.starts[chosen] - starts[:-1], lengths)
    return Letters(source.codes[index], source.han[index], starts, source.words[index])


def _join(source: Letters, strings: list[str]) -> _Ints:
    """Return a label for each string: labels are equal when verified pairs connect them."""
    count = len(strings)
    labels = np.arange(count, dtype=np.int64)
    if count < 2:
        return labels
    refused = np.zeros(0, np.int64)
    for keys in band_keys(source):
        left, right = _bucket_pairs(keys)
        code = np.minimum(left, right) * count + np.maximum(left, right)
        code = _sorted_distinct(code[labels[left] != labels[right]])
        code = code[~_among(code, refused)]
        if not len(code):
            continue
        low, high = code // count, code % count
        same = similarities(strings, low, high) >= SIMILARITY
        refused = np.sort(np.concatenate([refused, code[~same]]))
        links = coo_array((np.ones(int(same.sum()), np.int8), (labels[low[same]], labels[high[same]])), (count, count))
        _, parts = connected_components(links, directed=False)
        labels = parts[labels].astype(np.int64)
    return labels


def _sorted_distinct(values: _Ints) -> _Ints:
    """np.unique without its hash table, which degrades on pair codes (numpy 2.4: 50 times slower)."""
    ranked = np.sort(values)
    return ranked[np.concatenate([[True], ranked[1:] != ranked[:-1]])] if len(ranked) else ranked


def _among(values: _Ints, ranked: _Ints) -> NDArray[np.bool_]:
    if not len(ranked):
        return np.zeros(len(values), np.bool_)
    at = np.minimum(np.searchsorted(ranked, values), len(ranked) - 1)
    return np.asarray(ranked[at] == values)


def _bucket_pairs(keys: NDArray[np.uint64]) -> tuple[_Ints, _Ints]:
    """Pairs of texts with equal keys: each with the next, the one after and the bucket's first."""
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    new = np.concatenate([[True], ranked[1:] != ranked[:-1]])
    head = order[np.maximum.accumulate(np.where(new, np.arange(len(keys)), 0))]
    near, far = np.flatnonzero(~new), np.flatnonzero(ranked[2:] == ranked[:-2]) + 2
    left = np.concatenate([order[near - 1], order[far - 2], head[near]])
    right = np.concatenate([order[near], order[far], order[near]])
    keep = left != right
    return left[keep], right[keep]


def similarities(strings: list[str], left: _Ints, right: _Ints) -> NDArray[np.float64]:
    """Return 2 LCS / (tokens of both) for each pair of token strings, 0 below ``LOOSE``."""
    a = [strings[index] for index in left.tolist()]
    b = [strings[index] for index in right.tolist()]
    return np.asarray(cpdist(a, b, scorer=Indel.normalized_similarity, score_cutoff=LOOSE, workers=1, dtype=np.float64))


def _tighten(labels: _Ints, strings: list[str], copies: _Ints) -> tuple[_Ints, NDArray[np.float64]]:
    """Split off members that share less than ``LOOSE`` with their group's heart; chains break.

    The heart is the text with most copies, the first among equals. Each round the leavers form
    groups of their own; after a few rounds what is left stands alone.
    """
    labels = labels.copy()
    similarity = np.ones(len(labels))
    active = np.arange(len(labels))
    for _ in range(8):
        if not len(active):
            break
        order = active[np.lexsort((active, -copies[active], labels[active]))]
        new = np.concatenate([[True], labels[order][1:] != labels[order][:-1]])
        heart = order[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))]
        similarity[order] = similarities(strings, heart, order)
        active = order[similarity[order] < LOOSE]
        labels[heart] = heart
        labels[order] = np.where(similarity[order] < LOOSE, labels[order] + len(labels), heart)
    labels[active] = active
    similarity[active] = 1.0
    return labels, similarity
