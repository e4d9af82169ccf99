"""Packages in the workbench: the same bytes as the terminal writes, logged before they leave, by supervisors alone."""

import base64
import hashlib
import json
import re
import shutil

import pyrage
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ringtrace.operation.masking import MASK
from ringtrace.pipeline.intake import recording
from ringtrace.pipeline.operation import handing_out
from team_bench import TeamBench
from web_client import consulted


@pytest.fixture
def place(bench):
    return next(row["place"] for row in bench.json("/operation")["packages"] if row["targets"])


def logged(bench, what):
    return [e for e in bench.case.evidence.log.events() if e["event"] == "disclose" and e["what"] == what]


def test_the_list_counts_what_the_packages_hold(bench, tmp_path):
    rows = {row["place"]: row for row in bench.json("/operation")["packages"]}
    files = handing_out.write_packages(bench.case, tmp_path / "out")
    assert rows.keys() == {path.name.partition(".")[0] for path in files}
    for path in files:
        targets, row = json.loads(path.read_bytes())["targets"], rows[path.name.partition(".")[0]]
        reasons = [r for t in targets for held in t["roles"] for r in (*held["because"], *held["against"])]
        clues = [c for t in targets for c in (*t["clues"], *t["clues against"])]
        spans = {(c["evidence_id"], c["member"], c["start"], c["stop"]) for r in (*reasons, *clues) for c in r["cited"]}
        against = sum(
            len(t["clues against"]) + len(t["doubts"]) + sum(len(h["against"]) for h in t["roles"]) for t in targets
        )
        assert (row["targets"], row["evidence"], row["against"]) == (len(targets), len(spans), against)
        assert row["written"] is None
    told = {row["place"]: row["written"] for row in bench.json("/operation")["packages"]}
    for path in files:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert told[path.name.partition(".")[0]]["sha256"] == digest, "what the terminal wrote is listed as well"
    page = bench.json(f"/operation/packages/{files[0].name.partition('.')[0]}")
    assert [one["there"] for one in page["written"]] == [False], "it was written to a folder elsewhere"


def test_a_page_shows_what_the_file_says_and_logs_every_quote_first(bench, place, monkeypatch):
    before = len(consulted(bench.case))
    told = bench.json(f"/operation/packages/{place}")
    (event,) = consulted(bench.case)[before:]
    assert event["why"] == f"workbench /operation/packages/{place}"
    cited = [c for t in told["package"]["targets"] for clue in t["clues"] for c in clue["cited"]]
    assert cited and {c["evidence_id"] for c in cited} <= set(event["evidence"])
    assert bench.client.get(cited[0]["url"]).status_code == 200
    audits = [payload for _, payload in bench.desk.ledger.events("audit")]
    assert audits[-2]["page"] == f"/operation/packages/{place}" or audits[-1]["page"] == f"/operation/packages/{place}"
    word = told["package"]["targets"][0]["name"][:4]
    monkeypatch.setattr(recording, "children_masker", lambda case, entries: lambda text: text.replace(word, MASK))
    assert bench.json(f"/operation/packages/{place}")["package"]["targets"][0]["name"].startswith(MASK)
    log = bench.case.evidence.log.path
    log.rename(log.with_name("away"))
    log.mkdir()
    answer = bench.client.get(f"/operation/packages/{place}.json")
    assert answer.status_code == 503 and cited[0]["quote"] not in answer.text


def test_a_package_is_written_as_the_terminal_does_and_downloaded(bench, place, tmp_path):
    plain = next(p for p in handing_out.write_packages(bench.case, tmp_path / "out") if p.name.startswith(place))
    bench.post("/settings", purpose="day of action")
    assert bench.post(f"/operation/packages/{place}/write").status_code == 200
    page = bench.client.get(f"/operation/packages/{place}", headers={"accept": "text/html"}).text
    links = sorted(set(re.findall(rf'href="(/operation/packages/{place}/files/[^"]+)"', page)))
    got = {link.rpartition("/")[2]: bench.client.get(link).content for link in links}
    assert got[plain.name] == plain.read_bytes()
    load_pem_public_key(got["signer.pem"]).verify(base64.b64decode(got[f"{plain.name}.sig"]), got[plain.name])
    digest = hashlib.sha256(plain.read_bytes()).hexdigest()
    assert logged(bench, "packages of the operation")[-1]["written"] == {plain.name: digest}
    taken = [event for event in logged(bench, f"package {place}") if event["written"] == {plain.name: digest}]
    assert [(event["by"], event["why"]) for event in taken] == [("analyst", "day of action")]
    written = bench.json(f"/operation/packages/{place}")["written"]
    assert [(one["sha256"], one["there"], one["by"]) for one in written][:1] == [(digest, True, "analyst")]
    for wrong in ("../ledger.db", "%2e%2e%2fledger.db", "unassigned.json.sig.sig", ".signer.pem.new"):
        assert bench.client.get(f"/operation/packages/{place}/files/{wrong}").status_code == 404
    assert bench.post("/operation/packages/999999/write").status_code == 400
    assert bench.client.get("/operation/packages/999999").status_code == 404


def test_a_package_for_one_recipient(bench, place):
    friend = pyrage.x25519.Identity.generate()
    key = str(friend.to_public())
    assert bench.post(f"/operation/packages/{place}/write", keys="age1nonsense").status_code == 400
    assert bench.json(f"/operation/packages/{place}")["written"] == []
    assert bench.post(f"/operation/packages/{place}/write", keys=f"{key}\n").status_code == 200
    (written,) = bench.json(f"/operation/packages/{place}")["written"]
    assert written["recipients"] == [key] and written["name"] == f"{place}.json.age"
    data = bench.client.get(f"/operation/packages/{place}/files/{place}.json.age").content
    assert json.loads(pyrage.decrypt(data, [friend]))["place"] == place


@pytest.mark.slow
def test_who_may_write_a_package(tiny_case, tmp_path):
    shutil.copytree(tiny_case[0].folder, tmp_path / "case")
    office = TeamBench(tmp_path / "case")
    try:
        partner, analyst, boss = (office.seat(role, role) for role in ("partner", "analyst", "supervisor"))
        place = boss.get("/operation").json()["packages"][0]["place"]
        assert "packages" not in partner.get("/operation").json()
        assert partner.get(f"/operation/packages/{place}").status_code == 403
        assert analyst.get(f"/operation/packages/{place}").status_code == 200
        assert analyst.post(f"/operation/packages/{place}/write").status_code == 403
        assert not (tmp_path / "case" / "packages").exists()
        assert boss.post(f"/operation/packages/{place}/write").status_code == 200
        assert analyst.get(f"/operation/packages/{place}/files/signer.pem").status_code == 403
        assert boss.get(f"/operation/packages/{place}/files/signer.pem").status_code == 200
    finally:
        office.desk.close()
