"""One ring's part of the report: picture, roles with reasons, time, places, deals, links, doubts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup

from ringtrace.report import findings
from ringtrace.report.charts import Node, graph
from ringtrace.report.circles import cell_lines, near_rows
from ringtrace.report.conduct import Conduct, Reason
from ringtrace.report.lanes import Moment, lanes, peak_of
from ringtrace.report.naming import Naming, Tables
from ringtrace.report.network import network
from ringtrace.report.tiles import off_map, tile_map
from ringtrace.report.waterfall import Quotes, waterfall
from ringtrace.report.words import (
    child_words,
    counted,
    day,
    layer_words,
    place_name,
    platform_name,
    price_words,
    role_name,
    stretch,
)

_QUOTED_MEMBERS = 40
_TIES = 20
_LINKS = 60
_DEALS = 80
_JOINED = 0.5
_NONE: frozenset[str] = frozenset()


class RingPages:
    """Makes the parts of all rings; look-ups over the tables are made once."""

    def __init__(
        self, table: Tables, naming: Naming, quotes: Quotes, zone: str, address: Callable[[str], str] | None = None
    ) -> None:
        """address: actor id -> where its mark on the graph leads to."""
        self._address = address
        self._table = table
        self._names = naming
        self._quotes = quotes
        self._zone = zone
        self._conduct = Conduct(table("claims").to_pylist(), lambda actor: naming.accounts_of.get(actor, []))
        self._members: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in table("members").to_pylist():
            self._members[row["ring_id"]].append(row)
        self._rings_of: dict[str, set[str]] = defaultdict(set)
        for ring, members in self._members.items():
            for member in members:
                self._rings_of[member["actor_id"]].add(ring)

    def pages(self) -> list[dict[str, Any]]:
        """All rings, largest first, numbered from 1."""
        rings = findings.rings_by_size(self._table)
        return [{"number": at, **self.page(ring)} for at, ring in enumerate(rings, start=1)]

    def page(self, ring: Mapping[str, Any]) -> dict[str, Any]:
        """One ring, a row of ``rings``: everything that is told of it."""
        members = sorted(self._members[ring["ring_id"]], key=lambda m: (-m.get("ties", 0), m["actor_id"]))
        actors = {member["actor_id"] for member in members}
        accounts = {key for actor in actors for key in self._names.accounts_of.get(actor, ())}
        ties = self._ties[ring["ring_id"]]
        posts = self._posts(accounts)
        links = sorted(self._links[ring["ring_id"]], key=lambda x: (x["probability"], x["left"], x["right"]))
        deals = self._deals[ring["ring_id"]]
        return {
            "id": ring["ring_id"],
            "hub": self._names.actor(members[0]["actor_id"]) if members else "",
            "size": f"{counted(ring['actors'], 'actor')} with {counted(ring['accounts'], 'account')}",
            "extent": f"{counted(ring['posts'], 'post')} in {counted(len(ring['containers']), 'group or site')}",
            "when": stretch(ring["first_at"], ring["last_at"], self._zone),
            "probability": ring["probability"],
            "roles": self._role_counts(members),
            "graph": Markup(graph(self._nodes(members), _edges(ties), self._address)),  # noqa: S704  every text in it is escaped
            **self._pictures(posts),
            "members": [self._member(m, quoted=at < _QUOTED_MEMBERS) for at, m in enumerate(members)],
            "tie_counts": _layers(ties),
            "ties": [self._tie(row) for row in sorted(ties, key=_strength)[:_TIES]],
            "tie_total": len(ties),
            "containers": self._containers(posts),
            "deals": [self.deal(row) for row in deals[:_DEALS]],
            "deal_total": len(deals),
            "links": [self._link(row) for row in links[:_LINKS]],
            "link_total": len(links),
            "growth": self._growth(ring["ring_id"]),
            "cells": cell_lines(members, self._plain_name),
            "near": near_rows(self._of("near", ring["ring_id"]), self._names.actor),
            "against": ring.get("counter_evidence") or [],
            "disproof": [self._named(line) for line in ring.get("disproof") or []],
        }

    def network(self, ring: str) -> dict[str, Any]:
        """The people and ties of a ring with their places, see ``ringtrace.report.network``."""
        members = self._members[ring]
        actors = {member["actor_id"] for member in members}
        accounts = {key: actor for actor in actors for key in self._names.accounts_of.get(actor, ())}
        first: dict[str, datetime] = {}
        for post in self._posts(set(accounts)):
            actor, at = accounts[post["account_id"]], post["sent_at"]
            if at is not None and (actor not in first or at < first[actor]):
                first[actor] = at
        ties = self._ties[ring]
        names = {actor: self._plain_name(actor) for actor in actors}
        roles = {member["actor_id"]: main_role(member) for member in members}
        return network(members, roles, names, ties, first)

    def _growth(self, ring: str) -> list[dict[str, Any]]:
        """Month by month: members that first show, members so far, posts, provinces by name."""
        rows = self._of("growth", ring)
        return [{**row, "provinces": [place_name(code) for code in row["provinces"]]} for row in rows]

    def _of(self, name: str, ring: str) -> list[dict[str, Any]]:
        table = self._table(name)
        return list(table.filter(pc.equal(table["ring_id"], ring)).to_pylist())

    def deal(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A deal with names, price and child in words, and its quotes."""
        who = {key: self._names.actor(row[key]) if row[key] else "" for key in ("supplier", "broker", "buyer")}
        places = [
            f"{word} {place_name(row[key])}" for key, word in (("place_from", "from"), ("place_to", "to")) if row[key]
        ]
        return {
            "id": row["deal_id"], "status": row["status"], **who,
            "ids": {key: row[key] or "" for key in ("supplier", "broker", "buyer")}, "price": price_words(row["price"]),
            "child": child_words(row), "places": ", ".join(places), "day": day(row["first_at"], self._zone),
            "probability": row["probability"], "quotes": self._quotes(row["basis"][:3]),
        }  # fmt: skip

    @cached_property
    def _ties(self) -> dict[str, list[dict[str, Any]]]:
        """Ring -> the ties among its members: looked up once, not ring by ring."""
        return self._by_ring(self._table("ties").to_pylist(), self._rings_of)

    @cached_property
    def _links(self) -> dict[str, list[dict[str, Any]]]:
        """Ring -> the likely links among accounts of its members."""
        rings = {
            account: found
            for actor, found in self._rings_of.items() for account in self._names.accounts_of.get(actor, ())
        }  # fmt: skip
        return self._by_ring((row for row in self._table("links").to_pylist() if row["probability"] >= _JOINED), rings)

    def _by_ring(
        self, rows: Iterable[dict[str, Any]], rings: Mapping[str, set[str]]
    ) -> dict[str, list[dict[str, Any]]]:
        """Return ring -> the rows whose left and right are both of it. rings: left or right -> the rings it is of."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            for ring in rings.get(row["left"], _NONE) & rings.get(row["right"], _NONE):
                found[ring].append(row)
        return found

    @cached_property
    def _deals(self) -> dict[str, list[dict[str, Any]]]:
        """Ring -> the deals in which a member has a part, those with most parties first."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for deal in findings.deals_by_weight(self._table):
            parties = (self._rings_of.get(deal[party], _NONE) for party in ("supplier", "broker", "buyer"))
            for ring in set[str]().union(*parties):
                found[ring].append(deal)
        return found

    @cached_property
    def _trading(self) -> pa.Table:
        """(post_id, account_id, container, sent_at) of the posts that rings count as theirs."""
        posts = self._table("posts").select(["post_id", "account_id", "container", "sent_at"])
        return posts.filter(pc.is_in(posts["post_id"], pa.array(sorted(self._does), pa.string())))

    @cached_property
    def _does(self) -> dict[str, str]:
        return findings.ring_posts(self._table)

    @cached_property
    def _places(self) -> dict[str, set[str]]:
        """Post -> provinces or foreign divisions that it names."""
        mentions = self._table("mentions")
        wanted = pc.and_(pc.equal(mentions["kind"], "place"), pc.greater_equal(mentions["probability"], 0.5))
        kept = mentions.filter(wanted)
        found: dict[str, set[str]] = defaultdict(set)
        for post, value in zip(kept["post_id"].to_pylist(), kept["value"].to_pylist(), strict=True):
            found[post].add(value[:2] + "0000" if len(value) == 6 and value.isdecimal() else value)
        return found

    def _posts(self, accounts: set[str]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._trading.filter(
            pc.is_in(self._trading["account_id"], pa.array(sorted(accounts), pa.string()))
        ).to_pylist()
        return found

    def _pictures(self, posts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        moments: dict[str, list[Moment]] = defaultdict(list)
        places: Counter[str] = Counter()
        for post in posts:
            places.update(self._places.get(post["post_id"], ()))
            if post["sent_at"] is not None:
                name = self._names.container(post["container"])
                moments[name].append((post["sent_at"], self._does[post["post_id"]]))
        return {
            "lanes": Markup(lanes(moments, self._zone)),  # noqa: S704  every text in it is escaped
            "peak": counted(peak_of(moments, self._zone), "post"),
            "undated": sum(post["sent_at"] is None for post in posts),
            "tiles": Markup(tile_map(places)),  # noqa: S704
            "abroad": off_map(places),
        }

    def _containers(self, posts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        used = Counter(post["container"] for post in posts)
        rows = []
        for key, number in sorted(used.items(), key=lambda item: (-item[1], item[0])):
            row = self._names.containers.get(key, {"name": key, "platform": "", "posts": number, "operators": []})
            rows.append(
                {"id": key, "name": row["name"], "platform": platform_name(row["platform"]),
                 "own": number, "all": row["posts"],
                 "operators": ", ".join(self._names.account(account) for account in row["operators"][:3])}
            )  # fmt: skip
        return rows

    def _nodes(self, members: Iterable[Mapping[str, Any]]) -> list[Node]:
        return [Node(m["actor_id"], self._plain_name(m["actor_id"]), main_role(m)) for m in members]

    def _plain_name(self, actor: str) -> str:
        accounts = self._names.accounts_of.get(actor, [])
        names = self._names.accounts[accounts[0]]["names"] if accounts else []
        return names[0] if names else self._names.actor(actor)

    def _role_counts(self, members: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
        counts = Counter(main_role(member) for member in members)
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    def _member(self, member: Mapping[str, Any], *, quoted: bool) -> dict[str, Any]:
        roles = [
            {"role": role_name(held.role), "probability": held.probability, "known": held.role != "unknown",
             "because": self._reasons(held.because, quoted=quoted),
             "against": self._reasons(held.against, quoted=quoted)}
            for held in self._conduct.roles(member)
        ]  # fmt: skip
        return {
            "id": member["actor_id"], "name": self._names.actor(member["actor_id"]), "roles": roles,
            "stays": f"{100 * member['stability']:.0f} %", "ties": member.get("ties", 0),
        }  # fmt: skip

    def _reasons(self, reasons: Iterable[Reason], *, quoted: bool) -> list[dict[str, Any]]:
        return [{"text": r.text, "quotes": self._quotes(r.basis[:1]) if quoted else []} for r in reasons]

    def _tie(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "left": self._names.actor(row["left"]), "right": self._names.actor(row["right"]),
            "left_id": row["left"], "right_id": row["right"],
            "layer": layer_words(row["layer"]), "weight": row["weight"], "quotes": self._quotes(row["basis"][:2]),
        }  # fmt: skip

    def _link(self, row: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "left": self._names.account(row["left"]), "right": self._names.account(row["right"]),
            "left_id": row["left"], "right_id": row["right"],
            "probability": row["probability"], **waterfall(row, self._quotes, self._names),
        }  # fmt: skip

    def _named(self, line: str) -> str:
        """``line`` with actors' ids replaced by names and ids."""
        words = [f"{self._names.actor(word)} ({word})" if word.startswith("actor-") else word for word in line.split()]
        return " ".join(words)


def main_role(member: Mapping[str, Any]) -> str:
    """The likeliest role that is known, else "unknown"."""
    known = [role for role in member["roles"] if role["role"] != "unknown"]
    return str(max(known, key=lambda role: (role["probability"], role["role"]))["role"]) if known else "unknown"


def _edges(ties: Iterable[Mapping[str, Any]]) -> list[tuple[str, str, float]]:
    """One line for each pair, its weight the sum over layers."""
    weights: dict[tuple[str, str], float] = defaultdict(float)
    for row in ties:
        weights[row["left"], row["right"]] += row["weight"]
    return [(left, right, weight) for (left, right), weight in sorted(weights.items())]


def _layers(ties: Iterable[Mapping[str, Any]]) -> list[str]:
    counts = Counter(row["layer"] for row in ties)
    return [f"{layer_words(layer)}: {counts[layer]:,}" for layer in sorted(counts, key=lambda key: (-counts[key], key))]


def _strength(row: Mapping[str, Any]) -> tuple[float, str, str, str]:
    return -row["weight"], row["left"], row["right"], row["layer"]
