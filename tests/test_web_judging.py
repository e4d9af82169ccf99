"""Verdicts and the queues of triage on the pages."""

import re
import threading

import pytest


def test_a_verdict_holds_is_listed_and_can_be_taken_back(bench):
    links = bench.desk.view().room.table("links").to_pylist()
    left, right = links[0]["left"], links[0]["right"]
    answer = bench.post("/judge", left=right, right=left, verdict="no", reason="two brothers", next="/rings")
    assert answer.status_code == 200, answer.text
    first = answer.json()["undo"]
    second = bench.post("/judge", left=left, right=right, verdict="yes").json()["undo"]
    assert [(j.subject, j.verdict) for j in bench.desk.ledger.judgements()] == [(("link", left, right), "yes")]
    assert bench.post(f"/judgements/{second}/undo").status_code == 200
    assert [j.verdict for j in bench.desk.ledger.judgements()] == ["no"]
    assert bench.post(f"/judgements/{second}/undo").status_code == 400
    bench.post(f"/judgements/{first}/undo")
    assert bench.desk.ledger.judgements() == []
    listed = bench.json("/judgements.json")["judgements"]
    assert [(row["number"], row["undone"]) for row in listed] == [(second, True), (first, True)]
    page = bench.json(f"/links/{left}/{right}.json")["link"]
    assert [v["verdict"] for v in page["verdicts"]] == ["no", "yes"]


@pytest.mark.parametrize(
    "fields",
    [
        {"left": "account-x", "right": "account-y", "verdict": "no"}, {"verdict": "no"}, {"post": "post-x", "verdict": "no"},
        {"verdict": "perhaps", "post": "post-x"},
    ],
)  # fmt: skip
def test_a_verdict_on_nothing_is_refused(bench, fields):
    assert bench.post("/judge", **fields).status_code == 400
    assert bench.desk.ledger.judgements() == []


def test_triage_goes_through_the_queue_and_leaves_out_what_is_judged(bench):
    first = bench.json("/triage.json")
    waiting = first["waiting"]
    assert waiting > 1
    post = first["item"]["post"]["post_id"]
    bench.post("/judge", post=post, verdict="no", next=first["next"])
    second = bench.json("/triage.json")
    assert second["item"]["post"]["post_id"] != post and second["waiting"] == waiting - 1
    assert bench.json(re.sub(r"^/triage", "/triage.json", first["next"]))["item"] == second["item"]


def test_a_trial_that_must_gather_first_says_so_and_is_there_later(bench, monkeypatch):
    from ringtrace.pipeline.judging.previewing import Preview
    from ringtrace.web.pages import effects

    go, gather = threading.Event(), Preview.warm
    monkeypatch.setattr(Preview, "warm", lambda self: (go.wait(60), gather(self)))
    monkeypatch.setattr(effects, "_PATIENCE", 0.05)
    link = bench.json("/triage/links")["link"]
    path = f"/links/{link['left_id']}/{link['right_id']}/effect"
    waiting = bench.client.get(path, headers={"accept": "text/html"}).text
    assert f'id="trial" data-refresh="{path}"' in waiting
    go.set()
    for _ in range(600):
        told = bench.client.get(path, headers={"accept": "text/html"}).text
        if "data-refresh" not in told:
            break
    assert '<div id="trial">' in told and bench.json(path)["verdict"] == "yes"


@pytest.mark.parametrize(
    "after", ["0.5,99999999999999999999", "second,9", "second,", "nan,1", "0.5,-9999999999999999999"]
)
def test_any_cursor_of_the_queue_is_answered(bench, after):
    assert bench.json(f"/triage.json?after={after}")["what"] == "posts"


def test_an_id_that_stands_in_the_header_is_told_beside_the_words_quoted(bench):
    room = bench.desk.view().room
    accounts = room.naming.accounts
    link = next(
        link for link in room.table("links").to_pylist()
        if accounts[link["left"]]["actor_id"] == accounts[link["right"]]["actor_id"]
        and any(weight["feature"] == "contact_native" and weight["log2_odds"] for weight in link["weights"])
    )  # fmt: skip
    sides = [link["left"], link["right"]]
    known = [{"name": room.naming.account(key), "id": accounts[key]["native_id"]} for key in sides]
    known = [one for one in known if one["id"]]
    assert known
    address = f"/actors/{accounts[link['left']]['actor_id']}"
    told = next(one for one in bench.json(address)["links"] if {one["left_id"], one["right_id"]} == set(sides))
    for row in told["rows"]:
        own = row["feature"] == "the shared contact is the id of one of them in its app"
        assert [one for one in row["headers"] if one in known] == (known if own else []), row["feature"]
    for language, words in (("en", "Not in these words: the header of every post of"), ("zh", "不在这些文字里：")):
        page = bench.client.get(address, headers={"accept": "text/html", "accept-language": language}).text
        assert words in page and all(one["id"] in page.partition(words)[2] for one in known)
    report = (bench.case.analysis / "report.html").read_text("utf-8")
    assert f"not in these words: the header of every post of {known[0]['name']} gives its id" in report
