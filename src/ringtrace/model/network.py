"""Rings as a network: actors, their accounts, the groups they used, and what ties them, each with its evidence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ringtrace.model.material import Material, Row, references

NodeKind = Literal["ring", "actor", "account", "container", "deal"]
Value = str | float | int


@dataclass(frozen=True, slots=True)
class Node:
    """probability: that it is one thing (an actor one person, a ring no chance); 1 for what was observed."""

    id: str
    kind: NodeKind
    label: str
    probability: float
    role: str = ""
    evidence: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edge:
    """kind: member_of, has_account, may_be_same_person_as, a tie's layer, a deal's party, or a claim's predicate."""

    id: str
    source: str
    target: str
    kind: str
    probability: float
    directed: bool
    evidence: tuple[str, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim whose object is no node: "2 offers with a price in 1 group"."""

    id: str
    subject: str
    predicate: str
    object: str
    probability: float
    evidence: tuple[str, ...]

    @property
    def words(self) -> str:
        told = f"{self.predicate.replace('_', ' ')}: {self.object} (p {self.probability:.6f})"
        return f"{told} [{'; '.join(self.evidence)}]"


@dataclass(frozen=True, slots=True)
class Network:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    statements: tuple[Statement, ...]

    def statements_of(self) -> Mapping[str, list[Statement]]:
        """Node id -> the statements about it."""
        found: defaultdict[str, list[Statement]] = defaultdict(list)
        for statement in self.statements:
            found[statement.subject].append(statement)
        return found


def build_network(material: Material) -> Network:
    """Return the network of everything that claims, memberships, ties, links and deals speak about."""
    accounts = {row["account_id"]: row for row in material.rows("accounts")}
    actors = {row["actor_id"]: row for row in material.rows("actors")}
    containers = {row["container_id"]: row for row in material.rows("containers")}
    rings = {row["ring_id"]: row for row in material.rows("rings")}
    deals = {row["deal_id"]: row for row in material.rows("deals")}
    members, ties, links = (material.rows(name) for name in ("members", "ties", "links"))
    claims = material.rows("claims")
    known: Mapping[str, Mapping[str, Row]] = {
        "account": accounts, "actor": actors, "container": containers, "ring": rings, "deal": deals,
    }  # fmt: skip

    def is_node(key: str | None) -> bool:
        return bool(key) and str(key) in known.get(str(key).partition("-")[0], {})

    edges, statements = _claim_edges(claims, is_node)
    edges += _tie_edges(ties) + _link_edges(links, edges) + _deal_edges(deals.values())
    wanted = {key for edge in edges for key in (edge.source, edge.target) if is_node(key)} | {*rings, *deals}
    wanted |= {statement.subject for statement in statements if is_node(statement.subject)}
    wanted |= {member["actor_id"] for member in members}
    wanted |= {accounts[key]["actor_id"] for key in wanted if key in accounts and accounts[key]["actor_id"] in actors}
    wanted |= {account for key in wanted if key in actors for account in actors[key]["accounts"]}
    edges += [
        Edge(f"has_account-{key}", accounts[key]["actor_id"], key, "has_account",
             actors[accounts[key]["actor_id"]]["probability"], True, ())
        for key in sorted(wanted) if key in accounts and accounts[key]["actor_id"] in actors
    ]  # fmt: skip
    maker = _Maker(accounts, actors, containers, rings, deals, _best_roles(members), _where(statements, edges))
    nodes = tuple(maker.node(key) for key in sorted(wanted))
    kept = {node.id for node in nodes}
    lines = tuple(sorted((e for e in edges if {e.source, e.target} <= kept), key=lambda e: e.id))
    return Network(nodes, lines, tuple(sorted(statements, key=lambda s: s.id)))


class _Maker:
    """Makes nodes out of the rows that describe them."""

    def __init__(
        self,
        accounts: Mapping[str, Row],
        actors: Mapping[str, Row],
        containers: Mapping[str, Row],
        rings: Mapping[str, Row],
        deals: Mapping[str, Row],
        roles: Mapping[str, tuple[str, float]],
        evidence: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._accounts, self._actors, self._containers = accounts, actors, containers
        self._rings, self._deals, self._roles, self._evidence = rings, deals, roles, evidence

    def node(self, key: str) -> Node:
        kind = key.partition("-")[0]
        made: Node = getattr(self, f"_{kind}")(key)
        return made

    def _account(self, key: str) -> Node:
        row = self._accounts[key]
        label = " / ".join(row["names"][:2]) or row["native_id"] or key
        values = {"platform": row["platform"], "native_id": row["native_id"], "posts": row["posts"], **_seen(row)}
        return Node(key, "account", label, 1.0, "", self._evidence.get(key, ()), values)

    def _actor(self, key: str) -> Node:
        row = self._actors[key]
        known = [self._accounts[account] for account in row["accounts"] if account in self._accounts]
        busiest = min(known, key=lambda account: (-account["posts"], account["account_id"]), default=None)
        names = [*busiest["names"][:2], busiest["native_id"], key] if busiest else [key]
        label = next(name for name in names if name)
        role, sure = self._roles.get(key, ("", 0.0))
        values: dict[str, Value] = {"accounts": len(row["accounts"])}
        values |= {"role_probability": sure} if role else {}
        return Node(key, "actor", label, row["probability"], role, self._evidence.get(key, ()), values)

    def _container(self, key: str) -> Node:
        row = self._containers[key]
        values = {"platform": row["platform"], "posts": row["posts"], **_seen(row)}
        return Node(key, "container", row["name"] or key, 1.0, "", self._evidence.get(key, ()), values)

    def _ring(self, key: str) -> Node:
        row = self._rings[key]
        values: dict[str, Value] = {"actors": row["actors"], "accounts": row["accounts"], "posts": row["posts"]}
        values |= {"provinces": " ".join(row["provinces"]), **_seen(row)}
        return Node(key, "ring", key, row["probability"], "", self._evidence.get(key, ()), values)

    def _deal(self, key: str) -> Node:
        row = self._deals[key]
        names = ("children", "sex", "age", "price", "place_from", "place_to", "status")
        values = {name: row[name] for name in names if row[name] is not None}
        values |= {"first_at": row["first_at"].isoformat()} if row["first_at"] else {}
        return Node(key, "deal", key, row["probability"], "", references(row["basis"]), values)


def _seen(row: Row) -> dict[str, Value]:
    return {name: row[name].isoformat() for name in ("first_at", "last_at") if row[name]}


def _claim_edges(claims: Iterable[Row], is_node: Callable[[str | None], bool]) -> tuple[list[Edge], list[Statement]]:
    edges, statements = [], []
    for row in claims:
        evidence = references(row["basis"])
        parts = (row["claim_id"], row["subject"])
        if is_node(row["object"]) and is_node(row["subject"]):
            edges.append(Edge(*parts, row["object"], row["predicate"], row["probability"], True, evidence))
        else:
            statements.append(Statement(*parts, row["predicate"], row["object"], row["probability"], evidence))
    return edges, statements


def _tie_edges(ties: Iterable[Row]) -> list[Edge]:
    return [
        Edge(f"tie-{row['layer']}-{row['left']}-{row['right']}", row["left"], row["right"], f"tie_{row['layer']}",
             1.0, False, references(row["basis"]), f"weight {row['weight']:.6f}")
        for row in ties
    ]  # fmt: skip


def _link_edges(links: Iterable[Row], claims: Iterable[Edge]) -> list[Edge]:
    """The waterfall of each link that a claim speaks about: every line with both quotes."""
    spoken = {frozenset((e.source, e.target)) for e in claims if e.kind == "may_be_same_person_as"}
    found = []
    for row in links:
        if frozenset((row["left"], row["right"])) in spoken:
            spans = [span for weight in row["weights"] for span in (weight["left"], weight["right"])]
            words = "; ".join(f"{w['feature']} {w['log2_odds']:+.6f}" for w in row["weights"] if w["log2_odds"])
            parts = (f"link-{row['left']}-{row['right']}", row["left"], row["right"], "link")
            found.append(Edge(*parts, row["probability"], False, references(spans), f"log2 odds: {words}"))
    return found


def _deal_edges(deals: Iterable[Row]) -> list[Edge]:
    return [
        Edge(f"{party}-{row['deal_id']}", row[party], row["deal_id"], f"{party}_in", row["probability"], True,
             references(row["basis"]))
        for row in deals for party in ("supplier", "broker", "buyer") if row[party]
    ]  # fmt: skip


def _best_roles(members: Iterable[Row]) -> dict[str, tuple[str, float]]:
    found: dict[str, tuple[str, float]] = {}
    for member in members:
        for held in member["roles"]:
            best = found.get(member["actor_id"], ("", 0.0))
            if held["role"] != "unknown" and held["probability"] > best[1]:
                found[member["actor_id"]] = (held["role"], held["probability"])
        found.setdefault(member["actor_id"], ("unknown", 1.0))
    return found


def _where(statements: Iterable[Statement], edges: Iterable[Edge]) -> dict[str, tuple[str, ...]]:
    """Node id -> every reference of what is said about it as a subject, in a stable order."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for statement in sorted(statements, key=lambda s: s.id):
        found[statement.subject].update(dict.fromkeys(statement.evidence))
    for edge in sorted(edges, key=lambda e: e.id):
        found[edge.source].update(dict.fromkeys(edge.evidence))
    return {key: tuple(held) for key, held in found.items()}
