"""What the pair model sees of one account, and of the case around two of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ringtrace.linking.claims import Claim
from ringtrace.linking.material import Stay
from ringtrace.linking.timing import Times
from ringtrace.linking.users import Users

LOCAL_IDS = frozenset({"forum", "web", "news", "mail", "tip"})
"""Platforms whose native ids mean nothing outside their own site, and where a name is one user's."""

Quote = Mapping[str, Any] | None
Rare = tuple[str, str]
"""What few accounts post: (the feature that it is, a template's id, a picture's hash or an invitation's address)."""


@dataclass(frozen=True, slots=True)
class Feature:
    """name: a weight of the model; value: how much of it; left, right: the quotes compared."""

    name: str
    value: float
    left: Quote = None
    right: Quote = None


@dataclass(frozen=True, slots=True)
class Side:
    """In which direction most of an account's sure posts trade; row: the first of them in ``posts``."""

    direction: str
    row: int


@dataclass(frozen=True)
class Profile:
    """One account as the pair model sees it. side: None for an account without a sure trade post.

    names: folded display names without phone numbers; numbers: kind -> the app's own ids that are contacts.
    """

    account: str
    platform: str
    native: str
    names: tuple[str, ...]
    first_at: int | None
    last_at: int | None
    stays: Mapping[str, Stay]
    own: Mapping[str, set[str]]
    claims: Mapping[tuple[str, str], Claim]
    numbers: Mapping[str, frozenset[str]]
    rare: frozenset[Rare] = field(default=frozenset())
    side: Side | None = None


@dataclass(frozen=True)
class Scene:
    """What is known beside the two accounts.

    use: (kind, value) -> (use, split_at); users: who claims a value; name_value: surprise of a shared name,
    0..1; stem_value: of its stem; carriers: name -> accounts that carry it; namesakes: natural log-odds that
    those of one name are one person in this case, as far as the case shows; others: the same of accounts under
    other names beside one contact; answered: ordered pairs of accounts,
    the first of which answered the second -> (row, row) of posts; first_row: account -> row of its first post;
    quote: row of a post -> its span; rare: what few post -> account -> row of a post; times: when each account posted.
    """

    use: Mapping[tuple[str, str], tuple[str, int | None]]
    users: Mapping[tuple[str, str], Users]
    name_value: Callable[[str], float]
    stem_value: Callable[[str], float]
    carriers: Mapping[str, int]
    namesakes: float
    others: float
    answered: Mapping[tuple[str, str], tuple[int, int]]
    first_row: Mapping[str, int]
    quote: Callable[[int], Quote]
    rare: Mapping[Rare, Mapping[str, int]]
    times: Mapping[str, Times]

    def shows(self, profile: Profile, claim: Claim | None = None) -> Quote:
        """Return the span of the quote in which an account gives a contact, else of its first post."""
        if claim is not None and claim.span is not None:
            return claim.span
        row = self.first_row.get(profile.account)
        return None if row is None else self.quote(row)
