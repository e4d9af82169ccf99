"""The audit page: every event, by kind and author, nothing of what was said, and a chain that shows a change."""

import hashlib
import json


def test_every_event_is_there_and_says_nothing_of_evidence(bench):
    post = bench.json("/triage")["item"]["post"]["post_id"]
    bench.post("/judge", post=post, verdict="yes", reason="secret words of a witness")
    bench.post("/settings", purpose="tip 14")
    bench.json("/search/batch?handles=17000000001")
    page = bench.json("/audit")
    assert page["total"] == bench.desk.ledger.last() == len(page["events"])
    assert [event["number"] for event in page["events"]] == sorted((e["number"] for e in page["events"]), reverse=True)
    kinds = {event["kind"]: event for event in page["events"]}
    assert kinds["judgement"]["told"]["verdict"] == "yes" and post in kinds["judgement"]["subject"]
    assert kinds["audit"]["told"] == {"what": "handles looked up", "purpose": "tip 14", "handles": 1}
    assert "secret words" not in json.dumps(page) and "17000000001" not in json.dumps(page)
    only = bench.json("/audit?kind=judgement&author=analyst")["events"]
    assert [event["kind"] for event in only] == ["judgement"]
    assert bench.json("/audit?author=nobody")["events"] == []
    assert {one["name"]: one["events"] for one in page["kinds"]}["judgement"] == 1


def test_many_events_are_paged_by_number(bench):
    for n in range(230):
        bench.desk.ledger.record("audit", "somebody", {"what": "records consulted", "page": f"/{n}"})
    seen, before = [], ""
    while True:
        page = bench.json(f"/audit?author=somebody{before}")
        seen += [event["told"]["page"] for event in page["events"]]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"
    assert seen == [f"/{n}" for n in reversed(range(230))]


def test_the_chain_shows_what_was_changed(bench):
    bench.desk.ledger.record("audit", "somebody", {"what": "records consulted"})
    answer = bench.client.get("/audit/chain")
    lines = answer.content.decode().splitlines()
    assert len(lines) == bench.desk.ledger.last() and "attachment" in answer.headers["content-disposition"]
    assert json.loads(lines[-1])["kind"] == "audit", "that it was taken is in it"

    def holds(lines):
        before = "0" * 64
        for line in lines:
            row = json.loads(line)
            told = row.pop("chain")
            before = hashlib.sha256((before + json.dumps(row, ensure_ascii=False, sort_keys=True)).encode()).hexdigest()
            if told != before:
                return False
        return True

    assert holds(lines)
    forged = json.loads(lines[0]) | {"author": "somebody else"}
    assert not holds([json.dumps(forged), *lines[1:]]) and not holds(lines[1:])
    stored = {number: payload for number, _, _, _, payload in bench.desk.ledger.all_events()}
    told = {json.loads(line)["number"]: json.loads(line)["sha256"] for line in lines}
    assert all(hashlib.sha256(stored[number].encode()).hexdigest() == told[number] for number in told)
