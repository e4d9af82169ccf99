"""Planted cases as tables: stars joined by brokers, with hotlines, couples, observers and lone traders.

The generator stands here so that the tests of linking and rings can share it; it knows nothing of
the simulator.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest

from ringtrace.engines.tables import finish, from_rows
from ringtrace.linking.actors import cluster
from ringtrace.linking.identifiers import classify
from ringtrace.linking.material import Material
from ringtrace.linking.pairs import link_accounts
from ringtrace.linking.templates import find_templates
from ringtrace.model.identity import derive_id
from ringtrace.pipeline.reading.answering import find_answers
from ringtrace.rings.assembly import find_rings

HOUR = 3_600_000_000
START = 1_380_000_000_000_000
SPAN_KEYS = ("evidence_id", "member", "start", "stop")


@dataclass
class Planted:
    """Tables under way. person_of: account -> person; ring_of: person -> ring number."""

    seed: int
    posts: list[dict[str, Any]] = field(default_factory=list)
    mentions: list[dict[str, Any]] = field(default_factory=list)
    stances: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)
    person_of: dict[str, str] = field(default_factory=dict)
    ring_of: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.names: dict[str, str] = {}

    def say(
        self, person: str, place: str, at: int, *, direction: str = "none", frame: str = "plain",
        reply: str | None = None, contact: tuple[str, str, str] | None = None, facts: tuple[str, ...] = (), account: str = "", text: str = "",
        probability: float = 0.95,
    ) -> str:  # fmt: skip
        """Add a post; contact: (kind, value, owner). Returns its id."""
        account = account or f"account-{person}"
        self.person_of[account] = person
        self.names.setdefault(account, f"name{len(self.names)}{person}")
        number = len(self.posts)
        post = derive_id("post", self.seed, number)
        span = {"evidence_id": "0" * 64, "member": place, "start": number * 100, "stop": number * 100 + 99}
        self.posts.append(
            {**dict.fromkeys(("sent_text", "title", "thread", "author_role"), ""), **span, "post_id": post, "sources": [],
             "platform": "telegram", "container": place, "account_id": account, "native_id": str(number),
             "sent_at": START + at * HOUR, "sent_basis": "stated", "reply_to": reply, "kind": "message",
             "account_name": self.names[account], "text": text or f"words {self.dice.random()}"}
        )  # fmt: skip
        self.stances.append(
            {"post_id": post, "frame": frame, "direction": direction, "band": "yes",
             "probability": probability if direction != "none" else 0.05}
        )  # fmt: skip
        if contact is not None:
            kind, value, owner = contact
            self.mentions.append(
                {"mention_id": derive_id("mention", post, value), "post_id": post, "kind": kind, "surface": value,
                 "value": value, "spans": [{**span, "stop": span["start"] + 9}], "owner": owner, "probability": 0.9,
                 "rule": "test"}
            )  # fmt: skip
        self.facts.extend({"post_id": post, "fact": fact, "spans": [span], "probability": 0.9} for fact in facts)
        return post

    def ring(self, number: int, stars: int, leaves: int) -> None:
        """A tree of brokers, each with suppliers and buyers who offer or seek and are answered."""
        for star in range(stars):
            broker = f"r{number}b{star}"
            self.ring_of[broker] = number
            contact = ("qq", f"{90_000_000 + number * 1000 + star}", "self")
            for copy in range(3):
                self.say(broker, f"place{self.dice.randrange(6)}", self.dice.randrange(3000), direction="broker",
                         contact=contact, text=f"go between {broker} {copy}", account=f"account-{broker}-{copy % 2}" if copy == 1 else "")  # fmt: skip
            if star:
                above = f"{90_000_000 + number * 1000 + (star - 1) // 2}"
                for _ in range(2):
                    self.say(broker, f"place{self.dice.randrange(6)}", self.dice.randrange(3000), direction="broker",
                             contact=("qq", above, "other"))  # fmt: skip
            for leaf in range(leaves):
                person = f"r{number}b{star}l{leaf}"
                self.ring_of[person] = number
                place, at = f"place{self.dice.randrange(6)}", self.dice.randrange(3000)
                asked = self.say(person, place, at, direction="offer" if leaf % 2 else "seek", facts=("price",))
                self.say(broker, place, at + 1, direction="broker", reply=asked)

    def chatter(self, people: int) -> None:
        """Ordinary talk, a hotline that everybody names, and answers that trade nothing."""
        last = None
        for at in range(people * 6):
            person = f"c{self.dice.randrange(people)}"
            hotline = ("phone", "110", "hotline") if self.dice.random() < 0.05 else None
            last = self.say(
                person,
                f"place{self.dice.randrange(6)}",
                at % 3000,
                contact=hotline,
                reply=last if at % 3 == 0 else None,
            )

    def observers(self, number: int, count: int) -> None:
        """Volunteers who answer traders with warnings and expose their contacts."""
        offers = [p["post_id"] for p, s in zip(self.posts, self.stances, strict=True) if s["direction"] == "offer"]
        for at in range(count):
            person = f"o{at}"
            for _ in range(4):
                value = f"{90_000_000 + number * 1000 + self.dice.randrange(3)}"
                self.say(person, f"place{self.dice.randrange(6)}", 100 + at, frame="warning", reply=self.dice.choice(offers),
                         contact=("qq", value, "quoted"), facts=("price",))  # fmt: skip

    def lone(self, count: int) -> None:
        """One seller, one buyer, nobody else."""
        for at in range(count):
            asked = self.say(f"s{at}", "place0", at, direction="offer", facts=("price",))
            self.say(f"t{at}", "place0", at + 1, direction="seek", reply=asked)

    def tables(self) -> dict[str, pa.Table]:
        accounts = [
            {"account_id": account, "platform": "telegram", "native_id": account, "names": [self.names[account]],
             "actor_id": "", "posts": 1, "first_at": None, "last_at": None}
            for account in sorted(self.person_of)
        ]  # fmt: skip
        return {
            "posts": from_rows("posts", self.posts), "mentions": from_rows("mentions", self.mentions),
            "stances": from_rows("stances", self.stances), "facts": from_rows("facts", self.facts),
            "accounts": from_rows("accounts", accounts),
        }  # fmt: skip


def analyse(tables: dict[str, pa.Table], judgements: Any = ()) -> dict[str, pa.Table]:
    """Run every stage of linking and rings."""
    t = dict(tables)
    t["templates"] = find_templates(t["posts"])
    material = Material.here(*(t[name] for name in ("posts", "mentions", "stances", "accounts", "templates")))
    t["identifiers"] = classify(material)
    t["links"] = link_accounts(material, t["identifiers"], judgements)
    t["actors"] = cluster(t["links"], t["accounts"], judgements)
    t["answers"] = find_answers(t["posts"])
    names = (
        "posts", "mentions", "stances", "facts", "accounts", "actors", "links", "templates", "identifiers", "answers"
    )  # fmt: skip
    return {**t, **find_rings(**{name: t[name] for name in names})}


def planted(seed: int) -> Planted:
    case = Planted(seed)
    case.ring(0, stars=6, leaves=7)
    case.ring(1, stars=3, leaves=6)
    case.ring(2, stars=1, leaves=7)
    case.chatter(80)
    case.observers(0, 6)
    case.lone(4)
    return case


@pytest.fixture(scope="module")
def found() -> tuple[Planted, dict[str, pa.Table]]:
    case = planted(11)
    return case, analyse(case.tables())


def _people(case: Planted, t: dict[str, pa.Table]) -> dict[str, set[str]]:
    """Ring id -> persons."""
    accounts = dict(zip(t["actors"]["actor_id"].to_pylist(), t["actors"]["accounts"].to_pylist(), strict=True))
    rings: dict[str, set[str]] = {}
    for row in t["members"].to_pylist():
        rings.setdefault(row["ring_id"], set()).update(case.person_of[a] for a in accounts[row["actor_id"]])
    return rings


def test_planted_rings_are_found_and_nothing_else(found: tuple[Planted, dict[str, pa.Table]]) -> None:
    case, t = found
    rings = _people(case, t)
    assert len(rings) == 3
    for people in rings.values():
        assert {case.ring_of.get(person) for person in people} in ({0}, {1}, {2})
    assert sum(map(len, rings.values())) >= 0.95 * len(case.ring_of)


def test_actors_join_a_brokers_accounts_only(found: tuple[Planted, dict[str, pa.Table]]) -> None:
    case, t = found
    for accounts in t["actors"]["accounts"].to_pylist():
        assert len({case.person_of[a] for a in accounts}) == 1
    broker = [a for a in t["actors"]["accounts"].to_pylist() if case.person_of[a[0]] == "r0b0"]
    assert max(map(len, broker)) >= 2


def test_roles_name_brokers_buyers_and_suppliers(found: tuple[Planted, dict[str, pa.Table]]) -> None:
    case, t = found
    accounts = dict(zip(t["actors"]["actor_id"].to_pylist(), t["actors"]["accounts"].to_pylist(), strict=True))
    right = Counter()
    for row in t["members"].to_pylist():
        person = case.person_of[accounts[row["actor_id"]][0]]
        expected = "broker" if "l" not in person else "supplier" if int(person.split("l")[1]) % 2 else "buyer"
        right[row["roles"][0]["role"] == expected] += 1
    assert right[True] >= 0.9 * right.total()


def test_every_claim_has_a_basis_and_every_ring_its_doubts(found: tuple[Planted, dict[str, pa.Table]]) -> None:
    _, t = found
    assert all(t["claims"]["basis"].to_pylist())
    kinds = set(t["claims"]["predicate"].to_pylist())
    assert {
        "member_of",
        "role_indicated",
        "may_be_same_person_as",
        "posted_offer",
        "posted_offers",
        "posted_offer_in_deal",
        "posted_in",
    } <= kinds
    members = t["members"].num_rows
    assert sum(p == "member_of" for p in t["claims"]["predicate"].to_pylist()) == members
    for row in t["rings"].to_pylist():
        assert row["disproof"]
        assert 0 < row["probability"] <= 1


def test_deals_name_the_parties(found: tuple[Planted, dict[str, pa.Table]]) -> None:
    _, t = found
    deals = t["deals"].to_pylist()
    assert {deal["status"] for deal in deals} <= {"offered", "wanted", "discussed", "admitted"}
    assert sum(bool(deal["supplier"] and deal["broker"]) for deal in deals) > 20
    assert sum(bool(deal["supplier"] and deal["buyer"]) for deal in deals) == 4


def test_tables_fit_the_contract_and_are_repeatable(found: tuple[Planted, dict[str, pa.Table]]) -> None:
    case, t = found
    again = analyse(
        {name: table.take(pa.array(range(table.num_rows - 1, -1, -1))) for name, table in case.tables().items()}
    )
    for name in ("identifiers", "links", "actors", "ties", "rings", "members", "deals", "containers", "claims"):
        assert finish(name, t[name]).equals(finish(name, again[name])), name


def test_no_ring_in_talk_without_trade() -> None:
    case = Planted(5)
    case.chatter(60)
    case.lone(5)
    t = analyse(case.tables())
    assert t["rings"].num_rows == t["members"].num_rows == 0


def test_empty_case() -> None:
    t = analyse({name: from_rows(name, []) for name in ("posts", "mentions", "stances", "facts", "accounts")})
    assert t["rings"].num_rows == t["actors"].num_rows == t["claims"].num_rows == 0
