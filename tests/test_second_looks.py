"""Triage by two: who is asked, what they may not see, how agreement is counted, what a disagreement binds."""

import math
import re
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.evaluation.agreement import cohen_kappa, krippendorff_alpha
from ringtrace.model.ring import Judgement
from ringtrace.pipeline.judging import second_looks
from ringtrace.pipeline.judging.labelling import labels_of
from ringtrace.pipeline.judging.second_looks import SHARE, Opinion, SecondLooks, chance, in_share
from ringtrace.store.ledger import Ledger
from team_bench import TeamBench, copied

SHARED = [("post", f"p{at}") for at in range(4_000) if in_share(("post", f"p{at}"))]
ALONE = [("post", f"p{at}") for at in range(4_000) if not in_share(("post", f"p{at}"))]


@pytest.fixture
def ledger(tmp_path):
    opened = Ledger.at(tmp_path / "ledger.db")
    yield opened
    opened.close()


def judge(ledger, subject, verdict, analyst):
    """As the workbench records it: blind when the person was asked for a second look."""
    blind = SecondLooks.of(ledger, subject).is_dealt(subject, analyst)
    return ledger.judge(Judgement(subject, verdict, analyst, 1_700_000_000_000_000, "", blind))


def test_the_share_is_a_quarter_and_only_of_posts_and_links():
    assert abs(len(SHARED) / 4_000 - SHARE) < 0.03
    assert not any(in_share(("identifier", "qq", str(at))) for at in range(500))


def test_what_one_judged_is_dealt_to_whoever_has_not_and_only_the_share_of_it(ledger):
    for subject in (*SHARED[:3], *ALONE[:3]):
        judge(ledger, subject, "yes", "ann")
    looks = SecondLooks.of(ledger)
    assert [subject for _, subject in looks.dealt("post", "bob")] == SHARED[:3]
    assert looks.dealt("post", "ann") == [] and looks.dealt("link", "bob") == []
    judge(ledger, SHARED[0], "no", "bob")
    looks = SecondLooks.of(ledger)
    assert [subject for _, subject in looks.dealt("post", "bob")] == SHARED[1:3]
    assert [subject for _, subject in looks.dealt("post", "cat")] == SHARED[1:3], "two have judged the first"


def test_who_has_seen_a_verdict_and_took_back_their_own_is_not_blind(ledger):
    number = judge(ledger, SHARED[0], "yes", "ann")
    judge(ledger, SHARED[0], "no", "bob")
    ledger.undo_verdict(number, "ann")
    looks = SecondLooks.of(ledger)
    assert not looks.is_dealt(SHARED[0], "ann") and looks.is_dealt(SHARED[0], "cat")
    assert looks.pairs("post") == []


def test_two_who_differ_bind_nobody_until_a_third_settles_it(ledger):
    subject = SHARED[0]
    judge(ledger, subject, "yes", "ann")
    assert [found.verdict for found in ledger.judgements()] == ["yes"]
    judge(ledger, subject, "no", "bob")
    assert [found.verdict for found in ledger.judgements()] == ["unsure"]
    assert SecondLooks.of(ledger).pair(subject).open and labels_of(ledger) == {}
    judge(ledger, subject, "no", "cat")
    pair = SecondLooks.of(ledger).pair(subject)
    assert not pair.open and pair.third.given.analyst == "cat"
    assert [found.verdict for found in ledger.judgements()] == ["no"] and labels_of(ledger) == {subject[1]: "none"}


def test_a_blind_verdict_is_paired_with_one_before_it_by_another_person(ledger):
    subject = SHARED[0]
    first = judge(ledger, subject, "yes", "ann")
    judge(ledger, subject, "no", "bob")
    ledger.undo_verdict(first, "dan")
    assert not SecondLooks.of(ledger).is_dealt(subject, "dan"), "who took a verdict back has seen it"
    judge(ledger, subject, "yes", "cat")
    assert [found.verdict for found in ledger.judgements()] == ["unsure"]
    pair = SecondLooks.of(ledger).pair(subject)
    assert pair is not None and pair.open and pair.people == ("bob", "cat"), "what binds nobody is listed"


