"""Who could have a part in whose ties: actors that share anything that a tie may rest on.

Coarser than ties: who gives one contact, posts one text, answers, calls or may be another is beside them, whether
that makes a tie or not. When accounts go to another actor, ties change only among the changed actors and those beside
them, and what those ties are shows in the posts of all who stand beside these.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import chain

import pyarrow as pa

from ringtrace.rings.activity import Scene
from ringtrace.rings.address import Call
from ringtrace.rings.graph import SOMEBODYS
from ringtrace.rings.turns import SPOKEN
from ringtrace.text.contacts.invites import invited_to


class Bonds:
    """What actors share, gathered once for the actors of one analysis."""

    def __init__(self, stage: Scene, mentions: pa.Table, tables: Mapping[str, pa.Table], calls: Iterable[Call]) -> None:
        """mentions: of ``TYING_KINDS``; tables: accounts, templates, identifiers, links."""
        self._shared: dict[str, set[Hashable]] = defaultdict(set)
        self._actors: dict[Hashable, set[str]] = defaultdict(set)
        own = _account_bonds(stage.actor_of, tables["accounts"], tables["links"])
        for actor, shared in chain(own, _bonds(stage, mentions, tables, calls)):
            self._shared[actor].add(shared)
            self._actors[shared].add(actor)

    def beside(self, actors: Iterable[str]) -> set[str]:
        """Return ``actors`` and all who share anything with one of them."""
        asked = set(actors)
        shared = {one for actor in asked for one in self._shared.get(actor, ())}
        return asked.union(*(self._actors[one] for one in shared))


def _bonds(
    stage: Scene, mentions: pa.Table, tables: Mapping[str, pa.Table], calls: Iterable[Call]
) -> Iterator[tuple[str, Hashable]]:
    """Yield (actor, what it shares with whoever has the same)."""
    acts = stage.acts
    use = {row[:2]: row[2] for row in _rows(tables["identifiers"], "kind", "value", "use")}
    told = [row for row in _rows(mentions, "post_id", "kind", "value") if row[0] in acts]
    copied = {_copied(kind, value) for post, kind, value in told if acts[post].trades} - {""}
    for post, kind, value in told:
        # A hotline ties nobody, and what is open to all only those whose posts trade.
        how = use.get((kind, value), "")
        if how != "hotline" and (how in SOMEBODYS or acts[post].trades):
            yield acts[post].actor, (kind, value)
        if (shown := _copied(kind, value)) in copied:
            yield acts[post].actor, shown
    posted = [row for row in _rows(tables["templates"], "template_id", "post_id") if row[1] in acts]
    trading = {template for template, post in posted if acts[post].trades}
    for template, post in posted:
        if template in trading:
            yield acts[post].actor, template
    for post, (above, _) in stage.answered.items():
        if above in acts and acts[above].actor != acts[post].actor:
            yield from ((acts[one].actor, ("answer", post)) for one in (post, above))
    for post, turn in stage.turned.items():
        if turn.above in acts and max(acts[post].reading, acts[turn.above].reading) >= SPOKEN:
            yield from ((acts[one].actor, ("turn", post)) for one in (post, turn.above))
    for at, call in enumerate(calls):
        yield from ((acts[one].actor, ("call", at)) for one in (call.post, *call.called) if one in acts)


def _copied(kind: str, value: str) -> str:
    """Return a picture, or the group of an invitation, else "": whoever else shows one counts, trading or not."""
    return value if kind == "image" else invited_to(value) if kind == "url" else ""


def _account_bonds(actor_of: Mapping[str, str], accounts: pa.Table, links: pa.Table) -> Iterator[tuple[str, Hashable]]:
    """Yield the same of what accounts are, whatever they post: their own ids, whom they may be."""
    for account, platform, native in _rows(accounts, "account_id", "platform", "native_id"):
        if account in actor_of and native:
            yield actor_of[account], (platform, native.lower())
    for left, right in _rows(links, "left", "right"):
        for account in (left, right):
            if account in actor_of:
                yield actor_of[account], ("link", left, right)


def _rows(table: pa.Table, *names: str) -> Iterator[tuple[str, ...]]:
    return zip(*(table[name].to_pylist() for name in names), strict=True)
