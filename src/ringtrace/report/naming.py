"""What ids are called: an account by name and platform, an actor by its busiest account's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import pyarrow as pa

from ringtrace.linking.claims import phone_number
from ringtrace.report.words import counted, place_name, platform_name, role_name

Tables = Callable[[str], pa.Table]


class Naming:
    """Names for the ids of one analysis. table: table name -> table, asked for when needed."""

    def __init__(self, table: Tables) -> None:
        self._table = table

    @cached_property
    def accounts(self) -> dict[str, dict[str, Any]]:
        """Account id -> its row."""
        return {row["account_id"]: row for row in self._table("accounts").to_pylist()}

    @cached_property
    def accounts_of(self) -> dict[str, list[str]]:
        """Actor id -> its accounts, busiest first."""
        known = self.accounts
        return {
            row["actor_id"]: sorted(row["accounts"], key=lambda key: (-known[key]["posts"], key))
            for row in self._table("actors").select(["actor_id", "accounts"]).to_pylist()
        }

    @cached_property
    def files(self) -> dict[str, str]:
        """Evidence id -> file name."""
        table = self._table("evidence")
        return dict(zip(table["evidence_id"].to_pylist(), table["name"].to_pylist(), strict=True))

    @cached_property
    def containers(self) -> dict[str, dict[str, Any]]:
        """Container id -> its row."""
        return {row["container_id"]: row for row in self._table("containers").to_pylist()}

    def account(self, key: str) -> str:
        """ "清茶_ (Telegram)"; an account without a name by its native id."""
        row = self.accounts.get(key)
        if row is None:
            return key
        names = " / ".join(row["names"][:2]) or row["native_id"] or key
        return f"{names} ({platform_name(row['platform'])})"

    def app_id(self, key: str) -> str:
        """Return the id of an account in its app, a phone number shown as its name too; "" where none is known.

        It stands in the headers of its posts, not in their words.
        """
        row = self.accounts.get(key)
        if row is None:
            return ""
        return row["native_id"] or next((name for name in row["names"] if phone_number(name)), "")

    def actor(self, key: str) -> str:
        """Its busiest account's name and platform: "清茶_ (Telegram; 3 accounts)"."""
        accounts = self.accounts_of.get(key, [])
        if not accounts:
            return key
        first = self.account(accounts[0])
        return f"{first[:-1]}; {len(accounts)} accounts)" if len(accounts) > 1 else first

    def users(self, users: Sequence[Mapping[str, Any]]) -> list[str]:
        """Users of a contact (account, posts), those of one name on one platform together: "云舟09 (web): 2 posts"."""
        accounts: dict[str, int] = {}
        posts: dict[str, int] = {}
        for user in users:
            name = self.account(user["account"])
            accounts[name] = accounts.get(name, 0) + 1
            posts[name] = posts.get(name, 0) + user["posts"]
        ordered = sorted(posts, key=lambda name: (-posts[name], name))
        several = {name: f"{name[:-1]}; {n} accounts)" for name, n in accounts.items() if n > 1}
        return [f"{several.get(name, name)}: {counted(posts[name], 'post')}" for name in ordered]

    def container(self, key: str) -> str:
        row = self.containers.get(key)
        return f"{row['name'] or key} ({platform_name(row['platform'])})" if row else key

    def of(self, key: str) -> str:
        """The name of whatever ``key`` is the id of; roles and place codes too, else ``key``."""
        kind = key.partition("-")[0]
        if kind == "account":
            return self.account(key)
        if kind == "actor":
            return self.actor(key)
        if kind == "container":
            return self.container(key)
        return place_name(key) if len(key) == 6 and key.isdecimal() else role_name(key)
