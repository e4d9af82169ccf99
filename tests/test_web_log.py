"""What the log holds before a byte leaves, and that nothing leaves without it."""

import re

from web_client import consulted


def test_evidence_is_in_the_log_before_it_is_shown(bench):
    bench.post("/settings", purpose="case 7, order of 3 March")
    before = len(consulted(bench.case))
    actor = bench.desk.view().actors[0]["actor_id"]
    shown = bench.json(f"/actors/{actor}.json")
    told = consulted(bench.case)[before:]
    assert len(told) == 1
    assert told[0]["by"] == "analyst" and told[0]["why"] == f"case 7, order of 3 March (workbench /actors/{actor})"
    quoted = {quote["evidence_id"] for reason in shown["conduct"] for quote in reason["quotes"]}
    assert quoted and quoted <= set(told[0]["evidence"])
    bench.json("/operation.json")
    assert [payload["what"] for _, payload in bench.desk.ledger.events("audit")] == ["records consulted"]


def test_what_cannot_be_logged_is_not_shown(bench):
    post = bench.desk.view().room.table("posts").slice(5, 1).to_pylist()[0]
    log = bench.case.evidence.log.path
    log.rename(log.with_name("away"))
    log.mkdir()
    for path in (f"/posts/{post['post_id']}", f"/evidence/{post['evidence_id']}?stop=20", "/search?q=", "/triage"):
        for twin in (path, re.sub(r"^([^?]+)", r"\1.json", path)):
            answer = bench.client.get(twin)
            assert answer.status_code == 503 and "log cannot be written" in answer.text, twin
            assert post["text"] not in answer.text
    with bench.desk.ledger.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    assert bench.client.get("/operation").status_code == 503


def test_a_proof_is_given_out_only_after_the_log_says_so(bench):
    answer = bench.client.get("/custody/proofs/key.pem")
    assert answer.status_code == 200 and b"PUBLIC KEY" in answer.content
    assert bench.case.evidence.log.events()[-1]["event"] == "disclose"
    for name in ("..%2F..%2Fledger.db", "log", "key.pem%00", "%2Fetc%2Fpasswd"):
        assert bench.client.get(f"/custody/proofs/{name}").status_code == 404
