"""Who stands beside whom: the posts of a case as arrays, and what each post's neighbours say.

A post keeps company with the other posts of its account, with what it answers and what answers it, with
the posts around it in the talk, and with other accounts' posts that give the same contact or use the same
words. What a neighbour says is always said relative to what any post says (``base``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.tables import microseconds
from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.stances.talk import Talk

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

FEATURES = (
    "own", "own_most", "above", "above_author", "below", "below_author", "before", "after", "thread", "container",
    "contact", "talk", "talk_most", "spoke_before", "spoke_after", "partners", "thread_most", "same_text",
    "own_hint", "talk_hint", "thread_hint", "container_hint",
)  # fmt: skip
"""Columns of ``describe``: the account's other posts (mean, most), the post answered and its author, the
surest answer by another account and the most trading answerer, the neighbours in the container, the thread,
the container, other accounts' posts that give the same contact, what others say around it in the talk (mean,
most), those who spoke just before and after, those with whom the account's other posts stand in exchange, the
surest of the thread, the posts of the very same words; then the mean log-odds of its account's other posts, of those
around it in the talk, of its thread and its container: beside the mean probability that tells a few plain posts from
much that is murky."""
_HANDLES = CONTACT_KINDS - {"url"}
_NEAR = 600_000_000
"""Microseconds between two posts of a talk that stand beside each other: ten minutes."""
_LEAST, _MOST = 0.002, 0.995
_HINT_LEAST, _HINT_MOST = -6.0, 2.0
"""Natural log-odds between which a post hints at trade: below them it says nothing, above them it is sure."""
_OWN_REST, _THREAD_REST, _CONTAINER_HINT_REST = 2.0, 4.0, 8.0
"""Posts that say nothing, added to an account's, a thread's and a container's others."""
_CONTAINER_REST = 20.0
"""Posts of the case's average added before a container's share is taken."""


