"""What a case's own words say: learned from its sure posts, scored on other accounts' posts.

Every group has words of its own, and no lexicon has them all. Where a case holds enough offers and
wishes that plain words show, a small logistic model learns which pieces of text go with them and
which with the ordinary talk around, and says of every other post how much its wording speaks for
or against. No post is scored by a model that has seen its account. Frames that report, warn or ask
teach the model what quoting sounds like, so they count as ordinary talk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ringtrace.stances.company import number
from ringtrace.stances.neighbourhood import places
from ringtrace.stances.taught import Taught, teach
from ringtrace.text.folding import fold, fold_all

_RUN = re.compile(r"@\S{1,40}|[a-z']+|[0-9][0-9.,]*|[\u3400-\u9fff]+")
"""Calls by name, Latin words, numbers, runs of Chinese; each alternative begins differently: linear."""
_MOST_TEXT = 400
"""Code points of a text that are looked at."""
_PIECE = 3
"""A piece of Chinese has at most so many characters."""
_AT_ONCE = 10_000
"""Texts folded together."""
_SLIGHT = 0.01
"""Weights up to here say nothing."""


class Wording:
    """The pieces of every post of a case, cut once for the rounds of learning."""

    def __init__(self, posts: pa.Table, cut: Cut | None = None) -> None:
        """cut: what gives the pieces of texts, ``cut_texts`` when left out."""
        self._ids = posts["post_id"]
        self._placed: dict[str, tuple[pa.ChunkedArray, NDArray[np.int64]]] = {}
        self._rank = np.empty(len(posts), np.int64)
        self._rank[pc.sort_indices(self._ids).to_numpy()] = np.arange(len(posts))
        self._pieces = _Pieces(posts["text"].to_pylist(), cut or cut_texts)
        named = posts["account_id"].fill_null("")
        accounts = pc.if_else(pc.equal(named, ""), self._ids, named).combine_chunks().dictionary_encode()
        self._user = np.asarray(accounts.indices.to_numpy(), np.int64)
        self._side = np.array([_side(account) for account in accounts.dictionary.to_pylist()], np.int64)[self._user]

    def teach(self, odds: NDArray[np.float64], labels: Mapping[str, str]) -> Taught:
        """Return what people's labels (post -> direction) teach, odds being those of the posts as read now."""
        at = places(pa.chunked_array([list(labels)], pa.string()), self._ids).tolist()
        rows = {row: does != "none" for row, does in zip(at, labels.values(), strict=True) if row >= 0}
        return teach(odds, self._pieces.matrix, self._pieces.names, self._user, rows)

    def learn(self, stances: pa.Table, answers: pa.Table) -> dict[str, float]:
        """Return post -> wording; empty when the case is too small to learn from.

        What is taken for wanted are sure posts that other accounts' sure posts answer or that answer
        such: an agency's advertisements are alike and many, but nobody bids for what they offer.
        wording: natural log-odds for (above 0) or against the post being an offer, a wish or a
        go-between, beside what any post has; within ``wording_most``, to one decimal.
        """
        at = self._places("stances", stances["post_id"])
        order = np.argsort(self._rank[at], kind="stable")
        at, sure = at[order], stances["probability"].to_numpy()[order]
        wanted = self._in_exchange(stances, answers)
        most, least = number("wording_most"), number("ordinary")
        ordinary = at[sure < least]
        if len(wanted) < number("wording_examples") or len(ordinary) < 2 * number("wording_examples"):
            return {}
        ordinary = ordinary[:: max(1, len(ordinary) // int(number("wording_ordinary") * len(wanted)))]
        examples = np.concatenate([wanted, ordinary])
        labels = np.repeat([1.0, 0.0], [len(wanted), len(ordinary)])
        found: dict[str, float] = {}
        for half in (0, 1):
            taught = self._side[examples] != half
            if not 0 < labels[taught].sum() < taught.sum():
                continue  # one half of the accounts holds all the exchanges: nothing to tell them from
            scores = _fit(examples[taught], labels[taught], self._pieces, self._user)
            here = at[self._side[at] == half]
            values = np.round(np.clip(scores[here], -most, most), 1).tolist()
            found.update(zip(self._ids.take(pa.array(here)).to_pylist(), values, strict=True))
        return found

    def _places(self, name: str, posts: pa.ChunkedArray) -> NDArray[np.int64]:
        """Return the rows of ``posts``; each round of learning asks for the same ones again."""
        known = self._placed.get(name)
        if known is None or not known[0].equals(posts):
            known = self._placed[name] = posts, places(posts, self._ids)
        return known[1]

    def _in_exchange(self, stances: pa.Table, answers: pa.Table) -> NDArray[np.int64]:
        """Return the rows of the sure posts that stand in an exchange with a sure post of another account and
        direction, in order of their ids."""
        coded = stances["direction"].combine_chunks().dictionary_encode()
        does = np.asarray(coded.indices.to_numpy(), np.int64)
        sure = stances["probability"].to_numpy() >= number("sure")
        sure &= pc.not_equal(stances["direction"], "none").to_numpy()
        said = np.full(len(self._ids), -1, np.int64)
        said[self._places("stances", stances["post_id"])] = np.where(sure, does, -1)
        below, above = (self._places(name, answers[name]) for name in ("post_id", "answered"))
        known = (below >= 0) & (above >= 0)
        below, above = below[known], above[known]
        trade = (said[below] >= 0) & (said[above] >= 0) & (said[below] != said[above])
        trade &= self._user[below] != self._user[above]
        found = np.unique(np.concatenate([below[trade], above[trade]]))
        return np.asarray(found[np.argsort(self._rank[found])])


Cut = Callable[[Sequence[str]], pa.Array]
"""Texts -> for each the list of its pieces, each once, in the order in which they first stand in it."""


def cut_texts(texts: Sequence[str]) -> pa.Array:
    """Return the pieces of each text: a ``Cut``."""
    cut = []
    for at in range(0, len(texts), _AT_ONCE):
        folded = fold_all([text[:_MOST_TEXT] for text in texts[at : at + _AT_ONCE]])
        cut.append(pa.array([list(dict.fromkeys(_pieces(one.text))) for one in folded], pa.list_(pa.string())))
    return pa.concat_arrays(cut) if cut else pa.array([], pa.list_(pa.string()))


def pieces_of(text: str) -> Iterator[str]:
    """Yield the pieces of a text by which wordings are compared; names called and digits are masked."""
    return _pieces(fold(text[:_MOST_TEXT]).text)


def _pieces(folded: str) -> Iterator[str]:
    before = ""
    for match in _RUN.finditer(folded):
        run = match.group()
        if run[0] == "@" or run[0].isdigit():
            before = "@" if run[0] == "@" else "#"
        elif run < "\u0250":
            yield run
            yield f"{before} {run}"
            before = run
        else:
            before = ""
            size = len(run)
            for at in range(size):
                for stop in range(at + 1, min(at + _PIECE, size) + 1):
                    yield run[at:stop]


def _side(account: str) -> int:
    """Split accounts into two halves by the last digit of their id."""
    return ord(account[-1]) & 1


class _Pieces:
    """The pieces of the posts as a matrix: a row a post, a column a piece, 1 where the post has it.

    names: of the columns. Texts that are alike are cut once.
    """

    def __init__(self, texts: Sequence[str], cut: Cut) -> None:
        from scipy.sparse import csr_matrix

        number = {text: at for at, text in enumerate(dict.fromkeys(texts))}
        lists = cut(list(number))
        coded = lists.flatten().dictionary_encode()
        self.names: list[str] = coded.dictionary.to_pylist()
        ends = np.cumsum([0, *pc.list_value_length(lists).to_numpy(zero_copy_only=False)])
        which = np.fromiter((number[text] for text in texts), np.int64, len(texts))
        lengths = ends[which + 1] - ends[which]
        rows = np.cumsum([0, *lengths])
        places = np.arange(rows[-1]) + np.repeat(ends[which] - rows[:-1], lengths)
        flat = coded.indices.to_numpy()[places]
        self.matrix = csr_matrix((np.ones(len(flat)), flat, rows), shape=(len(texts), len(self.names)))


def _fit(
    taught_by: NDArray[np.int64], label: NDArray[np.float64], pieces: _Pieces, user: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Fit a ridge logistic model on the pieces that at least ``wording_accounts`` accounts use.

    taught_by: rows of the examples; label: 1 for those that are wanted; user: number of the account of every row.
    Returns for every row its log-odds beside the share of examples that are wanted.
    """
    from scipy.optimize import minimize  # half a second, which a process that only reads texts does not need

    taught = pieces.matrix[taught_by]
    users = np.repeat(user[taught_by], np.diff(taught.indptr))
    said = np.sort(taught.indices.astype(np.int64) * (int(user.max()) + 1) + users)
    known = said[np.diff(said, prepend=-1) > 0] // (int(user.max()) + 1)
    counts = np.bincount(known, minlength=len(pieces.names))
    chosen = sorted(np.flatnonzero(counts >= number("wording_accounts")).tolist(), key=pieces.names.__getitem__)
    matrix = taught[:, chosen]
    matrix.sort_indices()
    share = float(label.mean())
    base = float(np.log(share / (1 - share)))
    penalty = 1.0 / number("wording_spread") ** 2

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = matrix @ weights[:-1] + weights[-1]
        away = 1.0 / (1.0 + np.exp(-score)) - label
        value = float(np.logaddexp(0.0, score).sum() - (label * score).sum())
        slope = np.append(matrix.T @ away + penalty * weights[:-1], away.sum())
        return value + 0.5 * penalty * float((weights[:-1] ** 2).sum()), slope

    start = np.append(np.zeros(len(chosen)), base)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 120}).x
    weights = np.zeros(len(pieces.names))
    weights[chosen] = np.where(np.abs(found[:-1]) > _SLIGHT, found[:-1], 0.0)
    scores: NDArray[np.float64] = pieces.matrix @ weights + (float(found[-1]) - base)
    return scores
