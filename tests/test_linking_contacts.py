"""A contact that two accounts give as their own: who is held to be one person, and who is not."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.engines.tables import from_rows
from ringtrace.linking.actors import cluster
from ringtrace.linking.identifiers import classify, judged_uses
from ringtrace.linking.material import Material
from ringtrace.linking.model import pair_weights, thresholds
from ringtrace.linking.names import alike
from ringtrace.linking.pairs import link_accounts
from ringtrace.linking.templates import find_templates
from ringtrace.model.ring import Judgement
from ringtrace.report.words import feature_words
from test_answering import posts, said

WECHAT = "dawnriver_5512"


def linked(
    *users: tuple[str, str, str], value: str = WECHAT, judgements: list[Judgement] | None = None
) -> tuple[dict[tuple[str, str], Any], dict[str, str]]:
    """Return (pair -> link row, value -> use) of accounts (id, name, owner of the contact) in groups of their own."""
    table = posts(
        *(said(name, f"write to {value}", account_id=account, container=f"g{account}", platform="whatsapp")
          for account, name, _ in users)
    )  # fmt: skip
    row = {"member": "", "kind": "wechat", "surface": value, "value": value, "probability": 0.95, "rule": "cue"}
    mentions = from_rows(
        "mentions",
        [
            {**row, "mention_id": f"m{n}", "post_id": f"p{n}", "owner": owner,
             "spans": [{"evidence_id": "0" * 64, "member": "", "start": n, "stop": n + 1}]}
            for n, (_, _, owner) in enumerate(users)
        ],
    )  # fmt: skip
    accounts = account_rows(table)
    stances = from_rows("stances", [])
    material = Material.here(table, mentions, stances, accounts, find_templates(table))
    identifiers = classify(material, judgements or ())
    links = link_accounts(material, identifiers, ())
    uses = dict(zip(identifiers["value"].to_pylist(), identifiers["use"].to_pylist(), strict=True))
    return {(link["left"], link["right"]): link for link in links.to_pylist()}, uses


def account_rows(table: pa.Table) -> pa.Table:
    columns = (table[name].to_pylist() for name in ("account_id", "account_name", "sent_at"))
    return from_rows(
        "accounts",
        [
            {"account_id": account, "platform": "whatsapp", "native_id": "", "names": [name], "actor_id": "", "posts": 1,
             "first_at": at, "last_at": at}
            for account, name, at in zip(*columns, strict=True)
        ],
    )  # fmt: skip


def test_a_short_name_beside_a_shared_contact_links() -> None:
    """A name that says nothing alone says much beside a contact, also with something added to it."""
    links, uses = linked(("a-1", "tess", "self"), ("a-2", "tess", "self"), ("a-3", "tess_520", "self"))
    assert uses[WECHAT] == "personal"
    assert all(link["probability"] > thresholds()["link"] for link in links.values())
    assert len(links) == 3


def test_two_names_that_recur_on_one_contact_are_two_people() -> None:
    users = [(f"a-{n}", name, "self") for n, name in enumerate(["mila", "mila", "mila", "bruno", "bruno", "bruno"])]
    links, _ = linked(*users)
    names = {account: name for account, name, _ in users}
    for (left, right), link in links.items():
        assert (link["probability"] > thresholds()["link"]) == (names[left] == names[right])


def test_a_contact_that_untied_strangers_give_is_a_business() -> None:
    names = ["ada", "bo", "cy", "dee", "eva", "flo", "gus", "hal", "ivo", "jan", "kit"]
    users = [(f"a-{n:02}", name, "self") for n, name in enumerate(names)]
    links, uses = linked(*users)
    assert uses[WECHAT] == "business"
    assert not links


def test_many_accounts_of_one_name_are_no_business() -> None:
    links, uses = linked(*((f"a-{n:02}", f"wang{n}", "self") for n in range(12)))
    assert uses[WECHAT] == "business"  # no two names are equal: similar ones do not tie
    links, uses = linked(*((f"a-{n:02}", f"wang{n // 2}", "self") for n in range(24)))
    assert uses[WECHAT] != "business"
    assert links


def test_one_post_that_reads_like_a_hotline_makes_no_ones_contact_a_business() -> None:
    """The reading of an owner errs now and then: what hangs together by names stays a person's."""
    owners = ["hotline", *["self"] * 11]
    _, uses = linked(*((f"a-{n:02}", f"wang{n // 2}", owner) for n, owner in enumerate(owners)))
    assert uses[WECHAT] not in ("business", "hotline")
    _, uses = linked(*((f"a-{n:02}", f"wang{n // 2}", owner) for n, owner in enumerate(["hotline"] * 4 + ["self"] * 8)))
    assert uses[WECHAT] == "business"


