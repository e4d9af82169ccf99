"""Two actors and the company they keep: how surely all that was seen ties them."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.rings.activity import Scene, scene
from ringtrace.rings.model import pair_weight
from ringtrace.rings.pair_model import TERMS, Pair, Seen, pair_terms, probability, seen_between
from test_rings_planted import Planted

SURE = st.floats(0.01, 0.99)
ACTORS = [f"account-p{at}" for at in range(6)]
PAIRS = [(a, b) for at, a in enumerate(ACTORS) for b in ACTORS[at + 1 :]]
TIES = st.lists(st.tuples(st.sampled_from(PAIRS), st.sampled_from(["reply", "address", "handle", "person"]), SURE))


def stage(frames: dict[str, str] | None = None) -> Scene:
    """Six people who each post thrice: one offer, two of ordinary talk or of the given frame."""
    case = Planted(5)
    for at in range(6):
        case.say(f"p{at}", "g", at, direction="offer", probability=0.6)
        for turn in (1, 2):
            case.say(f"p{at}", "g", 10 * turn + at, frame=(frames or {}).get(f"p{at}", "plain"))
    tables = case.tables()
    accounts = tables["accounts"]["account_id"].to_pylist()
    actors = pa.table({"actor_id": accounts, "accounts": [[one] for one in accounts]})
    answers = pa.table({name: pa.array([], pa.string()) for name in ("post_id", "answered", "basis")})
    return scene(tables["posts"], tables["stances"], tables["facts"], actors, answers)


STAGE = stage()


def weighed(seen: dict[Pair, Seen], where: Scene = STAGE) -> dict[Pair, float]:
    return {pair: probability(terms) for pair, terms in pair_terms(seen, where).items()}


@settings(max_examples=60, deadline=None)
@given(TIES, st.randoms())
def test_the_order_of_observations_changes_nothing(ties: list[tuple[Pair, str, float]], dice: object) -> None:
    turned = list(ties)
    dice.shuffle(turned)  # type: ignore[attr-defined]
    assert weighed(seen_between(ties)) == weighed(seen_between(turned))


@settings(max_examples=60, deadline=None)
@given(TIES)
def test_pairs_are_those_observed_and_their_surest_observation_counts(ties: list[tuple[Pair, str, float]]) -> None:
    seen = seen_between(ties)
    assert set(seen) == {pair for pair, _, _ in ties}
    for pair, one in seen.items():
        assert one.best == max(sure for other, _, sure in ties if other == pair)


@settings(max_examples=60, deadline=None)
@given(SURE, SURE, SURE)
def test_surer_company_makes_a_doubtful_answer_surer(doubtful: float, low: float, high: float) -> None:
    low, high = sorted((low, high))
    pair, company = (ACTORS[0], ACTORS[1]), (ACTORS[1], ACTORS[2])

    def beside(sure: float) -> float:
        return weighed({pair: Seen(doubtful, 0.0), company: Seen(sure, 0.0)})[pair]

    assert beside(low) <= beside(high)


def test_a_tie_is_no_company_to_itself() -> None:
    terms = dict.fromkeys(TERMS, 0.0)
    for sure in (0.1, 0.9):
        alone = pair_terms({(ACTORS[0], ACTORS[1]): Seen(sure, 0.0)}, STAGE)
        found = dict(zip(TERMS, alone[ACTORS[0], ACTORS[1]], strict=True))
        assert found["company_lo"] == found["company_hi"] == terms.setdefault("known", found["company_lo"])


@pytest.mark.parametrize("frame", ["warning", "appeal", "joke"])
def test_who_also_warns_or_jokes_is_tied_less_surely(frame: str) -> None:
    pair = (ACTORS[0], ACTORS[1])
    seen = {pair: Seen(0.7, 0.0)}
    assert weighed(seen, stage({"p0": frame}))[pair] < weighed(seen)[pair]


def test_one_rare_text_makes_no_pair() -> None:
    assert seen_between([((ACTORS[0], ACTORS[1]), "template", 1.0)]) == {}


def test_every_term_was_fitted() -> None:
    assert all(pair_weight(name) != 0 for name in TERMS)
