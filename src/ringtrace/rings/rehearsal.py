"""Rings as they would come out if some accounts belonged to other actors: the same steps, nothing written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.model.mention import TYING_KINDS
from ringtrace.rings.activity import Act, Scene, among, reassigned, scene
from ringtrace.rings.address import find_calls
from ringtrace.rings.answer_model import SCREEN
from ringtrace.rings.assembly import chance_groups, find_members, operators
from ringtrace.rings.bonds import Bonds
from ringtrace.rings.chance import Made
from ringtrace.rings.communities import Cuts
from ringtrace.rings.graph import observe
from ringtrace.rings.pair_model import weighed


class Rehearsal:
    """The material of rings of one analysis, gathered once for any number of trials.

    A trial builds only ties anew that a change of some accounts' actors can touch, and cuts only connected parts whose
    ties have changed.
    """

    def __init__(self, tables: Mapping[str, pa.Table], answers: pa.Table) -> None:
        """tables: posts, mentions, stances, facts, accounts, actors, templates, identifiers, links.

        answers: of the posts.
        """
        self._tables = tables
        posts = tables["posts"]
        contacts = pc.is_in(tables["mentions"]["kind"], pa.array(sorted(TYING_KINDS)))
        self.mentions = tables["mentions"].filter(contacts)
        whole = scene(posts, tables["stances"], tables["facts"], tables["actors"], answers)
        naming = {*self.mentions["post_id"].to_pylist(), *_traded(whole, tables["templates"])}
        self.scene = _thinned(whole, naming)
        self._running = operators(posts)
        self._calls = find_calls(self.scene, tables["accounts"])
        self._ties = self.built(self.scene, self.mentions, tables)
        self._bonds = Bonds(self.scene, self.mentions, tables, self._calls)
        self._parts = Cuts()

    def members(self, actor_of: Mapping[str, str]) -> pa.Table:
        """Return table ``members``. actor_of: account -> actor, of the accounts that go to another one."""
        stage = reassigned(self.scene, actor_of) if actor_of else self.scene
        ties = weighed(self.ties_then(actor_of), stage)
        return find_members(stage, ties, self._running, self._parts, self._made).members

    @cached_property
    def _made(self) -> Made:
        """What chance makes of the ties as they are; some accounts more or less of an actor do not change that much."""
        return chance_groups(self.scene, weighed(self._ties, self.scene))

    def ties_then(self, actor_of: Mapping[str, str]) -> pa.Table:
        """Return the ties as they would be observed, in order, nothing being weighed yet.

        Those among actors beside the changed ones come from a scene of all who stand beside these.
        """
        if not actor_of:
            return self._ties
        former = self.scene.actor_of
        changed = {former.get(account, "") for account in actor_of} | set(actor_of.values())
        near = self._bonds.beside(changed)
        around = self._bonds.beside(near)
        stage = reassigned(among(self.scene, around), actor_of)
        accounts = pa.array(sorted(account for account, actor in former.items() if actor in around), pa.string())
        posts = pa.array(list(stage.acts), pa.string())
        mentions = _among(self.mentions, "post_id", posts)
        few = {
            "identifiers": _among(self._tables["identifiers"], "value", mentions["value"].combine_chunks()),
            "accounts": _among(self._tables["accounts"], "account_id", accounts),
            "templates": _among(self._tables["templates"], "post_id", posts),
            "links": _among(_among(self._tables["links"], "left", accounts), "right", accounts),
        }
        built = self.built(stage, mentions, {**self._tables, **few})
        there = pa.array(sorted(near | changed), pa.string())
        kept = self._ties.filter(pc.invert(_both(self._ties, there)))
        order = [("left", "ascending"), ("right", "ascending"), ("layer", "ascending")]
        return pa.concat_tables([kept, built.filter(_both(built, there))]).sort_by(order)

    def built(self, stage: Scene, mentions: pa.Table, tables: Mapping[str, pa.Table]) -> pa.Table:
        """Return the ties observed in ``stage``; accounts, templates, identifiers and links are those of ``tables``."""
        accounts, templates = tables["accounts"], tables["templates"]
        return observe(stage, mentions, accounts, templates, tables["identifiers"], tables["links"], self._calls)


def _among(table: pa.Table, column: str, values: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table[column], values))


def _both(ties: pa.Table, actors: pa.Array) -> pa.ChunkedArray:
    return pc.and_(pc.is_in(ties["left"], actors), pc.is_in(ties["right"], actors))


def _traded(stage: Scene, templates: pa.Table) -> set[str]:
    """Return the posts of texts that at least one who posts them trades with: whoever else does counts."""
    pairs = list(zip(templates["template_id"].to_pylist(), templates["post_id"].to_pylist(), strict=True))
    trading = {template for template, post in pairs if post in stage.acts and stage.acts[post].trades}
    return {post for template, post in pairs if template in trading}


def _thinned(stage: Scene, naming: set[str]) -> Scene:
    """Leave out whom nothing can tie to anybody: who never trades, even doubtfully, and names no contact.

    naming: posts that name one, or share a text that trades.
    """
    kept = {
        actor
        for actor, acts in stage.by_actor.items()
        if any(act.reading >= SCREEN or act.touches or act.post in naming for act in acts)
    }
    acts = {post: act for post, act in stage.acts.items() if act.actor in kept}
    by_actor: dict[str, list[Act]] = defaultdict(list)
    by_actor.update((actor, held) for actor, held in stage.by_actor.items() if actor in kept)
    answered = {post: above for post, above in stage.answered.items() if post in acts}
    parents = {post: above for post, above in stage.parents.items() if post in acts}
    return replace(stage, acts=acts, by_actor=by_actor, answered=answered, parents=parents)
