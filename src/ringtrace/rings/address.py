"""Answers by name: in apps whose exports show no replies, people write whom they answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ahocorasick_rs
import pyarrow as pa

from ringtrace.rings.activity import Act, Scene
from ringtrace.rings.model import number

_DAY = 86_400_000_000


class Call(NamedTuple):
    """A trade post that calls a name. called: the latest trade posts before it of those who carry the name there."""

    post: str
    called: tuple[str, ...]


def find_calls(scene: Scene, accounts: pa.Table) -> list[Call]:
    """Return the calls in trade posts, in order of time; they do not depend on which accounts are one actor.

    A name counts when it follows an @, or has at least ``address_chars`` letters, and a carrier posted trade in the
    container within ``address_days`` before.
    """
    spoken = [act for act in scene.acts.values() if act.touches]
    names = _names(accounts, {act.account for act in spoken})
    if not names:
        return []
    patterns = sorted(names)
    automaton = ahocorasick_rs.AhoCorasick(patterns, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    texts = scene.posts["text"].take(pa.array([act.row for act in spoken], pa.int64())).to_pylist()
    latest: dict[tuple[str, str], Act] = {}
    found = []
    for act, text in zip(spoken, texts, strict=True):
        folded = text.lower()
        for number_, start, _ in automaton.find_matches_as_indexes(folded):
            name = patterns[number_]
            if not (start and folded[start - 1] in "@＠") and len(name) < number("address_chars"):
                continue
            known = [latest[act.container, a] for a in sorted(names[name]) if (act.container, a) in latest]
            if called := tuple(other.post for other in known if _recent(other, act)):
                found.append(Call(act.post, called))
        latest[act.container, act.account] = act
    return found


def addressed(scene: Scene, calls: Iterable[Call]) -> Iterator[tuple[Act, Act]]:
    """Yield (act, the addressee's latest trade act before it): of calls that leave one actor beside the caller."""
    for call in calls:
        act = scene.acts.get(call.post)
        if act is None:
            continue
        called = [scene.acts[post] for post in call.called if post in scene.acts]
        known = [other for other in called if other.actor != act.actor]
        if len({other.actor for other in known}) == 1:
            yield act, known[-1]


def _recent(other: Act, act: Act) -> bool:
    if other.sent is None or act.sent is None:
        return True
    return act.sent - other.sent <= number("address_days") * _DAY


def _names(accounts: pa.Table, wanted: set[str]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for account, written in zip(accounts["account_id"].to_pylist(), accounts["names"].to_pylist(), strict=True):
        if account in wanted:
            for name in written or []:
                if len(name.strip()) >= 2 and not name.strip().isdecimal():
                    names[name.strip().lower()].add(account)
    return names