def test_the_two_are_bound_until_a_third_has_judged_and_nobody_else_is(ledger):
    subject = SHARED[0]

    def bound():
        return [name for name in ("ann", "bob", "cat") if SecondLooks.of(ledger, subject).is_bound(subject, name)]

    judge(ledger, subject, "yes", "ann")
    assert bound() == []
    second = judge(ledger, subject, "no", "bob")
    assert bound() == ["ann", "bob"]
    ledger.undo_verdict(second, "dan")
    assert bound() == ["ann", "bob"], "both have seen what the other said"
    judge(ledger, subject, "no", "cat")
    assert bound() == ["ann", "cat"], "the third was dealt it in the place of the one who was taken back"
    judge(ledger, subject, "no", "eve")
    assert bound() == []


def test_two_who_agree_hold_and_undoing_the_second_leaves_the_first(ledger):
    judge(ledger, SHARED[0], "yes", "ann")
    number = judge(ledger, SHARED[0], "yes", "bob")
    assert [(found.verdict, found.analyst) for found in ledger.judgements()] == [("yes", "bob")]
    ledger.undo_verdict(number, "bob")
    assert [(found.verdict, found.analyst) for found in ledger.judgements()] == [("yes", "ann")]


def test_verdicts_on_posts_teach_beside_labels(ledger):
    for subject, verdict in zip(ALONE, ("yes", "no", "unsure", "yes", "yes"), strict=False):
        judge(ledger, subject, verdict, "ann")
    ledger.undo_verdict(4, "ann")
    for post, direction in ((ALONE[4][1], "offer"), (ALONE[5][1], "seek")):
        ledger.record("label", "bob", {"post": post, "direction": direction})
    ledger.record("label", "ann", {"post": ALONE[1][1], "direction": "broker"})
    told = labels_of(ledger)
    names = [subject[1] for subject in ALONE[:6]]
    assert told == {names[0]: "yes", names[1]: "broker", names[4]: "yes", names[5]: "seek"}


words = st.sampled_from(["yes", "no", "unsure"])


@settings(deadline=None)
@given(st.lists(st.tuples(words, words), max_size=25))
def test_agreement_is_that_of_what_both_said(pairs):
    standing = {}
    for at, (subject, (first, second)) in enumerate(zip(SHARED, pairs, strict=False)):
        mine, theirs = Judgement(subject, first, "bob", at, ""), Judgement(subject, second, "ann", at, "", blind=True)
        standing[subject] = (Opinion(2 * at + 1, mine), Opinion(2 * at + 2, theirs))
    found = SecondLooks(standing, dict.fromkeys(standing, frozenset({"ann", "bob"}))).agreement("post")
    assert (found["twice"], found["same"]) == (len(pairs), sum(a == b for a, b in pairs))
    turned = [(second, first) for first, second in pairs]
    for name, expected in (("kappa", cohen_kappa(turned)), ("alpha", krippendorff_alpha(turned))):
        assert found[name] == (None if math.isnan(expected) else round(expected, 4))
    assert found["open"] == found["twice"] - found["same"]


@pytest.fixture
def office(tiny_case, tmp_path):
    made = TeamBench(copied(tiny_case, tmp_path / "case"))
    made.desk.warm()
    made.desk.wait(120)
    yield made
    made.desk.close()


