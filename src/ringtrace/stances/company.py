"""Which posts deserve a second look for the company they keep.

A terse post ("three, message me, 1234567") says little alone. That its contact stands in plain
offers, that its account posts them, that others answer it with bids, says more. The sum is a lift,
in natural log-odds, with which the post is read again; posts that report, warn, ask or quote are
left as they are, and nobody is scored: the lift belongs to one post and rests on other posts.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.text import lexicon

SCHEMA = pa.schema([("post_id", pa.string()), ("lift", pa.float64()), ("lean", pa.string())])
_HANDLES = CONTACT_KINDS - {"url"}
_OPPOSITE = {"offer": "seek", "seek": "offer", "broker": "seek"}


@dataclass(frozen=True, slots=True)
class _Case:
    """What is known of every post. read: what its text alone gave, before any second look.

    answered: post -> the post above it; answers: post -> those below it that answer more than its name.
    """

    account: Mapping[str, str]
    read: Mapping[str, float]
    answered: Mapping[str, str]
    answers: Mapping[str, list[str]]
    probability: Mapping[str, float]
    direction: Mapping[str, str]
    frame: Mapping[str, str]
    handles: Mapping[str, list[tuple[str, str]]]

    def sure(self, post: str) -> bool:
        return self.direction.get(post, "none") != "none" and self.probability[post] >= number("sure")


def number(name: str) -> float:
    """Return a constant of ``company.model.toml``."""
    return float(lexicon.constants("company")["number"][name])


class Company:
    """A case's posts with what answers what, gathered once for the rounds of looking."""

    def __init__(self, posts: pa.Table, answers: pa.Table, first: pa.Table) -> None:
        """first: the stances as the texts alone gave them."""
        self._account = dict(_rows(posts, "post_id", "account_id"))
        self._read = dict(_rows(first, "post_id", "probability"))
        self._answered = dict(_rows(answers, "post_id", "answered"))
        self._answers: dict[str, list[str]] = defaultdict(list)
        for post, answered, basis in _rows(answers, "post_id", "answered", "basis"):
            if basis != "name":
                self._answers[answered].append(post)

    def find(self, mentions: pa.Table, stances: pa.Table, wording: Mapping[str, float]) -> pa.Table:
        """Return Table(post_id, lift, lean) of the posts worth a second look, in order of post_id.

        stances: as known now; wording: as ``Wording.learn`` gives it. lift: natural log-odds to add, at
        most ``most``, below 0 where the wording speaks against a sure post; lean: the direction that its
        company suggests, "none" without one.
        """
        case = _Case(
            self._account, self._read, self._answered, self._answers,
            dict(_rows(stances, "post_id", "probability")), dict(_rows(stances, "post_id", "direction")),
            dict(_rows(stances, "post_id", "frame")), _handles(mentions),
        )  # fmt: skip
        by_account = _by_account(case)
        total = Counter(case.account[post] for post in case.probability)
        by_handle = _by_handle(case)
        rows = []
        for post in sorted(case.probability):
            said = wording.get(post, 0.0) if abs(wording.get(post, 0.0)) >= number("wording_least") else 0.0
            if case.direction[post] != "none":
                if said < 0:
                    rows.append({"post_id": post, "lift": said, "lean": case.direction[post]})
                continue
            if case.frame[post] in lexicon.constants("company")["settled"]:
                continue
            own = by_account.get(case.account[post], Counter())
            known = [by_handle[handle] for handle in case.handles.get(post, ()) if handle in by_handle]
            lift = _from_handles(known) + _from_talk(case, post) + said
            if case.read.get(post, 0.0) > 0:  # an account's word of thanks is no offer
                lift += _from_account(own, total[case.account[post]])
            if lift >= number("least"):
                rows.append({"post_id": post, "lift": min(lift, number("most")), "lean": _lean(case, post, own, known)})
        return pa.Table.from_pylist(rows, schema=SCHEMA)


def _handles(mentions: pa.Table) -> dict[str, list[tuple[str, str]]]:
    """Return post -> contacts that it does not merely quote."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for post, kind, value, owner, sure in _rows(mentions, "post_id", "kind", "value", "owner", "probability"):
        if kind in _HANDLES and sure >= 0.5 and owner not in ("quoted", "hotline"):
            found[post].append((kind, value))
    return found


def _rows(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name].to_pylist() for name in names), strict=True)


def _by_account(case: _Case) -> dict[str, Counter[str]]:
    """Return account -> direction -> sure posts."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for post in case.probability:
        if case.account.get(post) and case.sure(post):
            found[case.account[post]][case.direction[post]] += 1
    return found


def _by_handle(case: _Case) -> dict[tuple[str, str], Counter[str]]:
    """Return contact -> direction -> sure posts, of the contacts that mostly stand in such posts."""
    sure: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    named: Counter[tuple[str, str]] = Counter()
    for post, handles in case.handles.items():
        for handle in set(handles):
            named[handle] += 1
            if case.sure(post):
                sure[handle][case.direction[post]] += 1
    return {handle: found for handle, found in sure.items() if found.total() >= number("known_share") * named[handle]}


def _from_account(own: Counter[str], posts: int) -> float:
    if own.total() < number("account_least"):
        return 0.0
    share = own.total() / (posts + number("account_rest"))
    return min(max(0.0, math.log(share / number("account_base"))), number("account_most"))


def _from_handles(known: list[Counter[str]]) -> float:
    if not known:
        return 0.0
    return number("contact") + number("contact_again") * min(2.0, math.log2(max(one.total() for one in known)))


def _from_talk(case: _Case, post: str) -> float:
    """What answers it, and what it answers where that was not plain from the words above it."""
    others = {case.account[one] for one in case.answers.get(post, ()) if case.sure(one)} - {case.account[post]}
    lift = min(number("answered") * len(others), number("answered_most"))
    above = case.answered.get(post, "")
    if above in case.probability and case.sure(above) and case.read.get(above, 0.0) < number("sure"):
        lift += number("answers")
    return lift


def _lean(case: _Case, post: str, own: Counter[str], known: list[Counter[str]]) -> str:
    if own:
        return min(own, key=lambda one: (-own[one], one))
    above = case.answered.get(post, "")
    if above in case.probability and case.sure(above):
        return _OPPOSITE[case.direction[above]]
    together: Counter[str] = Counter()
    for one in known:
        together.update(one)
    below = Counter(_OPPOSITE[case.direction[one]] for one in case.answers.get(post, ()) if case.sure(one))
    together.update(below)
    return min(together, key=lambda one: (-together[one], one)) if together else "none"
