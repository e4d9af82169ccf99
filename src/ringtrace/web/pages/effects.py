"""What a verdict on two accounts would change, before anybody gives it: actors, rings, counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from litestar import get
from litestar.exceptions import PermissionDeniedException
from litestar.params import FromPath, FromQuery

from ringtrace.errors import UsageError
from ringtrace.model.change import Descent
from ringtrace.model.ring import Verdict
from ringtrace.pipeline.judging.second_looks import KEPT
from ringtrace.store.records import read_entries
from ringtrace.web.pages.judging import is_kept, verdicts_on
from ringtrace.web.visit import Answer, Guest, Visit

if TYPE_CHECKING:
    from ringtrace.pipeline.judging.previewing import Effect

_TRIED = ("yes", "no")
_PATIENCE = 1.5
"""Seconds that a page waits for what trials need; on a case of a million posts it takes a minute, once."""


@get("/links/{left:str}/{right:str}/effect", sync_to_thread=True)
def effect(visit: Guest, left: FromPath[str], right: FromPath[str], verdict: FromQuery[str] = "yes") -> Answer:
    """The consequences of a verdict, yes or no, worked out by the analysis' own steps; nothing is recorded."""
    left, right = sorted((left, right))
    naming = visit.view.room.naming
    if left == right or left not in naming.accounts or right not in naming.accounts:
        raise visit.missing("these are not two accounts of this analysis")
    if verdict not in _TRIED:
        raise UsageError("what can be tried is yes or no")
    if is_kept(visit, ("link", left, right)):
        raise PermissionDeniedException(detail=KEPT)
    ledger = visit.desk.ledger
    if not visit.as_json and not visit.view.rehearsed(ledger.judgements(), read_entries(ledger), _PATIENCE):
        names = {"left": naming.account(left), "right": naming.account(right)}
        return visit.show("gathering.html.j2", {"left_id": left, "right_id": right, **names})
    preview = visit.view.preview(ledger.judgements(), read_entries(ledger))
    found = preview.verdict(left, right, cast(Verdict, verdict))
    told, version = verdicts_on(visit, ("link", left, right))
    visit.about = f"link:{left}:{right}"
    return visit.show("effect.html.j2", {
        "left_id": left, "right_id": right, "left": naming.account(left), "right": naming.account(right),
        "verdict": verdict, **told_effect(visit, found), "verdicts": told, "verdict_version": version,
    })  # fmt: skip


def told_effect(visit: Visit, found: Effect) -> dict[str, Any]:
    """What a verdict, or a group of them, would change, as pages tell it."""
    naming = visit.view.room.naming
    return {
        "nothing": found.none, "actors": _descents(visit, found.actors), "rings": _descents(visit, found.rings),
        "counts": [{"what": what, "now": now, "then": then} for what, (now, then) in found.counts.items()],
        "refused": [[naming.account(key) for key in pair.split()] for pair in found.refused],
        "proposals": list(found.proposals),
    }  # fmt: skip


def _descents(visit: Visit, descents: Sequence[Descent]) -> list[dict[str, Any]]:
    """Actors or rings that change: those of this analysis by name, those that would come by id."""
    naming = visit.view.room.naming
    return [
        {"turn": one.turn, "before": [{"id": key, "name": naming.of(key)} for key in one.before],
         "then": list(one.now), "accounts_before": one.accounts_before, "accounts_then": one.accounts_now}
        for one in descents
    ]  # fmt: skip


HANDLERS = [effect]
