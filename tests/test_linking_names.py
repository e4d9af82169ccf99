"""A shared display name says little by itself: strangers everywhere call themselves alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.engines.tables import from_rows
from ringtrace.linking.identifiers import classify
from ringtrace.linking.material import Material
from ringtrace.linking.model import thresholds
from ringtrace.linking.names import NameModel, everyday_bits
from ringtrace.linking.pairs import link_accounts
from ringtrace.linking.templates import find_templates
from test_answering import MINUTE, START, posts, said


def probability(name: str, *directions: str, days: int = 0) -> float:
    """Return how probably two accounts of one name in two groups are one person, among thirty others.

    directions: what the sure posts of the one and the other do; days: silence between the two.
    """
    talk = [said(f"somebody{n}", f"words of {n}", account_id=f"b-{n}") for n in range(30)]
    table = posts(
        said(name, "early", account_id="a-1"),
        said(name, "late", account_id="a-2", container="g2", sent_at=START + days * 24 * 60 * MINUTE),
        *talk,
    )  # fmt: skip
    accounts = from_rows(
        "accounts",
        [
            {"account_id": account, "platform": "whatsapp", "native_id": "", "names": [called], "actor_id": "", "posts": 1,
             "first_at": START if account == "a-1" else START + days * 24 * 60 * MINUTE,
             "last_at": START if account == "a-1" else START + days * 24 * 60 * MINUTE}
            for account, called in sorted({(a, n) for a, n in zip(table["account_id"].to_pylist(), table["account_name"].to_pylist(), strict=True)})
        ],
    )  # fmt: skip
    sure = [
        {"post_id": post, "frame": "plain", "direction": direction, "probability": 0.97, "band": "yes"}
        for post, direction in zip(("p0", "p1"), directions, strict=False)
    ]
    mentions, stances = from_rows("mentions", []), from_rows("stances", sure)
    material = Material.here(table, mentions, stances, accounts, find_templates(table))
    links = link_accounts(material, classify(material), ())
    rows = {(row["left"], row["right"]): row["probability"] for row in links.to_pylist()}
    return rows.get(("a-1", "a-2"), 0.0)


@pytest.mark.parametrize("name", ["Lenna", "小雨", "阳光宝妈", "Mary 1988", "海阔天空"])
def test_an_everyday_name_alone_links_nobody(name: str) -> None:
    assert probability(name) < thresholds()["link"]


def test_a_long_odd_name_links() -> None:
    assert probability("vexqorthpalimbrundiskel") > thresholds()["link"]


@pytest.mark.slow
def test_trading_on_the_same_side_speaks_for_namesakes() -> None:
    """Few people trade, so of two namesakes who both offer more are one person than of two who chat."""
    alone = probability("qiaomu78")
    assert max(probability("qiaomu78", "offer", "seek"), alone) < probability("qiaomu78", "offer", "offer")
    assert probability("qiaomu78", "offer") == alone


@given(st.text(min_size=1, max_size=20), st.text(max_size=10))
def test_more_of_a_name_never_surprises_less_than_a_piece_allows(name: str, more: str) -> None:
    assert everyday_bits(name) >= 0
    assert NameModel([name, "other"]).bits(name) <= everyday_bits(name)
    assert everyday_bits(name + " " + more) >= everyday_bits(name) - 1e-9