def test_the_queue_deals_a_share_blind_and_shows_how_far_two_agree(office, monkeypatch):
    first, second, third = (office.seat(name, "analyst") for name in ("Li Na", "Wu Min", "Bai Yu"))
    reader = office.seat("Chen Bo", "disclosure")
    given = {}
    while "item" in (page := first.get("/triage").json()):
        post, version = page["item"]["post"]["post_id"], page["item"]["verdict_version"]
        given[post] = ("yes", "no")[len(given) % 2]
        answer = first.post("/judge", post=post, verdict=given[post], reason="a price", version=str(version))
        assert answer.status_code == 200
    chances = sorted(chance(("post", post)) for post in given)
    monkeypatch.setattr(second_looks, "SHARE", (chances[1] + chances[2]) / 2)  # so that two of these few are dealt
    shared = [post for post in given if in_share(("post", post))]
    assert len(shared) == 2 < len(given)
    page = second.get("/triage").json()
    assert page["item"]["post"]["post_id"] == shared[0], "the oldest second look comes first"
    assert page["item"]["verdicts"] == [] and page["item"]["verdict_version"] == 0
    skipped = second.get(page["next"]).json()
    assert skipped["item"]["post"]["post_id"] == shared[1]
    for where in (f"/posts/{shared[0]}", "/triage"):
        text = second.client.get(where, headers={"accept": "text/html"}).text
        assert "a price" not in text and 'class="history"' not in text
    listed = {row["subject"][0]["id"]: row for row in second.get("/judgements").json()["judgements"]}
    for post, verdict in given.items():
        hidden = in_share(("post", post))
        assert listed[post]["hidden"] == hidden and listed[post]["verdict"] == ("" if hidden else verdict)
    assert reader.get(f"/posts/{shared[0]}").json()["verdicts"][0]["verdict"] == given[shared[0]]
    other = {"yes": "no", "no": "yes"}[given[shared[1]]]
    for post, verdict in ((shared[0], given[shared[0]]), (shared[1], other)):
        assert second.post("/judge", post=post, verdict=verdict, version="0").status_code == 200
    page = second.get("/triage").json()
    told = page["agreement"]
    assert (told["twice"], told["same"], told["open"]) == (2, 1, 1) and told["people"] == ["Li Na", "Wu Min"]
    assert told["kappa"] == round(
        cohen_kappa([(given[p], v) for p, v in ((shared[0], given[shared[0]]), (shared[1], other))]), 4
    )
    assert second.get(f"/posts/{shared[0]}").json()["verdicts"][0]["reason"] == "a price", "who has judged sees both"
    split = third.get("/triage/disagreements").json()
    assert [row["url"] for row in split["split"]] == [f"/posts/{shared[1]}"] and split["split"][0]["open"]
    assert first.post("/judge", post=shared[1], verdict="unsure", version="2").status_code == 400, "one of the two"
    version = third.get(f"/posts/{shared[1]}").json()["verdict_version"]
    assert third.post("/judge", post=shared[1], verdict=other, version=str(version)).status_code == 200
    html = third.client.get("/triage/disagreements", headers={"accept": "text/html"}).text
    assert re.search(r"settled</span>\s*<strong>" + other, html)
    assert third.get("/triage").json()["agreement"]["open"] == 0
    held = {found.subject[1]: found.verdict for found in office.desk.ledger.judgements()}
    assert held[shared[0]] == given[shared[0]] and held[shared[1]] == other


@pytest.fixture
def all_dealt(monkeypatch):
    monkeypatch.setattr(second_looks, "SHARE", 1.0)


def test_neither_of_two_takes_back_what_was_said_blind_and_nobody_what_is_hidden(office, all_dealt):
    first, second, third = (office.seat(name, "analyst") for name in ("Li Na", "Wu Min", "Bai Yu"))
    post = first.get("/triage").json()["item"]["post"]["post_id"]
    first.post("/judge", post=post, verdict="yes", version="0")
    number = first.get("/judgements").json()["judgements"][0]["number"]
    assert second.post(f"/judgements/{number}/undo").status_code == 400, "hidden"
    answer = second.post("/judge", post=post, verdict="no", version="0")
    assert answer.status_code == 200 and answer.json()["undo"] is None, "what would be refused is not offered"
    blind = second.get("/judgements").json()["judgements"][0]["number"]
    for seat in (first, second):
        for one in (number, blind):
            refused = seat.post(f"/judgements/{one}/undo")
            assert refused.status_code == 400 and "a third" in refused.json()["reason"]
        assert seat.post("/judge", post=post, verdict="no", version="2").status_code == 400
    assert [found.verdict for found in office.desk.ledger.judgements()] == ["unsure"]
    assert third.post("/judge", post=post, verdict="no", version="2").status_code == 200
    assert second.post(f"/judgements/{blind}/undo").status_code == 200, "a third has judged"
    assert [found.verdict for found in office.desk.ledger.judgements()] == ["no"]


