"""What a contact that two accounts share says, by how each gives it and by who else does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ringtrace.linking.claims import Claim
from ringtrace.linking.identifiers import OPEN_TO_ALL
from ringtrace.linking.profile import Feature, Profile, Scene

_STRENGTHS = ("native", "own", "unknown", "doubtful", "")


@dataclass(frozen=True, slots=True)
class Shared:
    """One contact of two accounts. weakest: the weaker of the two claims, an index of ``_STRENGTHS``."""

    key: tuple[str, str]
    left: Claim
    right: Claim
    weakest: int
    people: int

    @property
    def claimed(self) -> bool:
        """Whether both give it as their own."""
        return self.weakest < _STRENGTHS.index("doubtful") and self.key[0] != "url"

    @property
    def rank(self) -> tuple[bool, int, int, tuple[str, str]]:
        """The contact that proves most comes first: claimed by both, of few people."""
        return not self.claimed, self.people if self.claimed else self.weakest, self.weakest, self.key


def shared_contacts(left: Profile, right: Profile, scene: Scene) -> list[Shared]:
    """Return the contacts that both accounts show and that are not open to all, the most telling first."""
    found = []
    for key in left.claims.keys() & right.claims.keys():
        if scene.use.get(key, ("personal", None))[0] not in OPEN_TO_ALL:
            a, b = left.claims[key], right.claims[key]
            users = scene.users.get(key)
            weakest = max(_STRENGTHS.index(a.strength), _STRENGTHS.index(b.strength))
            found.append(Shared(key, a, b, weakest, users.people if users else 0))
    return sorted(found, key=lambda one: one.rank)


def weigh_contacts(left: Profile, right: Profile, shared: list[Shared], scene: Scene) -> Iterator[Feature]:
    """Yield what the most telling shared contact says, and whether there is one more."""
    if not shared:
        return
    first = shared[0]
    quotes = (scene.shows(left, first.left), scene.shows(right, first.right))
    for name, value in _claimed(first, scene) if first.claimed else _loose(first):
        yield Feature(name, value, *quotes)
    again = next((one for one in shared[1:] if one.claimed), None)
    if first.claimed and again is not None:
        value = 1 / math.sqrt(max(1, again.people - 1))
        yield Feature("contact_again", value, scene.shows(left, again.left), scene.shows(right, again.right))


def _loose(first: Shared) -> Iterator[tuple[str, float]]:
    if first.key[0] == "url":
        yield "contact_site", 1.0
    else:
        yield ("contact_mentioned" if _STRENGTHS[first.weakest] == "" else "contact_doubtful"), 1.0


def _claimed(first: Shared, scene: Scene) -> Iterator[tuple[str, float]]:
    yield ("payment_account" if first.key[0] == "payment" else "contact"), 1.0
    if _STRENGTHS[first.weakest] == "unknown":
        yield "contact_unknown", 1.0
    if first.left.native or first.right.native:
        yield "contact_native", 1.0
    if first.key[0] != "phone":
        yield "contact_not_phone", 1.0
    use, split = scene.use.get(first.key, ("personal", None))
    if use == "recycled" and split is not None and _after(first.left, split) != _after(first.right, split):
        yield "contact_recycled", 1.0


def _after(claim: Claim, split: int) -> bool:
    return claim.first_at is not None and claim.first_at >= split
