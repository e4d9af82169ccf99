"""The workbench without a browser: every page and its twin, a new analysis, jobs, statements."""

import time

from ringtrace.store.case import Case
from web_client import Workbench


def test_every_page_has_its_twin_with_the_same_facts(bench):
    ring = bench.desk.view().rings[0]
    page = bench.client.get(f"/rings/{ring['ring_id']}", headers={"accept": "text/html"}).text
    twin = bench.json(f"/rings/{ring['ring_id']}.json")
    assert twin["actors"] == ring["actors"] and f'href="/rings/{ring["ring_id"]}.json"' in page
    assert bench.client.get(f"/rings/{ring['ring_id']}", headers={"accept": "application/json"}).json() == twin
    members = {member["id"] for member in twin["members"]}
    assert members and all(f"/actors/{key}" in page for key in members)


def test_dates_are_local_as_in_the_report(bench):
    from ringtrace.report.words import day

    zone = bench.case.settings.shown_zone
    accounts = [row for row in bench.desk.view().room.table("accounts").to_pylist() if row["first_at"]]
    night = [row for row in accounts if day(row["first_at"], zone) != row["first_at"].date().isoformat()]
    assert night, "no account began where the local date and UTC's differ"
    for row in night[:3]:
        page = bench.client.get(f"/actors/{row['actor_id']}", headers={"accept": "text/html"}).text
        assert f"{day(row['first_at'], zone)} to {day(row['last_at'], zone)}" in page
    ring = bench.desk.view().rings[0]
    told = f"{day(ring['first_at'], zone)} to {day(ring['last_at'], zone)}"
    assert bench.client.get("/operation", headers={"accept": "text/html"}).status_code == 200, "it has a day of its own"
    for path in ("/", "/rings", f"/rings/{ring['ring_id']}"):
        assert told in bench.client.get(path, headers={"accept": "text/html"}).text


def test_a_new_analysis_is_taken_up_without_a_restart(bench):
    from ringtrace.pipeline import analyse

    links = bench.desk.view().room.table("links").to_pylist()
    sure = max(links, key=lambda link: link["probability"])
    address = f"/links/{sure['left']}/{sure['right']}/effect.json?verdict="
    tried, held = bench.json(address + "no"), bench.json(address + "yes")
    assert held["nothing"] and not tried["nothing"]
    (family,) = tried["actors"]
    assert family["turn"] in ("split", "mixed"), "mixed: one of the two goes over to another actor instead"
    assert family["accounts_before"] == family["accounts_then"]
    assert bench.client.get(address + "perhaps").status_code == 400 and bench.desk.ledger.judgements() == []
    bench.post("/judge", left=sure["left"], right=sure["right"], verdict="no", reason="not one")
    assert bench.json("/case.json")["decide"]["pending"] == 1
    assert not bench.json(address + "no")["nothing"], "beside the verdict, before the analysis followed it"
    analyse(bench.case, 1, lambda *args: None)
    assert sorted(tried["actors"][0]["then"]) == sorted(
        {account["actor_id"] for account in bench.desk.view().room.table("accounts").to_pylist()}
        & set(tried["actors"][0]["then"])
    ), "the analysis makes the actors that the preview told of"
    assert bench.json(address + "no")["nothing"]
    told = bench.json(f"/links/{sure['left']}/{sure['right']}.json")["link"]
    assert told["left_actor"] != told["right_actor"]
    assert bench.json("/case.json")["decide"]["pending"] == 0


def test_a_case_without_analysis_says_what_to_do(tmp_path):
    made = Workbench(Case.create(tmp_path / "new").folder)
    with made.client:
        made.enter()
        assert made.json("/case.json")["files"] == 0
        for path in ("/rings", "/actors", "/search", "/triage"):
            assert made.client.get(path).status_code == 503
    made.desk.close()


def test_the_description_of_the_interface_names_every_page(bench):
    document = bench.client.get("/schema/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"/rings/{ring_id}", "/actors/{actor_id}", "/search", "/judge", "/posts/{post_id}"} <= set(document["paths"])


def test_one_job_runs_at_a_time_and_a_stopped_one_leaves_the_analysis(bench):
    before = (bench.case.analysis / "posts.parquet").read_bytes()
    assert bench.post("/jobs", command="analyse").status_code == 200
    assert bench.post("/jobs", command="verify").status_code == 400
    assert bench.json("/jobs/last.json")["running"] is True
    bench.post("/jobs/stop")
    told = bench.json("/jobs/last.json")
    assert told["state"] == "stopped" and told["running"] is False
    assert (bench.case.analysis / "posts.parquet").read_bytes() == before
    bench.post("/jobs", command="verify")
    bench.desk.jobs.last().process.wait(120)
    for _ in range(100):
        if (told := bench.json("/custody.json")["job"])["result"]:
            break
        time.sleep(0.05)
    assert told["state"] == "done" and told["result"]["problems"] == []
    assert bench.post("/jobs", command="rm").status_code == 400


def test_a_statement_is_released_by_two_different_people(bench):
    away = bench.post("/statements", as_of="2014-02-28", audience="public").json()["next"]
    assert bench.post(f"{away}/approve", by="Lin, province").status_code == 200
    assert bench.post(f"{away}/approve", by="Lin, province").status_code == 400
    assert bench.json(f"{away}.json")["released"] is False
    assert bench.post(f"{away}/approve", by="Bai, ministry").status_code == 200
    told = bench.json(f"{away}.json")
    assert told["released"] is True and told["people"] == ["Lin, province", "Bai, ministry"]
    assert set(told["texts"]) == {"en", "zh"} and all(told["texts"].values())
    assert bench.post("/statements", as_of="yesterday").status_code == 400