def test_every_weight_has_words_and_two_quotes() -> None:
    for name in pair_weights():
        assert feature_words(name) != name
    links, _ = linked(("a-1", "mila", "self"), ("a-2", "bruno", "unknown"))
    (link,) = links.values()
    for weight in link["weights"]:
        assert weight["feature"] == "prior" or (weight["left"] and weight["right"])


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [("lucky7", "lucky_520", True), ("wang", "wang小号", True), ("阿姨13", "阿姨", True), ("王", "王小", False),
     ("ann", "joanna", False), ("mila", "bruno", False)],
)  # fmt: skip
def test_names_are_alike_when_something_is_added(left: str, right: str, same: bool) -> None:
    assert alike(left, right) is same


@given(st.text(max_size=80), st.text(max_size=80))
def test_alike_is_symmetric_and_reflexive(left: str, right: str) -> None:
    assert alike(left, left)
    assert alike(left, right) == alike(right, left)


ACCOUNTS = [f"a-{n}" for n in range(6)]
PAIRS = [(a, b) for a in ACCOUNTS for b in ACCOUNTS if a < b]


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from(PAIRS), st.floats(0.01, 0.99)),
    st.dictionaries(st.sampled_from(PAIRS), st.sampled_from(["yes", "no"])),
)
def test_an_analysts_no_keeps_apart_and_a_yes_joins_or_is_reported(
    likely: dict[tuple[str, str], float], said_of: dict[tuple[str, str], str]
) -> None:
    rows = [
        {"left": a, "right": b, "probability": p, "weights": [], "judged": ""} for (a, b), p in sorted(likely.items())
    ]
    links = pa.table({name: [row[name] for row in rows] for name in ("left", "right", "probability")})
    accounts = pa.table({"account_id": ACCOUNTS})
    judgements = [
        Judgement(("link", a, b), "yes" if verdict == "yes" else "no", "x", at, "")
        for at, ((a, b), verdict) in enumerate(sorted(said_of.items()))
    ]
    actors = cluster(links, accounts, judgements).to_pylist()
    assert sorted(account for row in actors for account in row["accounts"]) == ACCOUNTS
    home = {account: row for row in actors for account in row["accounts"]}
    for (a, b), verdict in said_of.items():
        if verdict == "no":
            assert home[a]["actor_id"] != home[b]["actor_id"]
        else:
            assert home[a] is home[b] or f"{a} {b}" in home[a]["conflicts"]
    assert cluster(links, accounts, judgements[::-1]).to_pylist() == actors


def test_an_analyst_overrules_the_use_of_a_contact_and_takes_it_back() -> None:
    def on(use: str, verdict: str, at: int) -> Judgement:
        return Judgement(
            ("identifier", "wechat", WECHAT, use), "yes" if verdict == "yes" else "unsure", "x", at, "a clinic"
        )

    first, later = on("personal", "yes", 1), on("hotline", "yes", 2)
    assert judged_uses([later, first]) == {("wechat", WECHAT): ("hotline", "a clinic")}
    assert judged_uses([first, later, on("", "unsure", 3)]) == {}
    assert linked(("a-1", "tess", "self"), ("a-2", "tess", "self"), judgements=[later])[1] == {WECHAT: "hotline"}
    assert linked(("a-1", "zoe", "self"), ("a-2", "tess", "self"), judgements=[later])[0] == {}
