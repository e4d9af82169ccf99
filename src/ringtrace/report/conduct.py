"""Why a role is indicated, and what speaks against it: both from claims, each with its quotes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ringtrace.report.words import claim_words

Span = Mapping[str, Any]

_FOR = {
    "supplier": ("posted_offers", "answered_wishes"),
    "buyer": ("posted_wishes", "answered_offers"),
    "broker": ("posted_go_betweens", "answered_offers", "answered_wishes"),
    "platform_operator": ("named_as_operator_of",),
}
_OWN = ("posted_offers", "posted_wishes", "posted_go_betweens")
_CONDUCT = frozenset({*_OWN, "answered_offers", "answered_wishes", "answered_go_betweens", "posted_otherwise"})
_STABLE = 0.5


@dataclass(frozen=True, slots=True)
class Reason:
    """A short sentence, and the spans it rests on (none for what is counted over runs)."""

    text: str
    basis: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role with its probability, what indicates it, and what speaks against it."""

    role: str
    probability: float
    because: tuple[Reason, ...]
    against: tuple[Reason, ...]


class Conduct:
    """What actors did, looked up in the claims of one analysis."""

    def __init__(self, claims: Sequence[Mapping[str, Any]], accounts_of: Callable[[str], Sequence[str]]) -> None:
        self._said: dict[str, dict[str, Mapping[str, Any]]] = defaultdict(dict)
        self._indicated: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._accounts_of = accounts_of
        for claim in claims:
            if claim["predicate"] in _CONDUCT or claim["predicate"] == "named_as_operator_of":
                self._said[claim["subject"]][claim["predicate"]] = claim
            elif claim["predicate"] == "role_indicated":
                self._indicated[claim["subject"], claim["object"]] = claim

    def of(self, actor: str) -> list[Reason]:
        """Everything observed of ``actor``, in a fixed order."""
        said = self._all(actor)
        return [_reason(said[key]) for key in sorted(said, key=lambda key: (key == "posted_otherwise", key))]

    def roles(self, member: Mapping[str, Any]) -> list[RoleHeld]:
        """The roles of a row of ``members``, surest first; "unknown" says why none is indicated."""
        return [self._role(member, held["role"], held["probability"]) for held in member["roles"]]

    def _role(self, member: Mapping[str, Any], role: str, probability: float) -> RoleHeld:
        actor = member["actor_id"]
        said = self._all(actor)
        because = [_reason(said[key]) for key in _FOR.get(role, ()) if key in said]
        ties = member.get("ties", 0)
        if role == "broker" and ties > 2:
            because.append(Reason(f"it has ties to {ties} others"))
        if not because and (actor, role) in self._indicated:
            because.append(Reason("it wrote what is quoted here", self._indicated[actor, role]["basis"]))
        if not because:
            because.append(
                Reason("its own posts do not tell" if role == "unknown" else "its ties to others suggest it")
            )
        return RoleHeld(role, probability, tuple(because), tuple(self._against(member, role, said)))

    def _against(self, member: Mapping[str, Any], role: str, said: Mapping[str, Mapping[str, Any]]) -> list[Reason]:
        if role == "unknown":
            return []
        wanted = _FOR.get(role, ())
        found = [_reason(said[key]) for key in (*_OWN, "posted_otherwise") if key in said and key not in wanted]
        own = [key for key in wanted if key in _OWN]
        if own and not any(key in said for key in own):
            found.append(Reason("no post of its own says so; only its ties do"))
        elif any(said[key]["object"].startswith("1 ") for key in own if key in said):
            found.append(Reason("a single post shows it"))
        if member["stability"] < _STABLE:
            share = f"{100 * member['stability']:.0f} %"
            found.append(Reason(f"it stays in the ring in only {share} of the runs with dropped ties"))
        return found

    def _all(self, actor: str) -> dict[str, Mapping[str, Any]]:
        said = dict(self._said.get(actor, {}))
        for account in self._accounts_of(actor):
            if (found := self._said.get(account, {}).get("named_as_operator_of")) is not None:
                said["named_as_operator_of"] = found
        return said


def _reason(claim: Mapping[str, Any]) -> Reason:
    target = "a group or site" if claim["predicate"] == "named_as_operator_of" else claim["object"]
    return Reason(claim_words(claim["predicate"], "it", target), claim["basis"])
