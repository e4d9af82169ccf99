"""What a verdict on two accounts would change: actors, rings and counts, by the analysis' own steps.

Only the accounts that links or verdicts connect with the two are clustered anew, and ties are built anew from the
posts of those who trade or name contacts; both give what a whole analysis would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.linking.actors import cluster
from ringtrace.linking.lineage import trace
from ringtrace.linking.pairs import latest_verdicts
from ringtrace.model.change import Descent
from ringtrace.model.record import Entry
from ringtrace.model.ring import Judgement, Verdict
from ringtrace.pipeline.analysis.changes import RING_KIN, actor_accounts, descent_lines, ring_accounts
from ringtrace.pipeline.reading.answering import find_answers
from ringtrace.rings.rehearsal import Rehearsal

Tables = Callable[[str], pa.Table]
_LATER = 1 << 62
"""Microseconds: a time after every verdict that was given."""


@dataclass(frozen=True, slots=True)
class Effect:
    """actors, rings: what would become of those that change; counts: what is counted -> (now, then), where it differs.

    refused: verdicts "left right" that would not be followed because others forbid it; proposals: persons of
    the records whom an actor proposed that would be no more.
    """

    actors: tuple[Descent, ...]
    rings: tuple[Descent, ...]
    counts: Mapping[str, tuple[int, int]]
    refused: tuple[str, ...]
    proposals: tuple[str, ...]

    @property
    def none(self) -> bool:
        return not (self.actors or self.rings or self.refused)

    def document(self) -> dict[str, Any]:
        return {**asdict(self), "none": self.none}

    def lines(self, name: Callable[[str], str] = str) -> list[str]:
        """Say it to a person. name: id of the present analysis -> name."""
        lines = [f"cannot be followed, other verdicts forbid it: {pair}" for pair in self.refused]
        lines += descent_lines("actor", self.actors, name) + descent_lines("ring", self.rings, name)
        lines += [f"{what}: {then:,} ({now:,} now)" for what, (now, then) in self.counts.items()]
        lines += [f"{who} was proposed by an actor that would be no more" for who in self.proposals]
        return lines or ["nothing would change: the analysis has it so already"]


class Preview:
    """Tries verdicts on one analysis; what they have in common is gathered with the first one and kept.

    table: table name -> table of the analysis. judgements: those in force; entries: the records in force.
    """

    def __init__(self, table: Tables, judgements: Sequence[Judgement], entries: Sequence[Entry] = ()) -> None:
        self._table = table
        self._judgements = judgements
        self._entries = entries

    def warm(self) -> None:
        """Gather what every trial needs; a large case takes seconds for it, once."""
        _ = self._members

    def beside(self, judgements: Sequence[Judgement], entries: Sequence[Entry]) -> Preview:
        """Return the same beside other verdicts and records; what was gathered is shared."""
        made = Preview(self._table, judgements, entries)
        made._rehearsal, made._members = self._rehearsal, self._members
        return made

    def verdict(self, left: str, right: str, verdict: Verdict) -> Effect:
        """Return what a verdict on the pair would change."""
        pair = sorted((left, right))
        given = Judgement(("link", *pair), verdict, "", _LATER, "")
        kept = [one for one in self._judgements if one.subject != given.subject]
        return self._effect(pair, [*kept, given])

    def group(self, pairs: Sequence[tuple[str, str]]) -> Effect:
        """Return what joining the accounts of each pair, left < right, by one act would change."""
        given = [Judgement(("link", *pair), "yes", "", _LATER, "") for pair in pairs]
        subjects = {one.subject for one in given}
        kept = [one for one in self._judgements if one.subject not in subjects]
        return self._effect(sorted({account for pair in pairs for account in pair}), [*kept, *given])

    def undo(self, left: str, right: str, before: Judgement | None) -> Effect:
        """Return what taking back the verdict in force on the pair would change; before: the one that then holds."""
        pair = sorted((left, right))
        kept = [one for one in self._judgements if one.subject != ("link", *pair)]
        return self._effect(pair, kept if before is None else [*kept, before])

    @cached_property
    def _rehearsal(self) -> Rehearsal:
        names = ("posts", "mentions", "stances", "facts", "accounts", "actors", "templates", "identifiers", "links")
        return Rehearsal({name: self._table(name) for name in names}, find_answers(self._table("posts")))

    @cached_property
    def _members(self) -> pa.Table:
        """The members as a trial without any change has them, so that the two sides differ by the verdict alone."""
        return self._rehearsal.members({})

    def _effect(self, judged: Sequence[str], judgements: Sequence[Judgement]) -> Effect:
        """judged: the accounts that the verdicts to try are on."""
        near = self._connected(judged, judgements)
        links, accounts = self._table("links"), self._table("accounts")
        links = links.filter(pc.and_(pc.is_in(links["left"], near), pc.is_in(links["right"], near)))
        accounts = accounts.filter(pc.is_in(accounts["account_id"], near))
        then = cluster(links, accounts, judgements)
        held = dict(zip(accounts["account_id"].to_pylist(), accounts["actor_id"].to_pylist(), strict=True))
        moved = {
            account: actor
            for actor, group in zip(then["actor_id"].to_pylist(), then["accounts"].to_pylist(), strict=True)
            for account in group
            if held[account] != actor
        }
        refused = _refused(then["conflicts"].to_pylist()) - self._conflicts
        if not moved:
            return Effect((), (), {}, tuple(sorted(refused)), ())
        actors = self._actors_then(moved)
        touched = pa.array(sorted({held[account] for account in moved} | set(moved.values())), pa.string())
        now, later = (table.filter(pc.is_in(table["actor_id"], touched)) for table in (self._table("actors"), actors))
        descents, _ = trace("actor", actor_accounts(now), actor_accounts(later), 0.0)
        members = self._rehearsal.members(moved)
        before = ring_accounts(self._members, self._table("actors"))
        rings, _ = trace("ring", before, ring_accounts(members, actors), RING_KIN)
        gone = {actor for one in descents for actor in one.before} - set(actors["actor_id"].to_pylist())
        proposals = {one.record.subject for one in self._entries if one.record.details.get("actor") in gone}
        counts = {
            "actors": (len(self._table("actors")), len(actors)),
            "rings": (_rings(self._members), _rings(members)),
            "members of rings": (_own(self._members), _own(members)),
        }
        return Effect(
            tuple(descents), tuple(rings), {what: pair for what, pair in counts.items() if pair[0] != pair[1]},
            tuple(sorted(refused)), tuple(sorted(proposals)),
        )  # fmt: skip

    @cached_property
    def _conflicts(self) -> set[str]:
        return _refused(self._table("actors")["conflicts"].to_pylist())

    def _connected(self, accounts: Sequence[str], judgements: Sequence[Judgement]) -> pa.Array:
        """Return the accounts that links or verdicts, the new ones included, connect with these."""
        links = self._table("links")
        judged = list(latest_verdicts(judgements))
        left = pa.concat_arrays([links["left"].combine_chunks(), pa.array([a for a, _ in judged], pa.string())])
        right = pa.concat_arrays([links["right"].combine_chunks(), pa.array([b for _, b in judged], pa.string())])
        found = pa.array(accounts, pa.string())
        while True:
            touching = pc.or_(pc.is_in(left, found), pc.is_in(right, found))
            grown = pc.unique(pa.concat_arrays([found, left.filter(touching), right.filter(touching)]))
            if len(grown) == len(found):
                return found
            found = grown

    def _actors_then(self, moved: Mapping[str, str]) -> pa.Table:
        """Return Table(actor_id, accounts) after accounts have moved, those that stay as they are in their order."""
        actors, accounts = self._table("actors"), self._table("accounts")
        held = accounts.filter(pc.is_in(accounts["account_id"], pa.array(list(moved), pa.string())))
        own = pc.is_in(actors["actor_id"], pa.array(sorted({*held["actor_id"].to_pylist(), *moved.values()})))
        before = zip(*(actors.filter(own)[name].to_pylist() for name in ("actor_id", "accounts")), strict=True)
        rows = {actor: [account for account in group if account not in moved] for actor, group in before}
        for account, actor in moved.items():
            rows[actor] = [*rows.get(actor, ()), account]
        kept = {actor: sorted(group) for actor, group in rows.items() if group}
        changed = pa.table(
            {"actor_id": pa.array(list(kept), pa.string()),
             "accounts": pa.array(list(kept.values()), pa.list_(pa.string()))}
        )  # fmt: skip
        return pa.concat_tables([actors.filter(pc.invert(own)).select(["actor_id", "accounts"]), changed])


def _refused(conflicts: Sequence[Sequence[str] | None]) -> set[str]:
    return {pair for row in conflicts for pair in row or ()}


def _rings(members: pa.Table) -> int:
    return len(pc.unique(members["ring_id"]))


def _own(members: pa.Table) -> int:
    return int(pc.sum(members["core"]).as_py() or 0)