def test_the_audit_tells_no_verdict_to_who_is_dealt_the_thing(office, all_dealt):
    first, second = office.seat("Li Na", "analyst"), office.seat("Wu Min", "supervisor")
    auditor = office.seat("Chen Bo", "auditor")
    post = first.get("/triage").json()["item"]["post"]["post_id"]
    first.post("/judge", post=post, verdict="yes", reason="a price", version="0")

    def told(seat):
        events = seat.get("/audit?kind=judgement").json()["events"]
        return [event["told"].get("verdict") for event in events]

    assert told(second) == [None] and told(auditor) == ["yes"]
    page = second.client.get("/audit?kind=judgement", headers={"accept": "text/html"}).text
    assert "<strong>yes</strong>" not in page and "yes" not in re.sub(r"<[^>]+>", " ", page).split()
    refused = second.get("/audit/chain")
    assert refused.status_code == 403 and f"/posts/{post}" in refused.json()["reason"]
    assert auditor.get("/audit/chain").status_code == 200
    second.post("/judge", post=post, verdict="no", version="0")
    assert sorted(told(second)) == ["no", "yes"] and second.get("/audit/chain").status_code == 200


def test_an_analysis_in_between_does_not_give_a_verdict_on_a_pair_away(office, all_dealt):
    first, second = office.seat("Li Na", "analyst"), office.seat("Wu Min", "analyst")
    left, right = sorted(office.desk.view().room.naming.accounts)[:2]
    where = f"/links/{left}/{right}"
    assert second.get(where).json()["link"]["left_actor"] and second.get(f"{where}/effect").status_code == 200
    first.post("/judge", left=left, right=right, verdict="yes", version="0")
    told = second.get(where).json()["link"]
    assert (told["left_actor"], told["right_actor"]) == ("", "")
    page = second.client.get(where, headers={"accept": "text/html"}).text
    assert "/actors/actor-" not in page and "/effect" not in page
    refused = second.get(f"{where}/effect?verdict=no")
    assert refused.status_code == 403 and "judge them yourself" in refused.json()["reason"]
    assert first.get(where).json()["link"]["left_actor"] and first.get(f"{where}/effect").status_code == 200
    second.post("/judge", left=left, right=right, verdict="no", version="0")
    assert second.get(where).json()["link"]["left_actor"] and second.get(f"{where}/effect").status_code == 200


def test_the_terminal_and_the_workbench_follow_one_rule(office, all_dealt, monkeypatch):
    folder = str(office.desk.case.folder)
    first, third = office.seat("Li Na", "analyst"), office.seat("Bai Yu", "analyst")
    left, right = sorted(office.desk.view().room.naming.accounts)[:2]
    first.post("/judge", left=left, right=right, verdict="yes", version="0")
    monkeypatch.setattr("getpass.getuser", lambda: "wu")

    def terminal(*options):
        return CliRunner().invoke(app, ["judge", folder, left, right, *options])

    refused = terminal("--verdict", "no", "--preview")
    assert refused.exit_code != 0 and "judge them yourself" in str(refused.exception)
    assert terminal("--verdict", "no").exit_code == 0
    looks = SecondLooks.of(office.desk.ledger, ("link", left, right))
    assert [(one.given.analyst, one.given.blind) for one in looks.standing[("link", left, right)]] == [
        ("Li Na", False), ("wu", True)
    ]  # fmt: skip
    assert [found.verdict for found in office.desk.ledger.judgements()] == ["unsure"], "two who differ bind nothing"
    bound = terminal("--verdict", "yes")
    assert bound.exit_code != 0 and "a third" in str(bound.exception)
    assert third.post("/judge", left=left, right=right, verdict="no", version="2").status_code == 200
    assert terminal("--verdict", "yes").exit_code == 0


def test_of_two_who_judge_in_the_same_instant_one_is_the_first_and_the_other_blind(tmp_path):
    """Both have seen an unjudged thing (version 0); whoever comes second never saw the first verdict."""
    address = tmp_path / "ledger.db"
    Ledger.at(address).close()
    for at, subject in enumerate(SHARED[:8]):
        both = threading.Barrier(2)

        def say(analyst, at=at, subject=subject, both=both):
            own = Ledger.at(address)
            try:
                both.wait()
                seen = None if at % 2 else 0  # at the terminal no version is told
                second_looks.give(own, Judgement(subject, "yes", analyst, 1_700_000_000_000_000, ""), seen)
            finally:
                own.close()

        two = [threading.Thread(target=say, args=(name,)) for name in ("ann", "bob")]
        for one in two:
            one.start()
        for one in two:
            one.join()
    after = Ledger.at(address)
    try:
        looks = SecondLooks.of(after)
        for subject in SHARED[:8]:
            assert [opinion.given.blind for opinion in looks.standing[subject]] == [False, True]
        assert len(looks.pairs("post")) == 8
    finally:
        after.close()
