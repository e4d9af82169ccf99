"""What linking reads: the tables of a case, and what several steps take from them, worked out once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import pyarrow as pa

from ringtrace.engines.tables import from_rows
from ringtrace.linking.claims import Claim, called, find_claims, identity_keys
from ringtrace.linking.ground import Ground
from ringtrace.linking.users import Users, find_users

Stay = tuple[int | None, int | None, int]
"""First and last post of an account in a container, microseconds UTC, and how many posts."""


@dataclass(frozen=True, eq=False)
class Material:
    """The tables that linking reads. ground: what accounts show, gathered on an engine."""

    posts: pa.Table
    mentions: pa.Table
    stances: pa.Table
    accounts: pa.Table
    templates: pa.Table
    ground: Ground

    @classmethod
    def here(
        cls, posts: pa.Table, mentions: pa.Table, stances: pa.Table, accounts: pa.Table,
        templates: pa.Table | None = None,
    ) -> Self:  # fmt: skip
        """Gather in this process. templates: none of them count when left out."""
        if templates is None:
            templates = from_rows("templates", [])
        return cls(posts, mentions, stances, accounts, templates, Ground.here(posts, mentions, stances))

    @cached_property
    def claims(self) -> list[Claim]:
        """The claims of all accounts, in order of kind, value, account."""
        return find_claims(self.ground, self.accounts)

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """Account -> its folded display names, as ``claims.called`` gives them."""
        return called(self.accounts)

    @cached_property
    def keys(self) -> Mapping[str, str]:
        """Account -> its identity, as ``claims.identity_keys`` gives it."""
        return identity_keys(self.accounts)

    @cached_property
    def users(self) -> Mapping[tuple[str, str], Users]:
        """(kind, value) -> who claims it."""
        return find_users(self.claims, self.keys, self.names)

    @cached_property
    def stays(self) -> Mapping[str, Mapping[str, Stay]]:
        """Account -> container -> its stay there."""
        found: dict[str, dict[str, Stay]] = defaultdict(dict)
        for row in self.ground.stays.to_pylist():
            found[row["account"]][row["container"]] = (row["first_at"], row["last_at"], row["posts"])
        return found

    @cached_property
    def own(self) -> Mapping[str, Mapping[str, set[str]]]:
        """Account -> kind -> values that it states as its own in words (native ids left out)."""
        found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for claim in self.claims:
            if claim.own:
                found[claim.account][claim.kind].add(claim.value)
        return found
