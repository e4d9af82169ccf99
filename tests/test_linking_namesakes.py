"""How often a name alone is one person is measured in the case itself."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.linking.claims import Claim
from ringtrace.linking.features import compare
from ringtrace.linking.identifiers import classify
from ringtrace.linking.material import Material
from ringtrace.linking.namesakes import Namesakes, _overlapping, count_namesakes, settle, side_by_side
from ringtrace.linking.pairs import candidates, link_accounts, survey, weigh
from ringtrace.linking.profile import Profile, Scene
from ringtrace.linking.templates import find_templates
from test_rings_planted import Planted

counts = st.integers(0, 10_000)


def claim(account: str, kind: str, value: str) -> Claim:
    return Claim(kind, value, account, 1, 1, 0, 0, 0, 0, 1, 0, 1, None)


def profile(account: str, name: str, stays: dict[str, tuple[int, int]], *contacts: tuple[str, str]) -> Profile:
    return Profile(
        account, "telegram", account, (name,), 0, 9, {key: (*stay, 2) for key, stay in stays.items()}, {},
        {contact: claim(account, *contact) for contact in contacts}, {},
    )  # fmt: skip


def counted(*profiles: Profile) -> Namesakes:
    return count_namesakes({one.account: one for one in profiles}, {}, lambda _: 1.0)


@given(counts, counts, counts, st.floats(0, 10_000), st.integers(1, 100))
def test_odds_grow_with_agreement_and_fall_with_disagreement_and_company(
    agreeing: int, differing: int, together: int, chance: float, more: int
) -> None:
    odds = Namesakes(agreeing, differing, together, chance).odds
    assert Namesakes(agreeing + more, differing, together, chance).odds >= odds
    assert Namesakes(agreeing, differing + more, together, chance).odds <= odds
    assert Namesakes(agreeing, differing, together + more, chance).odds <= odds


def test_where_the_case_is_silent_namesakes_are_rather_strangers() -> None:
    assert Namesakes().odds == pytest.approx(math.log(1 / 3))


def test_namesakes_that_give_one_contact_agree_and_others_differ() -> None:
    same = [profile(f"a{n}", "lian", {}, ("qq", "123456")) for n in range(2)]
    other = [profile(f"b{n}", "mei", {}, ("qq", f"12345{n}")) for n in range(2)]
    silent = [profile("c0", "xu", {}, ("qq", "99999")), profile("c1", "xu", {}, ("phone", "+8617000000000"))]
    found = counted(*same, *other, *silent)
    assert (found.agreeing, found.differing) == (1, 1)


def test_strangers_of_one_name_sit_side_by_side_as_often_as_anybody() -> None:
    crowd = [profile(f"s{n:02}", f"name{n % 10}", {"g": (0, 9)}) for n in range(20)]
    found = counted(*crowd)
    assert found.together == 10
    assert found.chance == pytest.approx(10)
    assert found.odds < 0


def test_accounts_that_follow_each_other_are_never_together() -> None:
    crowd = [profile(f"s{n:02}", f"name{n % 10}", {"g": (n // 10 * 10, n // 10 * 10 + 9)}) for n in range(20)]
    found = counted(*crowd)
    assert found.together == 0
    assert found.chance > 4


def test_only_where_both_counts_agree_is_a_name_one_persons() -> None:
    assert Namesakes(agreeing=40, differing=2, together=0, chance=20).odds > 0
    assert Namesakes(agreeing=40, differing=2, together=20, chance=20).odds < 0
    assert Namesakes(agreeing=2, differing=40, together=0, chance=20).odds < 0


def test_a_name_on_many_accounts_is_followed_only_where_names_are_one_persons() -> None:
    """Where strangers draw their names from a few thousand, pairs of a name on a dozen accounts only cost time."""
    crowd = {one.account: one for one in (profile(f"s{n:02}", "lian", {}) for n in range(12))}
    nothing: dict[str, Any] = {}
    scene = Scene(
        use=nothing, users=nothing, name_value=lambda _: 1.0, stem_value=lambda _: 1.0, carriers={"lian": 12},
        namesakes=-1.0, others=-1.0, answered=nothing, first_row=nothing, quote=lambda _: None, rare=nothing, times=nothing,
    )  # fmt: skip
    assert not candidates(crowd, scene)
    assert len(candidates(crowd, replace(scene, namesakes=2.0))) == 12 * 11 // 2


@pytest.mark.slow
@given(st.floats(0.1, 0.9), st.floats(-1.5, 1.5), st.integers(0, 1000))
def test_pairs_whose_evidence_is_known_lead_back_to_the_true_share(share: float, away: float, seed: int) -> None:
    """With evidence as strong as the model says, the middle of a wrong count and the pairs halves the error."""
    dice = np.random.default_rng(seed)
    same = dice.random(20_000) < share
    others = dice.normal(np.where(same, 2.0, -2.0), 2.0)  # natural log-odds of two normals a distance of 2 apart
    true = math.log(share / (1 - share))
    assert settle(true + away, others) == pytest.approx(true + away / 2, abs=0.15)


@given(st.floats(-2, 2), st.lists(st.floats(-20, 20), max_size=3))
def test_a_few_pairs_move_the_count_little_and_none_not_at_all(counted: float, others: list[float]) -> None:
    assert settle(counted, np.array([])) == counted
    assert abs(settle(counted, np.array(others)) - counted) < 0.3


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 30)), max_size=12))
def test_overlapping_stretches_are_counted_as_pair_by_pair(drawn: list[tuple[int, int]]) -> None:
    times = [(first, first + length) for first, length in drawn]
    one_by_one = sum(side_by_side({"g": (*a, 2)}, {"g": (*b, 2)}) for a, b in combinations(times, 2))
    assert _overlapping(times) == one_by_one


def test_pairs_that_were_asked_are_weighed_as_if_compared_anew() -> None:
    """The features of asked pairs are kept while the case is asked; what holds of the whole case is put right in them."""
    case = Planted(11)
    for at in range(12):
        case.names[f"account-p{at}"] = ("qiaomu", "breldav", "tovash", "xerlin", "hupang", "jotzek")[at // 2]
        case.say(f"p{at}", f"g{at}", at, direction="offer", contact=("wechat", f"lucky_{at // 3}", "self"))
    tables = case.tables()
    posts, mentions, stances, accounts = (tables[name] for name in ("posts", "mentions", "stances", "accounts"))
    material = Material.here(posts, mentions, stances, accounts, find_templates(posts))
    told = material, classify(material)
    profiles, scene = survey(*told)
    links = link_accounts(*told, ()).to_pylist()
    assert {line["feature"] for row in links for line in row["weights"]} >= {"namesake_here", "name_other_here"}
    for row in links:
        sure, weights = weigh(compare(profiles[row["left"]], profiles[row["right"]], scene))
        assert (row["probability"], row["weights"]) == (sure, weights)
