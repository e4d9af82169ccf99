"""Who speaks to whom where an export keeps no replies: the next to speak in one talk.

Most chat exports say who wrote and when, and no more. An offer and, a minute later, another's "how much?" are a talk
between two as surely as a reply, if both trade; the same neighbourhood of two who chat says nothing. So a turn
is only proposed here; ``answer_model`` weighs it with all that both say and do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

import pyarrow as pa

MINUTES = 10
"""A turn follows what it answers within so many."""
POSTS = 5
"""Posts of one talk looked at above one."""
REPLIES = 0.05
"""Where an export states what at least this share of a talk's messages reply to, a message without does not reply."""
SPOKEN = 0.15
"""A post further up than the last is taken for what is answered only if it trades so surely."""
_MINUTE = 60_000_000


class Turn(NamedTuple):
    """What a post follows in talk.

    above: the post; between: how many stand between them; minutes: how long after it; crowd: other accounts that spoke
    in these minutes; back: the two speak by turns, one of them before or after these two posts as well; before: the
    post just before it by another account, whatever it says.
    """

    above: str
    between: int
    minutes: float
    crowd: int
    back: bool
    before: str


class Spoken(Protocol):
    """What is needed of a post, see ``activity.Act``."""

    @property
    def row(self) -> int: ...
    @property
    def post(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def container(self) -> str: ...
    @property
    def sent(self) -> int | None: ...
    @property
    def reading(self) -> float: ...


def find_turns(acts: Iterable[Spoken], posts: pa.Table, answered: Mapping[str, tuple[str, str]]) -> dict[str, Turn]:
    """Return post -> Turn for messages that answer nothing by reply, thread or name; no actor is asked for.

    acts: in order of time; posts: table with kind, thread and title, by the rows of ``acts``; answered: post ->
    (the post that it answers, basis), see ``Scene``. A post follows the nearest one above it by another account that
    trades as surely as ``SPOKEN``, else the one just before it. Talks whose export states replies have no turns.
    """
    found: dict[str, tuple[Spoken, Spoken, int, int, str]] = {}
    for talk in _talks(acts, posts):
        stated = sum(act.post in answered and answered[act.post][1] == "stated" for act in talk)
        if stated >= REPLIES * len(talk) and stated:
            continue
        for at, act in enumerate(talk):
            if act.post not in answered and (turn := _above(talk, at)) is not None:
                found[act.post] = act, *turn
    pairs = {(below.post, above.account) for below, above, *_ in found.values()}
    follows = {(above.post, below.account) for below, above, *_ in found.values()}
    return {
        post: Turn(
            above.post, between, ((below.sent or 0) - (above.sent or 0)) / _MINUTE, crowd,
            (above.post, below.account) in pairs or (below.post, above.account) in follows, before,
        )
        for post, (below, above, between, crowd, before) in found.items()
    }  # fmt: skip


def _talks(acts: Iterable[Spoken], posts: pa.Table) -> Iterator[Sequence[Spoken]]:
    """Yield the dated messages of each container and thread, in order of time; what has a headline opens a talk."""
    kinds, threads, titles = (posts[name].to_pylist() for name in ("kind", "thread", "title"))
    talks: dict[tuple[str, str], list[Spoken]] = defaultdict(list)
    for act in acts:
        if kinds[act.row] == "message" and act.sent is not None and not titles[act.row]:
            talks[act.container, threads[act.row] or ""].append(act)
    yield from talks.values()


def _above(talk: Sequence[Spoken], at: int) -> tuple[Spoken, int, int, str] | None:
    """Return what the post at ``at`` follows, if anything.

    (the post, how many stand between, how many other accounts spoke, the post just before by another account)
    """
    act = talk[at]
    last: tuple[Spoken, int] | None = None
    chosen: tuple[Spoken, int] | None = None
    others: set[str] = set()
    for back in range(1, min(POSTS, at) + 1):
        other = talk[at - back]
        if (act.sent or 0) - (other.sent or 0) > MINUTES * _MINUTE:
            break
        if other.account == act.account:
            continue
        others.add(other.account)
        if last is None:
            last = other, back - 1
        if chosen is None and other.reading >= SPOKEN:
            chosen = other, back - 1
    answered = chosen or last
    return (*answered, len(others), last[0].post) if answered and last else None