class Neighbourhood:
    """The posts of a case, numbered in the order of ``posts``, and who stands beside whom."""

    def __init__(self, posts: pa.Table, answers: pa.Table, mentions: pa.Table) -> None:
        """posts, answers, mentions: as the tables of the analysis; answers as ``find_answers`` gives them."""
        self.posts = posts["post_id"]
        self.ids: list[str] = self.posts.to_pylist()
        self._account = _or_alone(_numbers(posts["account_id"]), posts["account_id"])
        self._container = _numbers(posts["container"])
        talks = _together(self._container, _numbers(posts["thread"]))
        self._thread = _or_alone(talks, posts["thread"])
        self._above = np.full(len(self.ids), -1, np.int64)
        post, answered = (places(answers[name], posts["post_id"]) for name in ("post_id", "answered"))
        here = (post >= 0) & (answered >= 0)
        self._above[post[here]] = answered[here]
        own = (self._above >= 0) & (self._account[self._above] == self._account)
        self.other_above: Rows = np.where(own, -1, self._above)
        self._before, self._after = self._beside(posts)
        self._talk = Talk(posts, talks, self._account)
        self._exchanges = self._between()
        self._text = _together(_numbers(posts["title"]), _numbers(posts["text"]))
        self._contacts = _contacts(mentions, posts["post_id"])

    def __len__(self) -> int:
        return len(self.ids)

    def describe(self, sure: Numbers, base: float) -> Numbers:
        """Return a row of ``FEATURES`` for each post, natural log-odds beside those of ``base``.

        sure: probability of each post offering, seeking or going between; base: that of any post.
        """
        author = self._author(sure, base)
        columns = [
            _rest(self._account, sure, base, 1.0),
            _most_of_others(self._account, sure),
            self._at(self.other_above, sure, base),
            self._at(self.other_above, author[self._account], base),
            self._from_below(sure),
            self._from_below(author[self._account]),
            self._at(self._before, sure, base),
            self._at(self._after, sure, base),
            _rest(self._thread, sure, base, 1.0),
            _rest(self._container, sure, base, _CONTAINER_REST),
            np.maximum(self._from_contacts(sure), base / 2),
            self._talk.others(sure, base),
            np.maximum(self._talk.most(sure), base / 2),
            self._at(self._talk.before, author[self._account], base),
            self._at(self._talk.after, author[self._account], base),
            self._partners(sure, base),
            np.maximum(_most_of_others(self._thread, sure), base / 2),
            _rest(self._text, sure, base, 1.0),
        ]
        beside = [_log_odds(column) - _log_odds(base) for column in columns]
        return np.stack([*beside, *self._hints(sure)]).T

    def _hints(self, sure: Numbers) -> Iterator[Numbers]:
        """Yield by row the mean log-odds above ``_HINT_LEAST`` of its account's, talk's, thread's and container's
        others, a few posts that say nothing added to each, so that one alone weighs less than many."""
        hint = np.clip(_log_odds(sure), _HINT_LEAST, _HINT_MOST) - _HINT_LEAST
        yield _rest(self._account, hint, 0.0, _OWN_REST)
        yield self._talk.others(hint, 0.0)
        yield _rest(self._thread, hint, 0.0, _THREAD_REST)
        yield _rest(self._container, hint, 0.0, _CONTAINER_HINT_REST)

    def own_shares(self, shares: Numbers, rest: float) -> Numbers:
        """Return how the account's other posts share out over directions, ``rest`` even posts added; rows sum to 1.

        shares: probability of each direction, posts x directions.
        """
        return _shared_out(_others(self._account, shares), rest)

    def contact_shares(self, shares: Numbers, rest: float) -> Numbers:
        """Return how other accounts' posts that give the same contact share out, as ``own_shares`` does."""
        found = np.zeros_like(shares)
        post, _ = self._contacts
        for column in range(shares.shape[1]):
            np.maximum.at(found[:, column], post, self._elsewhere(shares[post, column]))
        return _shared_out(found, rest)

    def above_shares(self, shares: Numbers) -> Numbers:
        """Return the shares of the post that each answers, 0 without one by another account."""
        return np.where(self.other_above[:, None] >= 0, shares[self.other_above], 0.0)

    def below_shares(self, shares: Numbers) -> Numbers:
        """Return for each direction the surest answer by another account, 0 without one."""
        return np.stack([self._from_below(column) for column in shares.T], axis=1)

    def partner_shares(self, shares: Numbers, rest: float) -> Numbers:
        """Return how what the account answers or is answered by shares out, as ``own_shares`` does."""
        post, other = self._exchanges
        size = int(self._account.max(initial=-1)) + 1
        sums = [np.bincount(self._account[post], weights=column[other], minlength=size) for column in shares.T]
        return _shared_out(np.stack(sums, axis=1)[self._account].astype(np.float64), rest)

    def _author(self, sure: Numbers, base: float) -> Numbers:
        """Return by account the mean over its posts, one average post added."""
        size = int(self._account.max(initial=-1)) + 1
        count = np.bincount(self._account, minlength=size)
        result: Numbers = (np.bincount(self._account, weights=sure, minlength=size) + base) / (count + 1)
        return result

    def _between(self) -> tuple[Rows, Rows]:
        """Return (post, post of another account) of every exchange, both ways: an answer, else whom it follows."""
        follows = np.where(self.other_above >= 0, self.other_above, self._talk.before)
        late = np.flatnonzero(follows >= 0)
        early = follows[late]
        return np.concatenate([late, early]), np.concatenate([early, late])

    def _partners(self, sure: Numbers, base: float) -> Numbers:
        """Return by post the mean over what its account's other posts answer or are answered by."""
        post, other = self._exchanges
        account, size = self._account, int(self._account.max(initial=-1)) + 1
        whole = np.bincount(account[post], weights=sure[other], minlength=size)[account]
        count = np.bincount(account[post], minlength=size)[account]
        here = np.bincount(post, weights=sure[other], minlength=len(self))
        result: Numbers = (np.maximum(whole - here, 0.0) + base) / (count - np.bincount(post, minlength=len(self)) + 1)
        return result

    def _at(self, rows: Rows, values: Numbers, otherwise: float) -> Numbers:
        return np.where(rows >= 0, values[rows], otherwise)

    def _from_below(self, values: Numbers) -> Numbers:
        found = np.zeros(len(self))
        answering = self.other_above >= 0
        np.maximum.at(found, self.other_above[answering], values[answering])
        return found

    def _from_contacts(self, sure: Numbers) -> Numbers:
        found = np.zeros(len(self))
        post, _ = self._contacts
        np.maximum.at(found, post, self._elsewhere(sure[post]))
        return found

    def _elsewhere(self, values: Numbers) -> Numbers:
        """Return for each (post, contact) the mean of the contact's posts by other accounts, one empty post added."""
        post, contact = self._contacts
        holder = contact * (int(self._account.max(initial=0)) + 1) + self._account[post]
        _, holder = np.unique(holder, return_inverse=True)
        total = np.bincount(contact, weights=values)[contact] - np.bincount(holder, weights=values)[holder]
        count = np.bincount(contact)[contact] - np.bincount(holder)[holder]
        result: Numbers = np.maximum(total, 0.0) / (count + 1)
        return result

    def _beside(self, posts: pa.Table) -> tuple[Rows, Rows]:
        """Return rows of the post before and after each in its container, by another account and near in time."""
        sent = microseconds(posts["sent_at"])
        at = np.asarray(sent.fill_null(-1).to_numpy())
        kinds = pc.equal(posts["kind"], "message").to_numpy()
        rows = np.flatnonzero((at >= 0) & kinds)
        rows = rows[np.lexsort((rows, at[rows], self._container[rows]))]
        early, late = rows[:-1], rows[1:]
        near = (self._container[early] == self._container[late]) & (at[late] - at[early] <= _NEAR)
        near &= self._account[early] != self._account[late]
        before, after = np.full(len(self.ids), -1, np.int64), np.full(len(self.ids), -1, np.int64)
        before[late[near]], after[early[near]] = early[near], late[near]
        return before, after


