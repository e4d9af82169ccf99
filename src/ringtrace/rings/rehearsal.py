"""Rings as they would come out if some accounts belonged to other actors: the same steps, nothing written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.model.mention import IDENTITY_KINDS
from ringtrace.rings.activity import Act, Scene, reassigned, scene
from ringtrace.rings.answer_model import SCREEN
from ringtrace.rings.assembly import find_members, operators
from ringtrace.rings.graph import build


class Rehearsal:
    """The material of rings of one analysis, gathered once for any number of trials."""

    def __init__(self, tables: Mapping[str, pa.Table], answers: pa.Table) -> None:
        """tables: posts, mentions, stances, facts, accounts, actors, templates, identifiers, links.

        answers: of the posts.
        """
        self._tables = tables
        posts = tables["posts"]
        contacts = pc.is_in(tables["mentions"]["kind"], pa.array(sorted(IDENTITY_KINDS)))
        self._mentions = tables["mentions"].filter(contacts)
        whole = scene(posts, tables["stances"], tables["facts"], tables["actors"], answers)
        naming = {*self._mentions["post_id"].to_pylist(), *_traded(whole, tables["templates"])}
        self._scene = _thinned(whole, naming)
        self._running = operators(posts)

    def members(self, actor_of: Mapping[str, str]) -> pa.Table:
        """Return table ``members``. actor_of: account -> actor, of the accounts that go to another one."""
        tables = self._tables
        stage = reassigned(self._scene, actor_of) if actor_of else self._scene
        names = ("accounts", "templates", "identifiers", "links")
        ties = build(stage, self._mentions, *(tables[name] for name in names))
        return find_members(stage, ties, self._running)[1]


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
