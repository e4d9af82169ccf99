"""Members, those near a ring, and cells: what joins two rings, who is told of as a member, where a ring comes apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.rings.activity import Act, Scene
from ringtrace.rings.cells import with_cells
from ringtrace.rings.graph import SCHEMA
from ringtrace.rings.membership import Evidence, probability, split
from ringtrace.rings.model import number
from ringtrace.rings.partition import find
from ringtrace.rings.roles import roles_of
from test_rings_planted import analyse, planted

Ties = dict[tuple[str, str], float]
"""Pair -> how surely the posts between the two trade by themselves; every tie is firm."""
LEAVES = 9


def star(name: str, leaves: int = LEAVES, said: float = 0.9) -> Ties:
    return {(f"{name}-hub", f"{name}-leaf{n}"): said for n in range(leaves)}


def table(ties: Ties) -> pa.Table:
    rows = [
        {"left": min(pair), "right": max(pair), "layer": "reply", "weight": 0.95, "basis": [], "times": 1,
         "together": 0.95, "said": said}
        for pair, said in sorted(ties.items())
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def homes(ties: Ties) -> dict[str, str]:
    return {row["actor_id"]: row["ring_id"] for row in find(table(ties)).to_pylist() if row["core"]}


def test_a_tie_that_nobody_said_joins_no_two_rings_but_brings_somebody() -> None:
    pair = ("a-leaf0", "b-leaf0")
    for said, rings in ((0.9, 1), (0.0, 2)):
        home = homes(star("a", 5) | star("b", 5) | {pair: said})
        assert len(set(home.values())) == rings, said
    home = homes(star("a") | star("b") | {("a-leaf0", "guest"): 0.0, ("guest", "guests-friend"): 0.0})
    assert home["guest"] == home["guests-friend"] == home["a-hub"] != home["b-hub"]
    torn = homes(star("a") | star("b") | {("a-leaf0", "guest"): 0.0, ("b-leaf0", "guest"): 0.0})
    assert "guest" not in torn


def test_people_whom_only_unsaid_ties_hold_are_a_ring_of_their_own() -> None:
    home = homes(star("a") | star("quiet", said=0.0))
    assert home["quiet-hub"] == home["quiet-leaf3"] != home["a-hub"]


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4), st.integers(0, 2))
def test_more_evidence_never_makes_less_of_a_member(known: list[float], at: int) -> None:
    less = Evidence(*known)
    more = less._replace(**{("tie", "said", "usual")[at]: 1.0})
    assert probability(more.terms()) >= probability(less.terms())


def test_who_never_trades_and_is_hardly_tied_is_near_and_told_why() -> None:
    plain = Evidence(tie=0.95, said=0.95, usual=0.6, surest=0.9)
    talker = Evidence(tie=0.62, said=0.0, usual=0.0, surest=0.0)
    assert probability(plain.terms()) > number("member") > probability(talker.terms())
    told = " ".join(talker.reasons())
    assert "nothing that it posted" in told and "0.62" in told and "no tie of it" in told


def test_a_ring_of_several_go_betweens_comes_apart_into_their_cells() -> None:
    ties = table(star("a") | star("b") | star("c") | {("a-hub", "b-hub"): 0.9, ("b-hub", "c-hub"): 0.9})
    actors = sorted({*ties["left"].to_pylist(), *ties["right"].to_pylist()})
    members = pa.table({"ring_id": ["ring"] * len(actors), "actor_id": actors, "core": [True] * len(actors)})
    found = with_cells(members, ties).to_pylist()
    cells: dict[str, set[str]] = {}
    for row in found:
        cells.setdefault(row["cell"], set()).add(row["actor_id"][0])
    assert sorted(map(sorted, cells.values())) == [["a"], ["b"], ["c"]]


def test_ties_that_nobody_said_join_rings_where_several_on_both_sides_have_them() -> None:
    unsaid = {(f"a-leaf{n}", f"b-leaf{n}"): 0.0 for n in range(int(number("seams")))}
    fewer = dict(list(unsaid.items())[1:])
    assert len(set(homes(star("a") | star("b") | fewer).values())) == 2
    assert len(set(homes(star("a") | star("b") | unsaid).values())) == 1
    assert len(set(homes(star("a", 40) | star("b", 40) | unsaid).values())) == 2, "large rings touch somewhere"


def test_three_who_say_what_they_trade_are_a_ring_and_must_say_it_plainer_where_many_do() -> None:
    between = (number("few_said") + number("doubtful")) / 2
    few = {f"few{n}": star(f"few{n}", 2, between) for n in range(int(number("few_parts")) + 1)}
    assert len(set(homes(few["few0"] | few["few1"]).values())) == 2
    everyone = {pair: said for one in few.values() for pair, said in one.items()}
    assert not homes(everyone)
    plain = {pair: 0.9 for pair in everyone}
    assert len(set(homes(plain).values())) == len(few)
    assert not homes(star("lone", 1))


def test_who_is_tied_to_many_goes_between_more_surely_than_who_only_says_so() -> None:
    case = planted(5)
    tables = analyse(case.tables())
    said, degree = [], []
    for member in tables["members"].to_pylist():
        sure = max((held["probability"] for held in member["roles"] if held["role"] == "broker"), default=0.0)
        said.append(sure)
        degree.append(member["ties"])
    hubs = [sure for sure, ties in zip(said, degree, strict=True) if ties >= 8]
    leaves = [sure for sure, ties in zip(said, degree, strict=True) if ties <= 2]
    assert hubs and leaves and min(hubs) > max(leaves)


def scene_of(trades: dict[str, float]) -> Scene:
    """A stage on which everybody of ``trades`` has one post that offers so surely."""
    acts = {
        actor: Act(
            n, f"post-{actor}", actor, actor, "group", None, "offer" if sure else "none", "plain", sure, sure, ()
        )
        for n, (actor, sure) in enumerate(sorted(trades.items()))
    }
    return Scene(pa.table({}), acts, {actor: [act] for actor, act in acts.items()}, {}, {}, {}, {})


def rows(actors: Iterable[str]) -> pa.Table:
    names = sorted(actors)
    return pa.table({"ring_id": ["ring"] * len(names), "actor_id": names, "core": [True] * len(names)})


def test_nobody_of_whom_no_post_touches_a_deal_is_a_member_however_surely_tied() -> None:
    ties = star("a", 8, 0.95)
    people = {actor for pair in ties for actor in pair}
    members, near = split(rows(people), table(ties), scene_of(dict.fromkeys(people, 0.95) | {"a-leaf0": 0.0}))
    assert set(members["actor_id"].to_pylist()) == people - {"a-leaf0"}
    assert near["actor_id"].to_pylist() == ["a-leaf0"] and "nothing that it posted" in near["reasons"].to_pylist()[0][0]
    assert not [role for role in roles_of([], 0.99, runs=False) if role.role == "broker"], "no post shows it"


def test_whom_only_people_near_a_ring_tie_to_it_is_near_too() -> None:
    ties = star("a", 6, 0.95) | {("a-hub", "bridge"): 0.95, ("bridge", "far"): 0.95}
    people = {actor for pair in ties for actor in pair}
    members, near = split(rows(people), table(ties), scene_of(dict.fromkeys(people, 0.95) | {"bridge": 0.0}))
    assert set(members["actor_id"].to_pylist()) == people - {"bridge", "far"}
    told = dict(zip(near["actor_id"].to_pylist(), near["reasons"].to_pylist(), strict=True))
    assert set(told) == {"bridge", "far"} and "no members themselves" in told["far"][0]


def test_people_whom_no_tie_joins_share_no_cell() -> None:
    ties = star("a") | {("b1", "b2"): 0.9, ("c1", "c2"): 0.9}
    people = {actor for pair in ties for actor in pair} | {"alone"}
    cell = dict(
        zip(*(with_cells(rows(people), table(ties))[name].to_pylist() for name in ("actor_id", "cell")), strict=True)
    )
    assert cell["alone"] == "" and cell["b1"] == cell["b2"] != cell["c1"] == cell["c2"]


@given(st.integers(14, 30), st.integers(2, 4), st.integers(0, 1))
@settings(max_examples=15, deadline=None)
def test_a_go_between_of_two_rings_is_a_member_of_both_and_joins_them_not(leaves: int, each: int, more: int) -> None:
    ties: Ties = {}
    for ring in "ab":
        ties |= star(ring, leaves) | {(f"{ring}-leaf{n}", f"{ring}-leaf{n + 1}"): 0.9 for n in range(leaves - 1)}
    ties |= {(f"a-leaf{n}", "between"): 0.9 for n in range(each + more)}
    ties |= {(f"b-leaf{n}", "between"): 0.9 for n in range(each)}
    rows = find(table(ties)).to_pylist()
    home = {row["actor_id"]: row["ring_id"] for row in rows if row["core"]}
    held: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        held[row["actor_id"]].add(row["ring_id"])
    assert home["a-hub"] != home["b-hub"]
    assert held["between"] == {home["a-hub"], home["b-hub"]}
    assert all(len(rings) == 1 for actor, rings in held.items() if actor != "between")
    (other,) = (row for row in rows if row["actor_id"] == "between" and not row["core"])
    assert 0.3 <= other["stability"] <= 0.5
