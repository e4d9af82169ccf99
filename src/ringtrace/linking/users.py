"""Who gives one contact as their own: how many, under which names, and what else ties them to each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ringtrace.linking.claims import Claim
from ringtrace.linking.model import limits


@dataclass(frozen=True, slots=True)
class Users:
    """people: distinct ids or names that claim the contact (accounts of one id or name count once).

    tied: share of its accounts (0..1) that a name or another claimed contact ties to one more of them: a
    person's accounts and a couple's hang together, a shop's customers and a campaign's copyists do not.
    names: folded display name -> accounts that carry it.
    """

    people: int
    tied: float
    names: Mapping[str, int]


def find_users(
    claims: Iterable[Claim], keys: Mapping[str, str], names: Mapping[str, tuple[str, ...]]
) -> dict[tuple[str, str], Users]:
    """Return (kind, value) -> its users, for every value that anybody claims.

    keys, names: as ``claims.identity_keys`` and ``claims.called`` give them.
    """
    holders: dict[tuple[str, str], list[str]] = defaultdict(list)
    contacts: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for claim in claims:
        if claim.claims:
            holders[claim.kind, claim.value].append(claim.account)
            contacts[claim.account].append((claim.kind, claim.value))
    found = {}
    for value, users in holders.items():
        seen = users[: int(limits()["block_accounts"])]
        marks = {
            user: {("name", name) for name in names.get(user, ())} | set(contacts[user]) - {value} for user in seen
        }
        often = Counter(mark for user in seen for mark in marks[user])
        tied = sum(any(often[mark] > 1 for mark in marks[user]) for user in seen)
        carried = Counter(name for user in seen for name in names.get(user, ()))
        found[value] = Users(len({keys.get(user, user) for user in users}), tied / len(seen), carried)
    return found
