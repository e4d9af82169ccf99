"""Uploads and tips that come in by the pages."""

import re

from web_client import consulted, upload


def test_uploads_keep_their_own_name_and_never_leave_their_folder(bench, tmp_path):
    names = ["../../../etc/passwd", "..", "C:\\Users\\x\\a.txt", "a.txt", "名单.txt", "x\u202ey.txt"]
    answer = upload(bench, *((name, f"line {n}".encode()) for n, name in enumerate(names)))
    assert answer.status_code == 200, answer.text
    receipts = answer.json()["receipts"]
    assert answer.json()["counts"]["added"] == len(names)
    assert {row["name"] for row in receipts} >= {"passwd", "unnamed", "a.txt", "2/a.txt", "名单.txt"}
    assert not [row for row in receipts if ".." in row["name"].split("/")]
    again = upload(bench, ("a.txt", b"line 3")).json()
    assert again["counts"]["known"] + again["counts"]["copy"] == 1 and again["counts"]["added"] == 0
    assert upload(bench).status_code == 400


def test_what_is_said_of_an_upload_stands_in_custody(bench):
    fields = {"csrf": bench.csrf, "source": "hotline", "authority": "order 12", "condition": "sealed"}
    bench.client.post("/intake/files", data=fields, files=[("files", ("n.txt", b"words", "text/plain"))])
    told = [event for event in bench.case.evidence.log.events() if event.get("name") == "n.txt"]
    assert [(e["source"], e["authority"], e["condition"]) for e in told] == [("hotline", "order 12", "sealed")]


def test_a_tip_becomes_evidence_with_a_receipt_and_says_what_is_missing(bench):
    fields = {"csrf": bench.csrf, "text": "一个群里有人送养", "url": "www.bad.example/t"}
    answer = bench.client.post("/intake/tips", data=fields, headers={"accept": "application/json"}).json()
    assert re.fullmatch(r"(\d{4}-){3}\d{4}", answer["receipt"]) and "no time is given" in answer["missing"]
    bench.desk.tips.take_in()
    held = [item for item in bench.case.evidence.held() if item.names[0].startswith("tip-")]
    assert len(held) == 1 and "一个群里有人送养" in bytes(bench.case.evidence.open(held[0].evidence_id)).decode()
    asked = {"csrf": bench.csrf, "receipt": answer["receipt"]}
    found = bench.client.post("/intake/leads/find", data=asked, headers={"accept": "application/json"}).json()["leads"]
    assert [(row["site"], row["tips"], row["asked"]) for row in found] == [("bad.example", 1, True)]
    acts = [told for _, told in bench.desk.ledger.events("audit") if told["what"] == "receipt looked up"]
    assert [act["ends"] for act in acts] == [answer["receipt"][-4:]], "a look-up is recorded, its receipt is not"
    assert not any(answer["receipt"] in str(event) for event in bench.case.evidence.log.events())
    wrong = {"csrf": bench.csrf, "receipt": "0000-0000-0000-0000"}
    assert bench.client.post("/intake/leads/find", data=wrong).status_code == 400
    assert len([1 for _, told in bench.desk.ledger.events("audit") if told["what"] == "receipt looked up"]) == 2
    for path in ("/intake/leads", "/intake/leads.json"):
        before = len(consulted(bench.case))
        assert "bad.example" in bench.client.get(path).text
        logged = consulted(bench.case)[before:]
        assert [event["evidence"] for event in logged] == [[held[0].evidence_id]], "words of tips are in the log first"
    named = {**fields, "name": "somebody"}
    assert bench.client.post("/intake/tips", data=named, headers={"accept": "application/json"}).status_code == 400
    assert bench.client.post("/intake/tips", data={"csrf": bench.csrf, "text": " "}).status_code == 400


def test_a_tip_by_telephone_that_cannot_be_kept_is_given_back_as_it_was_said(bench):
    said = {
        "csrf": bench.csrf,
        "text": "一个群 <b>",
        "url": "http://bad.example/t",
        "place": "某地",
        "name": "somebody",
    }
    refused = bench.client.post("/intake/tips", data=said)
    assert refused.status_code == 400 and 'role="alert"' in refused.text
    for shown in ("一个群 &lt;b&gt;</textarea>", 'value="http://bad.example/t"', 'value="某地"'):
        assert shown in refused.text
