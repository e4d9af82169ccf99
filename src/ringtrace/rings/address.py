"""Answers by name: in apps whose exports show no replies, people write whom they answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import ahocorasick_rs
import pyarrow as pa

from ringtrace.rings.activity import Act, Scene
from ringtrace.rings.model import number

_DAY = 86_400_000_000


def addressed(scene: Scene, accounts: pa.Table) -> Iterator[tuple[Act, Act]]:
    """Yield (act, the addressee's latest trade act before it in the same container).

    A name counts when it follows an @, or has at least ``address_chars`` letters; it must be that
    of one account with a trade post in the container within ``address_days`` before.
    """
    spoken = [act for act in scene.acts.values() if act.touches]
    names = _names(accounts, {act.account for act in spoken})
    if not names:
        return
    patterns = sorted(names)
    automaton = ahocorasick_rs.AhoCorasick(patterns, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)
    texts = scene.posts["text"].take(pa.array([act.row for act in spoken], pa.int64())).to_pylist()
    latest: dict[tuple[str, str], Act] = {}
    for act, text in zip(spoken, texts, strict=True):
        folded = text.lower()
        for number_, start, _ in automaton.find_matches_as_indexes(folded):
            name = patterns[number_]
            if not (start and folded[start - 1] in "@＠") and len(name) < number("address_chars"):
                continue
            known = [latest[act.container, a] for a in sorted(names[name]) if (act.container, a) in latest]
            known = [other for other in known if other.actor != act.actor and _recent(other, act)]
            if len({other.actor for other in known}) == 1:
                yield act, known[-1]
        latest[act.container, act.account] = act


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