def _numbers(column: pa.ChunkedArray) -> Rows:
    """Return the number of each row's value, one for all that are equal."""
    coded = column.combine_chunks().dictionary_encode("encode")
    return np.asarray(coded.indices.to_numpy(), np.int64)


def _together(one: Rows, other: Rows) -> Rows:
    """Return the number of each row's pair of numbers, one for all that are equal."""
    pair = one * (int(other.max(initial=-1)) + 1) + other
    return np.asarray(np.unique(pair, return_inverse=True)[1], np.int64)


def _or_alone(group: Rows, named: pa.ChunkedArray) -> Rows:
    """Return ``group`` with each row that ``named`` has no text for in a group of its own."""
    nameless = pc.equal(named.fill_null(""), "").to_numpy()
    own = int(group.max(initial=-1)) + 1 + np.arange(len(group))
    return np.asarray(np.unique(np.where(nameless, own, group), return_inverse=True)[1], np.int64)


def places(wanted: pa.ChunkedArray, among: pa.ChunkedArray) -> Rows:
    """Return where each of ``wanted`` stands in ``among``, -1 for what does not."""
    at = pc.index_in(wanted, value_set=among.combine_chunks()).fill_null(-1)
    return np.asarray(at.to_numpy(), np.int64)


def _contacts(mentions: pa.Table, ids: pa.ChunkedArray) -> tuple[Rows, Rows]:
    """Return (post, contact) pairs of what posts name without merely quoting it, each once."""
    wanted = pc.and_(
        pc.is_in(mentions["kind"], pa.array(sorted(_HANDLES))), pc.greater_equal(mentions["probability"], 0.5)
    )
    told = pc.is_in(mentions["owner"], pa.array(["quoted", "hotline"]))
    named = mentions.filter(pc.and_(wanted, pc.invert(told)))
    found: dict[tuple[int, tuple[str, str]], None] = {}
    for post, (kind, value) in zip(
        places(named["post_id"], ids).tolist(), rows_of(named, "kind", "value"), strict=True
    ):
        if post >= 0:
            found[post, (kind, value)] = None
    seen: dict[tuple[str, str], int] = {}
    post = np.fromiter((at for at, _ in found), np.int64)
    return post, np.fromiter((seen.setdefault(key, len(seen)) for _, key in found), np.int64)


def rows_of(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``table`` as tuples of the named columns."""
    return zip(*(table[name].to_pylist() for name in names), strict=True)


def _others(group: Rows, values: Numbers) -> Numbers:
    """Return by row the sums over the other rows of its group, column by column."""
    size = int(group.max(initial=-1)) + 1
    sums = [np.bincount(group, weights=column, minlength=size)[group] - column for column in values.T]
    result: Numbers = np.maximum(np.stack(sums, axis=1), 0.0)
    return result


def _rest(group: Rows, values: Numbers, base: float, rest: float) -> Numbers:
    """Return by row the mean over the others of its group, ``rest`` average ones added."""
    count = np.bincount(group, minlength=1)[group] - 1
    result: Numbers = (_others(group, values[:, None])[:, 0] + base * rest) / (count + rest)
    return result


def _most_of_others(group: Rows, values: Numbers) -> Numbers:
    """Return by row the largest value among the others of its group, 0 without any."""
    order = np.lexsort((values, group))
    grouped = group[order]
    last = np.append(grouped[1:] != grouped[:-1], True)[: len(order)]
    ends = np.flatnonzero(last)
    runner_up = np.where(np.append(True, last[:-1])[: len(order)][ends], 0.0, values[order[ends - 1]])
    size = int(group.max(initial=-1)) + 1
    first, second, best = np.zeros(size), np.zeros(size), np.full(size, -1, np.int64)
    best[grouped[ends]], first[grouped[ends]], second[grouped[ends]] = order[ends], values[order[ends]], runner_up
    return np.where(best[group] == np.arange(len(values)), second[group], first[group])


def _shared_out(sums: Numbers, rest: float) -> Numbers:
    even = rest / sums.shape[1]
    result: Numbers = (sums + even) / (sums.sum(axis=1, keepdims=True) + rest)
    return result


def _log_odds(values: Numbers | float | Sequence[float]) -> Numbers:
    bounded = np.clip(values, _LEAST, _MOST)
    result: Numbers = np.log(bounded / (1 - bounded))
    return result
