"""Which post answers which: by the export's own reply, by its thread, by the name it calls.

What a short post does ("how much?", "still there?") shows only beside the post that it answers, and
many exports keep no replies. Every answer carries its basis, the surest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.tables import microseconds

DAYS = 14
"""A call by name answers the latest post of that name in the container within so many days."""
DEPTH = 3
"""Posts looked at above one: the offer, the question, the answer to it; the opener of the talk comes behind them."""
ASCENT = 40
"""Answers followed upwards in search of the opener."""
MINUTES = 10
"""A post that answers nothing may go on from the one before it, if that is at most so old."""
_MINUTE = 60_000_000
_DAY = 86_400_000_000
_CALLS = "@＠"
_NAME_MOST = 40
"""Code points of a name looked at behind an @."""

SCHEMA = pa.schema([("post_id", pa.string()), ("answered", pa.string()), ("basis", pa.string())])
ABOVE = pa.list_(pa.struct([("text", pa.string()), ("who", pa.int64()), ("sure", pa.bool_()), ("does", pa.string())]))


class _Posted(NamedTuple):
    """A post as the stage sees it. sent: microseconds UTC or None."""

    post: str
    account: str
    name: str
    container: str
    page: tuple[str, str]
    thread: str
    title: str
    text: str
    reply: str | None
    sent: int | None


def find_answers(posts: pa.Table) -> pa.Table:
    """Return Table(post_id, answered, basis) in order of post_id, at most one row a post.

    basis: ``stated`` (the export says so), ``name`` (it calls the author of a recent post of the same
    container by @name), ``thread`` (it stands under the opener of its thread). System posts neither
    answer nor are answered, except where the export says so.
    """
    posted = list(_posted(posts))
    openers = _openers(posted)
    called = dict(_called(posted))
    rows = []
    for one in posted:
        for answered, basis in (
            (one.reply, "stated"),
            (called.get(one.post), "name"),
            (openers.get(one.post), "thread"),
        ):
            if answered and answered != one.post:
                rows.append({"post_id": one.post, "answered": answered, "basis": basis})
                break
    rows.sort(key=lambda row: row["post_id"])
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def answers_within(posts: pa.Table) -> tuple[pa.Table]:
    """Return ``find_answers`` of whole conversations, and the container of each, by which they are grouped."""
    found = find_answers(posts)
    rows = pc.index_in(found["post_id"], posts["post_id"].combine_chunks())
    return (found.append_column("container", posts["container"].take(rows)),)


def posts_above(posts: pa.Table, answers: pa.Table, known: Mapping[str, str]) -> pa.Array:
    """Return for each row of ``posts`` what stands above it: list of (text, who, sure, does), nearest first.

    A post that answers carries up to ``DEPTH`` posts of its way up and the opener of the talk, which says
    what it is about; any other the post before it in its container, when another account sent it
    within ``MINUTES``. known: post -> direction, as far as
    posts have been read. who, sure, does: as in ``view.Said``.
    """
    at = {post: row for row, post in enumerate(posts["post_id"].to_pylist())}
    up = dict(zip(answers["post_id"].to_pylist(), answers["answered"].to_pylist(), strict=True))
    texts, titles = posts["text"].to_pylist(), posts["title"].to_pylist()
    accounts = posts["account_id"].to_pylist()
    before = _before(posts)
    ids = list(at)
    said = [f"{title}\n{text}" if title else text for title, text in zip(titles, texts, strict=True)]
    does = [known.get(post, "") for post in ids]
    ends, rows, who, sure = [0], list[int](), list[int](), list[bool]()
    for row, post in enumerate(ids):
        way = [at[one] for one in _way_up(post, up) if one in at] if post in up else []
        answers_one = bool(way)
        if not way and row in before:
            way = [before[row]]
        if way:
            number = {accounts[row] or post: 0}
            rows += way
            who += [number.setdefault(accounts[one] or str(one), len(number)) for one in way]
            sure += [answers_one] * len(way)
        ends.append(len(rows))
    parts = [[said[one] for one in rows], who, sure, [does[one] for one in rows]]
    fields = list(ABOVE.value_type)
    arrays = [pa.array(part, field.type) for part, field in zip(parts, fields, strict=True)]
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.StructArray.from_arrays(arrays, fields=fields))


def _way_up(post: str, up: Mapping[str, str]) -> list[str]:
    way: list[str] = []
    while post in up and len(way) < ASCENT and up[post] not in way:
        post = up[post]
        way.append(post)
    return way if len(way) <= DEPTH else [*way[:DEPTH], way[-1]]


def _before(posts: pa.Table) -> dict[int, int]:
    """Return row -> row of the post before it in the container, by another account, minutes ago."""
    sent = microseconds(posts["sent_at"])
    spoken = pc.and_(pc.is_valid(sent), pc.equal(posts["kind"], "message"))
    at = sent.fill_null(0).to_numpy()
    account, container = (
        posts[name].combine_chunks().dictionary_encode("encode").indices.to_numpy()
        for name in ("account_id", "container")
    )
    rows = np.flatnonzero(spoken.to_numpy())
    rows = rows[np.lexsort((rows, at[rows], container[rows]))]
    early, late = rows[:-1], rows[1:]
    near = (container[early] == container[late]) & (at[late] - at[early] <= MINUTES * _MINUTE)
    near &= account[early] != account[late]
    return dict(zip(late[near].tolist(), early[near].tolist(), strict=True))


def _posted(posts: pa.Table) -> Iterator[_Posted]:
    """Yield the posts in order of time, the undated last."""
    names = (
        "post_id", "account_id", "account_name", "container", "evidence_id", "member", "thread", "title", "text",
        "reply_to",
    )  # fmt: skip
    talk = posts.filter(pc.not_equal(posts["kind"], "system"))
    talk = talk.select(names).append_column("sent", microseconds(talk["sent_at"]))
    talk = talk.take(pc.sort_indices(talk, sort_keys=[("sent", "ascending"), ("post_id", "ascending")]))
    columns = [column.to_pylist() for column in talk.columns]
    for post, account, name, container, evidence, member, thread, title, text, reply, at in zip(*columns, strict=True):
        yield _Posted(post, account, name, container, (evidence, member), thread, title, text, reply, at)


def _openers(posted: Sequence[_Posted]) -> dict[str, str]:
    """Return post -> opener of its thread: the headed post of its page, else the thread's latest before it.

    A page (one file or record) is surer than a thread's name: boards reuse headlines. Where nothing
    is headed, the first post of a thread opens it.
    """
    headed: dict[Any, list[str]] = defaultdict(list)
    for one in posted:
        if one.thread and one.title:
            headed[one.page, one.thread].append(one.post)
    opener: dict[str, str] = {}
    current: dict[tuple[str, str], str] = {}
    for one in posted:
        if not one.thread:
            continue
        topic = (one.container, one.thread)
        if one.title or topic not in current:
            current[topic] = one.post
        here = headed.get((one.page, one.thread), ())
        opener[one.post] = here[0] if len(here) == 1 else current[topic]
    return opener


def _called(posted: Sequence[_Posted]) -> Iterator[tuple[str, str]]:
    """Yield (post, the latest post before it by the one whom it calls by @name)."""
    latest: dict[str, dict[str, _Posted]] = defaultdict(dict)
    for one in posted:
        known = latest[one.container]
        for called in _names(one.text):
            other = _longest(called, known)
            if other is not None and other.account != one.account and _recent(other, one):
                yield one.post, other.post
                break
        if one.account and len(one.name) > 1:
            known[one.name.casefold()] = one


def _names(text: str) -> Iterator[str]:
    for call in _CALLS:
        at = text.find(call)
        while at >= 0:
            yield text[at + 1 : at + 1 + _NAME_MOST].casefold()
            at = text.find(call, at + 1)


def _longest(called: str, known: dict[str, _Posted]) -> _Posted | None:
    for size in range(len(called), 1, -1):
        if called[:size] in known:
            return known[called[:size]]
    return None


def _recent(other: _Posted, one: _Posted) -> bool:
    return other.sent is None or one.sent is None or one.sent - other.sent <= DAYS * _DAY
